"""What the tests of responses share: a media folder, and a way to send a response to a client."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kernel_responses.file import Sending

from kernel import Request, Response
from kernel.types import Message


@dataclass
class Sent:
    """What a client got, message by message."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> Any:
        return self.messages[0]["status"]

    @property
    def names(self) -> list[bytes]:
        return [name for name, _ in self.messages[0]["headers"]]

    def get(self, name: str) -> str | None:
        values = [value.decode("latin-1") for key, value in self.messages[0]["headers"] if key == name.encode()]
        assert len(values) < 2, f"{name} was sent twice"
        return values[0] if values else None

    @property
    def chunks(self) -> list[bytes]:
        return [message["body"] for message in self.messages[1:]]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def complete(self) -> bool:
        return len(self.messages) > 1 and not self.messages[-1].get("more_body", False)


class FakeKernel:
    """A kernel that offers a media folder and nothing else."""

    config: Any = {}
    context: Any = {}

    def __init__(self, media: Path) -> None:
        self.services = {"media_path": media, "sending": Sending()}

    def provide(self, key: str, value: Any) -> None:
        self.services[key] = value

    def service(self, key: str) -> Any:
        return self.services[key]

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        return []

    async def execute_event(self, name: str, args: Any = None) -> None:
        """Nobody listens."""


Ask = Callable[..., Awaitable[Sent]]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "media"
    folder.mkdir()
    return folder


@pytest.fixture
def ask(media: Path) -> Ask:
    """Send a response as the kernel does: prepared, then written."""

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send_to(
        response: Response, method: str = "GET", sent: Sent | None = None, **headers: str | Iterable[str]
    ) -> Sent:
        sent = sent or Sent()
        lines = [(k, [v] if isinstance(v, str) else v) for k, v in headers.items()]
        pairs = [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, values in lines for v in values]
        request = Request({"type": "http", "method": method, "path": "/", "headers": pairs}, receive, FakeKernel(media))

        async def send(message: Message) -> None:
            assert sent is not None
            sent.messages.append(message)

        await (await response.prepare(request)).write(request, send)
        return sent

    return send_to


@pytest.fixture
def sent() -> Sent:
    """Nothing yet."""
    return Sent()
