"""Contract, scenarios B: after_request."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import pytest
from kernel_errors import Forbidden
from kernel_responses import JSON, Stream, Text
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Hooks, Layer, Plugin, Request, Response, hookimpl

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]


async def hello(request: Request) -> str:
    return "hello"


async def stamp(response: Response) -> Response:
    response.headers.append((b"x-stamp", b"yes"))
    return response


async def test_15_a_hook_turns_text_into_json(serving: Serving) -> None:
    routes = Routes()

    @routes.get("/hello")
    async def text(request: Request) -> str:
        return "Hello, world"

    @routes.get("/goodbye")
    async def data(request: Request) -> dict[str, str]:
        return {"message": "Goodbye"}

    async def after_request(response: Response) -> Response:
        if dict(response.headers)[b"content-type"].startswith(b"text/plain"):
            return JSON({"message": response.body.decode()})
        return response

    async with serving(routes, after_request=after_request) as client:
        assert (await client.get("/hello")).json() == {"message": "Hello, world"}
        assert (await client.get("/goodbye")).json() == {"message": "Goodbye"}


async def test_16_the_hook_of_the_handler_takes_the_place_of_the_apps(serving: Serving, notes: Any) -> None:
    def after_request_app(response: Response) -> Response:
        notes.append("app")
        return Text("app after request")

    def after_request_handler(response: Response) -> Response:
        return Text("handler after request")

    routes = Routes()
    routes.get("/")(hello)
    routes.get("/override", after_request=after_request_handler)(hello)
    async with serving(routes, after_request=after_request_app) as client:
        assert (await client.get("/")).text == "app after request"
        assert (await client.get("/override")).text == "handler after request"
    assert notes == ["app"]


@pytest.mark.parametrize(("form", "wanted"), [("sync", "moon"), ("async", "moon"), (None, "hello")])
async def test_17_a_hook_in_any_form(serving: Serving, form: Any, wanted: str) -> None:
    def quick(response: Response) -> Response:
        return Text("moon")

    async def slow(response: Response) -> Response:
        return Text("moon")

    routes = Routes()
    routes.get("/", after_request={"sync": quick, "async": slow, None: None}[form])(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).text == wanted


@pytest.mark.parametrize("given", [some for some in product((True, False), repeat=3) if any(some)])
async def test_18_the_nearest_hook_runs_alone(serving: Serving, notes: Any, given: Any) -> None:
    app, group, route = [
        notes.after(level) if here else None for level, here in zip(("app", "group", "route"), given, strict=True)
    ]
    routes = Routes(after_request=group)
    routes.get("/", after_request=route)(hello)
    async with serving(routes, after_request=app) as client:
        await client.get("/")
    levels = [level for level, here in zip(("app", "group", "route"), given, strict=True) if here]
    assert notes == levels[-1:]


async def test_19_a_response_of_the_handler_is_changed(serving: Serving) -> None:
    routes = Routes(after_request=stamp)
    routes.get("/")(hello)

    @routes.get("/own")
    async def own(request: Request) -> Response:
        return Text("own", 201)

    async with serving(routes) as client:
        for path, status in (("/", 200), ("/own", 201)):
            response = await client.get(path)
            assert (response.status, response.header("x-stamp")) == (status, "yes")


async def test_20_a_bypass_value_is_changed_once(serving: Serving, notes: Any) -> None:
    routes = Routes(before_request=notes.hook("before", "instead"), after_request=notes.after("after"))
    routes.get("/")(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).text == "instead"
    assert notes == ["before", "after"]


async def test_21_the_hook_sees_the_effective_status_headers_and_cookies(serving: Serving) -> None:
    routes, seen = Routes(), list[Any]()

    def look(response: Response, request: Request) -> Response:
        names = [name for name, _ in response.headers]
        seen.append((request.path, response.status, names))
        return response

    @routes.get("/")
    async def handler(request: Request) -> Response:
        response = JSON({}, 202)
        response.set_cookie("a", "b")
        return response

    @routes.get("/nothing")
    async def nothing(request: Request) -> None: ...

    async with serving(routes, after_request=look) as client:
        await client.get("/")
        await client.get("/nothing")
    assert seen[0] == ("/", 202, [b"content-type", b"set-cookie"])
    assert seen[1][:2] == ("/nothing", 204)


async def nothing(response: Response) -> None: ...


@pytest.mark.parametrize("place", ["option", "layer", "always", "plugin"])
async def test_22_a_hook_that_returns_none_is_named(serving: Serving, caplog: Any, place: str) -> None:
    class Forgets(Plugin):
        name = "forgets"

        @hookimpl
        def kernel_layers(self) -> Layer:
            return Layer("forgets", after_request=nothing, level="route")

    options: dict[str, Any] = {
        "option": {"after_request": nothing},
        "layer": {"layers": [Layer("one", after_request=nothing)]},
        "always": {"layers": [Layer("one", after_request=nothing, on="always")]},
    }.get(place, {})
    routes = Routes()
    routes.get("/books", **options)(hello)
    async with serving(routes, plugins=[Forgets] if place == "plugin" else []) as client:
        assert (await client.get("/books")).status == 500
    owner = "forgets" if place == "plugin" else "shop"
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    blame = str(record.exc_info[1])
    assert blame.startswith(f"hook 'nothing' of '{owner}' owes a Response and returned NoneType ({__file__}")
    assert blame.endswith("route 'GET /books'")


async def test_23_an_always_hook_sees_the_answer_to_an_exception(serving: Serving, notes: Any) -> None:
    routes = Routes()

    @routes.get("/", after_request=notes.after("plain"), layers=[Layer("stamp", after_request=stamp, on="always")])
    async def handler(request: Request) -> None:
        raise ValueError("no")

    handlers = {ValueError: lambda request, error: Text("mapped", 422)}
    async with serving(routes, exception_handlers=handlers) as client:
        response = await client.get("/")
    assert (response.status, response.text, response.header("x-stamp")) == (422, "mapped", "yes")
    assert notes == []


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/x", 404), ("POST", "/", 405), ("GET", "/shop/x", 404)]
)
@pytest.mark.parametrize("place", ["app", "plugin"])
async def test_23_an_always_hook_sees_404_and_405(
    serving: Serving, notes: Any, place: str, method: str, path: str, status: int
) -> None:
    layers = [Layer("stamp", after_request=stamp, on="always"), Layer("plain", after_request=notes.after("plain"))]

    class Stamps(Plugin):
        name = "stamps"

        @hookimpl
        def kernel_layers(self) -> list[Layer]:
            return layers

    routes = Routes()
    routes.get("/")(hello)
    given: dict[str, Any] = {"plugins": [Stamps]} if place == "plugin" else {"layers": layers}
    async with serving(routes, **given) as client:
        response = await client.request(method, path)
    assert (response.status, response.header("x-stamp"), notes) == (status, "yes", [])


async def test_23_a_path_without_a_route_belongs_to_the_apps_it_lies_under() -> None:
    def stamped(name: str) -> App:
        def mark(response: Response) -> Response:
            response.headers.append((b"x-app", name.encode()))
            return response

        routes = Routes()
        routes.get("/")(hello)
        return App(name=name, routes=routes, prefix=f"/{name}", layers=[Layer("mark", after_request=mark, on="always")])

    async with Client(make_kernel([], [stamped("shop"), stamped("blog")])) as client:
        found = [(await client.get(path)).header("x-app") for path in ("/shop/x", "/blog/x", "/shopping", "/shop/")]
    assert found == ["shop", "blog", None, "shop"]


async def test_always_hooks_run_inside_out_also_for_an_error(serving: Serving, notes: Any) -> None:
    routes = Routes(layers=[Layer("outer", after_request=notes.after("outer"), on="always")])

    @routes.get("/", layers=[Layer("inner", after_request=notes.after("inner"), on="always")])
    async def handler(request: Request, fail: bool = False) -> str:
        if fail:
            raise ValueError("no")
        return "hello"

    async with serving(routes) as client:
        await client.get("/")
        assert notes == ["inner", "outer"]
        await client.get("/?fail=1")
    assert notes == ["inner", "outer"] * 2


async def test_an_always_hook_that_fails_on_an_error_becomes_a_500_which_the_next_one_sees(serving: Serving) -> None:
    def fail(response: Response) -> Response:
        raise KeyError("secret")

    layers = [Layer("stamp", after_request=stamp, on="always"), Layer("fail", after_request=fail, on="always")]
    routes = Routes(layers=layers)

    @routes.get("/")
    async def handler(request: Request) -> None:
        raise Forbidden("no")

    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.status, response.header("x-stamp")) == (500, "yes")


async def test_24_a_hook_does_not_run_on_what_an_exception_became(serving: Serving, notes: Any) -> None:
    routes = Routes(after_request=notes.after("after"), layers=[Layer("one", after_request=notes.after("layer"))])

    @routes.get("/", exception_handlers={ValueError: lambda request, error: "mended"})
    async def handler(request: Request) -> None:
        raise ValueError("no")

    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.status, response.text, notes) == (200, "mended", [])


async def test_25_what_a_hook_raises_is_answered_by_the_route_and_not_given_to_it_again(
    serving: Serving, notes: Any
) -> None:
    def fail(response: Response) -> Response:
        notes.append("after")
        raise ValueError("no")

    routes = Routes()
    routes.get("/", after_request=fail, exception_handlers={ValueError: lambda request, error: Text("mapped", 422)})(
        hello
    )
    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.status, response.text, notes) == (422, "mapped", ["after"])


async def test_26_a_hook_may_take_the_request_too(serving: Serving) -> None:
    routes = Routes()

    @routes.get("/", after_request=lambda response, request: Text(request.path))
    async def handler(request: Request) -> None: ...

    async with serving(routes) as client:
        assert (await client.get("/")).text == "/"


async def test_27_a_stream_is_given_to_the_hook_once_and_a_late_failure_is_told(
    serving: Serving, notes: Any, caplog: Any
) -> None:
    routes, hooks = Routes(), Hooks()

    @hooks.on("error")
    async def observe(error: Exception, response_started: bool) -> None:
        notes.append((type(error).__name__, response_started))

    @routes.get("/", after_request=notes.after("after"), layers=[Layer("end", on_finish=notes.finish("end"))])
    async def handler(request: Request) -> Stream:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"one"
            raise ValueError("secret")

        return Stream(chunks())

    async with serving(routes, hooks=[hooks]) as client, client.stream("GET", "/") as response:
        with pytest.raises(ConnectionError):
            async for _ in response:
                pass
    assert notes == ["after", ("ValueError", True), "end error"]
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    wanted = "GET '/': the response failed after it had begun, in app 'shop' (route 'GET /')"
    assert record.getMessage() == wanted
