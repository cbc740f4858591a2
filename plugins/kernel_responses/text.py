"""Whole bodies: text, HTML and bytes."""

from collections.abc import AsyncIterable, Awaitable, Iterator
from typing import Any

from kernel import Request, Response
from kernel.response import HeaderInput, header
from kernel.types import Send
from kernel_responses.compression import compressed


class Body(Response):
    """A whole body; as `Response`, and it can be compressed.

    Args:
        compress: send gzip to a client that asks for it, if the body has 500 bytes or more.

    Raises:
        TypeError: the body has to be iterated or awaited.
    """

    plain = (header(b"content-type", Response.content_type),)
    """The headers of an answer that was given none; made once for each class."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.plain = (header(b"content-type", cls.content_type),)

    def __init__(
        self,
        body: Any = b"",
        status: int = 200,
        headers: HeaderInput = (),
        content_type: str | bytes = b"",
        compress: bool = False,
    ) -> None:
        if headers or content_type:
            super().__init__(body, status, headers, content_type)
        else:
            self.body, self.status, self.pairs = self.encode(body), int(status), self.plain
        self.streamed = compress  # the coding depends on the request, which `write` sees

    def encode(self, body: Any) -> bytes:
        """Return bytes as they are, anything else as the text it shows."""
        if not isinstance(body, str) and isinstance(body, (AsyncIterable, Awaitable, Iterator)):
            name, kind = type(self).__name__, type(body).__name__
            raise TypeError(f"{name} takes a whole body, not {kind!r}; stream an iterator with Stream(...)")
        return super().encode(body)

    async def prepare(self, request: Request) -> Response:
        """Return what to send: compressed if that was asked for here and by the client."""
        return await compressed(self, request) if self.streamed else self

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await Response.write(await self.prepare(request), request, send)


class Text(Body):
    """Plain text in UTF-8."""


class HTML(Body):
    """A page of HTML in UTF-8."""

    content_type = b"text/html; charset=utf-8"


class Binary(Body):
    """Bytes; say what they are with *content_type*."""

    content_type = b"application/octet-stream"
