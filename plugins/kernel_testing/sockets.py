"""A websocket from the client's side, in process (ASGI WebSocket 2.5)."""

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kernel_testing.response import Response

SENT = "websocket.http.response"


class Refused(Exception):
    """The application refused the handshake; `status` and `response` are its answer."""

    def __init__(self, response: Response) -> None:
        self.status, self.response = response.status, response
        super().__init__(f"the websocket was refused with status {response.status}")


class Closed(Exception):
    """The application closed the socket, with `code` and `reason`."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(f"the websocket was closed with code {code}{f': {reason}' if reason else ''}")


class Socket:
    """A websocket that was accepted; `messages` is everything that the application sent.

    Attributes:
        subprotocol: the one the application chose, or None.
        headers: of its answer to the handshake, as pairs of bytes.
    """

    def __init__(self, timeout: float) -> None:
        import anyio

        self._timeout, self._ended = timeout, False
        self._there, self._come = anyio.create_memory_object_stream[Mapping[str, Any]](math.inf)
        self._give, self._take = anyio.create_memory_object_stream[Mapping[str, Any]](math.inf)
        self._error: Exception | None = None
        self.messages: list[Mapping[str, Any]] = []
        self.subprotocol: str | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self.done = anyio.Event()

    async def run(self, call: Callable[..., Awaitable[None]], scope: Mapping[str, Any]) -> None:
        """Call the application; what it raises is kept."""
        self._tell("websocket.connect")
        try:
            await call(scope, self._come.receive, self._sent)
        except Exception as error:
            self._error = error
        finally:
            self._give.close()
            self.done.set()

    def release(self) -> None:
        """Let go of what the messages wait in."""
        for stream in (self._there, self._come, self._give, self._take):
            stream.close()

    def _tell(self, kind: str, **more: Any) -> None:
        self._there.send_nowait({"type": kind, **more})

    async def _sent(self, message: Mapping[str, Any]) -> None:
        from anyio.lowlevel import checkpoint

        await checkpoint()
        if self._ended:
            raise ConnectionResetError("the client left")
        self.messages.append(message)
        self._give.send_nowait(message)
        if message["type"] == "websocket.close":
            self._tell("websocket.disconnect", code=message.get("code", 1000), reason=message.get("reason", ""))

    async def _next(self) -> Mapping[str, Any]:
        import anyio

        with anyio.fail_after(self._timeout):
            try:
                return await self._take.receive()
            except anyio.EndOfStream:
                raise self._error or ConnectionError("the application ended without a close") from None

    async def open(self) -> None:
        """Wait for the answer to the handshake.

        Raises:
            Refused: it is no.
            Exception: what the application raised instead of answering.
        """
        message = await self._next()
        if message["type"] == "websocket.accept":
            self.subprotocol, self.headers = message.get("subprotocol"), list(message.get("headers") or ())
            return
        if message["type"] == "websocket.close":
            raise Refused(Response(({"type": "http.response.start", "status": 403}, {"type": "http.response.body"})))
        parts = [message]
        while message["type"] == f"{SENT}.start" or message.get("more_body"):
            message = await self._next()
            parts.append(message)
        raise Refused(Response([{**part, "type": part["type"].removeprefix("websocket.")} for part in parts]))

    async def send(self, data: str | bytes) -> None:
        """Send a message."""
        self._tell("websocket.receive", **{"text" if isinstance(data, str) else "bytes": data})

    async def send_json(self, value: Any) -> None:
        """Send a value as JSON."""
        await self.send(json.dumps(value))

    async def receive(self) -> str | bytes:
        """Return the next message.

        Raises:
            Closed: there is none, because the application closed the socket.
            TimeoutError: it took too long.
            Exception: what the application raised.
        """
        message = await self._next()
        if message["type"] == "websocket.close":
            self._ended = True
            raise Closed(message.get("code", 1000), message.get("reason", ""))
        text: str | None = message.get("text")
        data: str | bytes = message.get("bytes", b"") if text is None else text
        return data

    async def receive_json(self) -> Any:
        """Return the value of the next message. Raises as `receive`."""
        return json.loads(await self.receive())

    def __aiter__(self) -> "Socket":
        return self

    async def __anext__(self) -> str | bytes:
        try:
            return await self.receive()
        except Closed:
            raise StopAsyncIteration from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; with code 1006 the connection is lost instead."""
        if not self._ended:
            self._ended = True
            self._tell("websocket.disconnect", code=code, reason=reason)
