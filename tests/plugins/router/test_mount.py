"""Other ASGI applications below a path."""

from typing import Any

import pytest
from kernel_router import Mount, Routes
from kernel_router.mount import below

from kernel.layers import Route

pytestmark = pytest.mark.anyio
Pairs = list[tuple[bytes, bytes]]


class Application:
    """An ASGI application that keeps the scope and answers with some headers."""

    def __init__(self, headers: Pairs | None = None, status: int = 200) -> None:
        self.scope: dict[str, Any] = {}
        self.received: Any = None
        self.headers, self.status = headers, status

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.received = scope, await receive()
        start = {"type": "http.response.start", "status": self.status}
        await send(start if self.headers is None else {**start, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"hello"})


async def nobody(scope: Any, receive: Any, send: Any) -> None: ...


@pytest.fixture
def served(make_request: Any) -> Any:
    """Send a request to a mount and return what was sent."""

    async def serve(mount: Route, path: str, *added: tuple[str, str], **scope: Any) -> list[Any]:
        request, sent = make_request(path, **scope), []
        request.route = mount

        async def send(message: Any) -> None:
            sent.append(message)

        response = (await mount.handler(request)).copy()
        response.headers.extend(added)
        assert response.streamed
        await response.write(request, send)
        return [*sent, response.status]

    return serve


@pytest.mark.parametrize("path", ["/old", "/old/", "/old/a", "/old//a", "/old/a/b//"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "FOO", "get"])
def test_a_mount_takes_its_path_and_everything_below(matching: Any, path: str, method: str) -> None:
    mount = Mount("/old/", nobody)
    answer = matching(mount)(path, method)
    assert (answer.route, answer.variables) == (mount, {})


@pytest.mark.parametrize("path", ["/", "/older", "/a/old", "//old", "old"])
def test_a_mount_takes_nothing_else(matching: Any, path: str) -> None:
    assert matching(Mount("/old", nobody))(path).handler is None


def test_a_mount_at_the_root_takes_what_is_left(matching: Any) -> None:
    root, inner = Mount("/", nobody), Mount("/a/b", nobody)
    ask = matching(root, inner, "/a/b/<c>/d", "/x")
    assert [ask(path).route for path in ("/", "/a", "/a/b/c", "/a//b")] == [root, root, inner, root]
    assert [str(ask(path).route) for path in ("/x", "/a/b/c/d")] == ["GET /x", "GET /a/b/<c>/d"]
    assert ask("/x", "POST").route is root


def test_only_ssl_holds_for_mounts(matching: Any) -> None:
    ask = matching(*Routes(Mount("/old", nobody), only_ssl=True))
    assert ask("/old").handler is None
    assert ask("/old", scheme="https").handler


async def test_the_application_gets_its_scope_and_the_body(served: Any) -> None:
    application = Application()
    await served(Mount("/old", application), "/old/a", query_string=b"q")
    assert (application.scope["path"], application.scope["root_path"]) == ("/old/a", "/old")
    assert application.scope["query_string"] == b"q"
    assert application.received == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("root", "path", "child_root", "child_path"),
    [
        ("", "/old/a", "/old", "/old/a"),
        ("/app", "/app/old/a", "/app/old", "/app/old/a"),
        ("/app/", "/app/old/a", "/app/old", "/app/old/a"),
        ("/app", "/old/a", "/app/old", "/app/old/a"),
    ],
)
async def test_path_begins_with_root_path(served: Any, root: str, path: str, child_root: str, child_path: str) -> None:
    application = Application()
    await served(Mount("/old", application), path, root_path=root)
    assert (application.scope["root_path"], application.scope["path"]) == (child_root, child_path)


async def test_a_prefix_goes_to_root_path(served: Any) -> None:
    application = Application()
    (mount,) = Routes(Mount("/", application), prefix="/api")
    await served(mount, "/api/x")
    assert application.scope["root_path"] == "/api"
    await served(Mount("/", application), "/x")
    assert application.scope["root_path"] == ""


async def test_the_answer_is_passed_on(served: Any) -> None:
    start, body, status = await served(Mount("/", Application([(b"x-a", b"1")], 404)), "/")
    assert (start["status"], start["headers"]) == (404, [(b"x-a", b"1")])
    assert (body, status) == ({"type": "http.response.body", "body": b"hello"}, 404)


