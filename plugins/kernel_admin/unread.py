"""Answers that are given before the body was received, on a server that cannot drop the rest of it by itself."""

from typing import Any

import anyio

from kernel.types import ASGIApp, Message, Receive, Scope, Send

FRAMING = frozenset({b"content-length", b"transfer-encoding"})
GRACE = 1.0
"""Seconds for a server to say that the connection is over, once the answer is out."""
OVER = {"type": "http.disconnect"}


def dropping(app: ASGIApp) -> ASGIApp:
    """Return *app*, in which what was not received of a body is dropped while the last part of the answer is sent.

    Hypercorn hands a body over through a queue of ten places. If that is full when an answer ends, the task
    which should make room waits in `send` for room, for ever, and keeps the connection and all it holds.
    The connection of such an answer ends with it (HTTP/1, RFC 9112 §9.6).
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or FRAMING.isdisjoint(name for name, _ in scope["headers"]):
            return await app(scope, receive, send)
        body = Body(receive, send)
        await app(scope, body.receive, body.send if scope["http_version"][0] == "1" else send)

    return serve


class Body:
    """The messages of one request; `complete` tells whether the application has received its whole body."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.complete = self.over = False

    async def receive(self) -> Message:
        """Return the next message; none comes after the answer."""
        if self.over:
            return OVER
        message = await self._receive()
        self.complete = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        """Send a message; with the last one of an answer that came early, drop the rest of the body."""
        if self.complete:
            await self._send(message)
        elif message["type"] == "http.response.start":
            await self._send({**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]})
        elif message.get("more_body"):
            await self._send(message)
        else:
            self.over = True
            async with anyio.create_task_group() as group:
                group.start_soon(self._drop)
                await self._send(message)
                group.cancel_scope.deadline = anyio.current_time() + GRACE

    async def _drop(self) -> None:
        message: Any = {}
        while message.get("type") != OVER["type"]:
            message = await self._receive()
