"""Bodies sent chunk by chunk, as they come to be."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack
from contextvars import Context
from itertools import repeat
from time import monotonic
from types import AsyncGeneratorType
from typing import Any, Protocol

from anyio import move_on_after, to_thread

from kernel import Request, Response
from kernel.errors import ClientDisconnect
from kernel.response import WITHOUT_BODY, HeaderInput, checked, header
from kernel.types import Send
from kernel_responses.compression import Gzip, Pairs, negotiated
from kernel_responses.fields import value_of

CLOSING_TIME = 10.0
"""Seconds an iterable has to clean up after it was left, even if the request is cancelled."""
LOOK_EVERY = 1.0
"""Seconds between two looks at whether the client of a stream is still there."""
LOOK_AFTER = 4 * 1024 * 1024
"""Bytes between two of them: Hypercorn keeps in memory what it is given after the client has left."""
QUICK, TOGETHER = 0.01, 8
"""Of chunks that come within so many seconds so many are counted together: to read the clock costs half a chunk."""
END: Any = object()
_new = object.__new__
TEXT_PAIRS: Pairs = ((b"content-type", b"text/plain; charset=utf-8"),)
OCTET_PAIRS: Pairs = ((b"content-type", b"application/octet-stream"),)


class Source(Protocol):
    """Chunks of str or bytes that can be given up: an async generator is one as it is.

    An OSError of theirs must not pass for a client that left; others than generators raise another.
    """

    def __aiter__(self) -> AsyncIterator[Any]: ...

    def aclose(self) -> Awaitable[Any]:
        """Release what the chunks come from."""


def over(source: Source) -> bool:
    """Tell whether a generator ended or failed; of others nothing is known."""
    return getattr(source, "ag_frame", source) is None


def within(seconds: float, shield: bool = False) -> ExitStack:
    """Return a time limit that is running; leave it by `with`.

    It is entered in an empty `Context`, since asyncio keeps what was current with a timer, here the request,
    until its time would have come, although it was cancelled long before.
    """
    limit = ExitStack()
    Context().run(limit.enter_context, move_on_after(seconds, shield=shield))
    return limit


async def closed(source: Source) -> None:
    """Close a source in this task, also while the request is being cancelled."""
    with within(CLOSING_TIME, shield=True):
        await source.aclose()


class Chunks:
    """The chunks of any other iterable: an async one is awaited, a sync one runs in a worker thread.

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
        except OSError as error:
            raise failure(error) from error
        if chunk is END:
            raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """Close the iterator, if it can be closed."""
        if self._close:
            await self._close()


async def _at_once(iterator: Iterator[Any]) -> Any:
    return next(iterator, END)


def failure(error: OSError) -> RuntimeError:
    """Return what an error of the system is called if the chunks raised it."""
    return RuntimeError(f"stream: its iterable failed: {error}")


def sources(iterable: Iterable[Any] | AsyncIterable[Any]) -> Iterator[Source]:
    """Return the chunks of any other iterable, anew for each time it is sent; those of an iterator only once.

    Raises:
        TypeError: it is no iterable of chunks.
    """
    if isinstance(iterable, (str, bytes, bytearray)) or not isinstance(iterable, (Iterable, AsyncIterable)):
        raise TypeError(f"Stream needs an iterable of chunks, not {type(iterable).__name__!r}")
    once = isinstance(iterable, (Iterator, AsyncIterator))
    return iter((Chunks(iterable),)) if once else map(Chunks, repeat(iterable))


def as_bytes(chunk: Any) -> bytes:
    """Return a chunk as bytes; raises TypeError for what is neither str nor bytes."""
    if isinstance(chunk, str):
        return chunk.encode()
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    raise TypeError(f"stream: a chunk is of type '{type(chunk).__qualname__}'; str or bytes are due")


async def coded(chunk: Any, coder: Gzip | None) -> bytes:
    """Return what to send of a chunk; raises as `as_bytes`."""
    data = as_bytes(chunk)
    return await coder.add(data) if coder and data else data


async def demand_client(request: Request) -> None:
    """Look whether the client is there; some servers take what they cannot send any more.

    Raises:
        ClientDisconnect: it is not.
    """
    ask = getattr(request, "is_disconnected", None)
    if ask and await ask():
        raise ClientDisconnect("the client left during the stream")


