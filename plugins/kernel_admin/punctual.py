"""A deadline for heads of requests on Uvicorn, which has none: a byte now and then would hold a connection."""

from typing import Any


def punctual(base: Any, seconds: float) -> Any:
    """Return a protocol of Uvicorn that closes a connection whose next request does not begin in time.

    So is one that still sends the body of a request whose answer is out. One timer a connection, which
    looks again when it is due, so that a request costs one look at the clock.

    Args:
        base: either of Uvicorn's HTTP/1 protocols.
        seconds: from the connection to the end of the head; after an answer the time of keep-alive
            comes on top. 0 is for ever.
    """
    if not seconds:
        return base

    class Punctual(base):  # type: ignore[misc]  # the two have no base in common
        def connection_made(self, transport: Any) -> None:
            """Begin to count."""
            super().connection_made(transport)
            self._due = self.loop.time() + seconds
            self._timer = self.loop.call_at(self._due, self._look)

        def on_response_complete(self) -> None:
            """Count anew."""
            self._due = self.loop.time() + self.timeout_keep_alive + seconds
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            """Let go of the connection."""
            self._timer.cancel()
            super().connection_lost(exc)

        def _look(self) -> None:
            if self not in self.connections:  # a websocket has taken it over
                return
            now = self.loop.time()
            if self.cycle is not None and not self.cycle.response_complete:
                self._timer = self.loop.call_later(seconds, self._look)
            elif now < self._due:
                self._timer = self.loop.call_at(self._due, self._look)
            else:
                self.timeout_keep_alive_handler()

    return Punctual
