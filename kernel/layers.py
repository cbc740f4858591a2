"""What users declare: options, layers, routes and listeners, as data.

One shape serves every depth: Handler = Request -> awaitable Response, Layer = Handler -> Handler.
Declared at import, ordered and folded once at boot (kernel/serve/pipeline.py), then only called.
"""

import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial, reduce
from typing import Any, Literal, TypeVar, get_args

from kernel.errors import did_you_mean
from kernel.request import Computed, Request
from kernel.response import Response
from kernel.types import ASGIApp

Handler = Callable[[Request], Awaitable[Response]]
Hook = Callable[..., Any]
Level = Literal["application", "app", "group", "route"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Keywords of App, Routes and every route; stated here once, inherited inwards.

    `None` abstains: an outer value holds. Durations are seconds, sizes are bytes. With `blocking`
    False the sync callables that are stated here or further in run on the event loop, not in a
    worker thread; so does a function with an attribute `blocking` that is False.
    """

    before_request: Hook | None = None
    after_request: Hook | None = None
    after_response: Hook | None = None
    only_ssl: bool | None = None
    data_handler: Any = None
    max_body_size: int | None = None
    timeout: float | None = None
    blocking: bool | None = None
    layers: tuple["Layer", ...] = ()
    guards: tuple[Hook, ...] = ()
    tags: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    exception_handlers: Mapping[type[Exception] | int, Hook] | None = None
    name: str | None = None

    @classmethod
    def parse(cls, owner: str, keywords: Mapping[str, Any]) -> "Options":
        """Return the options in *keywords*; one object and an iterable are both accepted."""
        for word in keywords.keys() - OPTION_NAMES:
            raise TypeError(f"{owner}: there is no option '{word}'{did_you_mean(word, OPTION_NAMES)}")
        if not isinstance(given := keywords.get("exception_handlers"), Mapping | None):
            raise TypeError(f"{owner}: exception_handlers= is {given!r}, no mapping of exceptions to handlers")
        values: dict[str, Any] = {k: as_tuple(value) if k in ADDITIVE else value for k, value in keywords.items()}
        if wrong := [one for one in values.get("layers", ()) if not isinstance(one, Layer)]:
            raise TypeError(f"{owner}: layers= has {wrong[0]!r}, no Layer; write Layer(name, around=...)")
        return cls(**values) if values else NOTHING

    def inherit(self, inner: "Options") -> "Options":
        """Return *inner* completed by self: inner wins, sequences add up outside-in."""
        if self is NOTHING or self == NOTHING:
            return inner
        changes: dict[str, Any] = {name: getattr(self, name) for name in CLOSEST if getattr(inner, name) is None}
        changes |= {name: getattr(self, name) + getattr(inner, name) for name in ADDITIVE}
        changes["exception_handlers"] = {**(self.exception_handlers or {}), **(inner.exception_handlers or {})} or None
        return replace(inner, **changes)


NOTHING = Options()
OPTION_NAMES = frozenset(f.name for f in fields(Options))
ADDITIVE = ("layers", "guards", "tags", "skip")
CLOSEST = tuple(sorted(OPTION_NAMES - {*ADDITIVE, "exception_handlers", "name"}))


@dataclass(frozen=True, slots=True)
class Layer:
    """A wrapper around every handler of one level, or hooks that run there.

    Args:
        name: unique; `skip=` and `[order] layers` refer to it.
        around: `async (request, call_next) -> Response`.
        asgi: wraps the whole ASGI application; level "application" only.
        before_request: `(request)`; a value other than None bypasses what lies inside.
        after_request: `(response)` or `(response, request)`; returns a Response.
        after_response: `(request)`, after the last byte; a failure is logged.
        on_finish: `(request, outcome)`, exactly once for every request.
        level: application, app, group or route; outer to inner.
        on: "always" has after_request and after_response run for errors, 404 and 405 too.
        blocking: False if its sync hooks may run on the event loop.
        select: asked at boot for each route of the level; False leaves the layer out there.
        before, after: names of layers or plugins; absent ones are ignored.
        replaces: name of a layer this one takes the place of.
    """

    name: str
    around: Callable[[Request, Handler], Awaitable[Response]] | None = None
    asgi: Callable[[ASGIApp], ASGIApp] | None = None
    before_request: Hook | None = None
    after_request: Hook | None = None
    after_response: Hook | None = None
    on_finish: Hook | None = None
    level: Level = "application"
    on: Literal["success", "always"] = "success"
    blocking: bool | None = None
    select: Callable[["Route"], bool] | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    replaces: str | None = None
    plugin: str = ""

    def __post_init__(self) -> None:
        for what, value, known in (("level", self.level, get_args(Level)), ("on", self.on, ("success", "always"))):
            if value not in known:
                raise ValueError(f"layer '{self.name}': {what} '{value}' is none of {', '.join(known)}")


class Route:
    """Join a path and its methods to a handler; immutable, shared by kernels.

    Args:
        path: starts with "/"; its syntax belongs to the router plugin.
        methods: one name or several; upper case by convention.
        handler: `(request, ...)`; sync handlers run in a worker thread.
        options: see `Options`.
    """

    def __init__(self, path: str, methods: str | Iterable[str], handler: Hook, **options: Any) -> None:
        self.path, self.handler, self.where = path, handler, caller()
        self.methods = tuple(method.upper() for method in as_tuple(methods))
        self.options = Options.parse(f"route '{path}'", options)
        self.name = self.options.name or getattr(handler, "__name__", "")
        self.app, self.groups, self.encoders, self.own = "", (), {}, handler  # type: str, tuple[Options, ...], Any, Any

    def derive(self, **changes: Any) -> "Route":
        """Return a copy with *changes*; the original stays as it is."""
        route = object.__new__(type(self))
        vars(route).update(vars(self), **changes)
        vars(route).pop("effective", None)
        return route

    # The options that hold here, outer to inner.
    chain: tuple[Options, ...] = property(lambda self: (*self.groups, self.options))  # type: ignore[assignment]  # read-only

    # The options after inheritance.
    effective: Options = Computed("effective", lambda self: reduce(Options.inherit, self.chain))  # type: ignore[assignment]  # once

    def __repr__(self) -> str:
        return f"{' '.join(self.methods) or '*'} {self.path}"


class Hooks(list[tuple[str, Hook, Mapping[str, Any]]]):
    """Listeners as (event, function, wishes): `@hooks.event(name)`, `@hooks.on(name)`, `hooks.register(name, f)`.

    A wish is a keyword that the plugin "events" knows, as in `@hooks.event(name, before="mail")`.
    """

    def event(self, name: str, **wishes: Any) -> Callable[[F], F]:
        """Listen to *name*; the decorated function, sync or async, is returned unchanged."""
        return lambda function: self.register(name, function, **wishes)

    on = event

    def periodic(self, seconds: float, timeout: float | None = None) -> Callable[[F], F]:
        """Call the decorated function every *seconds*, at most *timeout* long; needs the plugin "timers"."""
        return self.event("periodic", seconds=seconds, timeout=timeout)

    def cron(self, spec: str, tz: str = "UTC", timeout: float | None = None) -> Callable[[F], F]:
        """Call the decorated function when *spec* says, five fields of cron, by the clocks of *tz*; see `periodic`."""
        return self.event("cron", spec=spec, tz=tz, timeout=timeout)

    def register(self, name: str, function: F, **wishes: Any) -> F:
        """Listen to *name* with *function*, which is returned."""
        if not callable(function):
            raise TypeError(f"event '{name}': the listener must be callable, not {function!r}")
        self.append((name, function, wishes))
        return function

    def register_batch(self, listeners: Mapping[str, Hook | Iterable[Hook]]) -> None:
        """Listen to several events: names to one function or several."""
        for name, function in [(name, one) for name, some in listeners.items() for one in as_tuple(some)]:
            self.register(name, function)

    merge = list.extend

    def __add__(self, other: Any) -> "Hooks":  # type: ignore[override]  # a list would be no Hooks
        return Hooks([*self, *other])

    def __contains__(self, name: object) -> bool:
        return any(name in item[:1] for item in self)


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return *value* as a tuple: one object, None or an iterable."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    return tuple(value) if several else () if value is None else (value,)


def caller() -> str:
    """Return "file:line" of the nearest frame outside the kernel: where a user declares."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("kernel."):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def where(thing: Any) -> str:
    """Return "file:line" of a callable, of the function it wraps if it does, or of a declaration, or nothing."""
    code = getattr(bare(thing), "__code__", None) or getattr(type(bare(thing)).__call__, "__code__", None)
    return getattr(thing, "where", "") or (f"{code.co_filename}:{code.co_firstlineno}" if code else "")


def bare(thing: Any) -> Any:
    """Return the function inside of partials and of what decorators made of it."""
    inner = getattr(thing, "__wrapped__", None) or (isinstance(thing, partial) and thing.func)
    return bare(inner) if inner else thing
