"""What the tests of the router share: a kernel that only keeps services, and a way to ask a matcher."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from kernel_router.matcher import USUAL, compiled
from kernel_router.survey import survey

from kernel.layers import Handler, Route
from kernel.request import Request
from kernel.response import Response


@dataclass
class FakeKernel:
    """A kernel of services and nothing else."""

    services: dict[str, Any] = field(default_factory=dict)
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    context: MutableMapping[str, Any] = field(default_factory=dict)

    def provide(self, key: str, value: Any) -> None:
        self.services[key] = value

    def service(self, key: str) -> Any:
        return self.services[key]

    def collect(self, hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        return []

    async def execute_event(self, name: str, args: Mapping[str, Any] | None = None) -> None:
        """Nobody listens."""


@dataclass
class Answer:
    """What a matcher made of a request: `route` is None where it found nothing."""

    route: Route | None
    variables: dict[str, str]
    handler: Handler | None


async def nothing_more() -> dict[str, Any]:
    return {"type": "http.disconnect"}


def request_of(path: str, method: str = "GET", **more: Any) -> Request:
    kernel = FakeKernel({"router.states": {}})
    return Request({"type": "http", "path": path, "method": method, "headers": [], **more}, nothing_more, kernel)


async def answering(request: Request) -> Response:
    return Response("ok")


@pytest.fixture
def kernel() -> FakeKernel:
    return FakeKernel({"router.states": {}})


@pytest.fixture
def make_request() -> Callable[..., Request]:
    return request_of


@pytest.fixture
def handler() -> Handler:
    return answering


@pytest.fixture
def route() -> Callable[..., Route]:
    """Return a GET route for a path, of an app."""

    def declare(path: str, methods: Any = "GET", app: str = "shop", **options: Any) -> Route:
        return Route(path, methods, answering, **options).derive(app=app, where=f"{app}/routes.py:{len(path)}")

    return declare


@pytest.fixture
def matching() -> Callable[..., Callable[..., Answer]]:
    """Compile routes, given as such or as paths for GET, to `ask(path, method, **scope)`."""

    def compile_(*routes: Any, longest: Any = USUAL) -> Callable[..., Answer]:
        given = [Route(route, "GET", answering) if isinstance(route, str) else route for route in routes]
        match = compiled(survey([(route, answering) for route in given]), longest)

        def ask(path: str, method: str = "GET", **scope: Any) -> Answer:
            request = request_of(path, method, **scope)
            found = match(request)
            return Answer(request.route, dict(request.url_vars), found)

        return ask

    return compile_
