"""The option `exception_handlers`: users' own answers to what their handlers raise.

A mapping of exception classes and statuses to `(request, error) -> value`, sync or async; the value
is rendered like that of a handler. Of all that hold for a route the inner ones win; a status is
preferred to a class, a near class to a far one. The rescue happens just outside the level that
states the winner, so that layers further out see a response. What an exception handler raises goes
on outwards, to those stated further out. A path without a route is for the apps that it lies under.
What nobody wants goes to those of the whole project, the hook `kernel_error_handlers`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from kernel_handlers.threads import awaited

from kernel import App, Layer, Problem, Request, Response
from kernel.boot.plan import Plan
from kernel.errors import BootError, ClientDisconnect, HTTPException
from kernel.layers import Handler, Level, Options, Route, where
from kernel.types import Application
from kernel_errors.error import Error
from kernel_errors.registry import ErrorRegistry

ExceptionHandler = Callable[[Request, Any], Any]
Stated = Mapping[Any, tuple[int, ExceptionHandler]]
"""Exception handlers, each with the depth of the level that states it: 0 is the app."""
HINT = "write {404: handler} or {KeyError: handler}"
PLACES: dict[Level, slice] = {"app": slice(1), "group": slice(1, -1), "route": slice(-1, None)}
"""Where the options of a level stand in the chain of a route."""


class ExceptionHandlers:
    """Finds and calls the handlers of a route; a layer of the routes that have some."""

    def __init__(self, kernel: Application, registry: ErrorRegistry) -> None:
        self._kernel, self._registry = kernel, registry
        self._encoders: dict[tuple[type, Route | None], Callable[[Any], Response]] = {}
        self._known: dict[tuple[Route, int], Stated] = {}
        self._apps: list[tuple[str, Options]] = []

    def compile(self, plan: Plan) -> None:
        """Remember the apps that state some; those with the longest prefix come first."""
        apps = [member.plugin for member in plan.active if isinstance(member.plugin, App)]
        found = [(app.prefix.rstrip("/"), app.options) for app in apps if app.options.exception_handlers]
        self._apps = sorted(found, key=lambda pair: -len(pair[0]))

    def layers(self) -> Iterator[Layer]:
        """Yield a layer for each level; it wraps only routes that have exception handlers there."""
        for level in PLACES:
            select = partial(states, level)
            yield Layer(f"exception_handlers.{level}", around=self.around(level), level=level, select=select)

    def around(self, level: Level) -> Callable[[Request, Handler], Any]:
        """Return what rescues just outside *level*: what its own handlers are the nearest for."""

        async def exception_handlers(request: Request, call_next: Handler) -> Response:
            try:
                return await call_next(request)
            except Exception as error:
                return await self.answer(request, error, depth(level, request.route))

        return exception_handlers

    def wanted(self, route: Route | None) -> bool:
        """Tell whether an exception that no layer answered may have a handler yet."""
        return bool(self._apps if route is None else route.effective.exception_handlers)

    async def answer(self, request: Request, error: Exception, lowest: int = 0) -> Response:
        """Return the answer of the handler for *error* if a level as deep as *lowest* states it, or a deeper one.

        Raises:
            Exception: *error*, or what its handler raised instead, where no such level has a handler.
        """
        alone, route = unwrapped(error), request.route
        passed, reach = vars(request).get("passed", (None, 0))
        if passed is not alone:  # not yet seen further in, so that it was raised out here
            reach = len(route.chain) if route else len(self._apps)
        place, handler = self.find(self._stated(request, reach), alone) or (-1, None)
        if handler is None or place < lowest or isinstance(alone, ClientDisconnect):
            vars(request)["passed"] = alone, min(lowest, reach)
            raise error
        await self.observe(request, alone)
        request.rescued = True
        try:
            return self.render(await handler(request, alone), route)
        except Exception as second:
            vars(request)["passed"] = unwrapped(second), place
            return await self.answer(request, second, lowest)

    async def observe(self, request: Request, error: Exception) -> None:
        """Tell those who observe errors, if there are any."""
        observe = self._kernel.booted.services.get("observe")
        if observe:
            await observe[1](request, error)

    def _stated(self, request: Request, reach: int) -> Stated:
        """Return the handlers of the *reach* outermost levels of a route, or of the apps a path lies under."""
        route = request.route
        if route is None:
            path = request.scope["path"]
            found = [options for prefix, options in self._apps if f"{path}/".startswith(f"{prefix}/")]
            return merged_levels(found[::-1][:reach])
        if (route, reach) not in self._known:
            self._known[route, reach] = merged_levels(route.chain[:reach])
        return self._known[route, reach]

    def find(self, handlers: Mapping[Any, Any], error: Exception) -> Any:
        """Return what *handlers* hold for *error*, or None."""
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


def merged_levels(chain: Iterable[Options]) -> Stated:
    """Return all handlers of a chain, outer to inner; inner ones win."""
    found: dict[Any, tuple[int, ExceptionHandler]] = {}
    blocking: bool | None = None
    for place, options in enumerate(chain):
        blocking = blocking if options.blocking is None else options.blocking
        own = options.exception_handlers or {}
        found |= {key: (place, awaited(handler, blocking)) for key, handler in own.items()}
    return found


def depth(level: Level, route: Route) -> int:
    """Return how deep the outermost part of *level* lies in the chain of a route."""
    return {"app": 0, "group": 1, "route": len(route.chain) - 1}[level]


def states(level: Level, route: Route) -> bool:
    """Tell whether one level of *route* states any."""
    return bool(route.effective.exception_handlers) and any(o.exception_handlers for o in route.chain[PLACES[level]])


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
