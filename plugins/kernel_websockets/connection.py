"""One connection, message by message, and how far it got (ASGI WebSocket 2.5).

    CONNECTING --accept--> OPEN --close--> CLOSED, by us
         |                  |
         +---- close -------|------------> CLOSED, which the client sees as HTTP 403
         |                  |
         +--- disconnect ---+------------> LEFT, by the client or with its connection

Nothing is sent any more in the two states on the right.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum, auto
from time import monotonic

import anyio

from kernel.errors import ClientDisconnect, HTTPException
from kernel.response import Pair
from kernel.types import Message, Receive, Send

LOST, NO_CODE, RESTART = 1006, 1005, 1012
"""Codes of an end (RFC 6455 §7.4.1): without a close, without a code, and for the server's restart."""
LOOK_EVERY = 1.0
"""Seconds between two looks at whether the client is there, for handlers that only send."""
GLANCE = 0.001
"""Seconds that such a look takes at most; without any, a receive that begins with a checkpoint sees nothing."""
MOST_WAITING = 32
"""Messages that are taken from the server at such a look, and wait for the handler."""


class Phase(Enum):
    """How far a connection got."""

    CONNECTING = auto()
    OPEN = auto()
    CLOSED = auto()
    LEFT = auto()


class Disconnected(ClientDisconnect):
    """The other side ended the connection, or it was lost; no error of anybody.

    Attributes:
        code: of the close (RFC 6455 §7.4), 1006 if the connection was lost; 1012 at a restart of the server.
        reason: what the other side says about it.
    """

    def __init__(self, code: int = LOST, reason: str = "") -> None:
        self.code, self.reason = code, reason
        super().__init__(f"the websocket was closed with code {code}{f': {reason}' if reason else ''}")


class MessageTooLarge(HTTPException):
    """The client sent a message of more than *limit* bytes; the socket was closed with 1009."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"a message has at most {limit} bytes")
        self.limit = limit


def comes_later() -> HTTPException:
    """Return the answer to a client that connects while the server is about to restart."""
    return HTTPException(503, headers=[(b"retry-after", b"5")])


class Connection:
    """The messages of one connection; what is sent and received decides its `phase`.

    `code` and `reason` are those of its end; `departing` tells that the server wants to restart.
    """

    def __init__(self, path: str, receive: Receive, send: Send) -> None:
        self.path, self._receive, self._send = path, receive, send
        self.phase, self.code, self.reason = Phase.CONNECTING, LOST, ""
        self.reading = self.departing = self._connected = False
        self._waiting: deque[Message] = deque()
        self._ending: anyio.Event | None = None
        self._due, self._sent = monotonic() + LOOK_EVERY, 0

    async def receive(self) -> Message:
        """Return the next message of the server, whatever it is."""
        if self._waiting:
            return self._waiting.popleft()
        self.reading, self._sent = True, 0
        try:
            message = await self._receive()
        finally:
            self.reading = False
        if message["type"] != "websocket.receive":
            self._note(message)
        return message

    def _note(self, message: Message) -> None:
        if message["type"] == "websocket.disconnect":
            self._left(message.get("code") or NO_CODE, message.get("reason") or "")
        elif message["type"] == "websocket.connect":
            self._connected = True

    def _left(self, code: int, reason: str = "") -> None:
        if self.phase is not Phase.CLOSED:
            self.phase, self.code, self.reason = Phase.LEFT, code, reason

    async def send(self, message: Message) -> None:
        """Send any message; what it ends or begins is remembered.

        Raises:
            Disconnected: the client is gone.
        """
        kind, more = message["type"], message.get("more_body", False)
        if kind == "websocket.close" or (kind == "websocket.http.response.body" and not more):
            await self._end(message)
            return
        await self.transmit(message)
        if kind == "websocket.accept":
            self.phase = Phase.OPEN

    async def _end(self, message: Message) -> None:
        """Send the last message; the phase changes before, since nobody may send another meanwhile."""
        self.phase, self._ending = Phase.CLOSED, anyio.Event()
        self.code, self.reason = message.get("code", 1000), message.get("reason", "")
        try:
            await self.transmit(message)
        finally:
            self._ending.set()

    async def ended(self) -> None:
        """Wait until the last message is sent, if another task is at it."""
        if self._ending:
            await self._ending.wait()

    async def transmit(self, message: Message) -> None:
        """Send a message that ends or begins nothing. Raises as `send`.

        Who never waits for messages would not learn that the client left, so then it is looked for.
        """
        self._sent += 1
        if self._sent > 1 and monotonic() > self._due:
            await self._look()
        try:
            await self._send(message)
        except OSError as error:  # as ASGI has servers say that nobody is there
            self._left(LOST)
            raise Disconnected(LOST) from error

    async def _look(self) -> None:
        """See whether the client left: some servers take what they cannot send any more."""
        self._due = monotonic() + LOOK_EVERY
        while not self.reading and len(self._waiting) < MOST_WAITING and self.phase is Phase.OPEN:
            message = None
            with anyio.move_on_after(GLANCE):
                message = await self._receive()
            if message is None:
                return
            self._note(message)
            self._waiting.append(message)
        if self.phase is Phase.LEFT:
            raise Disconnected(self.code, self.reason)

    async def connected(self) -> None:
        """Wait for the client's wish to connect; raises Disconnected if it left before."""
        if not self._connected:
            await self.receive()
        if self.phase is Phase.LEFT:
            raise Disconnected(self.code, self.reason)

    async def accept(self, subprotocol: str | None = None, headers: Iterable[Pair] = ()) -> None:
        """Open the connection.

        Raises:
            Disconnected: the client left before.
            HTTPException: 503, the server is about to restart.
        """
        await self.connected()
        if self.departing:
            raise comes_later()
        await self.send({"type": "websocket.accept", "subprotocol": subprotocol, "headers": list(headers)})

    async def close(self, code: int, reason: str = "") -> None:
        """End the connection; nothing happens if it has ended."""
        if self.phase in (Phase.CONNECTING, Phase.OPEN):
            await self.send({"type": "websocket.close", "code": code, "reason": reason})

    async def depart(self) -> None:
        """End the connection because the server restarts; one that is not open yet will be refused."""
        self.departing = True
        if self.phase is Phase.OPEN:
            with suppress(Disconnected):
                await self.close(RESTART, "the server restarts")

    def over(self, act: str) -> Exception:
        """Return what to raise for an act on a connection that has ended."""
        if self.phase is Phase.LEFT or self.departing:
            return Disconnected(self.code, self.reason)
        return RuntimeError(f"websocket '{self.path}': {act}() after the end; it was closed with {self.code}")
