"""Compile the call of one handler: its parameters filled, its value returned."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from types import FunctionType
from typing import Any

from kernel import Request
from kernel.serve.wrappers import is_async, is_blocking
from kernel_handlers.threads import awaited

Extract = Callable[[Request], Any]
Binder = tuple[str, str, Extract]
Call = Callable[[Request], Awaitable[Any]]
FLAGS = inspect.CO_COROUTINE | inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def parameters(handler: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters of a handler, annotations evaluated where they can be."""
    try:
        signature = inspect.signature(handler, eval_str=True)
    except NameError:  # an annotation that exists for type checkers only
        signature = inspect.signature(handler)
    return list(signature.parameters.values())


def is_plain(handler: Callable[..., Any]) -> bool:
    """Tell at a glance whether a handler is an undecorated `async def handler(request)`."""
    if not isinstance(handler, FunctionType) or vars(handler).keys() & {"__wrapped__", "__signature__"}:
        return False
    code = handler.__code__
    shape = code.co_flags & FLAGS, code.co_argcount, code.co_kwonlyargcount, code.co_varnames[:1]
    return shape == (inspect.CO_COROUTINE, 1, 0, ("request",))


def is_request(parameter: inspect.Parameter) -> bool:
    """Tell whether a parameter is the request: by its type or by its name."""
    kind = parameter.annotation
    return parameter.name == "request" or (isinstance(kind, type) and issubclass(kind, Request))


def itself(request: Request) -> Request:
    """Fill a parameter with the request."""
    return request


def positional(handler: Callable[..., Any], blocking: bool | None = None) -> Call:
    """Return the call of a handler that takes the request alone."""
    if inspect.isasyncgenfunction(handler):
        return _generating(handler)
    return awaited(handler, blocking)


def bound(
    handler: Callable[..., Any],
    binders: Sequence[Binder],
    blocking: bool | None = None,
    declared: Sequence[inspect.Parameter] | None = None,
) -> Call:
    """Return the call of a handler whose parameters are filled by *binders*; *declared* are all it has."""
    names, slow = [name for name, _, _ in binders], [is_async(extract) for _, _, extract in binders]
    fill: Call | None = None
    if is_async(handler) and _in_order(parameters(handler) if declared is None else declared, names):
        fill = _direct(handler, [extract for _, _, extract in binders], slow)
    called = [binder for late in (False, True) for binder, waits in zip(binders, slow, strict=True) if waits is late]
    fill = fill or _by_name(handler, called[: slow.count(False)], called[slow.count(False) :], blocking)
    fill.binders = tuple(called)  # type: ignore[attr-defined]  # in the order of their calls, for `kernel explain`
    return fill


def _in_order(declared: Sequence[inspect.Parameter], names: Sequence[str]) -> bool:
    """Tell whether the first of the parameters of a handler are these, and may be passed by position."""
    first = declared[: len(names)]
    return [one.name for one in first] == list(names) and all(one.kind in BY_POSITION for one in first)


def _direct(handler: Callable[..., Any], extracts: Sequence[Extract], slow: Sequence[bool]) -> Call | None:
    """Return the shortest call for what most handlers are; None for the rest. The *slow* ones wait."""
    if slow == [False]:
        (quick,) = extracts
        return lambda request: handler(quick(request))  # awaited by the caller: a coroutine of its own costs more
    if slow == [False, False]:
        first, other = extracts
        return lambda request: handler(first(request), other(request))
    if not any(slow):
        return lambda request: handler(*[extract(request) for extract in extracts])
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


def _by_name(handler: Callable[..., Any], quick: Sequence[Binder], late: Sequence[Binder], blocking: Any) -> Call:
    """Return the call of any handler; what waits is extracted last, in order."""
    plain, slow = ([(name, extract) for name, _, extract in some] for some in (quick, late))
    generates = inspect.isasyncgenfunction(handler)
    call = handler if generates or is_async(handler) else _by_thread(handler, blocking)

    async def fill(request: Request) -> Any:
        arguments = {name: extract(request) for name, extract in plain}
        for name, extract in slow:
            arguments[name] = await extract(request)
        value = call(**arguments)
        return value if generates else await value

    return fill


def _by_thread(handler: Callable[..., Any], blocking: bool | None) -> Callable[..., Any]:
    call = awaited(lambda arguments: handler(**arguments), is_blocking(handler, blocking))
    return lambda **arguments: call(arguments)


def _generating(handler: Callable[..., Any]) -> Call:
    async def call(request: Request) -> Any:
        return handler(request)

    return call