class Chunked(Response):
    """An answer under way: sent once, from a source that is closed in every case.

    Args:
        status: HTTP status code.
        headers: pairs to send; *length*, in bytes, is added where it is known.
        source: the chunks after *first*.
        coder: compresses them.
    """

    streamed, body = True, b""
    sent: tuple[Source, Gzip | None, Any, int | None] | None = None

    def __init__(
        self,
        status: int,
        headers: Pairs,
        source: Source,
        coder: Gzip | None = None,
        first: Any = b"",
        length: int | None = None,
    ) -> None:
        self.status, self.pairs = status, headers
        self.sent = source, coder, first, length

    async def aclose(self) -> None:
        """Let go of the chunks of an answer that is not sent after all."""
        if self.sent is not None:
            await closed(self.sent[0])

    async def write(self, request: Request, send: Send) -> None:  # noqa: C901  # each call out of the loop costs half a chunk
        """Send the start, each chunk in a message of its own, and the end."""
        if self.sent is None:
            return await (await self.prepare(request)).write(request, send)
        source, coder, chunk, length = self.sent
        plain, ended = None if coder else bytes, False
        try:
            status, known = self.status, self.pairs.__class__ is tuple  # most often there is nothing to work out
            headers = [*self.pairs] if known and status == 200 and length is None else self.raw_headers(length)
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if request.scope["method"] == "HEAD" or status in WITHOUT_BODY:
                return await send({"type": "http.response.body", "body": b""})
            chunk = chunk if chunk.__class__ is plain else await coded(chunk, coder)
            if chunk:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            seen, left, together, turns = monotonic(), LOOK_AFTER, 1, 1
            due = seen + LOOK_EVERY
            async for chunk in source:
                if chunk.__class__ is not plain:
                    chunk = await coded(chunk, coder)
                if chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                turns -= 1
                if not turns:
                    now, left = monotonic(), left - len(chunk) * together
                    turns = together = TOGETHER if now - seen < QUICK * together else 1
                    seen = now
                    if now > due or left < 0:
                        await demand_client(request)
                        due, left, together, turns = now + LOOK_EVERY, LOOK_AFTER, 1, 1
            ended = True
            await send({"type": "http.response.body", "body": coder.finish() if coder else b""})
        except OSError as error:
            if over(source) and not ended:
                raise failure(error) from error
            raise
        finally:
            if not ended or source.__class__ is not AsyncGeneratorType:
                await closed(source)


class Stream(Chunked):
    """The chunks of *iterable*, sync or async, of str or bytes.

    The answer starts with the first chunk, so an exception before it still becomes an error
    response; an exception after it leaves the body visibly incomplete. Yield b"" to start early.

    Args:
        content_type: without it, plain text if the first chunk is str, else octet-stream.
        compress: send gzip to a client that asks for it.

    Raises:
        TypeError: *iterable* is not an iterable of chunks.
    """

    def __init__(
        self,
        iterable: Iterable[Any] | AsyncIterable[Any],
        content_type: str | bytes = b"",
        status: int = 200,
        headers: HeaderInput = (),
        compress: bool = False,
    ) -> None:
        self.status, self.compress, self.pairs = int(status), compress, tuple(checked(headers)) if headers else ()
        if content_type and value_of(self.pairs, b"content-type") is None:
            self.pairs = (*self.pairs, header(b"content-type", content_type))
        # nearly every stream is an async generator; whatever else is asked of it takes longer than a chunk
        self._once: list[Any] = [iterable]  # copies share it
        self._sources = None if iterable.__class__ is AsyncGeneratorType else sources(iterable)

    async def prepare(self, request: Request) -> Response:
        """Return the stream with its first chunk at hand; what the iterable raises passes through.

        Raises:
            RuntimeError: the iterator was sent before.
        """
        source = next(self._sources, None) if self._sources else self._once.pop() if self._once else None
        if source is None:
            raise RuntimeError("stream: an iterator can be sent once; give Stream an iterable that starts anew")
        try:
            first: Any = b""
            async for chunk in source:
                first = chunk
                break
            else:
                source = Chunks(())  # of a generator that ended here nobody can tell later where an error came from
            headers, packed = TEXT_PAIRS if isinstance(first, str) else OCTET_PAIRS, False
            if self.pairs:
                given = self.raw_headers(None)
                headers = (*given,) if value_of(given, b"content-type") is not None else (*given, *headers)
            if self.compress:
                headers, packed = negotiated(request, self.status, headers, None)
            # a generator is sent once: the stream itself is the answer; to make another one costs as much as a chunk
            answer = _new(Chunked) if self._sources else self
            answer.status, answer.pairs, answer.sent = (
                self.status,
                headers,
                (source, Gzip() if packed else None, first, None),
            )
            return answer
        except BaseException:
            await closed(source)
            raise
