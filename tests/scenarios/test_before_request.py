"""Contract, scenarios A: before_request."""

import contextvars
import threading
from collections.abc import Callable
from itertools import product
from typing import Any

import anyio
import pytest
from kernel_errors import Conflict
from kernel_responses import Text
from kernel_router import Routes

from kernel import Hooks, Layer, Request, Response, hookimpl

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]
variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")


async def hello(request: Request) -> str:
    return "hello"


def seed() -> tuple[Routes, Any, list[Any]]:
    """Return the example of the seed in our names."""
    routes, called = Routes(), list[Any]()

    @routes.get("/")
    async def handler(request: Request, name: str) -> dict[str, str]:
        called.append(name)
        return {"message": request.state["message"]}

    async def before_request_handler(request: Request) -> dict[str, str] | None:
        name = request.query_params["name"]
        if name == "Ben":
            return {"message": "These are not the bytes you are looking for"}
        request.state["message"] = f"Use the handler, {name}"
        return None

    return routes, before_request_handler, called


async def test_1_a_hook_hands_a_value_to_the_handler(serving: Serving) -> None:
    routes, hook, _ = seed()
    async with serving(routes, before_request=hook) as client:
        response = await client.get("/?name=Luke")
    assert (response.status, response.json()) == (200, {"message": "Use the handler, Luke"})


async def test_2_a_returned_value_bypasses_the_handler(serving: Serving) -> None:
    routes, hook, called = seed()
    async with serving(routes, before_request=hook) as client:
        response = await client.get("/?name=Ben")
    assert (response.status, response.json()) == (200, {"message": "These are not the bytes you are looking for"})
    assert called == []


@pytest.mark.parametrize(("waits", "value"), [*product((True, False), ("hook", None)), (None, None)])
async def test_3_a_hook_in_any_form_bypasses_or_does_not(serving: Serving, notes: Any, waits: Any, value: Any) -> None:
    routes = Routes()
    hook = None if waits is None else notes.hook("before", value, waits)
    routes.get("/", before_request=hook)(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).text == (value or "hello")
    assert notes == ([] if waits is None else ["before"])


MATRIX = [states for states in product((None, "value", "none"), repeat=3) if any(states)]


@pytest.mark.parametrize("states", MATRIX)
async def test_4_the_nearest_hook_decides_alone(serving: Serving, notes: Any, states: Any) -> None:
    app, group, route = [
        state and notes.hook(level, level if state == "value" else None)
        for level, state in zip(("app", "group", "route"), states, strict=True)
    ]
    routes = Routes(before_request=group)
    routes.get("/", before_request=route)(hello)
    async with serving(routes, before_request=app) as client:
        text = (await client.get("/")).text
    winner, state = next(
        (level, state)
        for level, state in zip(("route", "group", "app"), reversed(states), strict=True)
        if state is not None
    )
    assert notes == [winner]
    assert text == (winner if state == "value" else "hello")


@pytest.mark.parametrize(
    ("value", "body"), [({}, b"{}"), ([], b"[]"), ("", b""), (0, b"0"), (False, b"false"), (b"", b"")]
)
async def test_5_a_falsy_value_bypasses_too(serving: Serving, value: Any, body: bytes) -> None:
    routes = Routes()
    routes.get("/", before_request=lambda request: value)(hello)
    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.status, response.body) == (200, body)


async def test_6_a_bypass_with_a_response_of_its_own(serving: Serving) -> None:
    routes, seen = Routes(), []

    def after(response: Response) -> Response:
        seen.append(response.status)
        return response

    teapot = Text("short", 418, [("x-pot", "1")])
    routes.get("/", before_request=lambda request: teapot, after_request=after)(hello)
    async with serving(routes) as client:
        response = await client.get("/")
    assert (response.status, response.text, response.header("x-pot"), seen) == (418, "short", "1", [418])


async def test_7_the_bypass_value_of_a_shared_response_stays_as_it_is(serving: Serving) -> None:
    def after(response: Response) -> Response:
        response.headers.append((b"x-more", b"1"))
        return response

    routes, shared = Routes(), Text("shared")
    routes.get("/", before_request=lambda request: shared, after_request=after)(hello)
    async with serving(routes) as client:
        counts = [len((await client.get("/")).headers) for _ in range(3)]
    assert len(set(counts)) == 1


async def test_8_a_failing_guard_keeps_the_hook_from_running(serving: Serving, notes: Any) -> None:
    def deny(request: Request) -> None:
        raise Conflict("no")

    routes = Routes(guards=[deny])
    routes.get("/", before_request=notes.hook("before"), after_request=notes.after("after"))(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).status == 409
    assert notes == []


async def test_9_an_invalid_query_is_refused_after_the_hook(serving: Serving, notes: Any) -> None:
    routes = Routes()

    @routes.get("/", before_request=notes.hook("before"))
    async def handler(request: Request, page: int) -> None:
        notes.append("handler")

    async with serving(routes) as client:
        assert (await client.get("/?page=x")).status == 400
    assert notes == ["before"]


async def test_9_a_bypass_needs_no_valid_query(serving: Serving) -> None:
    routes = Routes()

    @routes.get("/", before_request=lambda request: "instead")
    async def handler(request: Request, page: int) -> None: ...

    async with serving(routes) as client:
        assert (await client.get("/?page=x")).text == "instead"


