"""Servers for measurements over loopback: a project as `kernel run` serves it, and a hand-written callable.

The callable is served with the settings of `kernel run`, or by the command of the server itself. It sends the
same headers: what a server does with each of them is no small part of an answer.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

SERVERS = ("hypercorn", "uvicorn", "granian")
KINDS = ("kernel run", "raw", "raw, its own command")
PATIENCE = 30
"""Seconds a server has until it answers."""
CONFIG = "[apps]\nactive = served\n[timeouts]\nkeep_alive = 120\n"
PROJECT = '''"""One route."""

from kernel_router import Routes

from kernel import App

routes = Routes()


@routes.get("/plaintext")
async def plaintext(request):
    return "Hello, world!"


app = App(routes=[routes])
'''
RAW = '''"""The same by hand."""

PAIRS = [
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]
LENGTH = (b"content-length", b"13")


async def app(scope, receive, send):
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/plaintext":
        await send({"type": "http.response.start", "status": 200, "headers": [*PAIRS, LENGTH]})
        await send({"type": "http.response.body", "body": b"Hello, world!"})
'''
ALIKE = '''"""Serve it with the settings of `kernel run`."""

import sys
from dataclasses import replace

import anyio
from kernel_admin.binding import Place
from kernel_admin.servers import available
from kernel_timeouts import Timeouts
from raw import app

server, loop, address = sys.argv[1:]
place = Place.open(address)
place.listen()
times = replace(Timeouts.of({}), keep_alive=120)
options = {"use_uvloop": True} if loop == "uvloop" else {}


async def main():
    await available(server, loop)(app, place, anyio.Event(), times)


anyio.run(main, backend_options=options)
'''
OWN = {
    "hypercorn": "-m hypercorn --bind={address} --keep-alive=120 --worker-class={loop} raw:app",
    "uvicorn": "-m uvicorn --host={host} --port={port} --timeout-keep-alive=120 --loop={loop} --no-access-log "
    "--no-server-header --log-level=warning --lifespan=off raw:app",
    "granian": "-m granian --host={host} --port={port} --loop={loop} --interface=asginl --no-log raw:app",
}


def command(kind: str, server: str, loop: str, address: str) -> list[str]:
    """Return what starts a server of that kind."""
    host, _, port = address.partition(":")
    own = [part.format(address=address, host=host, port=port, loop=loop) for part in OWN[server].split()]
    ours = ["-m", "kernel", "run", f"--server={server}", f"--worker-class={loop}", f"--bind={address}"]
    return [sys.executable, *{"kernel run": ours, "raw": ["alike.py", server, loop, address]}.get(kind, own)]


@contextmanager
def served(server: str, loop: str, kinds: Sequence[str] = KINDS) -> Iterator[dict[str, tuple[str, int]]]:
    """Run a server of each kind; give the address and the process of each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        (folder / "served").mkdir()
        files = {"config.ini": CONFIG, "served/__init__.py": "", "served/main.py": PROJECT}
        for name, text in {**files, "raw.py": RAW, "alike.py": ALIKE}.items():
            (folder / name).write_text(text)
        places, heads = {}, set()
        for kind in kinds:
            address = f"127.0.0.1:{free_port()}"
            process = stack.enter_context(running(command(kind, server, loop, address), folder))
            answering(address, process)
            heads.add(head(address))
            places[kind] = address, process.pid
        if len(heads) > 1:
            raise RuntimeError(f"their answers are not the same: {heads}")
        yield places


@contextmanager
def running(arguments: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process, and end it."""
    env = {**os.environ, "PYTHONPATH": str(folder)}
    process = subprocess.Popen(arguments, cwd=folder, env=env, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answering(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers.

    Raises:
        RuntimeError: it ended, or has not answered in time.
    """
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with closing(asked(address)):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{' '.join(process.args)} does not answer")  # type: ignore[arg-type]  # they are a list of str


def asked(address: str) -> socket.socket:
    """Return a connection on which a request was answered, as it should be.

    Raises:
        OSError: nobody listens there.
        RuntimeError: the answer is another.
    """
    host, _, port = address.partition(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    connection.sendall(f"GET /plaintext HTTP/1.1\r\nhost: {address}\r\n\r\n".encode())
    answer = b""
    while b"Hello, world!" not in answer:
        part = connection.recv(65536)
        answer += part
        if not part or b" 200 " not in answer.partition(b"\r\n")[0]:
            connection.close()
            raise RuntimeError(f"{address} answers {answer!r}")
    return connection


def head(address: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of an answer, without those of the server."""
    with closing(HTTPConnection(address, timeout=PATIENCE)) as connection:
        connection.request("GET", "/plaintext")
        found = connection.getresponse().getheaders()
    return tuple((name, value) for name, value in found if name.lower() not in ("date", "server"))


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installed(names: Sequence[str]) -> list[str]:
    """Return the servers that are installed, and say which are not."""
    for name in names:
        if not find_spec(name):
            print(f"{name} is skipped: it is not installed")
    return [name for name in names if find_spec(name)]
