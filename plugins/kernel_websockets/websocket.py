"""What the handler of a websocket gets: a request that goes on."""

from contextlib import suppress
from typing import Any, NoReturn

from kernel_requests.json import decode
from kernel_responses.json import encode

from kernel import Request
from kernel.response import HeaderInput, checked
from kernel.types import Message
from kernel_websockets.connection import Connection, Disconnected, MessageTooLarge, Phase

CONNECTING, OPEN, CLOSED, LEFT = Phase  # members of an enumeration take longer to look up
CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})
"""What a close may say (RFC 6455 §7.4); the others only tell how a connection ended."""
LONGEST_REASON = 123
"""Bytes of UTF-8 (RFC 6455 §5.5)."""
TOO_LARGE = 1009


class WebSocket(Request):
    """A websocket; everything a request has beside its body is there too.

    `max_body_size` is the most bytes of one message. A socket is accepted by `accept`, or by the first
    message that is sent or waited for. Whoever waits for, or sends to, a client that is gone gets
    `Disconnected`, which may be left alone: it ends the handler, and is no error.
    """

    connection: Connection
    max_json_depth = 64

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """What the client offers to speak, the best first."""
        return tuple(self.scope.get("subprotocols") or ())

    @property
    def accepted(self) -> bool:
        """Whether the socket is open."""
        return self.connection.phase is OPEN

    async def accept(self, subprotocol: str | None = None, headers: HeaderInput = ()) -> None:
        """Open the socket.

        Args:
            subprotocol: one of those that the client offers.
            headers: of the answer to the handshake, pairs of bytes or of str.

        Raises:
            RuntimeError: it is open already, or was closed.
            ValueError: a subprotocol that is not offered, or a header that may not be sent.
        """
        if self.connection.phase is OPEN:
            raise RuntimeError(
                f"websocket '{self.connection.path}': accept() comes once, before anything is sent or waited for"
            )
        if self.connection.phase is not CONNECTING:
            raise self.connection.over("accept")
        if subprotocol is not None and subprotocol not in self.subprotocols:
            offered = ", ".join(self.subprotocols) or "none"
            raise ValueError(f"accept(): the client does not offer the subprotocol '{subprotocol}', but {offered}")
        pairs = checked(headers)
        for name, _ in pairs:
            if name.startswith(b"sec-websocket-"):
                raise ValueError(f"accept(): the header '{name.decode()}' belongs to the handshake")
        await self.connection.accept(subprotocol, pairs)

    async def receive(self) -> str | bytes:  # type: ignore[override]  # of a request this is the channel of its body
        """Return the next message: str from a text frame, bytes from a binary one.

        Raises:
            Disconnected: the socket was closed or lost.
            MessageTooLarge: the message has more than `max_body_size` bytes; the socket is closed with 1009.
            RuntimeError: it was closed here.
        """
        connection = self.connection
        if connection.phase is not OPEN:
            await self._open("receive")
        message = await connection.receive()
        data: str | bytes | None = message.get("text")
        if data is None:
            data = message.get("bytes")
        if data is None or len(data) * 4 > self.max_body_size:
            return await self._looked_at(message, data or b"")
        return data

    async def _looked_at(self, message: Message, data: str | bytes) -> str | bytes:
        """Return the data of a message that may be too large, or none at all."""
        connection = self.connection
        if message["type"] != "websocket.receive":
            raise Disconnected(connection.code, connection.reason)
        if size(data) > self.max_body_size:
            await connection.close(TOO_LARGE, "message too large")
            raise MessageTooLarge(self.max_body_size)
        return data

    async def send(self, data: str | bytes) -> None:
        """Send a message: str as a text frame, bytes as a binary one.

        Raises:
            Disconnected: the client is gone.
            RuntimeError: the socket was closed here.
            TypeError: neither str nor bytes.
        """
        message = {"type": "websocket.send", "text": data} if data.__class__ is str else framed(data)
        connection = self.connection
        if connection.phase is not OPEN:
            await self._open("send")
        await connection.transmit(message)

    async def receive_json(self) -> Any:
        """Return the value of the next message, which is JSON. Raises as `receive`.

        Raises:
            HTTPException: 400, it is not valid JSON; left alone, it closes the socket with 1008.
        """
        data = await self.receive()
        return decode(data.encode() if isinstance(data, str) else data, self.max_json_depth)

    async def send_json(self, value: Any) -> None:
        """Send *value* as JSON in a text frame. Raises as `send`, and for what has no form in JSON."""
        await self.send(encode(value).decode())

    def __aiter__(self) -> "WebSocket":
        return self

    async def __anext__(self) -> str | bytes:
        if self.connection.phase is CLOSED:
            raise StopAsyncIteration
        try:
            return await self.receive()
        except Disconnected:
            raise StopAsyncIteration from None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket; before `accept` that refuses it, with status 403. Closing again does nothing.

        Args:
            code: 1000 to 1014, without those that only tell; 3000 to 4999 for your own (RFC 6455 §7.4).
            reason: at most 123 bytes of UTF-8.

        Raises:
            ValueError: a code or a reason that may not be sent.
        """
        if code not in CODES:
            raise ValueError(f"close(): the code {code!r} may not be sent; take 1000, or one from 3000 to 4999")
        if len(reason.encode()) > LONGEST_REASON:
            raise ValueError(f"close(): the reason has more than {LONGEST_REASON} bytes")
        if self.connection.phase is CONNECTING:
            await self.connection.connected()
        with suppress(Disconnected):
            await self.connection.close(code, reason)

    async def is_disconnected(self) -> bool:
        """Tell whether the socket has ended."""
        return self.connection.phase in (CLOSED, LEFT)

    async def _open(self, act: str) -> None:
        if self.connection.phase is not CONNECTING:
            raise self.connection.over(act)
        await self.connection.accept()

    @property
    def incoming(self) -> NoReturn:
        """Refuse what only other requests have."""
        raise RuntimeError(f"websocket '{self.connection.path}' has no body; await ws.receive() returns its messages")


def framed(data: Any) -> Message:
    """Return the message that sends *data*; raises TypeError for what is neither str nor bytes."""
    if isinstance(data, str):
        return {"type": "websocket.send", "text": str(data)}
    if isinstance(data, (bytes, bytearray, memoryview)):
        return {"type": "websocket.send", "bytes": bytes(data)}
    raise TypeError(f"send() takes str or bytes, not {type(data).__name__}; send_json() takes other values")


def size(data: str | bytes) -> int:
    """Return the bytes of a message."""
    return len(data.encode("utf-8", "surrogatepass")) if isinstance(data, str) else len(data)
