"""`kernel explain METHOD PATH`: drive the compiled matcher and show what was folded around the handler."""

import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

import click

from kernel import Kernel, Request
from kernel.boot.config import items
from kernel.boot.plan import Step
from kernel.errors import HTTPException
from kernel.layers import as_tuple, where
from kernel.serve.wrappers import label
from kernel_admin.project import compiled, safe
from kernel_admin.scopes import scope
from kernel_admin.tables import as_json, dump, table

COLUMNS = ("phase", "callable", "plugin", "level", "where", "async", "status")
SHOWN = ("#", *COLUMNS, "why")


@click.command()
@click.argument("method")
@click.argument("path")
@as_json
def explain(method: str, path: str, as_json: bool) -> None:
    """Show everything that one request would meet, outer to inner.

    Without a route for it the layers of the application are shown, and the exit code is 1.
    """
    project = safe()
    route, reason = match(project, method, path)
    steps = [*wrapping(project), *project.plan.application, *of_route(project, route)]
    rows = [{name: getattr(step, "is_async" if name == "async" else name) for name in COLUMNS} for step in steps]
    reasons = [why(project, step) for step in steps]
    place = route.path if route else None
    if as_json:
        dump({"method": method.upper(), "path": path, "route": place, "steps": rows})
    else:
        click.echo(f"{method.upper()} {path} -> {f'{place}, {route.app} ({route.where})' if route else reason}")
        numbered = [{"#": n, **row, "why": reasons[n - 1]} for n, row in enumerate(rows, 1)]
        columns = SHOWN if any(reasons) else SHOWN[:-1]
        click.echo("\n".join(table(numbered, columns)) if rows else "nothing on the way")
    if as_json and reason:
        click.echo(reason, err=True)
    sys.exit(1 if route is None and not reason.startswith("the router") else 0)


def match(project: Kernel, method: str, path: str) -> tuple[Any, str]:
    """Return the route of a request, or None and the reason."""
    build, matcher = compiled(project)[0], project.booted.match
    request: Request = build(scope(method, path), None, project)
    try:
        handler = matcher(request)
    except HTTPException as error:
        allow = ", ".join(value.decode() for name, value in error.headers if name == b"allow")
        return None, f"no route for this method: the answer is {error.status}, allowed are {allow}"
    if handler is None:
        return None, "no route for this path: the answer is 404; 'kernel routes' lists them"
    return request.route, "" if request.route else "the router itself answers"


def wrapping(project: Kernel) -> Iterable[Step]:
    """Yield what stands around the whole ASGI application: it sees a request before anything else does."""
    for layer in project.plan.layers:
        if layer.asgi:
            wrapper: Any = layer.asgi
            while isinstance(wrapper, partial):
                wrapper = wrapper.func
            yield Step("asgi", label(wrapper), layer.plugin, "application", where(wrapper), is_async=True)


def why(project: Kernel, step: Step) -> str:
    """Return what puts the layers of a step's plugin where they are."""
    layers, order = project.plan.layers, items(project.config.get("order", {}).get("layers", ()))
    known = {name for layer in layers for name in (layer.name, layer.plugin)}
    reasons = []
    for layer in layers:
        if layer.plugin == step.plugin and layer.level == step.level and step.phase not in ("bind", "render"):
            reasons += [f"after '{name}'" for name in as_tuple(layer.after) if name in known]
            reasons += [f"before '{name}'" for name in as_tuple(layer.before) if name in known]
            reasons += [f"replaces '{layer.replaces}'"] if layer.replaces else []
            reasons += [f"[order] layers: {', '.join(order)}"] if layer.name in order else []
    return "; ".join(dict.fromkeys(reasons))


def of_route(project: Kernel, route: Any) -> Iterable[Step]:
    """Return the steps of a route, found by its identity, else by where it was declared."""
    for known, steps in project.plan.routes:
        if route is known:
            return steps
    return ()
