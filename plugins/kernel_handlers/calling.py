"""Compile the call of one handler: its parameters filled, its value returned."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from anyio.to_thread import run_sync

from kernel import Request
from kernel.serve.wrappers import is_async

Binder = tuple[str, str, Callable[[Request], Any]]
Call = Callable[[Request], Awaitable[Any]]
BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def parameters(handler: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of a handler, annotations evaluated where they can be."""
    try:
        signature = inspect.signature(handler, eval_str=True)
    except NameError:  # an annotation that exists for type checkers only
        signature = inspect.signature(handler)
    return list(signature.parameters.values())


def is_request(parameter: inspect.Parameter) -> bool:
    """Tell whether a parameter is the request: by its type or by its name."""
    kind = parameter.annotation
    return parameter.name == "request" or (isinstance(kind, type) and issubclass(kind, Request))


def itself(request: Request) -> Request:
    """Fill a parameter with the request."""
    return request


def positional(handler: Callable[..., Any]) -> Call:
    """Return the call of a handler that takes the request alone."""
    if inspect.isasyncgenfunction(handler):
        return _generating(handler)
    return handler if is_async(handler) else partial(run_sync, handler)


def bound(handler: Callable[..., Any], binders: Sequence[Binder]) -> Call:
    """Return the call of a handler whose parameters are filled by *binders*."""
    names, extracts = [name for name, _, _ in binders], [extract for _, _, extract in binders]
    if is_async(handler) and _in_order(handler, names):
        fill = _direct(handler, extracts) or _by_name(handler, binders)
    else:
        fill = _by_name(handler, binders)
    fill.binders = tuple(binders)  # type: ignore[attr-defined]  # read by `kernel explain`
    return fill


def _in_order(handler: Callable[..., Any], names: Sequence[str]) -> bool:
    """Tell whether the first parameters of *handler* are these, and may be passed by position."""
    first = parameters(handler)[: len(names)]
    return [one.name for one in first] == list(names) and all(one.kind in BY_POSITION for one in first)


def _direct(handler: Callable[..., Any], extracts: Sequence[Callable[[Request], Any]]) -> Call | None:
    """Return the shortest call for what most handlers are; None for the rest."""
    slow = [is_async(extract) for extract in extracts]
    if not any(slow):

        async def fill_at_once(request: Request) -> Any:
            return await handler(*[extract(request) for extract in extracts])

        return fill_at_once
    if slow == [True]:
        (only,) = extracts

        async def fill_one(request: Request) -> Any:
            return await handler(await only(request))

        return fill_one
    if slow == [False, True] and extracts[0] is itself:
        second = extracts[1]

        async def fill_second(request: Request) -> Any:
            return await handler(request, await second(request))

        return fill_second
    return None


def _by_name(handler: Callable[..., Any], binders: Sequence[Binder]) -> Call:
    """Return the call of any handler; what waits is extracted last, in order."""
    plain = [(name, extract) for name, _, extract in binders if not is_async(extract)]
    slow = [(name, extract) for name, _, extract in binders if is_async(extract)]
    generates = inspect.isasyncgenfunction(handler)
    call = _filled(handler) if is_async(handler) or generates else _in_thread(handler)

    async def fill(request: Request) -> Any:
        arguments = {name: extract(request) for name, extract in plain}
        for name, extract in slow:
            arguments[name] = await extract(request)
        value = call(arguments)
        return value if generates else await value

    return fill


def _filled(handler: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda arguments: handler(**arguments)


def _in_thread(handler: Callable[..., Any]) -> Callable[[dict[str, Any]], Any]:
    return lambda arguments: run_sync(partial(handler, **arguments))


def _generating(handler: Callable[..., Any]) -> Call:
    async def call(request: Request) -> Any:
        return handler(request)

    return call
