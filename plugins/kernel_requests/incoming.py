"""The body of a request: received once, within its limit, and kept."""

from collections.abc import AsyncGenerator
from typing import Any

from kernel import Request
from kernel.errors import ClientDisconnect, HTTPException
from kernel_requests.json import check_media_type, decode
from kernel_requests.limits import Limits

UNREAD: Any = object()


class BodyTooLarge(HTTPException):
    """The client sent, or announced, more than *limit* bytes (413, RFC 9110 §15.5.14)."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, headers=[(b"connection", b"close")])
        self.limit = limit


class Incoming:
    """What `request.body`, `request.stream` and `request.json` are methods of."""

    def __init__(self, request: Request, limits: Limits) -> None:
        self._request, self._limits = request, limits
        self._body: bytes | None = None
        self._started = False
        self._json: Any = UNREAD

    def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body chunk by chunk as it arrives; it can be received once.

        Raises:
            BodyTooLarge: more than `request.max_body_size` bytes were announced or arrived (413).
            ClientDisconnect: the client went away.
            RuntimeError: the stream was begun before.
        """
        return self._receive(self._request.max_body_size)

    async def body(self) -> bytes:
        """Return the whole body; later calls return the same bytes. Raises as `stream`."""
        return await self._whole(self._request.max_body_size)

    async def json(self) -> Any:
        """Return the value of a JSON body; later calls return the same value.

        Raises:
            HTTPException: 415, the media type is not JSON; 400, it is not valid JSON; and as
                `stream`, with the limit `[limits] max_json_size` if that is less.
        """
        if self._json is UNREAD:
            check_media_type(self._request.headers.get("content-type", ""))
            body = await self._whole(min(self._limits.max_json_size, self._request.max_body_size))
            self._json = decode(body, self._limits.max_json_depth)
        return self._json

    async def _whole(self, limit: int) -> bytes:
        if self._body is None:
            self._body = b"".join([chunk async for chunk in self._receive(limit)])
        elif len(self._body) > limit:
            raise BodyTooLarge(limit)
        return self._body

    async def _receive(self, limit: int) -> AsyncGenerator[bytes, None]:
        if self._body is not None:
            yield self._body
            return
        if self._started:
            raise RuntimeError("the body of the request has been received already, by request.stream()")
        announced = self._request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit:
            raise BodyTooLarge(limit)
        self._started, size, more = True, 0, True
        while more:
            message = await self._request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect("the client left before its body was complete")
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(limit)
            yield chunk
