"""Bodies sent chunk by chunk, as they come to be."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from itertools import repeat
from typing import Any, Protocol

from anyio import move_on_after, to_thread

from kernel import Request, Response
from kernel.response import WITHOUT_BODY, HeaderInput, header
from kernel.types import Send
from kernel_responses.compression import Gzip, Pairs, negotiated
from kernel_responses.fields import value_of

CLOSING_TIME = 10.0
"""Seconds an iterable has to clean up after it was left, even if the request is cancelled."""
END: Any = object()
TEXT = (b"content-type", b"text/plain; charset=utf-8")
OCTETS = (b"content-type", b"application/octet-stream")


class Source(Protocol):
    """Chunks of str or bytes that can be given up."""

    def __aiter__(self) -> AsyncIterator[Any]: ...

    async def __anext__(self) -> Any: ...

    async def close(self) -> None:
        """Release what the chunks come from."""


class Chunks:
    """The chunks of an iterable: an async one is awaited, a sync one runs in a worker thread.

    Lists and tuples have nothing to wait for, so they need no thread.
    """

    def __init__(self, iterable: Iterable[Any] | AsyncIterable[Any]) -> None:
        self._close: Callable[[], Awaitable[Any]] | None
        if isinstance(iterable, AsyncIterable):
            chunks = aiter(iterable)
            self._next: Callable[[], Awaitable[Any]] = lambda: anext(chunks, END)
            self._close = getattr(chunks, "aclose", None)
            return
        iterator = iter(iterable)
        if isinstance(iterable, (list, tuple)):
            self._next, self._close = lambda: _at_once(iterator), None
            return
        self._next = lambda: to_thread.run_sync(next, iterator, END)
        close = getattr(iterator, "close", None)
        self._close = close and (lambda: to_thread.run_sync(close))

    def __aiter__(self) -> "Chunks":
        return self

    async def __anext__(self) -> Any:
        try:
            chunk = await self._next()
        except OSError as error:  # must not pass for a client that left
            raise RuntimeError(f"stream: its iterable failed: {error}") from error
        if chunk is END:
            raise StopAsyncIteration
        return chunk

    async def close(self) -> None:
        """Close the iterator in this task, also while the request is being cancelled."""
        if self._close:
            with move_on_after(CLOSING_TIME, shield=True):
                await self._close()


async def _at_once(iterator: Iterator[Any]) -> Any:
    return next(iterator, END)


def as_bytes(chunk: Any) -> bytes:
    """Return a chunk as bytes; raises TypeError for what is neither str nor bytes."""
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    raise TypeError(f"stream: a chunk is of type '{type(chunk).__qualname__}'; str or bytes are due")


class Chunked(Response):
    """An answer under way: sent once, from a source that is closed in every case.

    Args:
        status: HTTP status code.
        headers: pairs to send; *length*, in bytes, is added where it is known.
        source: the chunks after *first*.
        coder: compresses them.
    """

    streamed = True

    def __init__(
        self,
        status: int,
        headers: Pairs,
        source: Source,
        coder: Gzip | None = None,
        first: Any = b"",
        length: int | None = None,
    ) -> None:
        self.body, self.status, self.pairs, self._length = b"", status, headers, length
        self._source, self._coder, self._first = source, coder, first

    async def write(self, request: Request, send: Send) -> None:
        """Send the start, each chunk in a message of its own, and the end."""
        try:
            headers = self.raw_headers(self._length)
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            if request.scope["method"] == "HEAD" or self.status in WITHOUT_BODY:
                return await send({"type": "http.response.body", "body": b""})
            await self._forward(send, self._first)
            async for chunk in self._source:
                await self._forward(send, chunk)
            await send({"type": "http.response.body", "body": self._coder.finish() if self._coder else b""})
        finally:
            await self._source.close()

    async def _forward(self, send: Send, chunk: Any) -> None:
        data = as_bytes(chunk)
        if data:
            body = await self._coder.add(data) if self._coder else data
            await send({"type": "http.response.body", "body": body, "more_body": True})


class Stream(Response):
    """The chunks of *iterable*, sync or async, of str or bytes.

    The answer starts with the first chunk, so an exception before it still becomes an error
    response; an exception after it leaves the body visibly incomplete. Yield b"" to start early.

    Args:
        content_type: without it, plain text if the first chunk is str, else octet-stream.
        compress: send gzip to a client that asks for it.

    Raises:
        TypeError: *iterable* is not an iterable of chunks.
    """

    streamed = True

    def __init__(
        self,
        iterable: Iterable[Any] | AsyncIterable[Any],
        content_type: str | bytes = b"",
        status: int = 200,
        headers: HeaderInput = (),
        compress: bool = False,
    ) -> None:
        if isinstance(iterable, (str, bytes, bytearray)) or not isinstance(iterable, (Iterable, AsyncIterable)):
            raise TypeError(f"Stream needs an iterable of chunks, not {type(iterable).__name__!r}")
        self.body, self.status, self.headers, self.compress = b"", int(status), headers, compress
        if content_type and value_of(self.pairs, b"content-type") is None:
            self.pairs = (*self.pairs, header(b"content-type", content_type))
        once = isinstance(iterable, (Iterator, AsyncIterator))
        self._sources = iter([Chunks(iterable)]) if once else map(Chunks, repeat(iterable))

    async def prepare(self, request: Request) -> Response:
        """Return the stream with its first chunk at hand; what the iterable raises passes through.

        Raises:
            RuntimeError: the iterator was sent before.
        """
        source = next(self._sources, None)
        if source is None:
            raise RuntimeError("stream: an iterator can be sent once; give Stream an iterable that starts anew")
        try:
            first = await anext(source, b"")
            headers, coded = tuple(self.raw_headers(None)), False
            if value_of(headers, b"content-type") is None:
                headers = (*headers, TEXT if isinstance(first, str) else OCTETS)
            if self.compress:
                headers, coded = negotiated(request, self.status, headers, None)
            return Chunked(self.status, headers, source, Gzip() if coded else None, first)
        except BaseException:
            await source.close()
            raise

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await (await self.prepare(request)).write(request, send)
