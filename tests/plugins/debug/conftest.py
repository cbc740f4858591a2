"""What the tests of the debug page share: an app that fails, and browsers here and elsewhere."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_testing import Client, Response, make_kernel as isolated

from kernel import App, Kernel
from kernel.layers import Route

HERE = {"client": ("127.0.0.1", 50000)}
HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def app_of(error: Any) -> App:
    """Return an app whose "/x" raises *error*, or calls it."""

    async def fail(request: Any) -> Any:
        if isinstance(error, BaseException):
            raise error
        return error()

    return App(name="shop", routes=[Route("/x", "GET", fail), Route("/books/<id>", "GET", fail)])


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    """Return a kernel with the page enabled."""

    def make(error: Any, clients: str | None = None, *, style: str = "json", **sections: Any) -> Kernel:
        debug = {"enabled": "yes", **({} if clients is None else {"clients": clients})}
        return isolated(apps=[app_of(error)], config={"debug": debug, "errors": {"format": style}, **sections})

    return make


@pytest.fixture
def asking(make_kernel: Callable[..., Kernel]) -> Callable[..., Any]:
    """Return what asks an app that fails, as a browser on this machine unless told otherwise."""

    async def ask(
        error: Any, path: str = "/x", headers: Any = (), scope: Any = None, accept: Any = HTML, **options: Any
    ) -> Response:
        described = {**HERE, **(scope or {})}
        async with Client(make_kernel(error, **options)) as client:
            return await client.get(path, [*accept.items(), *headers], scope=described)

    return ask
