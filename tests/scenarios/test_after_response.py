"""Contract, scenarios C: after_response and on_finish."""

from collections.abc import AsyncIterator, Callable
from itertools import product
from typing import Any

import anyio
import pytest
from kernel_errors import Conflict
from kernel_responses import Stream
from kernel_router import Routes

from kernel import Hooks, Layer, Request

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]
SCOPE = {"type": "http", "method": "GET", "headers": [(b"host", b"localhost")], "query_string": b""}


async def hello(request: Request) -> str:
    return "hello"


async def test_28_the_counter_changes_behind_the_response(serving: Serving) -> None:
    counter, routes = dict[str, int](), Routes()

    async def after_response(request: Request) -> None:
        counter[request.path] = counter.get(request.path, 0) + 1

    @routes.get("/hello")
    async def handler(request: Request) -> dict[str, int]:
        return counter

    async with serving(routes, after_response=after_response) as client:
        assert [(await client.get("/hello")).json() for _ in range(3)] == [{}, {"/hello": 1}, {"/hello": 2}]


@pytest.mark.parametrize(("level", "waits"), [*product(("app", "group", "inner", "route"), (True, False))])
async def test_29_a_hook_of_any_level_and_form_is_called_once(
    serving: Serving, notes: Any, level: str, waits: bool
) -> None:
    given = {"after_response": notes.hook(level, waits=waits)}
    routes = Routes(**given if level == "group" else {})
    inner = Routes(prefix="/in", **given if level == "inner" else {})
    inner.get("/", **given if level == "route" else {})(hello)
    routes.merge(inner)
    async with serving(routes, **given if level == "app" else {}) as client:
        assert (await client.get("/in/")).text == "hello"
    assert notes == [level]


async def test_30_a_failing_hook_reaches_neither_client_nor_server(serving: Serving, notes: Any, caplog: Any) -> None:
    routes, hooks = Routes(), Hooks()

    @hooks.on("error")
    async def observe(error: Exception, response_started: bool, request: Request) -> None:
        notes.append((str(error), response_started, request.path))

    async def count(request: Request) -> None:
        raise ValueError("no")

    routes.get("/books", after_response=count, layers=[Layer("late", after_response=notes.hook("late"))])(hello)
    async with serving(routes, hooks=[hooks]) as client:
        for _ in range(2):
            response = await client.get("/books")
            assert (response.status, response.text) == (200, "hello")
    assert notes == [("no", True, "/books"), "late"] * 2
    first, second = [record for record in caplog.records if record.levelname == "ERROR"]
    line = count.__code__.co_firstlineno
    blame = f"GET '/books': hook '{count.__qualname__}' of 'shop' ({__file__}:{line}) failed (route 'GET /books')"
    assert first.getMessage() == second.getMessage() == blame


async def test_31_the_order_behind_the_last_byte(serving: Serving, notes: Any) -> None:
    routes = Routes()

    @routes.get("/", after_response=notes.hook("after_response"))
    async def handler(request: Request) -> Stream:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"one"
            notes.append("last byte")

        request.background(notes.append, "background")
        return Stream(chunks())

    async with serving(routes, layers=[Layer("end", on_finish=notes.finish("end"))]) as client:
        await client.get("/")
    assert notes == ["last byte", "background", "after_response", "end ok"]


REASONS = {
    "guard": {"guards": "fail"},
    "before_request": {"before_request": "fail"},
    "handler": {},
    "after_request": {"after_request": "fail"},
}


@pytest.mark.parametrize("reason", [*REASONS, "exception handler"])
async def test_32_the_hook_runs_for_a_success_only(serving: Serving, notes: Any, reason: str) -> None:
    def fail(_: Any) -> None:
        raise Conflict("no")

    options: dict[str, Any] = dict.fromkeys(REASONS.get(reason, {}), fail)
    if reason == "exception handler":
        options["exception_handlers"] = {Conflict: lambda request, error: "mended"}
    routes = Routes()

    @routes.get("/", after_response=notes.hook("after_response"), **options)
    async def handler(request: Request) -> str:
        return fail(request) or "never" if reason in ("handler", "exception handler") else "hello"

    async with serving(routes) as client:
        assert (await client.get("/")).status == (200 if reason == "exception handler" else 409)
    assert notes == []


@pytest.mark.parametrize(("path", "status"), [("/", 409), ("/none", 404)])
async def test_33_an_always_hook_runs_behind_errors_too(serving: Serving, notes: Any, path: str, status: int) -> None:
    routes = Routes()

    @routes.get("/")
    async def handler(request: Request) -> None:
        raise Conflict("no")

    layer = Layer("always", after_response=notes.hook("always"), on="always")
    async with serving(routes, layers=[layer]) as client:
        assert (await client.get(path)).status == status
    assert notes == ["always"]


async def test_34_a_slow_hook_holds_up_neither_the_body_nor_the_next_request(serving: Serving, notes: Any) -> None:
    routes, go_on, complete = Routes(), anyio.Event(), anyio.Event()

    async def slow(request: Request) -> None:
        await go_on.wait()
        notes.append("slow")

    routes.get("/", after_response=slow)(hello)
    routes.get("/next")(hello)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            complete.set()

    async with serving(routes) as client, anyio.create_task_group() as group:
        group.start_soon(client.app, {**SCOPE, "path": "/"}, anyio.sleep_forever, send)
        with anyio.fail_after(5):
            await complete.wait()
        assert (await client.get("/next")).text == "hello"
        assert notes == []
        go_on.set()
    assert notes == ["slow"]


class Gone(OSError):
    """What a server's send raises when the client has left."""


async def test_35_on_finish_tells_every_outcome_once(serving: Serving, notes: Any) -> None:
    routes = Routes(layers=[Layer("inner", on_finish=notes.finish("inner"))])
    routes.get("/ok")(hello)
    routes.get("/bypass", before_request=lambda request: "instead")(hello)

    @routes.get("/error")
    async def fail(request: Request) -> None:
        raise ValueError("no")

    async with serving(routes) as client:
        for path in ("/ok", "/bypass", "/error"):
            await client.get(path)
    assert notes == ["inner ok", "inner bypass", "inner error"]


@pytest.mark.parametrize(("method", "outcome"), [("GET", "not_found"), ("POST", "error")])
async def test_35_on_finish_of_an_app_is_told_of_paths_without_a_route(
    serving: Serving, notes: Any, method: str, outcome: str
) -> None:
    routes = Routes()
    routes.get("/ok")(hello)
    async with serving(routes, layers=[Layer("app", on_finish=notes.finish("app"))]) as client:
        await client.request(method, "/none" if method == "GET" else "/ok")
    assert notes == [f"app {outcome}"]


async def test_35_on_finish_tells_of_a_client_that_left(serving: Serving, notes: Any) -> None:
    async def leave(message: Any) -> None:
        raise Gone

    routes = Routes()
    routes.get("/", layers=[Layer("end", on_finish=notes.finish("end"))])(hello)
    async with serving(routes) as client:
        await client.app({**SCOPE, "path": "/"}, anyio.sleep_forever, leave)
    assert notes == ["end disconnected"]


async def test_a_failing_on_finish_stops_no_other_one(serving: Serving, notes: Any, caplog: Any) -> None:
    def fail(request: Request, outcome: str) -> None:
        raise ValueError("no")

    layers = [Layer("fail", on_finish=fail), Layer("end", on_finish=notes.finish("end"))]
    routes = Routes()
    routes.get("/", layers=layers)(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).text == "hello"
    assert notes == ["end ok"]
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert f"hook '{fail.__qualname__}' of 'shop'" in record.getMessage()
