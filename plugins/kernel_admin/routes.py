"""`kernel routes`: every method of every route."""

import click

from kernel import Kernel
from kernel.layers import Route
from kernel.serve.wrappers import label
from kernel_admin.project import compiled, safe
from kernel_admin.tables import Row, as_json, emit

COLUMNS = ("method", "path", "name", "handler", "app", "where")


@click.command()
@as_json
def routes(as_json: bool) -> None:
    """List the routes."""
    project = safe()
    compiled(project)
    emit(rows(project), COLUMNS, as_json, "no routes: no active app or plugin declares one")


def rows(project: Kernel) -> list[Row]:
    """Return a row for each method of each route, in the order of definition."""
    return [
        {
            "method": method,
            "path": route.path,
            "name": route.name,
            "handler": f"{getattr(route.handler, '__module__', '')}:{label(route.handler)}",
            "app": route.app,
            "where": route.where,
        }
        for route, method in served(project)
    ]


def served(project: Kernel) -> list[tuple[Route, str]]:
    """Return each route with each of its methods, without those in whose place another one stands."""
    every = [(route, method) for route, _ in project.plan.routes for method in route.methods or ("any",)]
    if "router.entries" not in project.booted.services:
        return every
    known = {(id(entry.route), entry.method) for entry in project.service("router.entries")}
    return [(route, method) for route, method in every if (id(route), method) in known]
