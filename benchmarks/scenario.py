"""One measurement: a request, an app that answers it, and a hand-written ASGI callable that does the same."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kernel import App

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
Pair = tuple[bytes, bytes]
HEADERS: list[Pair] = [
    (b"host", b"localhost:8000"),
    (b"user-agent", b"bench"),
    (b"accept", b"*/*"),
    (b"accept-encoding", b"gzip"),
]
PLAIN, JSON = (b"content-type", b"text/plain; charset=utf-8"), (b"content-type", b"application/json")


class Feed:
    """Hands over the body of a scenario, again for every request."""

    def __init__(self, scenario: "Scenario") -> None:
        self._messages, self._next = scenario.messages(), 0

    async def receive(self) -> Any:
        """Return the next message."""
        message = self._messages[self._next]
        self._next = (self._next + 1) % len(self._messages)
        return message

    async def send(self, message: Any) -> None:
        """Take what is answered."""

    def rewind(self) -> None:
        """Begin the body again, although not all of it was read."""
        self._next = 0


@dataclass(frozen=True)
class Scenario:
    """A request and two that answer it.

    Args:
        app: the App whose routes answer; every standard plugin is active.
        raw: does the same work by hand.
        bound: the highest ratio allowed; None is printed only.
        body: the parts in which the body arrives.
        calls: requests in one round; fewer for slow ones.
        config: sections of the configuration.
        around: opens what `raw` needs, for as long as it is measured.
        feed: stands for the server: what `receive` hands over and `send` takes.
        same: tells whether two answers, as lists of messages, are the same work.
    """

    name: str
    path: str
    app: App
    raw: ASGIApp
    bound: float | None
    method: str = "GET"
    query: bytes = b""
    headers: Sequence[Pair] = ()
    body: Sequence[bytes] = (b"",)
    calls: int = 400
    rounds: int = 60
    config: Mapping[str, Any] = field(default_factory=dict)
    around: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext
    feed: Callable[["Scenario"], Any] = Feed
    same: Callable[[list[Any], list[Any]], bool] = lambda ours, theirs: content(ours) == content(theirs)

    def scope(self) -> dict[str, Any]:
        """Return a hand-made scope (ASGI HTTP)."""
        length = sum(map(len, self.body))
        sized = [(b"content-length", b"%d" % length)] if length else []
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": "",
            "headers": [*HEADERS, *self.headers, *sized],
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
        }

    def messages(self) -> list[dict[str, Any]]:
        """Return what `receive` hands over, one after another."""
        last = len(self.body) - 1
        return [{"type": "http.request", "body": part, "more_body": n < last} for n, part in enumerate(self.body)]


LENGTHS: list[Pair] = [(b"content-length", b"%d" % number) for number in range(16 * 1024)]
dumps = msgspec.json.Encoder().encode
"""Encode as fast as any library does."""


async def answer(send: Any, status: int, content_type: Pair, body: bytes) -> None:
    """Send a whole response: header pairs are shared, nothing is checked."""
    await send({"type": "http.response.start", "status": status, "headers": [content_type, LENGTHS[len(body)]]})
    await send({"type": "http.response.body", "body": body})


def content(messages: list[Any]) -> tuple[int, Any]:
    """Return the status and the body sent, decoded if it is JSON."""
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return messages[0]["status"], json.loads(body) if JSON in messages[0]["headers"] else body
