"""The closures a pipeline is made of: each takes the inner handler and returns a handler."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from kernel.errors import ClientDisconnect, HTTPException
from kernel.layers import Handler, Hook, Layer, where
from kernel.request import Request
from kernel.response import Response

logger = logging.getLogger("kernel")
Render = Callable[[Any], Response]
Rescuer = Callable[[Request, Exception], Awaitable[Response]]


def is_async(thing: Any) -> bool:
    """Tell whether calling *thing* returns an awaitable, as far as can be seen at boot."""
    return inspect.iscoroutinefunction(thing) or inspect.iscoroutinefunction(type(thing).__call__)


def label(thing: Any) -> str:
    """Return the name to show for a callable."""
    return getattr(thing, "__qualname__", type(thing).__qualname__)


def owed(value: Any, who: Layer | Hook) -> Response:
    """Return *value* if it is a response; else say who owes one."""
    if isinstance(value, Response):
        return value
    if inspect.iscoroutine(value):
        value.close()
    name = f"layer '{who.name}' of plugin '{who.plugin}'" if isinstance(who, Layer) else f"hook '{label(who)}'"
    place = where(who.around if isinstance(who, Layer) else who)
    raise TypeError(f"{name} owes a Response and returned {type(value).__name__} ({place})")


def around(inner: Handler, layer: Layer) -> Handler:
    """Give the request and *inner* to the layer, which owes a response."""
    wrapper: Hook = layer.around  # type: ignore[assignment]  # compiled only when it is set

    async def call(request: Request) -> Response:
        response = await wrapper(request, inner)
        return response if isinstance(response, Response) else owed(response, layer)

    return call


def before(inner: Handler, hook: Hook, render: Render | None) -> Handler:
    """Run *hook* first; a value other than None takes the place of everything inside.

    Without *render* the value does not count: a guard can only raise.
    """

    async def call(request: Request) -> Response:
        value = hook(request)
        if value is not None and inspect.isawaitable(value):
            value = await value
        if value is None or render is None:
            return await inner(request)
        request.bypassed = True
        return render(value)

    return call


def after(inner: Handler, hook: Hook) -> Handler:
    """Give the response to *hook*, and the request too if it takes two arguments."""
    both, waits = len(inspect.signature(hook).parameters) > 1, is_async(hook)

    async def call(request: Request) -> Response:
        response = await inner(request)
        value = hook(response, request) if both else hook(response)
        return owed(await value if waits else value, hook)

    return call


def answered(inner: Handler, hook: Hook) -> Handler:
    """Have *hook* called after the last byte of a response that no exception made."""

    async def call(request: Request) -> Response:
        response = await inner(request)
        request.after, request.waiting = (*request.after, hook), True
        return response

    return call


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


def rescuing(ask: Callable[..., Hook | None], render: Render) -> Rescuer:
    """Return what answers every exception; *ask* finds the plugin's or user's answer to one.

    A group of one exception, as task groups raise it, is answered as its only member.
    """

    async def rescue(request: Request, error: Exception) -> Response:
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, ClientDisconnect):
            raise error
        try:
            value = (ask(type(error), request.route) or fallback)(request, error)
            value = await value if inspect.isawaitable(value) else value
            return value if isinstance(value, Response) else render(value)
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
