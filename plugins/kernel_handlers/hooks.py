"""One hook around a handler: each phase is a closure that takes the inner handler and returns a handler."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from kernel import Layer, Request, Response
from kernel.layers import Handler, Hook
from kernel.serve.wrappers import label, owed
from kernel_handlers.threads import awaited, called

Render = Callable[[Any], Response]
Debtor = tuple[str, Hook]


def compiled(phase: str, function: Hook, layer: Layer, render: Render) -> Any:
    """Return `(inner) -> Handler` with *function* around it; for on_finish the function as it is to be called."""
    call, always = awaited(function, layer.blocking), layer.on == "always"
    if phase == "on_finish":
        return call
    if phase == "guard":
        return partial(guarding, call)
    if phase == "before_request":
        return partial(before, call, render)
    if phase == "after_request":
        one = called(function, layer.blocking)  # of a coroutine that it forgot to await it should hear
        both = len(inspect.signature(function).parameters) > 1
        change = one if both else lambda response, request: one(response)
        debtor = f"hook '{label(function)}' of '{layer.plugin}'", function
        return partial(ended if always else succeeded, change, debtor)
    return partial(concluding if always else answered, call)


def guarding(hook: Hook, inner: Handler) -> Handler:
    """Run *hook* first: it can only raise, what it returns does not count."""

    async def call(request: Request) -> Response:
        await hook(request)
        return await inner(request)

    return call


class Parts(NamedTuple):
    """Hooks around *inner*, in the order in which they are called."""

    inner: Handler
    before: Hook | None = None
    render: Any = None
    after: Hook | None = None
    debtor: Any = ()
    answered: Hook | None = None


def joined(parts: Parts) -> Handler:
    """Return one handler with all *parts*: a coroutine for each of them would cost as much as a short hook."""
    inner, before, render, after, debtor, answered = parts

    async def call(request: Request) -> Response:
        value = await before(request) if before else None
        if value is None:
            response = await inner(request)
        else:
            request.bypassed = True
            response = render(value)
        if after and not request.rescued:
            value = await after(response, request)
            response = value if isinstance(value, Response) else owed(value, debtor[0], debtor[1], request)
        if answered:
            request.answered, request.waiting = (*request.answered, answered), True
        return response

    call.parts = parts  # type: ignore[attr-defined]  # what further hooks are added to
    return call


def before(hook: Hook, render: Render, inner: Handler) -> Handler:
    """Run *hook* first; a value other than None takes the place of everything inside."""
    return joined(Parts(inner, before=hook, render=render))


def succeeded(hook: Hook, debtor: Debtor, inner: Handler) -> Handler:
    """Have *hook* change a response, unless it is what an exception became."""
    parts: Parts = getattr(inner, "parts", Parts(inner))
    parts = Parts(inner) if parts.after or parts.answered else parts
    return joined(parts._replace(after=hook, debtor=debtor))


def answered(hook: Hook, inner: Handler) -> Handler:
    """Have *hook* called when the response is out, unless that is what an exception became."""
    parts: Parts = getattr(inner, "parts", Parts(inner))
    return joined((Parts(inner) if parts.answered else parts)._replace(answered=hook))


def ended(hook: Hook, debtor: Debtor, inner: Handler) -> Handler:
    """Have *hook* change every response; the answer to an exception when it is there, before its first byte."""

    async def change(request: Request, response: Response) -> Response:
        value = await hook(response, request)
        return value if isinstance(value, Response) else owed(value, *debtor, request)

    async def call(request: Request) -> Response:
        try:
            response = await inner(request)
        except Exception:
            further_in, others = request.settlers[: request.always], request.settlers[request.always :]
            request.settlers, request.always = (*further_in, change, *others), request.always + 1
            raise
        return await change(request, response)

    return call


def concluding(hook: Hook, inner: Handler) -> Handler:
    """Have *hook* called when the response is out, whatever it is."""

    async def call(request: Request) -> Response:
        try:
            return await inner(request)
        finally:
            request.after, request.waiting = (*request.after, hook), True

    return call