async def test_10_what_a_hook_raises_is_answered_and_observed_once(serving: Serving) -> None:
    routes, hooks, seen, starts = Routes(), Hooks(), list[Any](), list[int]()

    async def refuse(request: Request) -> None:
        raise Conflict("taken")

    @hooks.on("error")
    async def observe(error: Exception) -> None:
        seen.append(type(error).__name__)

    class Sniffer:
        name = "sniffer"

        @hookimpl
        def kernel_layers(self) -> Layer:
            def wrap(app: Any) -> Any:
                async def sniff(scope: Any, receive: Any, send: Any) -> None:
                    async def watch(message: Any) -> None:
                        starts.extend([message["status"]] if "status" in message else [])
                        await send(message)

                    await app(scope, receive, watch)

                return sniff

            return Layer("sniffer", asgi=wrap)

    routes.get("/", before_request=refuse)(hello)
    async with serving(routes, hooks=[hooks], plugins=[Sniffer]) as client:
        assert (await client.get("/")).status == 409
    assert (seen, starts) == (["Conflict"], [409])


async def test_11_the_total_order(serving: Serving, notes: Any) -> None:
    routes = Routes(layers=[notes.layer("group")])

    @routes.get(
        "/",
        layers=[notes.layer("route"), Layer("end", on_finish=notes.finish("end"))],
        guards=[notes.hook("guard")],
        before_request=notes.hook("before"),
        after_request=notes.after("after"),
        after_response=notes.hook("after_response"),
    )
    async def handler(request: Request) -> str:
        notes.append("handler")
        request.background(notes.append, "background")
        return "hello"

    async with serving(routes, layers=[notes.layer("app")]) as client:
        await client.get("/")
    way_in = ["app", "group", "route", "guard", "before", "handler", "after", "route out", "group out", "app out"]
    assert notes == [*way_in, "background", "after_response", "end ok"]


@pytest.mark.parametrize("waits", [True, False])
async def test_12_context_variables_of_a_hook_reach_the_handler(serving: Serving, waits: bool) -> None:
    routes = Routes()

    def quick(request: Request) -> None:
        variable.set("by the hook")

    async def slow(request: Request) -> None:
        quick(request)

    @routes.get("/", before_request=slow if waits else quick)
    async def handler(request: Request) -> str:
        return variable.get()

    async with serving(routes) as client:
        assert (await client.get("/")).text == "by the hook"


async def test_12_context_variables_of_a_threaded_handler_reach_the_hook_after(serving: Serving) -> None:
    routes = Routes()

    def after(response: Response) -> Response:
        return Text(variable.get())

    @routes.get("/", after_request=after)
    def handler(request: Request, name: str = "typed") -> str:
        variable.set(name)
        return "hello"

    async with serving(routes) as client:
        assert (await client.get("/")).text == "typed"


async def test_13_a_cancelled_request_is_no_error(serving: Serving, notes: Any, caplog: Any) -> None:
    routes, hooks, asleep, sent = Routes(), Hooks(), anyio.Event(), list[Any]()

    @hooks.on("error")
    async def observe(error: Exception) -> None:
        notes.append("observed")

    async def sleep(request: Request) -> None:
        asleep.set()
        await anyio.sleep_forever()

    routes.get("/", before_request=sleep, layers=[Layer("end", on_finish=notes.finish("end"))])(hello)
    async with serving(routes, hooks=[hooks]) as client:
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")]}

        async def send(message: Any) -> None:
            sent.append(message)

        async with anyio.create_task_group() as group:
            group.start_soon(client.app, {**scope, "query_string": b""}, anyio.sleep_forever, send)
            await asleep.wait()
            group.cancel_scope.cancel()
    assert (notes, sent) == (["end cancelled"], [])
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_14_a_function_of_a_class_body_gets_the_request_alone(serving: Serving) -> None:
    class Pages:
        def before(request: Request) -> str:  # type: ignore[misc]  # no method
            return type(request).__mro__[1].__name__

        routes = Routes(before_request=before)

    Pages.routes.get("/")(hello)
    async with serving(Pages.routes) as client:
        assert (await client.get("/")).text == "Request"


def where_it_runs(request: Request) -> str:
    return "thread" if threading.current_thread() is not threading.main_thread() else "loop"


def marked(request: Request) -> str:
    return where_it_runs(request)


marked.blocking = False  # type: ignore[attr-defined]  # the mark of a function

PLACES = [
    ({}, {}, where_it_runs, "thread"),
    ({}, {"blocking": False}, where_it_runs, "loop"),
    ({"blocking": False}, {}, where_it_runs, "loop"),
    ({"blocking": False}, {"blocking": True}, where_it_runs, "thread"),
    ({}, {}, marked, "loop"),
    ({"blocking": True}, {}, marked, "loop"),
]


@pytest.mark.parametrize(("app", "route", "function", "place"), PLACES)
async def test_sync_functions_run_in_a_thread_unless_they_are_marked(
    serving: Serving, app: Any, route: Any, function: Any, place: str
) -> None:
    routes = Routes()
    routes.get("/hook", before_request=function, **route)(hello)
    routes.get("/handler", **route)(function)
    async with serving(routes, **app) as client:
        assert [(await client.get(path)).text for path in ("/hook", "/handler")] == [place, place]


async def test_the_mark_of_a_level_holds_for_the_hooks_stated_there_and_further_in(serving: Serving) -> None:
    routes = Routes(blocking=False)
    routes.get("/")(hello)
    async with serving(routes, before_request=where_it_runs) as client:
        assert (await client.get("/")).text == "thread"  # stated outside of the mark


@pytest.mark.parametrize(("blocking", "place"), [(None, "thread"), (True, "thread"), (False, "loop")])
async def test_a_layer_marks_its_own_hooks(serving: Serving, blocking: Any, place: str) -> None:
    routes = Routes(layers=[Layer("one", before_request=where_it_runs, blocking=blocking)])
    routes.get("/")(hello)
    async with serving(routes) as client:
        assert (await client.get("/")).text == place
