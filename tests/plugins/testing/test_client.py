"""The client drives any ASGI application through HTTP and lifespan."""

import anyio
import pytest
from kernel_testing import Client, Incomplete, LifespanFailed, Response

pytestmark = pytest.mark.anyio


class Recorder:
    """An ASGI app that answers with what it was asked."""

    def __init__(self, *messages):
        self.messages = messages or ({"type": "http.response.start", "status": 200}, {"type": "http.response.body"})
        self.body, self.scope = b"", {}

    async def __call__(self, scope, receive, send):
        self.scope = scope
        assert scope["type"] == "http"
        more = True
        while more:
            message = await receive()
            self.body += message.get("body", b"")
            more = message.get("more_body", False)
        for message in self.messages:
            await send(message)


def lifespan_of(*answers, error=None):
    async def app(scope, receive, send):
        scope["state"]["opened"] = True
        for answer in answers:
            await receive()
            await send(answer)
        if error:
            raise error

    return app


STARTED, STOPPED = {"type": "lifespan.startup.complete"}, {"type": "lifespan.shutdown.complete"}


async def test_the_path_is_decoded_and_kept_raw():
    app = Recorder()
    await Client(app).get("/a%2Fb/../é?x=1", query={"y": [2, 3]})
    assert app.scope["path"] == "/a/b/../é"
    assert app.scope["raw_path"] == b"/a%2Fb/../%C3%A9"
    assert app.scope["query_string"] == b"x=1&y=2&y=3"


@pytest.mark.parametrize("query", ["a=1&b=2", b"a=1&b=2", {"a": 1, "b": 2}, [("a", 1), ("b", 2)]])
async def test_a_query_has_four_forms(query):
    app = Recorder()
    await Client(app).get("/", query=query)
    assert app.scope["query_string"] == b"a=1&b=2"


async def test_headers_are_sent_as_they_are():
    app = Recorder()
    await Client(app).get("/", headers=[("X-Odd", b"\xff\n"), (b"x-odd", "2")])
    assert app.scope["headers"] == [(b"host", b"localhost"), (b"X-Odd", b"\xff\n"), (b"x-odd", b"2")]


async def test_a_given_header_takes_the_place_of_the_default():
    app = Recorder()
    await Client(app).get("/", headers={"Host": "shop.example"})
    assert app.scope["headers"] == [(b"Host", b"shop.example")]


async def test_json_is_sent_with_type_and_length():
    app = Recorder()
    await Client(app, headers=()).post("/", json=None)
    assert app.body == b"null"
    assert sorted(app.scope["headers"]) == [(b"content-length", b"4"), (b"content-type", b"application/json")]


@pytest.mark.parametrize(("body", "length"), [("é", b"2"), (b"12345", b"5")])
async def test_a_body_is_sent_with_its_length(body, length):
    app = Recorder()
    await Client(app, headers=()).put("/", body=body)
    assert app.scope["headers"] == [(b"content-length", length)]


async def test_a_body_in_parts_has_no_length():
    app = Recorder()
    await Client(app, headers=()).patch("/", body=[b"a", b"b"])
    assert (app.body, app.scope["headers"]) == (b"ab", [])


@pytest.mark.parametrize("name", ["get", "post", "put", "patch", "delete", "head", "options"])
async def test_each_method_has_its_own_name(name):
    app = Recorder()
    await getattr(Client(app), name)("/")
    assert app.scope["method"] == name.upper()


async def test_the_scope_can_be_changed():
    app = Recorder()
    await Client(app).get("/", scope={"scheme": "https"})
    assert app.scope["scheme"] == "https"


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.response.body"}],
        [{"type": "http.response.start", "status": 200}] * 2 + [{"type": "http.response.body"}],
        [{"type": "http.response.start", "status": 200}],
        [{"type": "http.response.start", "status": 200}, {"type": "http.response.body", "more_body": True}],
        [{"type": "http.response.start", "status": 200}, *[{"type": "http.response.body"}] * 2],
    ],
)
async def test_anything_but_one_whole_answer_is_refused(messages):
    with pytest.raises(Incomplete) as caught:
        await Client(Recorder(*messages)).get("/")
    assert caught.value.response.messages == messages