async def test_headers_of_layers_replace_and_cookies_add_up(served: Any) -> None:
    theirs = [(b"X-Frame-Options", b"DENY"), (b"set-cookie", b"a=1"), (b"vary", b"x")]
    ours = [("x-frame-options", "SAMEORIGIN"), ("set-cookie", "b=2"), ("vary", "y")]
    start, *_ = await served(Mount("/", Application(theirs)), "/", *ours)
    assert start["headers"] == [*theirs[1:], *((name.encode(), value.encode()) for name, value in ours)]


async def test_headers_may_be_missing(served: Any) -> None:
    start, *_ = await served(Mount("/", Application()), "/")
    assert start["headers"] == []


@pytest.mark.parametrize("begun", [False, True])
async def test_an_application_that_fails_before_it_answers_is_a_500(make_request: Any, begun: bool) -> None:
    sent: list[Any] = []

    async def failing(scope: Any, receive: Any, send: Any) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError("theirs")

    async def send(message: Any) -> None:
        sent.append(message)

    request = make_request("/")
    request.route = Mount("/", failing)
    response = await request.route.handler(request)
    with pytest.raises(ValueError, match="theirs"):
        await response.write(request, send)
    assert [message.get("status") for message in sent] == ([200] if begun else [500, None])
    assert response.status == (200 if begun else 500)


async def test_every_request_gets_a_copy_of_the_state_of_the_lifespan(served: Any, make_request: Any) -> None:
    application = Application()
    mount, request = Mount("/", application), make_request("/", state={"server": 1})
    request.route = mount
    request.app.services["router.states"][id(application)] = {"pool": 1}

    async def send(message: Any) -> None: ...

    await (await mount.handler(request)).write(request, send)
    application.scope["state"]["pool"] = 2
    assert request.app.services["router.states"][id(application)] == {"pool": 1}
    assert "server" not in application.scope["state"]


def test_a_mount_knows_where_it_is_declared_and_what_it_serves() -> None:
    mount = Mount("/old", nobody)
    assert mount.where.startswith(__file__)
    assert (mount.methods, mount.name, mount.handler.__qualname__) == ((), "", "nobody")
    assert Mount("/old", Application(), name="old").handler.__qualname__ == "Application"


def test_something_that_is_no_application_is_refused() -> None:
    with pytest.raises(TypeError, match="mount '/old': an ASGI application is callable, 'x' is not"):
        Mount("/old", "x")  # type: ignore[arg-type]  # the mistake under test


async def test_a_websocket_is_handed_over_with_its_messages(make_request: Any) -> None:
    class Connection:
        def __init__(self) -> None:
            self.sent: list[Any] = []

        async def receive(self) -> Any:
            return {"type": "websocket.connect"}

        async def send(self, message: Any) -> None:
            self.sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send([scope["path"], scope["root_path"], await receive()])

    mount, request = Mount("/old", application), make_request("/old/x", type="websocket")
    request.route, request.connection = mount, Connection()
    assert await mount.handler(request) is None
    assert request.connection.sent == [["/old/x", "/old", {"type": "websocket.connect"}]]


@pytest.mark.parametrize(
    ("root", "path", "rest"),
    [
        ("/app", "/app/a", "/a"),
        ("/app", "/app", ""),
        ("/app/", "/app/a", "/a"),
        ("/app", "/apple", "/apple"),
        ("/app", "/apple/a", "/apple/a"),
        ("", "/a", "/a"),
    ],
)
def test_a_path_is_below_a_whole_part_of_another(root: str, path: str, rest: str) -> None:
    assert below(root, path) == rest


def test_a_mount_runs_the_lifespan_of_its_application_unless_told_not_to() -> None:
    assert Mount("/a", nobody).lifespan
    assert not Mount("/a", nobody, lifespan=False).lifespan


async def test_cookies_add_up_where_nothing_is_replaced(served: Any) -> None:
    theirs = [(b"set-cookie", b"a=1"), (b"vary", b"x"), (b"x-a", b"1")]
    start, *_ = await served(Mount("/", Application(theirs)), "/", ("x-b", "2"))
    assert start["headers"] == [*theirs, (b"x-b", b"2")]
