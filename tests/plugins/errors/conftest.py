"""What the tests of the errors share: a kernel with the plugin, and a way to ask it."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_testing import Client, Response, make_kernel as isolated

from kernel import App, Kernel
from kernel.layers import Route


def kernel_of(*apps: App, style: str = "json", plugins: Any = ()) -> Kernel:
    ours = [Settings, Responses, Handlers, Errors, Router]
    return isolated([*ours, *plugins], apps, {"errors": {"format": style}}, standard=False)


async def ask(kernel: Kernel, path: str = "/", method: str = "GET") -> Response:
    async with Client(kernel) as client:
        return await client.request(method, path)


def app_of(outcome: Any, **keywords: Any) -> App:
    """Return an app whose "/raised" raises *outcome* and whose "/returned" returns it."""

    async def raised(request: Any) -> Any:
        raise outcome

    async def returned(request: Any) -> Any:
        return outcome

    routes = [Route("/raised", "GET", raised), Route("/returned", "GET", returned)]
    return App(name="shop", routes=routes, **keywords)


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    return kernel_of


@pytest.fixture
def make_app() -> Callable[..., App]:
    return app_of


@pytest.fixture
def asking() -> Callable[..., Any]:
    return ask
