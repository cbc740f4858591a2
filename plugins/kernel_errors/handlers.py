"""The option `exception_handlers`: users' own answers to what their handlers raise.

A mapping of exception classes and statuses to `(request, error) -> value`, sync or async; the value
is rendered like that of a handler. Of all that hold for a route the inner ones win; a status is
preferred to a class, a near class to a far one. The rescue happens just outside the level that
states the winner, so that layers further out see a response. What no route handles, a path without
a route among it, goes to those of the whole project, the hook `kernel_error_handlers`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from inspect import isawaitable
from typing import Any

from kernel import Layer, Problem, Request, Response
from kernel.boot.plan import Plan
from kernel.errors import BootError, ClientDisconnect, HTTPException
from kernel.layers import Handler, Level, Route, where
from kernel.types import Application
from kernel_errors.error import Error
from kernel_errors.registry import ErrorRegistry

ExceptionHandler = Callable[[Request, Any], Any]
HINT = "write {404: handler} or {KeyError: handler}"
LEVELS: tuple[Level, ...] = ("app", "group", "route")


class ExceptionHandlers:
    """Finds and calls the handlers of a route; a layer of the routes that have some."""

    def __init__(self, kernel: Application, registry: ErrorRegistry) -> None:
        self._kernel, self._registry = kernel, registry
        self._encoders: dict[tuple[type, Route | None], Callable[[Any], Response]] = {}

    def layers(self) -> Iterator[Layer]:
        """Yield a layer for each level; it wraps only routes that have exception handlers there."""
        for level in LEVELS:
            select = partial(states, level)
            yield Layer(f"exception_handlers.{level}", around=self.around(level), level=level, select=select)

    def around(self, level: Level) -> Callable[[Request, Handler], Any]:
        """Return what rescues just outside *level*: what its own handlers are the nearest for."""

        async def exception_handlers(request: Request, call_next: Handler) -> Response:
            try:
                return await call_next(request)
            except Exception as error:
                alone, route = unwrapped(error), request.route
                handler = self.find(route.effective.exception_handlers, alone)
                if handler is None or isinstance(alone, ClientDisconnect) or handler not in stated(level, route):
                    raise
                value = handler(request, alone)
                return self.render(await value if isawaitable(value) else value, route)

        return exception_handlers

    def find(self, handlers: Mapping[Any, ExceptionHandler], error: Exception) -> ExceptionHandler | None:
        """Return the handler for *error*."""
        keys = [self._status(error), *type(error).__mro__]
        return next((handlers[key] for key in keys if key in handlers), None)

    def _status(self, error: Exception) -> int | None:
        code = self._registry.get(error.code) if isinstance(error, Error) else None
        if code:
            return code.status
        return error.status if isinstance(error, HTTPException) else None

    def render(self, value: Any, route: Route | None) -> Response:
        """Return what an exception handler returned as a response."""
        if isinstance(value, Response):
            return value.copy()
        key = type(value), route
        if key not in self._encoders:
            answers = self._kernel.collect("kernel_render", type_=key[0], route=route)
            if not answers:
                raise TypeError(
                    f"route '{route}': no active plugin renders what an exception handler returned: {key[0]}"
                )
            self._encoders[key] = answers[0][1]
        return self._encoders[key](value)


def stated(level: Level, route: Route) -> list[Any]:
    """Return the handlers that one level of *route* states itself."""
    first, *groups, last = route.chain
    options = {"app": [first], "group": groups, "route": [last]}[level]
    return [handler for one in options for handler in (one.exception_handlers or {}).values()]


def states(level: Level, route: Route) -> bool:
    """Tell whether one level of *route* states any."""
    return bool(stated(level, route))


def unwrapped(error: Exception) -> Exception:
    """Return the only member of a group of one, as task groups raise it."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def check(plan: Plan) -> Iterable[Problem]:
    """Report keys that are neither a status nor an exception, and handlers that cannot be called."""
    for route, _ in plan.routes:
        for key, handler in (route.effective.exception_handlers or {}).items():
            wrong = unusable(key, handler)
            if wrong:
                message = f"route '{route}': exception_handlers: {wrong}"
                yield Problem("error.handler", "error", message, HINT, route.where)


def unusable(key: Any, handler: Any) -> str:
    """Return what is wrong with one exception handler, or ""."""
    if not (isinstance(key, int) or (isinstance(key, type) and issubclass(key, Exception))):
        return f"the key {key!r} is neither a status nor an Exception"
    return "" if callable(handler) else f"the handler of {key!r} cannot be called: {handler!r}"


def merged(answers: Iterable[tuple[str, Any]]) -> dict[Any, ExceptionHandler]:
    """Return the handlers of the whole project.

    Raises:
        BootError: a key that is claimed twice, or one that cannot be used.
    """
    handlers: dict[Any, ExceptionHandler] = {}
    owners: dict[Any, str] = {}
    problems = []
    for owner, (key, handler) in [(owner, item) for owner, some in answers for item in some.items()]:
        wrong = unusable(key, handler)
        if owners.setdefault(key, owner) != owner:
            wrong = f"{getattr(key, '__name__', key)} is claimed by '{owners[key]}' too"
        if wrong:
            message = f"plugin '{owner}': hook 'kernel_error_handlers': {wrong}"
            problems.append(Problem("error.handler", "error", message, HINT, where(handler)))
        handlers[key] = handler
    if problems:
        raise BootError(problems)
    return handlers
