"""`kernel explain METHOD PATH`: drive the compiled matcher and show what was folded around the handler."""

import sys
from collections.abc import Iterable
from typing import Any

import click

from kernel import Kernel, Request
from kernel.boot.plan import Step
from kernel.errors import HTTPException
from kernel_admin.project import compiled, safe
from kernel_admin.scopes import scope
from kernel_admin.tables import as_json, dump, table

COLUMNS = ("phase", "callable", "plugin", "level", "where", "async", "status")


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
    steps = [*project.plan.application, *of_route(project, route)]
    rows = [{name: getattr(step, "is_async" if name == "async" else name) for name in COLUMNS} for step in steps]
    place = route.path if route else None
    if as_json:
        dump({"method": method.upper(), "path": path, "route": place, "steps": rows})
    else:
        click.echo(f"{method.upper()} {path} -> {f'{place}, {route.app} ({route.where})' if route else reason}")
        click.echo("\n".join(table(rows, COLUMNS)) if rows else "nothing on the way")
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


def of_route(project: Kernel, route: Any) -> Iterable[Step]:
    """Return the steps of a route, found by its identity, else by where it was declared."""
    for known, steps in project.plan.routes:
        if route is known:
            return steps
    return ()
