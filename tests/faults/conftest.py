"""What the faults share: a project on a real server, which tells how many of everything it holds.

The numbers F1 to F32 in the docstrings are those of docs/threat-model.md.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SERVERS = ["hypercorn", "uvicorn", "granian"]
PATIENCE = 30.0
"""Seconds for anything to happen: the machine may be busy. Nothing here waits for time to pass."""
PROJECT = """
import asyncio, ctypes, gc, os, threading, time
from pathlib import Path
import anyio
from kernel import App, Layer
from kernel_orm import Base
from kernel_responses import File, JSON, Stream, Text
from kernel_router import Routes
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

routes, ends = Routes(), {}
release = None
UPLOADS = Path("uploads")

class Row(Base):
    __tablename__ = "faults_rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

def told(name):
    ends[name] = ends.get(name, 0) + 1

@routes.get("/plain", skip="ends")
async def plain(request):
    return "plain"

@routes.get("/counts", skip="ends")
async def counts(request):
    gc.collect()
    return JSON({
        "fds": len(os.listdir("/proc/self/fd")),
        "tasks": len(asyncio.all_tasks()),
        "files": len([path for path in UPLOADS.rglob("*") if path.is_file()]),
        "pool": request.app.context["db_engine"].pool.checkedout(),
    })

@routes.get("/ends", skip="ends")
async def all_ends(request):
    return JSON(ends)

@routes.get("/memory", skip="ends")
async def memory(request):
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # so that what was given back is not counted
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024

@routes.get("/objects", skip="ends")
async def objects(request):
    gc.collect()
    return len(gc.get_objects())

@routes.get("/rows", skip="ends")
async def rows(request, session: AsyncSession):
    await session.run_sync(lambda one: Base.metadata.create_all(one.connection(), tables=[Row.__table__]))
    return JSON([row[0] for row in await session.execute(text("select name from faults_rows"))])

@routes.post("/write/<name>")
async def write(request, name: str, session: AsyncSession):
    session.add(Row(name=name))
    await session.flush()
    await request.body()
    return "written"

@routes.post("/late/<name>")
async def late(request, name: str, session: AsyncSession):
    session.add(Row(name=name))
    await session.flush()
    while not Path("go").exists():
        await anyio.sleep(0.02)
    return "written"

@routes.post("/upload")
async def upload(request):
    form = await request.form()
    return sum(value.size for _, value in form.multi_items() if not isinstance(value, str))

@routes.post("/body")
async def body(request):
    return len(await request.body())

@routes.get("/stream")
async def stream(request):
    async def chunks():
        try:
            for _ in range(2000):
                yield b"x" * 65536
                await anyio.sleep(0)
        finally:
            told("stream left")
    return Stream(chunks())

@routes.get("/file")
async def file(request):
    return File("large")

@routes.get("/fail")
async def fail(request):
    raise ValueError("s3cr3t-marker")

@routes.get("/fail-late")
async def fail_late(request):
    async def chunks():
        yield b"first"
        raise ValueError("s3cr3t-marker")
    return Stream(chunks())

@routes.get("/split")
async def split(request):
    response = Text("x")
    response.headers.append((b"x-a", b"1\\r\\nset-cookie: evil=1"))
    return response

@routes.get("/block")
async def block(request):
    time.sleep(1)
    return "blocked"

@routes.get("/headers")
async def headers(request):
    return len(request.headers)

@routes.websocket("/echo")
async def echo(ws):
    await ws.accept()
    async for message in ws:
        await ws.send(str(len(message)))

@routes.websocket("/same")
async def same(ws):
    await ws.accept()
    async for message in ws:
        await ws.send(message)

