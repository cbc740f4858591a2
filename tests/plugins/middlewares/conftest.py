"""What the tests of middlewares share: a module of theirs to be named in the configuration, and a small shop."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from kernel_errors import Forbidden
from kernel_router import Routes

from kernel import App, Kernel


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture
def shop(log: list[Any]) -> App:
    routes = Routes()

    @routes.get("/")
    async def home(request: Any) -> Any:
        log.append("handler")
        return {"context": dict(request.context)}

    @routes.get("/crash")
    async def crash(request: Any) -> Any:
        raise ValueError("secret")

    @routes.get("/forbidden")
    async def forbidden(request: Any) -> Any:
        raise Forbidden

    return App(name="shop", routes=[routes])


@pytest.fixture
def kernel_of(monkeypatch: pytest.MonkeyPatch, shop: App) -> Callable[..., Kernel]:
    """Return `kernel_of(*classes, sections)`: a kernel with these middlewares, which stand in module "stock"."""

    def build(*classes: Any, app: App = shop, **sections: Any) -> Kernel:
        module = ModuleType("stock")
        vars(module).update({one.__name__: one for one in classes})
        monkeypatch.setitem(sys.modules, "stock", module)
        active = [f"stock.{one.__name__}" for one in classes]
        return Kernel({"middlewares": {"active": active}, **sections}, apps=[app])

    return build
