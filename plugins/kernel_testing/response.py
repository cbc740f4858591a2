"""What the client got, and whether it was an answer at all (ASGI HTTP 2.5)."""

import json
from collections.abc import Sequence
from typing import Any


class Incomplete(AssertionError):
    """The application did not send exactly one whole answer; `response` is what arrived."""

    def __init__(self, what: str, response: "Response") -> None:
        self.response = response
        super().__init__(f"{what}: {[message['type'] for message in response.messages]}")


class Response:
    """An answer put together from its messages; status is 0 as long as none began."""

    def __init__(self, messages: Sequence[Any]) -> None:
        starts = [message for message in messages if message["type"] == "http.response.start"]
        parts = [message for message in messages if message["type"] == "http.response.body"]
        self.messages = messages
        self.status: int = starts[0]["status"] if starts else 0
        self.headers: list[tuple[bytes, bytes]] = [(n, v) for n, v in starts[0].get("headers", ())] if starts else []
        self.body = b"".join(part.get("body", b"") for part in parts)
        self.complete = bool(starts and parts) and not parts[-1].get("more_body", False)

    def check(self) -> None:
        """Demand one start, then parts of the body up to a last one, and nothing else.

        Raises:
            Incomplete: it is otherwise.
        """
        first, *others = [message["type"] for message in self.messages] or [""]
        ends = [message for message in self.messages[1:] if not message.get("more_body", False)]
        if first != "http.response.start" or "http.response.start" in others:
            raise Incomplete("expected exactly one http.response.start, as the first message", self)
        if not self.complete or len(ends) != 1:
            raise Incomplete("expected one last part of the body, and nothing behind it", self)

    @property
    def text(self) -> str:
        """The body as text (UTF-8)."""
        return self.body.decode()

    def json(self) -> Any:
        """Return the body parsed as JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the first value of a header, or None."""
        return next((value.decode("latin-1") for key, value in self.headers if key.decode("latin-1") == name), None)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.body[:80]!r}>"
