"""A plugin goes on and off under load, by SIGHUP and a real server: no request fails, each meets one plan."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
CLIENTS, CHANGES, PATIENCE = 4, 4, 60.0
ENOUGH = 100
"""Answers between two changes."""
EXTRA = """
from contextlib import asynccontextmanager
from pathlib import Path
from kernel import Layer, Plugin, hookimpl

class Extra(Plugin):
    name, up = "extra", False

    @hookimpl
    def kernel_lifespan(self):
        return self.life()

    @asynccontextmanager
    async def life(self):
        self.note("in")
        self.up = True
        yield
        self.up = False
        self.note("out")

    def note(self, word):
        with Path("log").open("a") as file:
            print(word, file=file)

    @hookimpl
    def kernel_layers(self):
        return [Layer("extra", around=self.around)]

    async def around(self, request, call_next):
        assert self.up
        response = await call_next(request)
        assert self.up
        response.headers.append((b"x-extra", b"on"))
        return response
"""
SHOP = """
import anyio
from kernel import App
from kernel.layers import Route

async def plan(request):
    await anyio.sleep(0.001)  # so that some are always under way
    return "on" if any(member.name == "extra" for member in request.app.plan.active) else "off"

app = App(routes=[Route("/", "GET", plan)])
"""


def configure(folder: Path, on: bool) -> None:
    (folder / "config.ini").write_text(
        f"[apps]\nactive = shop:app\n[plugins]\nactive = standard{', extra' if on else ''}\n"
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project beside which a plugin is installed."""
    info = tmp_path / "extra-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: extra\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[kernel.plugins]\nextra = extra:Extra\n")
    (tmp_path / "extra.py").write_text(EXTRA)
    (tmp_path / "shop.py").write_text(SHOP)
    configure(tmp_path, on=False)
    return tmp_path


def asking(address: tuple[str, int], over: Event, answers: list[Any]) -> None:
    """Ask until *over*, one request after the other, on one connection as long as it stays open."""
    stream: socket.socket | None = None
    while not over.is_set():
        try:
            stream = stream or socket.create_connection(address, PATIENCE)
            stream.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            status, headers, body = answer(stream)
            answers.append((status, body, headers.get("x-extra", "off")))
            lasts = headers.get("connection") != "close"
        except (OSError, LookupError, ValueError) as error:
            answers.append(error)
            lasts = False
        if stream and not lasts:
            stream.close()
            stream = None
    if stream:
        stream.close()


def answer(stream: socket.socket) -> tuple[int, dict[str, str], str]:
    """Read one answer: its status, its headers and its body; cheaper than a client, for there are to be many."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(stream)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    while len(body) < int(headers["content-length"]):
        body += received(stream)
    return int(first.split()[1]), headers, body.decode()


def received(stream: socket.socket) -> bytes:
    """Return what comes next; ConnectionError if nothing does."""
    if data := stream.recv(65536):
        return data
    raise ConnectionError("closed before the answer was complete")


def wait(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_no_request_fails_while_a_plugin_goes_on_and_off(folder: Path) -> None:
    command = [sys.executable, "-m", "kernel_admin", "run", "--bind", "127.0.0.1:0"]
    out, err, over, answers = folder / "out", folder / "err", Event(), list[Any]()
    with out.open("w") as one, err.open("w") as two:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        process = subprocess.Popen(command, cwd=folder, stdout=one, stderr=two, env=environment)
    try:
        wait(lambda: "serving on" in out.read_text())
        host, _, port = out.read_text().split()[2].removeprefix("http://").partition(":")
        threads = [Thread(target=asking, args=((host, int(port)), over, answers)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for number in range(1, CHANGES + 1):
            configure(folder, on=number % 2 == 1)
            process.send_signal(signal.SIGHUP)
            wait(lambda number=number: err.read_text().splitlines().count("reloaded") == number)  # type: ignore[misc]
            known = len(answers)
            wait(lambda known=known: len(answers) > known + ENOUGH)  # type: ignore[misc]
        over.set()
        for thread in threads:
            thread.join()
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        over.set()
        process.kill()
    assert set(answers) == {(200, "on", "on"), (200, "off", "off")}
    assert (folder / "log").read_text().split() == ["in", "out"] * (CHANGES // 2)
    assert "ERROR" not in err.read_text()
