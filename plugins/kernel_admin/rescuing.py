"""Who answers an exception: the handlers that apps, groups, routes and the project state."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kernel import App, Kernel
from kernel.boot.plan import Step
from kernel.errors import HTTPException
from kernel.layers import Options, Route, where
from kernel.serve.wrappers import is_async, label

Told = tuple[Step, str]
"""A step, and what it answers."""
PROJECT = "kernel_error_handlers"


def rescue(handler: Any, owner: str, level: str, status: str = "active") -> Step:
    """Return the step of one exception handler."""
    return Step("rescue", label(handler), owner, level, where(handler), is_async(handler), status)


def named(key: Any) -> str:
    """Return what an exception handler answers, in words."""
    return f"answers {getattr(key, '__name__', key)}"


def for_route(route: Route, level: str) -> Iterator[Told]:
    """Yield the exception handlers that one level of *route* states, outer to inner."""
    first, *groups, last = route.chain
    some: Iterable[Options] = {"app": [first], "group": groups, "route": [last]}[level]
    for options in some:
        for key, handler in (options.exception_handlers or {}).items():
            yield rescue(handler, route.app, level), named(key)


def for_all(project: Kernel) -> Iterator[Told]:
    """Yield the exception handlers of the whole project."""
    for owner, stated in of_project(project):
        for key, handler in stated.items():
            yield rescue(handler, owner, "application"), named(key)


def for_nobody(project: Kernel, path: str, status: int) -> Iterator[Told]:
    """Yield the exception handlers for the answer *status* to *path*, which has no route; one of them gives it."""
    keys = [status, *(kind for kind in HTTPException.__mro__ if issubclass(kind, Exception))]
    apps = [(one.name, one.plugin) for one in project.plan.active if isinstance(one.plugin, App)]
    under = [(name, app) for name, app in apps if f"{path}/".startswith(f"{app.prefix.rstrip('/')}/")]
    under.sort(key=lambda pair: -len(pair[1].prefix.rstrip("/")))
    groups = (
        [(name, "app", app.options.exception_handlers or {}) for name, app in under],
        [
            (name, "application", {key: handler for key, handler in stated.items() if key is not Exception})
            for name, stated in of_project(project)
        ],
    )
    winner = ""
    for some in groups:
        found = [(keys.index(key), *one[:2], key, one[2][key]) for one in some for key in one[2] if key in keys]
        for _, name, level, key, handler in sorted(found, key=lambda one: one[0]):
            yield rescue(handler, name, level, f"overridden: by '{winner}'" if winner else "active"), named(key)
            winner = winner or label(handler)


def of_project(project: Kernel) -> list[tuple[str, Mapping[Any, Any]]]:
    """Return the exception handlers of the whole project, with their owners."""
    return project.collect(PROJECT) if PROJECT in project.booted.registry.specs else []
