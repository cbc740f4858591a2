"""What the tests of requests share: a way to make a request as the kernel does."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from kernel_requests.plugin import Requests

from kernel.request import Request, extended
from kernel.types import Message


class FakeKernel:
    """A kernel of services and a configuration."""

    context: Any = {}

    def __init__(self, config: Mapping[str, Mapping[str, Any]]) -> None:
        self.config = config
        self.services: dict[str, Any] = {}

    def provide(self, key: str, value: Any) -> None:
        self.services[key] = value

    def service(self, key: str) -> Any:
        return self.services[key]

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        return []

    async def execute_event(self, name: str, args: Any = None) -> None:
        """Nobody listens."""


Make = Callable[..., Request]
Pairs = Iterable[tuple[bytes, bytes]]


@pytest.fixture
def make() -> Make:
    """Return a request; *body* arrives in its chunks, `None` among them is a lost client."""

    def request(headers: Pairs = (), body: Iterable[bytes | None] = (), limits: Any = None, **scope: Any) -> Request:
        kernel = FakeKernel({"limits": limits} if limits else {})
        Requests().kernel_configure(kernel)
        chunks = list(body) or [b""]
        received = iter(chunks)

        async def receive() -> Message:
            chunk = next(received)
            if chunk is None:
                return {"type": "http.disconnect"}
            scope.setdefault("taken", []).append(len(chunk))
            more = len(scope["taken"]) < len(chunks)
            return {"type": "http.request", "body": chunk, "more_body": more}

        scope = {"type": "http", "method": "GET", "path": "/", "headers": list(headers), **scope}
        return extended(kernel.services)(scope, receive, kernel)

    return request
