"""One hook around a handler: each phase is a closure that takes the inner handler and returns a handler."""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from kernel import Layer, Request, Response
from kernel.layers import Handler, Hook
from kernel.serve.wrappers import label, owed
from kernel_handlers.threads import awaited

Render = Callable[[Any], Response]
Change = Callable[[Request, Response], Awaitable[Response]]
Wrap = Callable[[Handler], Handler]


def compiled(phase: str, hook: Hook, layer: Layer, render: Render) -> Any:
    """Return `(inner) -> Handler` with *hook* around it; for on_finish the hook as it is to be called."""
    call, always = awaited(hook, layer.blocking), layer.on == "always"
    if phase == "on_finish":
        return call
    if phase == "guard":
        return partial(guarding, call)
    if phase == "before_request":
        return partial(before, call, render)
    if phase == "after_request":
        who = f"hook '{label(hook)}' of '{layer.plugin}'"
        return partial(ended if always else succeeded, changing(call, who))
    return partial(answered, call, "after" if always else "answered")


def guarding(hook: Hook, inner: Handler) -> Handler:
    """Run *hook* first: it can only raise, what it returns does not count."""

    async def call(request: Request) -> Response:
        await hook(request)
        return await inner(request)

    return call


def before(hook: Hook, render: Render, inner: Handler) -> Handler:
    """Run *hook* first; a value other than None takes the place of everything inside."""

    async def call(request: Request) -> Response:
        value = await hook(request)
        if value is None:
            return await inner(request)
        request.bypassed = True
        return render(value)

    return call


def changing(hook: Hook, who: str) -> Change:
    """Return `async (request, response) -> response`; *hook* gets the request too if it takes two arguments."""
    both = len(inspect.signature(hook).parameters) > 1

    async def change(request: Request, response: Response) -> Response:
        value = await (hook(response, request) if both else hook(response))
        return value if isinstance(value, Response) else owed(value, who, hook, request)

    return change


def succeeded(change: Change, inner: Handler) -> Handler:
    """Have a response changed, unless it is what an exception became."""

    async def call(request: Request) -> Response:
        response = await inner(request)
        return response if request.rescued else await change(request, response)

    return call


def ended(change: Change, inner: Handler) -> Handler:
    """Have every response changed; the answer to an exception when it is there, before its first byte."""

    async def call(request: Request) -> Response:
        try:
            response = await inner(request)
        except Exception:
            further_in, others = request.settlers[: request.always], request.settlers[request.always :]
            request.settlers, request.always = (*further_in, change, *others), request.always + 1
            raise
        return await change(request, response)

    return call


def answered(hook: Hook, kind: str, inner: Handler) -> Handler:
    """Have *hook* called when the response is out: note it in `request.after` or `request.answered`."""

    async def call(request: Request) -> Response:
        try:
            return await inner(request)
        finally:
            vars(request)[kind] = (*getattr(request, kind), hook)
            request.waiting = True

    return call
