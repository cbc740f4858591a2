"""A plugin goes on and off under load, by SIGHUP and a real server: no request fails, each meets one plan."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
CLIENTS, CHANGES, PATIENCE = 6, 4, 60.0
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
    await anyio.sleep(0.005)
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
    """Ask until *over*, on one connection as long as it stays open."""
    connection = HTTPConnection(*address, timeout=PATIENCE)
    while not over.is_set():
        try:
            connection.request("GET", "/", headers={"Host": "localhost"})
            response = connection.getresponse()
            answers.append((response.status, response.read().decode(), response.getheader("x-extra", "off")))
        except OSError as error:
            answers.append(error)
    connection.close()


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
            wait(lambda known=known: len(answers) > known + 50)  # type: ignore[misc]
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
