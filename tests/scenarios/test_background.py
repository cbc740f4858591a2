"""Background calls belong to the application: isolated, bounded, drained at the stop."""

import threading
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_router import Routes

from kernel import Hooks, Layer, Request

pytestmark = pytest.mark.anyio
Serving = Callable[..., Any]
SCOPE = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", b"localhost")], "query_string": b""}


def errors(caplog: Any) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


async def test_calls_run_in_order_in_any_form(serving: Serving, notes: Any) -> None:
    routes = Routes()

    @routes.get("/")
    async def handler(request: Request) -> str:
        async def slow(name: str) -> None:
            await anyio.lowlevel.checkpoint()
            notes.append(name)

        def quick(name: str) -> None:
            notes.append(name)
            assert threading.current_thread() is not threading.main_thread()

        request.background(slow, "one")
        request.background(quick, "two")
        request.background(lambda: slow("three"))
        return "hello"

    async with serving(routes) as client:
        await client.get("/")
    assert notes == ["one", "two", "three"]


async def test_one_that_fails_is_reported_and_stops_no_other(serving: Serving, notes: Any, caplog: Any) -> None:
    """R122."""
    routes, hooks = Routes(), Hooks()

    @hooks.on("error")
    async def observe(error: Exception, response_started: bool) -> None:
        notes.append((str(error), response_started))

    async def fail() -> None:
        raise ValueError("no")

    @routes.get("/books")
    async def handler(request: Request) -> str:
        request.background(fail)
        request.background(notes.append, "next")
        return "hello"

    async with serving(routes, hooks=[hooks]) as client:
        assert (await client.get("/books")).status == 200
    assert notes == [("no", True), "next"]
    wanted = f"background call '{fail.__qualname__}' of 'shop', GET '/books' failed (route 'GET /books')"
    assert errors(caplog) == [f"GET '/books': {wanted}"]


async def test_the_request_is_over_while_its_call_runs(serving: Serving, notes: Any) -> None:
    routes, go_on = Routes(), anyio.Event()

    @routes.get("/", layers=[Layer("end", on_finish=notes.finish("end"))])
    async def handler(request: Request) -> str:
        async def later() -> None:
            await go_on.wait()
            notes.append(request.app.get_current_request() is request)

        request.background(later)
        return "hello"

    async with serving(routes) as client:
        assert (await client.get("/")).text == "hello"
        assert notes == []
        go_on.set()
    assert notes == [True, "end ok"]


async def test_a_cancelled_request_takes_no_call_with_it(serving: Serving, notes: Any) -> None:
    """R122."""
    routes, go_on = Routes(), anyio.Event()

    @routes.get("/")
    async def handler(request: Request) -> str:
        async def later() -> None:
            await go_on.wait()
            notes.append("later")

        request.background(later)
        return "hello"

    async with serving(routes) as client:
        with anyio.CancelScope() as scope:

            async def send(message: Any) -> None:
                if message["type"] == "http.response.body":
                    scope.cancel()

            await client.app(SCOPE, anyio.sleep_forever, send)
        go_on.set()
    assert notes == ["later"]


async def test_no_call_follows_an_answer_that_did_not_go_out(serving: Serving, notes: Any) -> None:
    async def leave(message: Any) -> None:
        raise OSError

    routes = Routes()

    @routes.get("/")
    async def handler(request: Request) -> str:
        request.background(notes.append, "never")
        return "hello"

    config = {"limits": {"max_background": "1"}}
    async with serving(routes, config=config) as client:
        await client.app(SCOPE, anyio.sleep_forever, leave)
        assert notes == []
        assert (await client.get("/")).status == 200  # its place is free again
    assert notes == ["never"]


async def test_one_call_too_many_is_refused(serving: Serving, caplog: Any) -> None:
    """R122."""
    routes, go_on, seen = Routes(), anyio.Event(), list[Any]()

    @routes.get("/")
    async def handler(request: Request) -> str:
        request.background(go_on.wait)
        return "hello"

    async with serving(routes, config={"limits": {"max_background": "2"}}) as client:
        for _ in range(3):
            response = await client.get("/")
            seen.append((response.status, response.header("retry-after")))
        go_on.set()
        await anyio.sleep(0.01)
        assert (await client.get("/")).status == 200
    assert seen == [(200, None), (200, None), (503, "5")]
    assert "2 wait or run, which is [limits] max_background" in caplog.text


async def test_the_stop_waits_until_a_deadline_and_reports_what_is_cut(
    serving: Serving, notes: Any, caplog: Any
) -> None:
    """R122."""
    routes = Routes()

    async def for_ever() -> None:
        await anyio.sleep_forever()

    async def short() -> None:
        await anyio.sleep(0.01)
        notes.append("short")

    @routes.get("/short")
    async def brief(request: Request) -> str:
        request.background(short)
        return "hello"

    @routes.get("/", layers=[Layer("end", on_finish=notes.finish("end"))])
    async def handler(request: Request) -> str:
        request.background(for_ever)
        return "hello"

    async with serving(routes, config={"timeouts": {"shutdown_hook": 0.2}}) as client:
        await client.get("/")
        await client.get("/short")
    assert notes == ["short", "end ok"]
    title = f"background call '{for_ever.__qualname__}' of 'shop', GET '/'"
    assert errors(caplog) == [f"stop: 1 background call is cut after 0.1 s: {title}"]


async def test_a_hook_behind_the_response_may_add_a_call(serving: Serving, notes: Any) -> None:
    async def after(request: Request) -> None:
        request.background(notes.append, "added")

    routes = Routes(after_response=after)

    @routes.get("/")
    async def handler(request: Request) -> str:
        return "hello"

    async with serving(routes) as client:
        await client.get("/")
    assert notes == ["added"]
