"""What the tests of hostile input share: a project with all standard plugins, asked by hand-made ASGI messages.

The numbers R1 to R137 in the docstrings are those of docs/threat-model.md.
"""

import logging
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel_responses import JSON, Text
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Request

routes = Routes()
NEVER = ("was never awaited", "was never retrieved")


@routes.get("/plain")
async def plain(request: Request) -> str:
    return "plain"


@routes.post("/form")
async def form(request: Request) -> JSON:
    sent = await request.form()
    files = [(value.filename, value.size) for _, value in sent.multi_items() if not isinstance(value, str)]
    return JSON({"names": len(sent.multi_items()), "files": files})


@routes.post("/json")
async def echo(request: Request) -> JSON:
    return JSON(await request.json())


@routes.post("/body")
async def body(request: Request) -> JSON:
    return JSON(len(await request.body()))


@routes.get("/look")
async def look(request: Request) -> JSON:
    found = request.query_params, request.headers, request.cookies
    return JSON([request.path, request.url.path, *(len(one) for one in found)])


@routes.get("/values/<value>")
async def value(request: Request) -> Text:
    return Text(request.url_vars["value"])


@routes.get("/rest/<value:path>")
async def rest(request: Request) -> Text:
    return Text(request.url_vars["value"])


@dataclass
class Answer:
    """What one request got, and how many messages of its body were asked for."""

    messages: list[Any] = field(default_factory=list)
    received: int = 0

    @property
    def status(self) -> int:
        """The status of the only start."""
        starts = [message["status"] for message in self.messages if message["type"] == "http.response.start"]
        assert len(starts) == 1, self.messages
        return int(starts[0])

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return list(self.messages[0]["headers"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)


class Site:
    """A running project; `ask` sends one request as it is, its body chunk by chunk and no sooner than it is read."""

    def __init__(self, client: Client) -> None:
        self.client, self.app = client, client.app

    async def ask(
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[bytes, bytes]] = (),
        chunks: Iterable[bytes] = (b"",),
        query: bytes = b"",
        host: bytes | None = b"localhost",
        **scope: Any,
    ) -> Answer:
        answer, parts = Answer(), iter(chunks)
        sent: dict[str, Any] = {"type": "http", "http_version": "1.1", "scheme": "http", "method": method}
        hosts = [] if host is None else [(b"host", host)]
        sent |= {"path": path, "raw_path": path.encode("utf-8", "replace"), "root_path": "", "query_string": query}
        sent |= {"headers": [*hosts, *headers], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), **scope}

        async def receive() -> Any:
            await anyio.lowlevel.checkpoint()
            answer.received += 1
            part = next(parts, None)
            return {"type": "http.request", "body": part or b"", "more_body": part is not None}

        async def send(message: Any) -> None:
            answer.messages.append(message)

        with anyio.fail_after(60):
            await self.app(sent, receive, send)
        return answer

    async def post(self, path: str, kind: bytes, chunks: Iterable[bytes] | bytes, *headers: Any) -> Answer:
        parts = [chunks] if isinstance(chunks, bytes) else chunks
        return await self.ask("POST", path, [(b"content-type", kind), *headers], parts)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """Return the folder where files wait on disk."""
    return tmp_path / "uploads"


@pytest.fixture
def site(uploads: Path, caplog: pytest.LogCaptureFixture) -> Callable[..., Any]:
    """Return `site(apps, **sections)`: a running project. In the end it answers as before and nothing is left."""
    caplog.set_level(logging.INFO)

    @asynccontextmanager
    async def opened(*apps: App, plugins: Any = (), **sections: Any) -> AsyncIterator[Site]:
        limits = {"upload_dir": str(uploads), **sections.pop("limits", {})}
        config = {"limits": limits, **sections}
        kernel = make_kernel(plugins, [App(name="withstand", routes=routes), *apps], config)
        async with Client(kernel, timeout=60) as client:
            running = Site(client)
            await running.ask("GET", "/plain")
            before = open_files()
            caplog.clear()
            yield running
            assert (await running.ask("GET", "/plain")).body == b"plain"
            assert open_files() == before
            assert files(uploads) == []
        assert [text for text in caplog.messages if any(words in text for words in NEVER)] == []

    return opened


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def files_in() -> Callable[[Path], list[Path]]:
    """Return `files`: all files below a folder."""
    return files


def open_files() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.fixture
def seconds_of() -> Callable[..., float]:
    """Return `seconds_of(call)`: the least CPU time of some calls; a tenth of it where somebody traces, as coverage."""
    slower = 10 if sys.gettrace() else 1

    def measured(call: Callable[[], object], runs: int = 3) -> float:
        times = []
        for _ in range(runs):
            began = time.process_time()
            call()
            times.append(time.process_time() - began)
        return min(times) / slower

    return measured


@pytest.fixture
def multipart() -> Callable[..., bytes]:
    """Return `multipart(parts)`: a form with the boundary XX of (name, file name or None, content)."""

    def build(*parts: tuple[bytes, bytes | None, bytes]) -> bytes:
        return (
            b"".join(
                b'--XX\r\nContent-Disposition: form-data; name="%s"' % name
                + (b"" if file is None else b'; filename="%s"' % file)
                + b"\r\n\r\n%s\r\n" % content
                for name, file, content in parts
            )
            + b"--XX--\r\n"
        )

    return build
