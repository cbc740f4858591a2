"""`kernel db`: create databases and bring them to the state of the models.

This room imports click and nothing that needs SQLAlchemy: it is loaded to list the commands.
"""

import json
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from kernel_orm.migrations.schema import Schema

T = TypeVar("T")

database = click.option(
    "--database", "name", default="default", metavar="NAME", help="The database of [database.NAME]."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
minus = {"ignore_unknown_options": True}
"""For targets like -1."""


@click.group()
def db() -> None:
    """Create databases, and write and run migrations.

    Each app with models has revisions of its own, in the folder migrations/versions beside the file
    that declares it. A TARGET is APP@head, APP@base, APP@+1, APP@-2, or a revision.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)


def wanted(name: str) -> "Schema":
    """Return what the database of the project is to hold.

    Raises:
        BootError: the project cannot run.
        Fault: there are no models.
    """
    import kernel
    from kernel_orm.migrations.schema import Schema

    schema = Schema(kernel.app.boot(), name)
    schema.demand_models()
    return schema


def waited(what: Callable[..., Awaitable[T]], *args: Any) -> T:
    """Run an async function to its end."""
    import anyio

    return anyio.run(what, *args)


@db.command()
@database
def create(name: str) -> None:
    """Create the database and all tables of all apps.

    An app with revisions is brought to its head; the tables of others are made from their models.
    """
    from kernel_orm.migrations.tables import create_all

    for line in waited(create_all, wanted(name)):
        click.echo(line)


@db.command()
@click.argument("app")
@click.option("--message", "-m", "title", default="", help="What it does; stands in the file and in its name.")
@click.option("--empty", is_flag=True, help="Write one that does nothing yet.")
@click.option("--merge", is_flag=True, help="Join the heads of the app.")
@database
def revision(app: str, title: str, empty: bool, merge: bool, name: str) -> None:
    """Write a revision of APP from what changed in its models."""
    from kernel_orm.migrations import writing
    from kernel_orm.migrations.connection import work

    if empty and merge:
        raise click.UsageError("--empty and --merge exclude one another")
    schema = wanted(name)
    branch = schema.history.chosen(app)
    if empty or merge:
        script = (writing.empty if empty else writing.merge)(schema, branch, title)
    elif not schema.history.of(branch):
        script = writing.first(schema, branch, title)
    else:
        write = partial(writing.following, schema=schema, branch=branch, title=title)
        script, found = waited(work, schema.database, write)
        click.echo("".join(f"{problem}\n" for problem in found), nl=False, err=True)
    click.echo(script.path)


@db.command(context_settings=minus)
@click.argument("target", default="heads")
@database
def upgrade(target: str, name: str) -> None:
    """Run revisions up to TARGET, by default all of all apps."""
    from kernel_orm.migrations.tables import migrate

    _move(migrate, name, target, "head")


@db.command(context_settings=minus)
@click.argument("target")
@database
def downgrade(target: str, name: str) -> None:
    """Undo revisions down to TARGET."""
    from kernel_orm.migrations.versions import downgrade

    _move(lambda connection, schema, exact: downgrade(connection, schema.history, exact), name, target)


@db.command()
@click.argument("target")
@database
def stamp(target: str, name: str) -> None:
    """Note that the database is at TARGET, without running anything."""
    from kernel_orm.migrations.versions import stamp

    _move(lambda connection, schema, exact: stamp(connection, schema.history, exact), name, target, "head")


def _move(how: Callable[..., list[str]], name: str, target: str, alone: str = "") -> None:
    from kernel_orm.migrations.connection import work

    schema = wanted(name)
    schema.history.demand_single_heads()
    exact = schema.history.target(target, alone)
    lines = waited(work, schema.database, lambda connection: how(connection, schema, exact))
    click.echo("\n".join(lines or ["nothing to do"]))


@db.command()
@database
@as_json
def current(name: str, as_json: bool) -> None:
    """Tell which revision each app is at in the database."""
    from kernel_orm.migrations.connection import work
    from kernel_orm.migrations.report import positions

    schema = wanted(name)
    rows = waited(work, schema.database, lambda connection: positions(connection, schema))
    _print(rows, ("app", "revision", "title", "state"), as_json)


@db.command()
@click.argument("app", required=False)
@database
@as_json
def history(app: str | None, name: str, as_json: bool) -> None:
    """List the revisions of APP, or of all apps, newest first; no database is needed."""
    from kernel_orm.migrations.report import revisions

    _print(revisions(wanted(name), app), ("app", "revision", "title", "needs", "head"), as_json)


@db.command()
@database
@as_json
def check(name: str, as_json: bool) -> None:
    """Compare models, revisions and database; exit 1 if they differ."""
    from kernel_orm.migrations.connection import work
    from kernel_orm.migrations.report import problems

    schema = wanted(name)
    found = waited(work, schema.database, lambda connection: problems(connection, schema))
    if as_json:
        click.echo(json.dumps({"problems": [asdict(problem) for problem in found]}, indent=2))
    else:
        click.echo("\n".join(map(str, found)) or "models, revisions and database agree")
    sys.exit(any(problem.level == "error" for problem in found))


def _print(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    from kernel_orm.migrations.report import table

    click.echo(json.dumps(rows, indent=2) if as_json else table(rows, columns) if rows else "no revisions")
