"""Routes, the container users declare routes in."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Concatenate, Protocol, TypeVar

from kernel.layers import Hook, Options, Route, where
from kernel_router.paths import joined

F = TypeVar("F", bound=Hook)


class Decorator(Protocol):
    """Takes a handler and returns it unchanged, so that decorators stack."""

    def __call__(self, function: F, /) -> F:
        """Declare the route of *function*."""


def _for(method: str) -> Callable[Concatenate["Routes", str, ...], Decorator]:
    def declare(routes: "Routes", path: str, **options: Any) -> Decorator:
        return routes.route(path, method, **options)

    declare.__name__ = method.lower()
    declare.__doc__ = f"Declare the decorated function as the handler of *path* for {method}."
    return declare


class Routes:
    """An ordered collection of routes; iterating yields each with its full path.

    Args:
        routes: Route, Mount and Routes objects; what is added to an inner Routes later counts too.
        prefix: goes before every path.
        options: see `kernel.layers.Options`; they hold for every route inside.

    Raises:
        TypeError: something that is no route, or an unknown option.
    """

    def __init__(self, *routes: "Route | Routes", prefix: str = "", **options: Any) -> None:
        if not isinstance(prefix, str):
            raise TypeError(f"the prefix of Routes must be a text like '/api', not {prefix!r}")
        self._prefix = prefix
        self._options = Options.parse("Routes", options)
        self._items: list[Route | Routes] = []
        self.extend(routes)

    def route(self, path: str, methods: str | Iterable[str], *, replaces: str = "", **options: Any) -> Decorator:
        """Declare the decorated function as the handler of *path* for *methods*.

        Args:
            replaces: app or plugin whose route of the same method and shape this one takes the place of.
        """
        if not isinstance(path, str):
            raise TypeError(f"a route needs a path first, as in @routes.get('/'), not {path!r}")

        def declare(function: F, /) -> F:
            if not callable(function):
                raise TypeError(f"route '{path}': the handler must be callable, not {function!r}")
            place = where(function)
            self.append(Route(path, methods, function, **options).derive(where=place, replaces=replaces))
            return function

        return declare

    get = _for("GET")
    post = _for("POST")
    put = _for("PUT")
    patch = _for("PATCH")
    delete = _for("DELETE")
    head = _for("HEAD")
    options = _for("OPTIONS")
    websocket = _for("WEBSOCKET")

    def append(self, route: "Route | Routes") -> None:
        """Add one route, or all of another collection."""
        if not isinstance(route, (Route, Routes)):
            raise TypeError(f"Routes hold Route, Mount and Routes objects, not {route!r}")
        if isinstance(route, Routes) and route.holds(self):
            raise ValueError("Routes cannot hold themselves")
        self._items.append(route)

    def extend(self, routes: "Iterable[Route | Routes]") -> None:
        """Add several, in order."""
        for route in routes:
            self.append(route)

    def merge(self, other: "Routes") -> None:
        """Add the routes of *other*; its prefix and options go on holding for them."""
        if not isinstance(other, Routes):
            raise TypeError(f"Routes merge with Routes, not {other!r}")
        self.append(other)

    def holds(self, other: "Routes") -> bool:
        """Tell whether *other* is this collection or lies inside it."""
        return other is self or any(isinstance(item, Routes) and item.holds(other) for item in self._items)

    @property
    def items(self) -> list[Route]:
        """The routes as a list, each with its full path and groups."""
        return list(self)

    def __add__(self, other: "Routes") -> "Routes":
        return Routes(self, other) if isinstance(other, Routes) else NotImplemented

    def __iter__(self) -> Iterator[Route]:
        for item in self._items:
            for route in item if isinstance(item, Routes) else (item,):
                yield route.derive(path=joined(self._prefix, route.path), groups=(self._options, *route.groups))
