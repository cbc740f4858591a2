"""What the tests of the errors share: a kernel with the plugin, asked through ASGI."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from kernel_errors.plugin import Errors
from kernel_responses.plugin import Responses
from kernel_router.plugin import Router
from kernel_settings.plugin import Settings

from kernel import App, Kernel
from kernel.layers import Route

Ask = Callable[..., Awaitable["Answer"]]


@dataclass
class Answer:
    """What the server would have been told."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


def kernel_of(*apps: App, style: str = "json", plugins: Any = ()) -> Kernel:
    config: Mapping[str, Any] = {"plugins": {"active": ""}, "errors": {"format": style}}
    return Kernel(config, apps=apps, plugins=[Settings, Responses, Errors, Router, *plugins])


async def ask(kernel: Kernel, path: str = "/", method: str = "GET") -> Answer:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    await kernel({"type": "http", "method": method, "path": path, "headers": []}, receive, send)
    start, body = sent
    return Answer(start["status"], start["headers"], body["body"])


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
def asking() -> Ask:
    return ask
