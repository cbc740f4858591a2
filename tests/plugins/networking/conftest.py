"""What the tests of networking share: a kernel that tells what it saw of a request."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_networking.plugin import Networking
from kernel_requests.plugin import Requests
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings

from kernel import App, Kernel, Request
from kernel.layers import Route


async def seen(request: Request) -> dict[str, Any]:
    names = ("client", "scheme")
    host = dict(request.scope["headers"])[b"host"].decode()
    return {name: getattr(request, name) for name in names} | {"host": host, "path": request.url.path}


def kernel_of(**section: Any) -> Kernel:
    routes = [Route("/seen", "GET", seen)]
    plugins = [Settings, Requests, Responses, Errors, Networking, Router]
    return Kernel({"plugins": {"active": ""}, "networking": section}, apps=[App(routes=routes)], plugins=plugins)


async def ask(
    kernel: Kernel, *headers: tuple[str, str], client: tuple[str, int] | None = ("10.0.0.1", 99)
) -> tuple[int, Any]:
    """Return status and content of the answer to GET /seen."""
    sent: list[Any] = []
    scope = {"type": "http", "method": "GET", "path": "/seen", "scheme": "http", "client": client}
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await kernel({**scope, "headers": pairs}, receive, send)
    start, body = sent
    return start["status"], json.loads(body["body"])


@pytest.fixture
def make_kernel() -> Callable[..., Kernel]:
    return kernel_of


@pytest.fixture
def asking() -> Callable[..., Any]:
    return ask