async def test_no_answer_at_all_is_refused():
    async def silent(scope, receive, send): ...

    with pytest.raises(Incomplete, match=r"exactly one http\.response\.start") as caught:
        await Client(silent).get("/")
    assert caught.value.response.status == 0


async def test_a_client_may_leave_before_its_body_is_whole():
    seen = []

    async def app(scope, receive, send):
        seen.extend([await receive(), await receive()])

    await Client(app).post("/", body=[b"a", b"b"], disconnect_after=0)
    assert [message["type"] for message in seen] == ["http.request", "http.disconnect"]


async def test_a_client_may_leave_during_the_answer():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        with pytest.raises(OSError, match="the client left"):
            await send({"type": "http.response.body", "body": b"x"})
        await receive()
        assert (await receive())["type"] == "http.disconnect"

    response = await Client(app).get("/", disconnect_after=1)
    assert (response.status, response.complete) == (200, False)


async def test_an_answer_that_takes_too_long_is_cut():
    async def app(scope, receive, send):
        await anyio.sleep_forever()

    with pytest.raises(TimeoutError):
        await Client(app, timeout=0.01).get("/")


async def test_receive_waits_for_the_end_of_the_answer():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})
        assert await receive() == {"type": "http.disconnect"}

    assert (await Client(app).get("/")).complete


async def test_what_the_lifespan_leaves_is_in_the_scope():
    class Started(Recorder):
        async def __call__(self, scope, receive, send):
            whole = lifespan_of(STARTED, STOPPED)
            await (super().__call__ if scope["type"] == "http" else whole)(scope, receive, send)

    app = Started()
    async with Client(app) as client:
        await client.get("/")
    assert app.scope["state"] == {"opened": True}


async def test_a_failed_start_raises_its_message():
    app = lifespan_of({"type": "lifespan.startup.failed", "message": "no database"})
    with pytest.raises(LifespanFailed, match="startup failed: no database"):
        await Client(app).__aenter__()


async def test_a_failed_stop_raises_its_message():
    app = lifespan_of(STARTED, {"type": "lifespan.shutdown.failed"})
    with pytest.raises(LifespanFailed, match="shutdown failed: "):
        async with Client(app):
            pass


async def test_an_exception_after_the_start_is_told_at_the_end():
    with pytest.raises(LifespanFailed, match="ValueError: lost"):
        async with Client(lifespan_of(STARTED, error=ValueError("lost"))):
            pass


async def test_an_application_without_lifespan_is_served():
    async with Client(Recorder()) as client:
        assert (await client.get("/")).status == 200


async def test_an_application_that_never_ends_is_cancelled():
    async def app(scope, receive, send):
        for answer in (STARTED, STOPPED):
            await receive()
            await send(answer)
        await receive()

    async with Client(app) as client:
        assert client


async def test_what_a_test_raises_is_in_no_group():
    with pytest.raises(KeyError):
        async with Client(lifespan_of(STARTED, STOPPED)):
            raise KeyError


async def test_a_cancelled_test_ends_the_application():
    with anyio.move_on_after(0.01) as scope:
        async with Client(lifespan_of(STARTED, STOPPED)):
            await anyio.sleep_forever()
    assert scope.cancelled_caught


def test_a_response_reads_itself():
    start = {"type": "http.response.start", "status": 201, "headers": [(b"x-a", b"1"), (b"x-a", b"2")]}
    response = Response([start, {"type": "http.response.body", "body": b'{"a": 1}'}])
    assert (response.text, response.json()) == ('{"a": 1}', {"a": 1})
    assert (response.header("x-a"), response.header("x-b")) == ("1", None)
    assert repr(response) == """<Response 201 b'{"a": 1}'>"""
