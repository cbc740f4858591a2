"""What the tests of websockets share: a kernel with one handler, and a server of hand-made messages."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Kernel, Layer


class Server:
    """A server that hands over some messages, then waits; `sent` is what it was given."""

    def __init__(self, *messages: Any, extension: bool = True, **scope: Any) -> None:
        kinds = {str: lambda one: {"type": "websocket.receive", "text": one}}
        self.waiting = [{"type": "websocket.connect"}, *(kinds.get(type(one), dict)(one) for one in messages)]
        self.sent: list[Any] = []
        self.failing, self.idle = False, anyio.Event()
        self.scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": "/ws",
            "query_string": b"",
            "headers": [(b"host", b"localhost")],
            "extensions": {"websocket.http.response": {}} if extension else None,
            **scope,
        }

    async def receive(self) -> Any:
        await anyio.lowlevel.checkpoint()
        if not self.waiting:
            self.idle.set()
            await anyio.sleep_forever()
        return self.waiting.pop(0)

    async def send(self, message: Any) -> None:
        await anyio.lowlevel.checkpoint()
        if self.failing:
            raise BrokenPipeError("nobody is there")
        self.sent.append(message)

    async def serve(self, kernel: Kernel) -> list[Any]:
        """Serve one connection with a kernel that lives for it."""
        await kernel.start()
        try:
            await kernel(self.scope, self.receive, self.send)
        finally:
            await kernel.stop()
        return self.sent

    @property
    def types(self) -> list[str]:
        return [message["type"] for message in self.sent]


@pytest.fixture
def server() -> type[Server]:
    """Return the class of servers."""
    return Server


@pytest.fixture
def serving() -> Callable[..., Kernel]:
    """Return a factory: the kernel whose websocket at /ws is a handler, with the options given."""

    def make(
        handler: Any,
        path: str = "/ws",
        config: Any = None,
        plugins: Iterable[Any] = (),
        ends: Any = None,
        **options: Any,
    ) -> Kernel:
        routes = Routes()
        routes.websocket(path, **options)(handler)
        layers = [Layer("ends", on_finish=lambda ws, end: ends.append(end))] if ends is not None else []
        return make_kernel(plugins, [App(name="chat", routes=routes, layers=layers)], config)

    return make


@pytest.fixture
def connected(serving: Callable[..., Kernel]) -> Callable[..., Any]:
    """Return a context: a client's socket to a handler, as soon as that accepted it."""

    @asynccontextmanager
    async def connect(handler: Any, **options: Any) -> AsyncIterator[Any]:
        wishes = {name: options.pop(name) for name in ("headers", "subprotocols", "scope") if name in options}
        async with Client(serving(handler, **options)) as client, client.websocket("/ws", **wishes) as socket:
            yield socket

    return connect
