"""The body of a request: received once, within its limit, and kept."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextvars import Context
from time import monotonic
from typing import Any
from weakref import proxy

import anyio

from kernel import Request
from kernel.errors import ClientDisconnect, HTTPException
from kernel.types import Message
from kernel_requests import media
from kernel_requests.json import check_media_type, decode
from kernel_requests.limits import Limits

UNREAD: Any = object()
JSON = b"application/json"
Take = Callable[[bytes], Awaitable[None] | None]
Pour = Callable[[Take], Awaitable[None]]
PROGRESS = 1024
"""Bytes of a body that have to arrive within `[timeouts] body_idle`."""


class BodyTooLarge(HTTPException):
    """The client sent, or announced, more than *limit* bytes (413, RFC 9110 §15.5.14)."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, headers=[(b"connection", b"close")])
        self.limit = limit


class BodyTooSlow(HTTPException):
    """The client did not go on sending its body (408, RFC 9110 §15.5.9)."""

    def __init__(self) -> None:
        super().__init__(408, headers=[(b"connection", b"close")])


class Incoming:
    """What `request.body`, `stream`, `json`, `text` and `is_disconnected` are methods of.

    The request keeps it, so once the body is complete it does not keep the request any longer: large
    bodies must not wait for the garbage collector.
    """

    def __init__(self, request: Request, limits: Limits, idle: float = 30.0) -> None:
        self._request, self._limits, self._idle = request, limits, idle
        self._body: bytes | None = request.received
        request.received = b""  # what arrives from now on is received here
        self._started = self._complete = self._body is not None
        self._left = False
        self._json: Any = UNREAD

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body chunk by chunk as it arrives; it can be received once.

        Raises:
            BodyTooLarge: more than `request.max_body_size` bytes were announced or arrived (413).
            BodyTooSlow: less than 1 KiB arrived within `[timeouts] body_idle` (408).
            ClientDisconnect: the client went away.
            RuntimeError: the stream was begun before.
        """
        if self._body is not None:
            yield self._body
            return
        request, size = self._request, 0
        limit = request.max_body_size
        self._begin(limit, announced(request))
        pace = Pace(self._idle)
        while not self._complete:
            with pace as scope:
                chunk = self._taken(await request.receive())
            if scope.cancelled_caught:
                raise BodyTooSlow
            pace.arrived(len(chunk))
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(limit)
            yield chunk

    async def pour(self, take: Take) -> None:
        """Hand the body to *take* chunk by chunk as it arrives, and wait for what that returns; raises as both do.

        It costs less than `stream`, which has to leave its time limit with every chunk.
        """
        request = self._request
        if self._body is None:
            self._begin(request.max_body_size, announced(request))
            await self._poured(take, request.max_body_size, 0)
        elif (work := take(self._body)) is not None:
            await work

    def body(self) -> Coroutine[Any, Any, bytes]:
        """Return the whole body; later calls return the same bytes. Raises as `stream`."""
        request = self._request
        return self._whole(request.max_body_size, b"" if self._started else announced(request))

    async def text(self) -> str:
        """Return the body as text in the charset its media type names, UTF-8 if it names none.

        Raises:
            HTTPException: 415, the charset is not known, or the body is compressed; 400, the body is not in it; and
                as `stream`.
        """
        media.check_coding(self._request)
        charset = self._request.charset
        return media.text(await self.body(), charset)

    async def json(self) -> Any:
        """Return the value of a JSON body; later calls return the same value.

        Raises:
            HTTPException: 415, the media type is not JSON, or it is compressed; 400, it is not valid JSON; and as
                `stream`, with the limit `[limits] max_json_size` if that is less.
        """
        if self._json is UNREAD:
            self._json = decode(await self.json_text(), self._limits.max_json_depth)
        return self._json

    def json_text(self) -> Coroutine[Any, Any, bytes]:
        """Return the body if its media type is JSON, not yet decoded. Raises as `json`, but for the decoding."""
        request = self._request
        fields = dict(request.scope["headers"])
        if fields.get(b"content-type") != JSON:
            check_media_type(request.headers.get("content-type", ""))
        if b"content-encoding" in fields:
            media.check_coding(request)
        return self._whole(min(self._limits.max_json_size, request.max_body_size), fields.get(b"content-length", b""))

    async def is_disconnected(self) -> bool:
        """Tell whether the client is known to have left; it never waits and takes nothing of the body.

        While a part of the body has arrived and waits to be read the answer is False.
        """
        request = self._request
        while not self._left:
            if self._started and not self._complete:
                return False
            receive, message = request.receive, None
            if isinstance(receive, Again):
                if receive.message.get("more_body"):
                    return False
                receive = receive.rest
            with anyio.move_on_after(0):
                message = await receive()
            if message is None:
                return False
            if message["type"] == "http.disconnect":
                self._left = True
            elif self._complete or isinstance(request.receive, Again):
                return False  # not a message that a server may send here
            else:
                request.receive = Again(message, request)
        return True

    async def _whole(self, limit: int, length: bytes) -> bytes:
        if self._body is None:
            self._begin(limit, length)
            receive = self._request.receive
            body = self._taken(await receive())
            if len(body) > limit:
                raise BodyTooLarge(limit)
            self._body = body if self._complete else await self._joined(body, limit)
        elif len(self._body) > limit:
            raise BodyTooLarge(limit)
        return self._body

    async def _joined(self, first: bytes, limit: int) -> bytes:
        chunks = [first]
        await self._poured(chunks.append, limit, len(first))
        return b"".join(chunks)

    async def _poured(self, take: Take, limit: int, size: int) -> None:
        request, pace = self._request, Pace(self._idle)
        with pace as scope:
            while not self._complete:
                chunk = self._taken(await request.receive())
                size += len(chunk)
                if size > limit:
                    raise BodyTooLarge(limit)
                if pace.arrived(len(chunk)):
                    pace.move(pace.deadline)
                if (work := take(chunk)) is not None:
                    pace.move(math.inf)  # the client need not wait for us
                    await work
                    pace.move(pace.again())
        if scope.cancelled_caught:
            raise BodyTooSlow

    def _begin(self, limit: int, length: bytes) -> None:
        if self._started:
            message = "the body of the request has been received already, by request.stream()"
            raise RuntimeError(f"{message}; await request.body() first to have it more than once")
        if length.isdigit() and int(length[:20]) > limit:
            raise BodyTooLarge(limit)
        self._started = True

    def _taken(self, message: Message) -> bytes:
        if message["type"] == "http.disconnect":
            self._left = True
            raise ClientDisconnect("the client left before its body was complete")
        if not message.get("more_body"):
            self._complete, self._request = True, proxy(self._request)
        chunk: bytes = message.get("body", b"")
        return chunk


def announced(request: Request) -> bytes:
    """Return the Content-Length, b"" without one; servers send names in lower case (ASGI HTTP, scope)."""
    length: bytes = dict(request.scope["headers"]).get(b"content-length", b"")
    return length


def clock() -> Callable[[], float]:
    """Return the clock of the event loop, or of the system where both agree: it is asked for every chunk."""
    return monotonic if abs(monotonic() - anyio.current_time()) < 1 else anyio.current_time


class Pace:
    """Until when the next 1 KiB of a body has to arrive: moved late, since that costs, by up to an eighth.

    As a context it is the time limit of what happens inside. Its timers are set in an empty `Context`, since
    asyncio keeps what was current with a timer, here the request and its body, until its time would have come,
    although it was cancelled long before.
    """

    def __init__(self, idle: float) -> None:
        self._idle, self._missing, self._now = idle, PROGRESS, clock()
        self.again()

    def __enter__(self) -> anyio.CancelScope:
        self._scope = anyio.CancelScope(deadline=self.deadline)
        return Context().run(self._scope.__enter__)

    def __exit__(self, *error: Any) -> bool:
        return self._scope.__exit__(*error)

    def move(self, deadline: float) -> None:
        """Set another deadline for what happens inside."""
        Context().run(setattr, self._scope, "deadline", deadline)

    def again(self) -> float:
        """Begin to count anew, and return the deadline."""
        self._moved = self._now()
        self.deadline = self._moved + self._idle * 9 / 8
        return self.deadline

    def arrived(self, size: int) -> bool:
        """Count the bytes of a chunk; tell whether the deadline was moved."""
        self._missing -= size
        if self._missing > 0:
            return False
        self._missing = PROGRESS
        if self._now() - self._moved < self._idle / 8:
            return False
        self.again()
        return True


class Again:
    """Hands over a message of the body that `is_disconnected` met, then the rest."""

    def __init__(self, message: Message, request: Request) -> None:
        self.message, self.rest, self._request = message, request.receive, request

    async def __call__(self) -> Message:
        """Return the message, and let the next call wait for the rest."""
        self._request.receive = self.rest
        return self.message
