"""What the tests of the command line share: a project in a folder of its own, and the command in process."""

import gc
import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kernel_admin.main import cli
from kernel_admin.project import commands

import kernel
from kernel import Kernel
from kernel.boot.config import locate

Invoke = Callable[..., Result]
SHOP = """
from kernel import App, Hooks, Layer, Plugin, Problem, hookimpl, hookspec
from kernel_responses import Text
from kernel_router import Routes

routes = Routes()

@routes.get("/hello/<name>")
async def hello(request):
    return Text("hello " + request.url_vars["name"])

@routes.post("/echo")
async def echo(request):
    return Text((await request.body()).decode())

async def around(request, call_next):
    return await call_next(request)

app = App(routes=[routes], layers=[Layer("inner", around=around)])
"""


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """Have the garbage collector look at everything again that a start or a reload set aside."""
    yield
    gc.unfreeze()


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Return a function that writes a project and goes there."""
    before, path = set(sys.modules), list(sys.path)

    def make(config: str | None = "[apps]\nactive = shop:app\n", **modules: str) -> Path:
        for name, text in {"shop": SHOP, **modules}.items():
            (tmp_path / f"{name}.py").write_text(text)
        if config is not None:
            (tmp_path / "config.ini").write_text(config)
        return tmp_path

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kernel, "app", Kernel(lambda: locate()[0]))
    for name in ("KERNEL_CONFIG", "KERNEL_ENV", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    commands.cache_clear()
    yield make
    commands.cache_clear()
    sys.path[:] = path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.fixture
def project(make_project: Callable[..., Path]) -> Path:
    """Return the folder of a small project that runs."""
    return make_project()


@pytest.fixture
def invoke() -> Invoke:
    """Return a function that runs `kernel WORDS` in process."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, list(words), prog_name="kernel")

    return run


@pytest.fixture
def invoke_json(invoke: Invoke) -> Callable[..., Any]:
    """Return a function that runs `kernel WORDS --json` and returns the value on stdout."""
    return lambda *words: json.loads(invoke(*words, "--json").stdout)


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """Put the handlers of signals back after the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
