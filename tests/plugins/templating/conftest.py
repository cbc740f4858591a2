"""What the tests of templating share: folders of templates, a kernel with apps, and a way to ask it."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from kernel_testing import Client, Response, make_kernel as isolated

from kernel import App, Kernel
from kernel.layers import Route

Files = Mapping[str, str]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Files], Path]:
    """Write templates of one app and return their folder."""

    def write(app: str, files: Files) -> Path:
        folder = tmp_path / app
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        return folder

    return write


@pytest.fixture
def make_app(write: Callable[[str, Files], Path]) -> Callable[..., App]:
    """Return an app with templates, and with a route for each handler, below its name."""

    def make(name: str, files: Files | None = None, handlers: Mapping[str, Any] | None = None, **keywords: Any) -> App:
        named = (handlers or {}).items()
        routes = [Route(f"/{name}{path}", "GET", handler, name=f"{name}{path}") for path, handler in named]
        dirs = [write(name, files)] if files else []
        return App(name=name, routes=routes, template_dirs=dirs, **keywords)

    return make


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    """Return a kernel of apps with all standard plugins."""

    def make(*apps: App, **sections: Any) -> Kernel:
        return isolated(apps=apps, config=sections)

    return make


@pytest.fixture
def asking(make_kernel: Callable[..., Kernel]) -> Callable[..., Any]:
    """Return what asks apps for one path."""

    async def ask(path: str, *apps: App, **sections: Any) -> Response:
        async with Client(make_kernel(*apps, **sections)) as client:
            return await client.get(path)

    return ask


@pytest.fixture
def shown(make_app: Callable[..., App], asking: Callable[..., Any]) -> Callable[..., Any]:
    """Return what renders "page.html" of an app and returns the text, or the status of an error."""

    async def show(files: Files, context: Any = None, *others: App, keywords: Any = None, **sections: Any) -> Any:
        from kernel_templating import Template

        async def page(request: Any) -> Template:
            return Template("page.html", context)

        app = make_app("shop", files, {"/page": page}, **(keywords or {}))
        answer = await asking("/shop/page", app, *others, **sections)
        return answer.body.decode() if answer.status == 200 else answer.status

    return show


@pytest.fixture
def without_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forbid to import Jinja."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "jinja2"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "kernel_templating.environment", raising=False)
    monkeypatch.setitem(sys.modules, "jinja2", None)
