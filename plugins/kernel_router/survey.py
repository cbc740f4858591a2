"""Check all routes of a project together, before anything is compiled."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from kernel.boot.plan import Plan
from kernel.errors import BootError, Problem
from kernel.layers import Handler, Route
from kernel_router.mount import Mount
from kernel_router.paths import Parts, Variable, parse, shape

Bound = tuple[Route, Handler]
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
ANY = "any"
"""The method of mounts, which take every one; methods of routes are upper case."""
UNPLANNED = Plan().claims
"""Words claims where no plan tells from which distribution they come."""
PURPOSE = "or let one win on purpose: routes.get(path, replaces='app')"
METHOD = "name one or several, as in Route(path, ['GET', 'POST'], handler)"


@dataclass(frozen=True)
class Entry:
    """One method of one route; `order` is the place in the order of definition, `shape` makes two paths the same."""

    order: int
    method: str
    route: Route
    handler: Handler
    parts: Parts
    shape: tuple[str, ...]
    only_ssl: bool

    @cached_property
    def singles(self) -> tuple[tuple[str, int], ...]:
        """The variables that take one segment, and which."""
        numbered = enumerate(self.parts)
        return tuple((p.name, n) for n, p in numbered if isinstance(p, Variable) and p.name and not p.reaches)

    @cached_property
    def reaching(self) -> tuple[str, int] | None:
        """The variable of type `path`, and where it begins."""
        numbered = enumerate(self.parts)
        return next(((p.name, n) for n, p in numbered if isinstance(p, Variable) and p.reaches), None)

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return f"mount {self.route.path}" if self.method == ANY else f"route {self.method} {self.route.path}"

    def __str__(self) -> str:
        return f"'{self.route.app}' ({self.route.where})"


Answering = tuple[Sequence[str], Entry]
"""The methods that one entry answers, and it."""


def survey(routes: Iterable[Bound], both: Callable[..., str] = UNPLANNED) -> list[Entry]:
    """Return an entry for every method of every route, in the order of definition.

    A route that another one replaces has none. *both* words who claims one route.

    Raises:
        BootError: paths, methods or pairs of routes that cannot be; all of them.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for route, handler in routes:
        try:
            parts = _parts(route)
        except ValueError as error:
            hint = "mend the path, as in '/users/<id:int>'"
            problems.append(_problem("route.path", str(error), hint, route))
            continue
        form, ssl = shape(parts), bool(route.effective.only_ssl)
        methods = (ANY,) if isinstance(route, Mount) else tuple(dict.fromkeys(route.methods))
        problems += _wrong_methods(route, methods)
        entries += [Entry(len(entries) + n, m, route, handler, parts, form, ssl) for n, m in enumerate(methods)]
    pairs = list(_pairs(entries))
    replaced = [one for one, other in pairs if replaces(other, one)]
    replaced += [other for one, other in pairs if replaces(one, other)]
    if replaced:
        entries = [entry for entry in entries if entry not in replaced]
        pairs = list(_pairs(entries))
    problems += _duplicates(pairs, both)
    if problems:
        raise BootError(problems)
    return entries


def _parts(route: Route) -> Parts:
    parts = parse(route.path)
    if isinstance(route, Mount) and any(isinstance(part, Variable) for part in parts):
        raise ValueError(f"path '{route.path}': a mount takes everything below a path without variables")
    return parts


def _wrong_methods(route: Route, methods: Sequence[str]) -> Iterator[Problem]:
    if not methods:
        yield _problem("route.method", f"path '{route.path}': the route names no method", METHOD, route)
    for method in methods:
        if not _token(method):
            yield _problem(
                "route.method", f"path '{route.path}': {method!r} is no method (RFC 9110 §9.1)", METHOD, route
            )


def _problem(kind: str, message: str, hint: str, route: Route) -> Problem:
    return Problem(kind, "error", f"'{route.app}': {message}" if route.app else message, hint, route.where)


def _pairs(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Entry]]:
    """Yield (first, other) of each method and shape that stands more than once."""
    first: dict[object, Entry] = {}
    for entry in entries:
        known = first.setdefault((entry.method, entry.shape, entry.only_ssl), entry)
        if known is not entry:
            yield known, entry


def replaces(one: Entry, other: Entry) -> bool:
    """Tell whether a route says that it takes the place of another one."""
    wish = getattr(one.route, "replaces", "")
    return bool(wish) and wish in (other.route.app, f"{other.route.app}:{other.method} {other.route.path}")


def _duplicates(pairs: Iterable[tuple[Entry, Entry]], both: Callable[..., str]) -> Iterator[Problem]:
    for known, entry in pairs:
        sides = both((known.route.app, known.route.where), (entry.route.app, entry.route.where))
        message = f"{known.label} is declared by {sides}"
        hint = f"give one of them another path or prefix, switch one of the two off, {PURPOSE}"
        yield Problem("route.duplicate", "error", message, hint, entry.route.where)


def shadows(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Yield a warning for routes of two apps that differ only in the types of variables."""
    first: dict[object, Entry] = {}
    for entry in entries:
        blank = tuple(part if isinstance(part, str) else None for part in entry.parts)
        known = first.setdefault((entry.method, blank, entry.only_ssl), entry)
        if known.route.app != entry.route.app:
            message = f"{entry.label} of {entry} comes after {known.route.path} of {known}"
            hint = "where both fit, the app that is named first in [apps] active answers"
            yield Problem("route.shadow", "warning", message, hint, entry.route.where)