count = Layer("ends", on_finish=lambda request, end: told(f"{request.path} {end}"))
app = App(name="shop", routes=routes, static_dirs="static", layers=[count])
"""
CONFIG = """
[apps]
active = shop:app
[database]
url = sqlite:///shop.sqlite
[environment]
media_path = media
[limits]
upload_dir = {uploads}
"""


class Served:
    """`kernel run` with one server in a folder of its own."""

    def __init__(self, folder: Path, server: str, config: str, words: tuple[str, ...], prepare: Any = None) -> None:
        (folder / "shop.py").write_text(PROJECT)
        for name in ("static", "media", "uploads"):
            (folder / name).mkdir(exist_ok=True)
        (folder / "static" / "a.txt").write_text("for everybody")
        (folder / "secret.txt").write_text("s3cr3t-marker")
        (folder / "media" / "large").write_bytes(b"x" * 8_000_000)
        (folder / "config.ini").write_text(CONFIG.format(uploads=folder / "uploads") + config)
        self.folder, self.server = folder, server
        self.out, self.err = folder / "out", folder / "err"
        command = [sys.executable, "-m", "kernel", "run", "--bind", "127.0.0.1:0", "--server", server, *words]
        path = os.pathsep.join(str(ROOT / part) for part in (".", "plugins", "contrib"))
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                command, cwd=folder, env={**os.environ, "PYTHONPATH": path}, stdout=out, stderr=err,
                start_new_session=True, preexec_fn=prepare,
            )  # fmt: skip
        try:
            self.until(lambda: "serving on" in self.out.read_text())
            host, _, port = self.out.read_text().split()[2].removeprefix("http://").partition(":")
            self.address = host, int(port)
            self.until(lambda: self.get("/plain")[0] == 200)
            self.get("/rows")
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def until(self, holds: Callable[[], Any]) -> Any:
        """Return what *holds* returns as soon as that is true."""
        end = time.monotonic() + PATIENCE
        while not (value := holds()):
            assert time.monotonic() < end, (self.out.read_text()[-2000:], self.err.read_text()[-4000:])
            time.sleep(0.02)
        return value

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, timeout=PATIENCE)

    def raw(self, data: bytes) -> bytes:
        """Send bytes as they are and return everything that comes until the connection is closed."""
        with self.connect() as sock:
            with suppress(OSError):
                sock.sendall(data)
            received = b""
            with suppress(OSError):
                while part := sock.recv(65536):
                    received += part
            return received

    def get(self, target: str, *lines: str, method: str = "GET") -> tuple[int, bytes]:
        """Ask with one connection, which is closed then; a status of 0 is no answer at all."""
        head = "".join(
            f"{line}\r\n" for line in (f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *lines)
        )
        with suppress(OSError):
            return parsed(self.raw(f"{head}\r\n".encode("latin-1")))
        return 0, b""

    def json(self, target: str) -> Any:
        return json.loads(self.get(target)[1])

    def ends(self, name: str) -> int:
        return int(self.json("/ends").get(name, 0))

    def counts(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self.json("/counts")
        return found

    @contextmanager
    def back_to_base(self) -> Iterator[None]:
        """Demand that everything that the block takes is given back, and that the log is quiet."""
        for _ in range(3):
            self.get("/plain")
        before = self.counts()
        yield
        self.until(lambda: all(now <= before[name] for name, now in self.counts().items()))
        log = self.err.read_text()
        assert [words for words in ("was never awaited", "was never retrieved") if words in log] == []


def parsed(answer: bytes) -> tuple[int, bytes]:
    """Return the status and the body of a raw answer; a chunked body is put together."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head:
        return 0, b""
    if b"transfer-encoding: chunked" in head.lower():
        parts, rest = [], body
        while rest:
            size, _, rest = rest.partition(b"\r\n")
            length = int(size or b"0", 16)
            parts.append(rest[:length])
            rest = rest[length + 2 :]
        body = b"".join(parts)
    return int(head.split()[1]), body


@contextmanager
def serving(folder: Path, server: str, config: str = "", *words: str, prepare: Any = None) -> Iterator[Served]:
    pytest.importorskip(server)
    with ExitStack() as stack:
        served = Served(folder, server, config, words, prepare)
        stack.callback(served.end)
        yield served


@pytest.fixture(scope="module", params=SERVERS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return the project on each server in turn; the tests of a module share it."""
    config = getattr(request.module, "CONFIG", "")
    with serving(tmp_path_factory.mktemp("faults"), request.param, config) as running:
        yield running


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Return `serve(server, config, *words, prepare=)`: a server for one test."""
    with ExitStack() as stack:
        yield lambda *args, **more: stack.enter_context(serving(tmp_path, *args, **more))
