"""What the tests of forms share: requests with a form, multipart bodies, and a kernel that takes uploads."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest
from kernel_forms.plugin import Forms
from kernel_requests.plugin import Requests

from kernel.request import Request, extended
from kernel.types import Message


class FakeConfig(dict[str, Any]):
    """Sections of a configuration that knows where it stands."""

    def __init__(self, root: Path, limits: Mapping[str, Any]) -> None:
        super().__init__({"limits": limits})
        self.root = root

    def origin(self, section: str, key: str) -> str:
        return f"config.ini [{section}] {key}"


class FakeKernel:
    """A kernel of services and a configuration."""

    def __init__(self, config: FakeConfig) -> None:
        self.config = config
        self.services: dict[str, Any] = {}

    def provide(self, key: str, value: Any) -> None:
        self.services[key] = value


Make = Callable[..., Request]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a request; *body* arrives in its chunks, `None` among them is a lost client."""
    return lambda *args, **limits: request(tmp_path, *args, **limits)


def request(root: Path, content_type: str | None, body: bytes | Iterable[bytes | None], **limits: Any) -> Request:
    kernel = FakeKernel(FakeConfig(root, {"upload_dir": "uploads", **limits}))
    Requests().kernel_configure(kernel)
    Forms().kernel_configure(kernel)
    chunks: Iterator[bytes | None] = iter([body] if isinstance(body, bytes) else body)
    held = [next(chunks, b"")]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "taken": 0}
    scope["headers"] = [(b"content-type", content_type.encode("latin-1"))] if content_type is not None else []

    async def receive() -> Message:
        chunk, held[0] = held[0], next(chunks, b"")
        if chunk is None:
            return {"type": "http.disconnect"}
        scope["taken"] += len(chunk)
        return {"type": "http.request", "body": chunk, "more_body": held[0] != b""}

    made = extended(kernel.services)(scope, receive, kernel)
    made.max_body_size = 2**40
    return made


URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"


@pytest.fixture
def urlencoded() -> str:
    """Return the media type."""
    return URLENCODED


@pytest.fixture
def multipart() -> str:
    """Return the media type with the boundary of `parts`."""
    return MULTIPART


def part(name: str, content: bytes, filename: str | None = None, *headers: str) -> bytes:
    more = "" if filename is None else f'; filename="{filename}"'
    head = "\r\n".join([f'Content-Disposition: form-data; name="{name}"{more}', *headers])
    return f"--XX\r\n{head}\r\n\r\n".encode() + content + b"\r\n"


@pytest.fixture
def parts() -> Callable[..., bytes]:
    """Return `parts((name, content, filename, *headers), ...)`: the body of a form."""
    return lambda *some: b"".join(part(*one) for one in some) + b"--XX--\r\n"


@pytest.fixture
def finish() -> Callable[[Request], Any]:
    """Return what ends a request as the plugin "outcomes" does."""

    async def end(request: Request) -> None:
        for finisher in request.finishers:
            result = finisher(request, "ok")
            if isawaitable(result):
                await result

    return end


@pytest.fixture
def on_disk(tmp_path: Path) -> Callable[[], list[Path]]:
    """Return what lists the temporary files."""
    return lambda: [path for path in tmp_path.rglob("file-*") if path.is_file()]
