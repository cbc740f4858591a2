"""The closures a pipeline is made of: each takes the inner handler and returns a handler."""

import logging
from collections.abc import Awaitable, Callable
from inspect import isawaitable, iscoroutine, iscoroutinefunction, isfunction
from typing import Any

from kernel.errors import NOT_FOUND, ClientDisconnect, HTTPException
from kernel.layers import Handler, Hook, Layer, bare, where
from kernel.request import Request
from kernel.response import Response

logger = logging.getLogger("kernel")
Render = Callable[[Any], Response]


def is_async(thing: Any) -> bool:
    """Tell whether calling *thing* returns an awaitable, as far as can be seen at boot."""
    return iscoroutinefunction(thing) or (not isfunction(thing) and iscoroutinefunction(type(thing).__call__))


def is_blocking(hook: Hook, level: bool | None = None) -> bool:
    """Tell whether a sync *hook* may block: its own attribute `blocking` wins over what its level says."""
    return getattr(hook, "blocking", level) is not False


def label(thing: Any) -> str:
    """Return the name to show for a callable."""
    return getattr(inner := bare(thing), "__qualname__", type(inner).__qualname__)


def owed(value: Any, who: str, hook: Hook, request: Request) -> Response:
    """Say who owes a response where *value* is none."""
    if iscoroutine(value):
        value.close()
    route = f", route '{request.route}'" if request.route else ""
    raise TypeError(f"{who} owes a Response and returned {type(value).__name__} ({where(hook)}){route}")


def around(inner: Handler, layer: Layer, wrapper: Hook) -> Handler:
    """Give the request and *inner* to the *wrapper* of the layer, which owes a response.

    What it returns is checked where the layers of one app or plugin end, since a check costs a
    coroutine: of several in a row the outermost checks for all.
    """
    others, inner = getattr(inner, "row", {}).get(layer.plugin, ("", inner))
    who = f"layer '{layer.name}' of '{layer.plugin}'{others}"

    async def call(request: Request) -> Response:
        response = await wrapper(request, inner)
        return response if isinstance(response, Response) else owed(response, who, wrapper, request)

    call.row = {layer.plugin: (f" or {who}", lambda request: wrapper(request, inner))}  # type: ignore[attr-defined]
    return call


def inside(request: Request, /) -> Awaitable[Response]:
    """Call what is the route's own: the layers around it are shared by routes."""
    return request.route.own(request)  # type: ignore[no-any-return]  # a Handler


def finished(inner: Handler, hooks: tuple[Hook, ...]) -> Handler:
    """Have *hooks* called with the outcome, however the request ends."""

    async def call(request: Request) -> Response:
        request.finishers, request.waiting = (*request.finishers, *hooks), True
        return await inner(request)

    return call


def endpoint(handler: Hook, render: Render) -> Handler:
    """Return handler -> render."""

    async def call(request: Request) -> Response:
        return render(await handler(request))

    return call


def rescuing(ask: Hook, render: Render, not_found: Callable[[], Response | None], observe: Hook | None = None) -> Hook:
    """Return what answers every exception; *ask* finds the plugin's or user's answer to one, *observe* is told first.

    A group of one exception, as task groups raise it, is answered as its only member. That a path has no route is
    answered with *not_found*, if there is such a response, where nobody else gets hold of it.
    """

    async def rescue(request: Request, error: Exception) -> Response:
        while not isinstance(error, HTTPException) and isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if not isinstance(error, HTTPException) and isinstance(error, ClientDisconnect):
            raise error
        request.rescued = True
        try:
            if observe:
                await observe(request, error)
            told = error is NOT_FOUND and not (observe or request.route or request.waiting) and not_found()
            told = told or (ask(type(error), request.route) or fallback)(request, error)
            return told if isinstance(told, Response) else render(await told if isawaitable(told) else told)
        except Exception:
            logger.exception("%s %r: the rescue of %r failed", request.scope["method"], request.scope["path"], error)
            return fallback(request, HTTPException(500))

    return rescue


def fallback(request: Request, error: Exception) -> Response:
    """Answer in plain text where no plugin does; never with what went wrong inside."""
    if not isinstance(error, HTTPException):
        logger.error("%s %r failed", request.scope["method"], request.scope["path"], exc_info=error)
        error = HTTPException(500)
    return Response(error.detail, error.status, error.headers)
