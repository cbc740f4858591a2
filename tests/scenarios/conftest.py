"""What the scenarios share: a project with every standard plugin, a client, and notes of what ran."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App, Layer, Request


class Notes(list[Any]):
    """Hooks and layers that note their names when they run."""

    def layer(self, name: str, **more: Any) -> Layer:
        """Return a layer around that notes the way in and out."""

        async def around(request: Any, call_next: Any) -> Any:
            self.append(name)
            try:
                return await call_next(request)
            finally:
                self.append(f"{name} out")

        return Layer(name, around=around, **more)

    def hook(self, name: str, value: Any = None, waits: bool = True) -> Callable[..., Any]:
        """Return an async or sync hook that takes the request."""

        async def slow(request: Request) -> Any:
            self.append(name)
            return value

        def quick(request: Request) -> Any:
            self.append(name)
            return value

        return named(slow if waits else quick, name)

    def after(self, name: str, waits: bool = True) -> Callable[..., Any]:
        """Return an async or sync hook that takes and returns the response."""

        async def slow(response: Any) -> Any:
            self.append(name)
            return response

        def quick(response: Any) -> Any:
            self.append(name)
            return response

        return named(slow if waits else quick, name)

    def finish(self, name: str) -> Callable[..., Any]:
        """Return an async hook that notes the outcome."""

        async def finish(request: Request, outcome: str) -> None:
            self.append(f"{name} {outcome}")

        return named(finish, name)


def named(function: Any, name: str) -> Any:
    """Return *function* under another name."""
    function.__name__ = function.__qualname__ = name
    return function


@pytest.fixture
def notes() -> Notes:
    """Return notes to write."""
    return Notes()


@pytest.fixture
def serving() -> Callable[..., AbstractAsyncContextManager[Client]]:
    """Return `serving(routes, **options)`: a client of an app 'shop' with these routes, started."""

    def serving(
        routes: Routes, *, plugins: Any = (), apps: Any = (), config: Any = None, **options: Any
    ) -> AbstractAsyncContextManager[Client]:
        return Client(make_kernel(plugins, [App(name="shop", routes=routes, **options), *apps], config))

    return serving
