"""process_request and process_response as one layer of the application.

The way out is the way in backwards. A middleware has been entered as soon as its process_request was
called: then its process_response sees the answer, be it a direct one, its own or that of an error.
An exception is turned into its response once, by the innermost middleware with a process_response,
so it is logged once too.
"""

from typing import Any

from kernel import Request, Response
from kernel.errors import HTTPException
from kernel.layers import Handler
from kernel.types import Application
from kernel_middlewares.middleware import Method
from kernel_middlewares.replacing import Replacing

REQUEST = "a Request, (request, None) or (request, response)"


class Entering:
    """The layer of a middleware with process_request alone."""

    def __init__(self, kernel: Application, process: Method) -> None:
        self._process, self._replace, self.where = process, Replacing(kernel), process.where

    async def enter(self, request: Request) -> tuple[Request, Response | None]:
        """Return the request for what lies inside, and the response if there is one already."""
        value = await self._process.call(request)
        pair = value if isinstance(value, tuple) else (value, None)
        if len(pair) != 2 or not isinstance(pair[0], Request):
            raise self._process.wrong(value, REQUEST)
        new, answer = pair
        if new is not request:
            new = self._replace(request, new)
        if answer is None:
            return new, None
        new.bypassed = True
        return new, given(answer, self._process, REQUEST).copy()  # which may be one of several requests

    async def __call__(self, request: Request, call_next: Handler) -> Response:
        """Process the request and go on, unless it is answered."""
        request, response = await self.enter(request)
        return await call_next(request) if response is None else response


class Leaving:
    """The layer of a middleware with process_response alone."""

    def __init__(self, kernel: Application, process: Method) -> None:
        self._kernel, self._process, self.where = kernel, process, process.where

    async def leave(self, request: Request, response: Response) -> Response:
        """Return the response for what lies outside."""
        value = await self._process.call(request, response)
        return given(value, self._process, "a Response")

    async def rescue(self, request: Request, error: Exception) -> Response:
        """Return the response to an exception; it is logged here if it is unexpected."""
        return (await self._kernel.service("rescue")(request, error)).copy()  # type: ignore[no-any-return]  # a Response

    async def __call__(self, request: Request, call_next: Handler) -> Response:
        """Process whatever is answered inside."""
        try:
            response = await call_next(request)
        except Exception as error:
            response = await self.rescue(request, error)
        return await self.leave(request, response)


class Both:
    """The layer of a middleware with both."""

    def __init__(self, entering: Entering, leaving: Leaving) -> None:
        self._enter, self._leave, self._rescue = entering.enter, leaving.leave, leaving.rescue
        self.where = entering.where

    async def __call__(self, request: Request, call_next: Handler) -> Response:
        """Process the request, go on unless it is answered, and process what is answered."""
        try:
            request, response = await self._enter(request)
            if response is None:
                response = await call_next(request)
        except Exception as error:
            response = await self._rescue(request, error)
        return await self._leave(request, response)


def given(value: Any, process: Method, due: str) -> Response:
    """Return *value*, which *process* returned as a response; an error among them is raised."""
    if isinstance(value, HTTPException):
        raise value.with_traceback(None)  # which would grow with every request if it is one object for all
    if not isinstance(value, Response):
        raise process.wrong(value, due)
    return value


def onion(kernel: Application, request: Method | None, response: Method | None) -> Any:
    """Return the layer of what is overridden; None for nothing."""
    entering, leaving = request and Entering(kernel, request), response and Leaving(kernel, response)
    return Both(entering, leaving) if entering and leaving else entering or leaving
