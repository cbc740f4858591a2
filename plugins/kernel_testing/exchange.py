"""One request from the server's side: what `receive` gives and `send` takes."""

from collections.abc import Iterable, Mapping
from typing import Any


class Exchange:
    """The message channel of one request; `messages` is what the application sent.

    Args:
        chunks: the body, a message each.
        disconnect_after: messages of the answer after which the client leaves; 0: before the last
            part of its own body. From then on `receive` says so and `send` raises OSError.
    """

    def __init__(self, chunks: Iterable[bytes], disconnect_after: int | None) -> None:
        import anyio

        parts = list(chunks) or [b""]
        self._parts = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        self._parts[-1]["more_body"] = False
        self.messages: list[Mapping[str, Any]] = []
        self._left, self._limit = anyio.Event(), disconnect_after
        if disconnect_after == 0:
            self._parts.pop()
            self._left.set()

    async def receive(self) -> dict[str, Any]:
        """Give the next part of the body; after the last one wait until the client leaves."""
        from anyio.lowlevel import checkpoint

        await checkpoint()
        if self._parts:
            return self._parts.pop(0)
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Mapping[str, Any]) -> None:
        """Take one message of the answer."""
        from anyio.lowlevel import checkpoint

        await checkpoint()
        if self._limit is not None and len(self.messages) >= self._limit:
            raise ConnectionResetError("the client left")
        self.messages.append(message)
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last or len(self.messages) == self._limit:
            self._left.set()
