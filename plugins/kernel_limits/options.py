"""The route options `max_body_size` and `timeout` as layers; a route without one has no code for it."""

from contextlib import ExitStack
from contextvars import Context
from typing import Any

import anyio

from kernel import Layer, Request, Response
from kernel.errors import HTTPException
from kernel.layers import Handler, Route


class Option(dict[Route, Any]):
    """The value of one option for each route that has it, from its groups or its app too; worked out once."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def __missing__(self, route: Route) -> Any:
        value = self[route] = getattr(route.effective, self.name)
        return value

    def given(self, route: Route) -> bool:
        """Tell whether the option holds for *route*."""
        return getattr(route.effective, self.name) is not None


def body_layer() -> Layer:
    """Return the layer of `max_body_size`, in bytes: more is refused with 413 when the body is read."""
    sizes = Option("max_body_size")

    def limit_body(request: Request) -> None:
        request.max_body_size = sizes[request.route]

    return Layer("max_body_size", before_request=limit_body, blocking=False, level="route", select=sizes.given)


def timeout_layer() -> Layer:
    """Return the layer of `timeout`, in seconds: a handler that has not answered by then is cancelled, 504.

    It ends with the response, before a stream is sent. A sync handler cannot be interrupted: its
    thread runs to its end before the answer is given.
    """
    seconds = Option("timeout")

    async def limit_time(request: Request, call_next: Handler) -> Response:
        with ExitStack() as limit:
            # not in our context: asyncio keeps it, and the request in it, with a timer that was cancelled
            Context().run(limit.enter_context, anyio.move_on_after(seconds[request.route]))
            return await call_next(request)
        raise HTTPException(504)

    return Layer("timeout", around=limit_time, level="route", select=seconds.given)
