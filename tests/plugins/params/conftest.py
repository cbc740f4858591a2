"""What the tests of params share: a kernel with one typed handler, and a way to ask it."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_params.plugin import Params
from kernel_requests.plugin import Requests
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_testing import Client, make_kernel as isolated

from kernel import App, Kernel
from kernel.layers import Route


def kernel_of(handler: Callable[..., Any], path: str = "/") -> Kernel:
    plugins = [Settings, Requests, Responses, Errors, Handlers, Params, Router]
    return isolated(plugins, [App(name="shop", routes=[Route(path, "GET", handler)])], standard=False)


async def ask(kernel: Kernel, path: str = "/", query: str = "") -> tuple[int, Any]:
    """Return status and content of the answer."""
    async with Client(kernel) as client:
        response = await client.get(path, query=query)
    return response.status, response.json()


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    return kernel_of


@pytest.fixture
def asking() -> Callable[..., Any]:
    return ask
