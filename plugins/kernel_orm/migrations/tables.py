"""Bring a database to the wanted state: by revisions where an app has them, else straight from the models."""

from typing import TYPE_CHECKING

from kernel_orm.migrations.connection import work
from kernel_orm.migrations.creation import create
from kernel_orm.migrations.schema import Schema
from kernel_orm.migrations.versions import upgrade

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
    lines = upgrade(connection, schema.history, "heads") if schema.history.revisions else []
    with connection.begin():
        inspector = inspect(connection)
        tables = [table for table in schema.unversioned() if not inspector.has_table(table.name, table.schema)]
        for table in tables:
            table.create(connection)
    return [*lines, *(f"table '{table.name}' created" for table in tables)]
