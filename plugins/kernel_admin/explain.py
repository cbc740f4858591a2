"""`kernel explain METHOD PATH`: what was folded around the handler that answers a request."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kernel import Kernel, Request
from kernel.boot.config import locate
from kernel.boot.plan import Step
from kernel.errors import HTTPException
from kernel.layers import Route
from kernel_admin.chain import Met, chain
from kernel_admin.comparison import Row, as_data, compared, told
from kernel_admin.faults import Fault
from kernel_admin.journey import numbered
from kernel_admin.project import compiled, safe
from kernel_admin.scopes import scope
from kernel_admin.tables import as_json, dump, table

COLUMNS = ("phase", "callable", "plugin", "level", "where", "async", "status")
SHOWN = ("#", "in", "out", *COLUMNS, "why")


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one project does with a method and a path; `reason` says why there is no route."""

    method: str
    path: str
    route: Route | None
    reason: str
    chain: Sequence[Met]

    @property
    def answered(self) -> bool:
        """Tell whether a route answers, or the router in the place of one."""
        return self.route is not None or self.reason.startswith("the router")

    @property
    def title(self) -> str:
        """What is asked, and the path of the route that answers."""
        return f"{self.method} {self.path}{f' -> {self.route.path}' if self.route else ''}"

    @property
    def head(self) -> str:
        """What answers, in one line."""
        route = self.route
        return f"{self.title}{f', {route.app} ({route.where})' if route else f' -> {self.reason}'}"

    @property
    def standing(self) -> list[Met]:
        """What a picture shows: without the layers that do not want the route, of which each plugin may have some."""
        return [met for met in self.chain if not met.refused]

    @property
    def rows(self) -> list[Row]:
        """The steps as JSON shows them."""
        return [row(met.step) for met in self.chain]


@click.command()
@click.argument("method")
@click.argument("path")
@click.option("--svg", "picture", type=click.File("w", "utf-8", lazy=True), metavar="FILE", help="Draw it.")
@click.option("--mermaid", is_flag=True, help="Print it as Mermaid draws it.")
@click.option("--diff", "other", metavar="CONFIG", help="Tell what another config.ini would change.")
@as_json
def explain(method: str, path: str, picture: Any, mermaid: bool, other: str | None, as_json: bool) -> None:
    """Show everything that one request would meet, outer to inner, and what is left out and why.

    The columns in and out number the order of time, if nothing stops the request.

    Without a route for it the layers of the application are shown, and the exit code is 1. With
    --diff: what is lost (-), gained (+), moved (>) or changed (~); exits 1 if anything is, and 3 or
    78 if the other configuration does not boot.
    """
    if bool(picture) + mermaid + bool(other) + as_json > 1 + bool(other and as_json):
        raise click.UsageError("--svg, --mermaid, --json and --diff are different answers; only --diff takes --json")
    project = safe()
    found = explained(project, method, path)
    if other:
        sys.exit(differ(found, explained(booted(project, other), method, path), as_json))
    if picture:
        from kernel_admin.boxes import drawn

        picture.write(drawn(found.title, found.standing, found.answered))
    elif mermaid:
        from kernel_admin.mermaid import written

        click.echo(written(found.title, found.standing, found.answered))
    elif as_json:
        place = found.route.path if found.route else None
        dump({"method": found.method, "path": path, "route": place, "steps": found.rows})
    else:
        click.echo("\n".join(lines(found)))
    if found.reason and (as_json or mermaid or picture):
        click.echo(found.reason, err=True)
    sys.exit(0 if found.answered else 1)


def explained(project: Kernel, method: str, path: str) -> Explanation:
    """Return what *project* does with a request."""
    build, matcher = compiled(project)[0], project.booted.match
    request: Request = build(scope(method, path), None, project)
    route, reason, status = match(matcher, request)
    steps = chain(project, route, request.scope["path"], status)
    return Explanation(method.upper(), path, route, reason, steps)


def match(matcher: Any, request: Request) -> tuple[Route | None, str, int]:
    """Return the route of a request; or None, the reason, and the status of the answer unless the router gives it."""
    try:
        handler = matcher(request)
    except HTTPException as error:
        allow = ", ".join(value.decode() for name, value in error.headers if name == b"allow")
        reason = f"no route for this method: the answer is {error.status}, allowed are {allow}"
        return None, reason, error.status
    if handler is None:
        return None, "no route for this path: the answer is 404; 'kernel routes' lists them", 404
    return request.route, "" if request.route else "the router itself answers", 0


def row(step: Step) -> Row:
    """Return one step as JSON shows it."""
    return {name: getattr(step, "is_async" if name == "async" else name) for name in COLUMNS}


def lines(found: Explanation) -> list[str]:
    """Return the chain as a table."""
    times = numbered(found.chain, found.answered)
    rows = [
        {"#": n, "in": way_in, "out": way_out, **row(met.step), "why": met.why}
        for n, (met, (way_in, way_out)) in enumerate(zip(found.chain, times, strict=True), 1)
    ]
    columns = SHOWN if any(met.why for met in found.chain) else SHOWN[:-1]
    return [found.head, *(table(rows, columns) if rows else ["nothing on the way"])]


def booted(project: Kernel, config: str) -> Kernel:
    """Return the project of another configuration, with its own modules where both have one of a name.

    Raises:
        Fault: it does not boot.
    """
    ours, root = project.config.root, locate(config)[0].parent
    theirs = {path.stem for path in root.iterdir()} if root != ours and root.is_dir() else set()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in theirs and Path(getattr(module, "__file__", None) or "/").is_relative_to(ours):
            del sys.modules[name]
    try:
        return Kernel(config).boot()
    except Exception as error:
        raise Fault.of(error) from None


def differ(before: Explanation, after: Explanation, as_json: bool) -> int:
    """Print what turns one explanation into another; return the exit code."""
    changes = compared(before.rows, after.rows)
    route, other = (one.route.path if one.route else None for one in (before, after))
    if as_json:
        dump({"method": before.method, "path": before.path, "route": route, "other_route": other, **as_data(changes)})
    else:
        click.echo(before.head)
        heads = [after.head] if after.head != before.head else []
        click.echo("\n".join([*heads, *told(changes)] or ["no difference"]))
    return int(bool(changes) or route != other)
