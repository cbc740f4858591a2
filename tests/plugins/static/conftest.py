"""What these tests share: two apps with static folders, a project with uploads, and somebody who asks for files."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_static.plugin import Media, Static
from kernel_testing import Client
from kernel_testing.response import Response

from kernel import App, Kernel

PLUGINS = [Settings, Responses, Handlers, Errors, Static, Media, Router]
Ask = Callable[..., Awaitable[Response]]
CSS = b"body { color: black }\n" * 50


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """The folder of the app "shop"."""
    folder = tmp_path.resolve() / "static"
    (folder / "img").mkdir(parents=True)
    (folder / "site.css").write_bytes(CSS)
    (folder / "img" / "a.svg").write_bytes(b"<svg/>")
    (tmp_path / "secret.txt").write_text("marker")
    return folder


@pytest.fixture
def make_kernel(static: Path) -> Callable[..., Kernel]:
    """Return a kernel with the app "shop" and the *sections* of a configuration."""

    def make(*apps: App, **sections: Mapping[str, Any]) -> Kernel:
        few = {"plugins": {"active": ""}, **sections}
        return Kernel(few, plugins=PLUGINS, apps=[App(name="shop", static_dirs=[static]), *apps])

    return make


@pytest.fixture
def ask(make_kernel: Any) -> Ask:
    """Ask a kernel, or the one without configuration."""

    async def ask(path: str, method: str = "GET", kernel: Kernel | None = None, **headers: str) -> Response:
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        async with Client(kernel or make_kernel()) as client:
            return await client.request(method, path, pairs)

    return ask
