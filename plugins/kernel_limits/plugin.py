"""The plugin: it compiles the route options `max_body_size` and `timeout`, and the project's limit."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from kernel_settings import Size

from kernel import Layer, Plugin, Request, Response, hookimpl
from kernel.errors import HTTPException
from kernel.layers import Handler, Route


@dataclass(frozen=True)
class LimitsConfig:
    """Section [limits]."""

    max_body_size: Annotated[Size, "most bytes of a request body, unless a route says otherwise"] = Size(10 * 1024 * 1024)  # noqa: RUF009  # immutable


class Limits(Plugin):
    """Bound what a client may send and how long a handler may take."""

    name = "limits"
    requires = ("settings",)
    Config = LimitsConfig

    @hookimpl
    def kernel_configure(self, config: LimitsConfig) -> None:
        """Keep the project's own limit."""
        self._size = config.max_body_size

    @hookimpl
    def kernel_layers(self) -> Iterable[Layer]:
        """Wrap the routes that state a limit; every route if the project's limit is not the usual one."""
        yield Layer("timeout", around=limited, level="route", select=states("timeout"))
        if self._size != Request.max_body_size:
            yield Layer("max_body_size.project", before_request=sized(self._size), level="app")
        yield Layer("max_body_size", before_request=sized(None), level="route", select=states("max_body_size"))


def states(option: str) -> Callable[[Route], bool]:
    """Return whether an option holds for a route."""
    return lambda route: getattr(route.effective, option) is not None


def sized(limit: int | None) -> Callable[[Request], None]:
    """Return what sets the limit of the body: *limit* bytes, or what the route states."""

    def max_body_size(request: Request) -> None:
        request.max_body_size = request.route.effective.max_body_size if limit is None else limit

    return max_body_size


async def limited(request: Request, call_next: Handler) -> Response:
    """Answer 504 when what lies inside takes longer than the route's `timeout` seconds."""
    seconds: Any = request.route.effective.timeout
    with anyio.move_on_after(seconds):
        return await call_next(request)
    raise HTTPException(504)
