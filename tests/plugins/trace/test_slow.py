"""What is slow itself is logged, by name and without what it was called with."""

import logging
from typing import Any

import pytest
from kernel_router import Routes
from kernel_testing import Client
from kernel_websockets import WebSocket

from kernel import App, Layer, Plugin, Request, hookimpl
from kernel.layers import Route, where

pytestmark = pytest.mark.anyio


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "kernel.trace"]


async def test_a_slow_handler_is_named_once(
    clock: Any, traced: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(request: Request) -> str:
        clock.work(200)
        return "x"

    async def around(request: Request, call_next: Any) -> Any:
        return await call_next(request)

    route = Route("/x", "GET", handler, layers=[Layer("around", around=around)])
    await asking(traced(App(name="shop", routes=[route])), "/x?token=secret")
    name = "test_a_slow_handler_is_named_once.<locals>.handler"
    assert lines(caplog) == [
        f"slow: handler '{name}' of 'shop', route 'GET /x': 200.0 ms of its own, 200.0 ms in all ({where(handler)})"
    ]
    assert [record.levelno for record in caplog.records if record.name == "kernel.trace"] == [logging.WARNING]


async def test_what_is_faster_is_not(clock: Any, traced: Any, asking: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def handler(request: Request) -> str:
        clock.work(49)
        return "x"

    await asking(traced(App(name="shop", routes=[Route("/x", "GET", handler)]), slow="50ms"))
    assert lines(caplog) == []


async def test_around_all_routes_the_route_of_the_request_is_named(
    clock: Any, traced: Any, asking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Around(Plugin):
        name = "around"

        @hookimpl
        def kernel_layers(self) -> Layer:
            return Layer("around", around=self.call)

        async def call(self, request: Request, call_next: Any) -> Any:
            clock.work(100)
            return await call_next(request)

    async def handler(request: Request) -> str:
        return "x"

    await asking(traced(App(name="shop", routes=[Route("/x", "GET", handler)]), plugins=[Around]))
    (line,) = lines(caplog)
    assert line.startswith("slow: layer 'around' of 'around', route 'GET /x': 100.0 ms of its own")


async def test_behind_the_end_of_a_request_there_is_no_route(traced: Any, caplog: pytest.LogCaptureFixture) -> None:
    kernel = traced(slow="0").boot()
    check = kernel.booted.compiled[4]
    check(Request({"headers": [(b"host", b"localhost")]}, None, kernel))  # type: ignore[arg-type]  # never read
    (line,) = lines(caplog)
    assert line.startswith("slow: before_request 'checking.<locals>.check' of 'networking': ")


async def test_the_session_of_a_websocket_is_measured_and_not_logged(
    clock: Any, traced: Any, figures: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def session(ws: WebSocket) -> None:
        clock.work(1000)
        async for message in ws:
            await ws.send(message)

    def patient(request: Request) -> None:
        clock.work(100)

    routes = Routes(guards=[patient])
    routes.websocket("/ws")(session)
    kernel = traced(App(name="shop", routes=routes))
    async with Client(kernel) as client, client.websocket("/ws") as socket:
        await socket.send("hello")
        assert await socket.receive() == "hello"
    assert figures(kernel)["shop handler session"] == (1, 1000, 1000, 1000)
    (line,) = lines(caplog)
    assert line.startswith("slow: guard ")
