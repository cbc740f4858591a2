"""Layers that pass everything through, beside nested coroutines and beside classes as ASGI middleware is written.

Hooks stand beside awaits in the handler itself.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import reduce
from typing import Any

from kernel_router import Routes
from scenario import PLAIN, ASGIApp, Scenario, answer

from kernel import App, Kernel, Layer, Request


async def passing(request: Any, call_next: Any) -> Any:
    """Do nothing."""
    return await call_next(request)


class Wrapper:
    """A class around an application that does nothing, as middleware of ASGI is usually written."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        await self.app(scope, receive, send)


def passed(app: ASGIApp) -> ASGIApp:
    """Return a coroutine function around *app* that does nothing."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)

    return call


async def plaintext(scope: Any, receive: Any, send: Any) -> None:
    """Answer as one does by hand."""
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/":
        await answer(send, 200, PLAIN, b"hello")


async def hello(request: Request) -> str:
    """Answer."""
    return "hello"


def layered(count: int) -> App:
    """Return an app with *count* layers."""
    routes = Routes(layers=[Layer(f"layer{number}", around=passing) for number in range(count)])
    routes.get("/")(hello)
    return App(name="bench", routes=routes)


def wrapped(count: int, wrapper: Callable[[ASGIApp], ASGIApp] = passed) -> ASGIApp:
    """Return the raw callable in as many wrappers."""
    return reduce(lambda app, _: wrapper(app), range(count), plaintext)


async def before(request: Request) -> None:
    """Do nothing."""


async def after(response: Any) -> Any:
    """Do nothing."""
    return response


async def after_response(request: Request) -> None:
    """Do nothing."""


async def direct(request: Request) -> Any:
    """Await the three by hand."""
    await before(request)
    value = await after("hello")
    await after_response(request)
    return value


hooked = Routes(before_request=before, after_request=after, after_response=after_response)
hooked.get("/")(hello)
by_hand = Routes()
by_hand.get("/")(direct)
awaiting = Kernel({}, apps=[App(name="bench", routes=by_hand)])


@asynccontextmanager
async def started() -> AsyncIterator[None]:
    """Run the kernel whose handler awaits by hand."""
    await awaiting.start()
    yield
    await awaiting.stop()


SCENARIOS = [
    Scenario("5 pass-through layers", "/", layered(5), wrapped(5), 2.0),
    Scenario("10 pass-through layers", "/", layered(10), wrapped(10), 1.7),
    Scenario("5 layers, beside 5 ASGI wrappers", "/", layered(5), wrapped(5, Wrapper), 2.0),
    Scenario("10 layers, beside 10 ASGI wrappers", "/", layered(10), wrapped(10, Wrapper), 1.8),
    Scenario(
        "before, after, after_response; three awaits",
        "/",
        App(name="bench", routes=hooked),
        awaiting,
        1.5,
        around=started,
    ),
]
