"""Bring a database to the wanted state: by revisions where an app has them, else straight from the models."""

from typing import TYPE_CHECKING

from kernel_orm.migrations.branches import Branch
from kernel_orm.migrations.connection import work
from kernel_orm.migrations.creation import create
from kernel_orm.migrations.faults import Fault
from kernel_orm.migrations.ownership import Key, created
from kernel_orm.migrations.schema import Schema
from kernel_orm.migrations.versions import current, upgrade

if TYPE_CHECKING:
    from sqlalchemy import Connection


async def create_all(schema: Schema) -> list[str]:
    """Create the database and all its tables; return a line for each thing that was done.

    Raises:
        Fault: the server cannot be reached, or a revision fails.
    """
    made = await create(schema.database)
    lines = [f"database '{schema.database.name}' {'created' if made else 'exists'}"]
    return [*lines, *await work(schema.database, lambda connection: fill(connection, schema))]


def fill(connection: "Connection", schema: Schema) -> list[str]:
    """Run all revisions, then create the tables of all that has none; what is there already stays."""
    from sqlalchemy import inspect

    schema.history.demand_single_heads()
    lines = migrate(connection, schema, "heads") if schema.history.revisions else []
    with connection.begin():
        inspector = inspect(connection)
        tables = [table for table in schema.unversioned() if not inspector.has_table(table.name, table.schema)]
        for table in tables:
            table.create(connection)
    return [*lines, *(f"table '{table.name}' created" for table in tables)]


def migrate(connection: "Connection", schema: Schema, target: str) -> list[str]:
    """Run revisions up to *target*; return a line for each.

    Raises:
        Fault: a table is there that a first revision is about to create.
    """
    label, at, _ = target.partition("@")
    applied = schema.history.applied(current(connection, schema.history))
    for branch in schema.branches:
        revisions = schema.history.of(branch)
        if revisions and revisions[-1].revision not in applied and (not at or label == branch.label):
            _demand_unmade(connection, branch, created(revisions[-1:]))
    return upgrade(connection, schema.history, target)


def _demand_unmade(connection: "Connection", branch: Branch, tables: set[Key]) -> None:
    from sqlalchemy import inspect

    with connection.begin():
        inspector = inspect(connection)
        found = [name for schema, name in tables if inspector.has_table(name, schema)]
    if found:
        message = f"table '{min(found)}' of app '{branch.app}' is there, but the database knows no revision of it"
        hint = f"if it is as the first revision makes it, note that: kernel db stamp {branch.app}"
        raise Fault("unmarked", message, hint)
