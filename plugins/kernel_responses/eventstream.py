"""Server-sent events: a response that goes on (WHATWG HTML, section 9.2).

While it is sent the iterable yields in a task of its own, another waits until the client leaves, and
this one sends, or a heartbeat while there is nothing to send. Whoever has enough, the iterable, the
client or a server that restarts, closes the channel between them, and that ends all three.
"""

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Any

import anyio

from kernel import Request, Response
from kernel.errors import ClientDisconnect
from kernel.response import HeaderInput, Pair, checked
from kernel.types import Send
from kernel_responses.events import as_event, milliseconds
from kernel_responses.stream import Source, closed, failure, sources, within

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

HEARTBEAT = b":\n\n"
"""A comment: clients drop it, and whatever lies between us and them sees that the connection lives."""
PAIRS: tuple[Pair, ...] = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class EventStream(Response):
    """Each item of *iterable*, sync or async, as an event: str, Event, or a value that is sent as JSON.

    The answer begins at once and goes on until the iterable ends, the client leaves or the server
    restarts; the iterable is closed in each case, exactly once. It is never compressed.

    Args:
        heartbeat: seconds without an event after which a comment is sent; None for never.
        retry: milliseconds after which a client that lost the connection comes back.

    Raises:
        TypeError: *iterable* is not an iterable of events.
        ValueError: a heartbeat or a retry that is no time.
    """

    streamed, body = True, b""

    def __init__(
        self,
        iterable: Iterable[Any] | AsyncIterable[Any],
        heartbeat: float | None = 15,
        retry: int | None = None,
        headers: HeaderInput = (),
    ) -> None:
        if heartbeat is not None and not heartbeat > 0:
            raise ValueError(f"heartbeat={heartbeat!r}: it is a number of seconds above 0, or None")
        self.heartbeat, self.status = heartbeat, 200
        self.opening = HEARTBEAT if retry is None else f"retry: {milliseconds(retry)}\n\n".encode()
        given = checked(headers)
        names = {name for name, _ in given}
        self.pairs = (*(pair for pair in PAIRS if pair[0] not in names), *given)
        self._sources = sources(iterable)

    async def prepare(self, request: Request) -> Response:
        """Return the stream as it is sent this time.

        Raises:
            RuntimeError: the iterator was sent before.
        """
        source = next(self._sources, None)
        if source is None:
            raise RuntimeError("stream: an iterator can be sent once; give EventStream an iterable that starts anew")
        return Flowing(self, source)

    async def write(self, request: Request, send: Send) -> None:
        """Send what `prepare` returns."""
        await (await self.prepare(request)).write(request, send)


class Flowing(Response):
    """An event stream under way."""

    streamed, body = True, b""

    def __init__(self, stream: EventStream, source: Source) -> None:
        self.status, self.pairs = stream.status, tuple(stream.raw_headers(None))
        self._source, self._opening = source, stream.opening
        self._heartbeat = float("inf") if stream.heartbeat is None else stream.heartbeat
        self._failure: Exception | None = None
        self._left = False

    async def aclose(self) -> None:
        """Let go of the events of an answer that is not sent after all."""
        await closed(self._source)

    async def write(self, request: Request, send: Send) -> None:
        """Send events and heartbeats until the end.

        Raises:
            ClientDisconnect: the client left.
            Exception: what the iterable raised; the answer stays visibly incomplete.
        """
        if request.scope["method"] == "HEAD":
            await closed(self._source)
            await send({"type": "http.response.start", "status": self.status, "headers": [*self.pairs]})
        else:
            await self._flow(request, send)
        if self._failure:
            raise self._failure
        if self._left:
            raise ClientDisconnect("the client left during the stream")
        await send({"type": "http.response.body", "body": b""})

    async def _flow(self, request: Request, send: Send) -> None:
        give, take = anyio.create_memory_object_stream[bytes]()
        with give, take:
            async with anyio.create_task_group() as group:
                group.start_soon(self._yield_into, give)
                group.start_soon(self._wait_for_leaving, request, give)
                group.start_soon(close_at_drain, request, give)
                try:
                    await self._send_all(take, send)
                except OSError:  # as ASGI has servers say that nobody is there
                    self._left = True
                group.cancel_scope.cancel()

    async def _send_all(self, take: "MemoryObjectReceiveStream[bytes]", send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": [*self.pairs]})
        data = self._opening  # some servers send nothing before there is a body
        while not self._left:
            await send({"type": "http.response.body", "body": data, "more_body": True})
            data = HEARTBEAT
            with within(self._heartbeat):
                try:
                    data = await take.receive()
                except anyio.EndOfStream:
                    return

    async def _yield_into(self, give: "MemoryObjectSendStream[bytes]") -> None:
        try:
            try:
                async for item in self._source:
                    data = as_event(item)
                    try:
                        await give.send(data)
                    except anyio.ClosedResourceError:
                        break
            finally:
                await closed(self._source)
        except Exception as error:
            self._failure = failure(error) if isinstance(error, OSError) else error
        finally:
            give.close()

    async def _wait_for_leaving(self, request: Request, give: "MemoryObjectSendStream[bytes]") -> None:
        complete = False
        while (message := await request.receive())["type"] != "http.disconnect":
            if complete:
                return  # not a message that a server may send here
            complete = not message.get("more_body")  # of what the handler left unread
        self._left = True
        give.close()


async def close_at_drain(request: Request, give: "MemoryObjectSendStream[bytes]") -> None:
    """Close *give* when the server is about to stop, where a plugin knows of that."""
    try:
        life = request.app.service("life")
    except LookupError:
        return
    await life.draining.wait()
    give.close()
