"""What the tests of networking share: a kernel that tells what it saw of a request."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_handlers.plugin import Handlers
from kernel_networking.plugin import Networking
from kernel_requests.plugin import Requests
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings
from kernel_testing import Client, make_kernel as isolated

from kernel import App, Kernel, Request
from kernel.layers import Route


async def seen(request: Request) -> dict[str, Any]:
    names = ("client", "scheme")
    host = dict(request.scope["headers"])[b"host"].decode()
    return {name: getattr(request, name) for name in names} | {"host": host, "path": request.url.path}


def kernel_of(**section: Any) -> Kernel:
    plugins = [Settings, Requests, Responses, Handlers, Errors, Networking, Router]
    app = App(routes=[Route("/seen", "GET", seen)])
    return isolated(plugins, [app], {"networking": section}, standard=False)


async def ask(
    kernel: Kernel, *headers: tuple[str, str], client: tuple[str, int] | None = ("10.0.0.1", 99)
) -> tuple[int, Any]:
    """Return status and content of the answer to GET /seen."""
    lowered = [(name.lower(), value) for name, value in headers]
    async with Client(kernel, headers=()) as server:
        response = await server.get("/seen", lowered, scope={"client": client})
    return response.status, response.json()


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    return kernel_of


@pytest.fixture
def asking() -> Callable[..., Any]:
    return ask
