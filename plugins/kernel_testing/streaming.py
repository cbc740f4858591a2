"""An answer taken piece by piece while the application sends it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from kernel_testing.exchange import Exchange


class Streamed:
    """An answer under way: `status` and `headers` are there, iterating yields the parts of the body.

    The application waits with each part until it is taken.
    """

    def __init__(self, exchange: "Streaming", start: Mapping[str, Any]) -> None:
        self._exchange, self._more = exchange, True
        self.status: int = start["status"]
        self.headers: list[tuple[bytes, bytes]] = list(start.get("headers", ()))

    def __aiter__(self) -> "Streamed":  # no generator, which would have to be closed
        return self

    async def __anext__(self) -> bytes:
        while self._more:
            message = await self._exchange.next()
            self._more = message.get("more_body", False)
            if message.get("body"):
                part: bytes = message["body"]
                return part
        raise StopAsyncIteration


class Streaming(Exchange):
    """The message channel of an answer that is taken piece by piece."""

    def __init__(self, chunks: list[bytes]) -> None:
        import anyio

        super().__init__(chunks, None)
        self._give, self._take = anyio.create_memory_object_stream[Mapping[str, Any]]()
        self._error: Exception | None = None
        self.done = anyio.Event()

    async def run(self, call: Callable[..., Awaitable[None]], scope: Mapping[str, Any]) -> None:
        """Call the application; what it raises is kept."""
        try:
            await call(scope, self.receive, self.send)
        except Exception as error:
            self._error = error
        finally:
            self._give.close()
            self.done.set()

    async def next(self) -> Mapping[str, Any]:
        """Return the next message.

        Raises:
            Exception: what the application raised instead of sending one.
            ConnectionError: it ended in the middle of its answer.
        """
        import anyio

        try:
            return await self._take.receive()
        except anyio.EndOfStream:
            raise self._error or ConnectionError("the application ended in the middle of its answer") from None

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take one message and wait until the client has it.

        Raises:
            ConnectionResetError: the client left.
        """
        import anyio

        await super().send(message)
        try:
            await self._give.send(message)
        except anyio.BrokenResourceError:
            raise ConnectionResetError("the client left") from None

    def leave(self) -> None:
        """Leave as a client does who has seen enough."""
        self._left.set()
        self._take.close()
