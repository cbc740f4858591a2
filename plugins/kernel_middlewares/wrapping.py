"""process_handler of all middlewares as one layer of each route; process_application around the whole."""

import inspect
from collections.abc import Sequence
from typing import Any

from kernel import Request, Response
from kernel.layers import Handler
from kernel.types import Application, ASGIApp, Receive, Scope, Send
from kernel_middlewares.middleware import Method


class Wrapping:
    """Lets each middleware wrap what the one before made of the handler, so the last one is called first."""

    def __init__(self, methods: Sequence[Method]) -> None:
        self._methods, self.where = tuple(methods), methods[0].where
        self.parts = [(method.title, method.where) for method in methods]

    async def __call__(self, request: Request, call_next: Handler) -> Response:
        """Wrap the handler, call what came out, and render what that returns."""
        handler: Any = call_next
        for method in self._methods:
            handler = await method.call(request, handler)
            if not callable(handler):
                raise method.wrong(handler, "a handler: async (request) -> response")
        value = handler(request)
        value = await value if inspect.isawaitable(value) else value
        return value if isinstance(value, Response) else request.route.encoders.render(value)


class Wrapper:
    """An ASGI application that a middleware put around the kernel, and the kernel that it was given.

    That one has all the state of *kernel*, but calling it leads on inwards; calling the kernel itself
    would lead to the wrapper again. It bears the name of *process*, which `kernel explain` shows.
    """

    def __init__(self, kernel: Application, process: Method) -> None:
        self.__qualname__, self.where = process.title, process.where

        async def call(itself: Any, scope: Scope, receive: Receive, send: Send) -> None:
            await self._inner(scope, receive, send)

        self.kernel: Application = object.__new__(type("Kernel", (type(kernel),), {"__call__": call}))
        self.kernel.__dict__ = kernel.__dict__

    outer: ASGIApp

    def __call__(self, inner: ASGIApp) -> ASGIApp:
        """Lead to *inner*, and return the outside."""
        self._inner = inner
        return self.outer
