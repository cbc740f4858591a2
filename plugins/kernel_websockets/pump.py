"""Stand between us and a server that must not be stopped while it waits for a message.

Granian loses the message that comes just when a `receive` is cancelled, and sends no close as long as
one is waiting. So there a task of its own waits for messages, and is stopped before a close is sent.
With other servers nothing stands between: it costs a change of tasks for each message.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from kernel.types import Message, Receive, Send

SERVERS = ("granian.",)
QUEUE = 32
"""Messages that wait for the handler; then the server, and so the client, has to."""


class Pump:
    """The channel of one connection, as ASGI would have it."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._accepted, self._stopped = anyio.Event(), anyio.Event()
        self._give, self._take = anyio.create_memory_object_stream[Message](QUEUE)
        self._waiting = anyio.CancelScope()
        self._end: dict[str, Any] = {"code": 1006, "reason": ""}

    async def run(self) -> None:
        """Take messages from the time of the accept until the client left, or a close is to be sent."""
        with self._waiting:
            await self._accepted.wait()
            more = True
            while more:
                message = await self._receive()
                more = message["type"] == "websocket.receive"
                await self._give.send(message)
            self._give.close()
        self._stopped.set()

    async def receive(self) -> Message:
        """Return the next message; after the last one that the connection has ended."""
        if not self._accepted.is_set():
            return await self._receive()
        try:
            return await self._take.receive()
        except anyio.EndOfStream:
            return {"type": "websocket.disconnect", **self._end}

    async def send(self, message: Message) -> None:
        """Send a message; a close when nobody waits for one any more."""
        if message["type"] == "websocket.close" and self._accepted.is_set():
            self._end = {"code": message["code"], "reason": message["reason"]}
            self._waiting.cancel()
            await self._stopped.wait()
            await self._send(message)
            self._give.close()
            return
        await self._send(message)
        if message["type"] == "websocket.accept":
            self._accepted.set()

    def release(self) -> None:
        """Let go of what messages wait in."""
        self._give.close()
        self._take.close()


@asynccontextmanager
async def fit(receive: Receive, send: Send) -> AsyncIterator[tuple[Receive, Send]]:
    """Return the channel to use: a pump where the server needs one, else the server's own."""
    if not type(getattr(receive, "__self__", None)).__module__.startswith(SERVERS):
        yield receive, send
        return
    pump = Pump(receive, send)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(pump.run)
            yield pump.receive, pump.send
            group.cancel_scope.cancel()
    finally:
        pump.release()
