"""What the tests of the kernel share: the two smallest plugins, and a project made of them."""

import os
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from kernel_handlers.plugin import Handlers
from kernel_testing import Client, make_kernel

from kernel import App, Kernel, Plugin, Response, hookimpl
from kernel.errors import HTTPException

numbers = count()


class Paths(Plugin):
    """The smallest router: literal paths."""

    name = "paths"

    @hookimpl
    def kernel_router(self, routes: Any) -> Any:
        table = {(method, route.path): (route, handler) for route, handler in routes for method in route.methods}
        paths = {path for _, path in table}

        def match(request: Any) -> Any:
            method, path = request.scope["method"], request.scope["path"]
            if (method, path) in table:
                request.route, handler = table[method, path]
                return handler
            if path in paths:
                raise HTTPException(405, headers=[(b"allow", b"GET")])
            return None

        return match


class Texts(Plugin):
    """The smallest encoder: text, and nothing."""

    name = "texts"

    @hookimpl
    def kernel_render(self, type_: type) -> Any:
        if type_ is type(None):
            return lambda value: Response(b"", 204)
        return Response if issubclass(type_, str) else None


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("KERNEL_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture
def build() -> Callable[..., Kernel]:
    """Return a factory: the kernel of one app 'shop' with these routes and options."""

    def build(*routes: Any, plugins: Any = (), apps: Any = (), config: Any = None, **options: Any) -> Kernel:
        shop = App(name="shop", routes=routes, **options)
        return make_kernel([Paths, Texts, *plugins, Handlers], [shop, *apps], config, standard=False)

    return build


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Return a function that starts a kernel, sends one request and stops it."""

    async def ask(kernel: Kernel, path: str = "/", method: str = "GET", **more: Any) -> Any:
        async with Client(kernel) as client:
            return await client.request(method, path, **more)

    return ask


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Return a function that writes an importable module and returns its name."""
    folder, names = tmp_path / "modules", []
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)

    def write(source: str) -> str:
        names.append(f"kernel_test_module_{next(numbers)}")
        (folder / f"{names[-1]}.py").write_text(source)
        return names[-1]

    yield write
    for name in names:
        sys.modules.pop(name, None)
