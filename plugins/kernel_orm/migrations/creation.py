"""Create databases that do not exist yet."""

from pathlib import Path

from kernel_orm.database import Database
from kernel_orm.errors import Unreachable
from kernel_orm.migrations.connection import missing, patient, unknown, unreachable

MAINTENANCE = "postgres"
"""The database of a PostgreSQL server that is there for connections like ours."""
DUPLICATE = ("42P04", "23505")
"""SQLSTATE: a database of this name is there already, or is being created by somebody else."""


async def create(database: Database) -> bool:
    """Create the database itself, if need be; tell whether that was so.

    Raises:
        Fault: the server cannot be reached.
    """
    if missing(database):
        return touch(Path(str(database.url.database)))
    engine = patient(database)
    try:
        async with engine.connect():
            return False
    except Unreachable as error:
        if not unknown(error):
            raise unreachable(database, error) from error
    finally:
        await engine.dispose()
    return await administer(database, "CREATE DATABASE {}", str(database.url.database))


def touch(file: Path) -> bool:
    """Create an empty file, which is an empty SQLite database."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return True


async def administer(database: Database, statement: str, *names: str) -> bool:
    """Run a statement about databases on their server; False if the one to create is there already.

    Args:
        statement: with a place, {}, for each of *names*, which are quoted as the dialect does.

    Raises:
        Fault: the server cannot be reached.
    """
    from sqlalchemy.exc import DBAPIError

    engine = patient(database, database.url.set(database=MAINTENANCE)).execution_options(isolation_level="AUTOCOMMIT")
    quoted = map(engine.dialect.identifier_preparer.quote_identifier, names)
    try:
        async with engine.connect() as connection:
            await connection.exec_driver_sql(statement.format(*quoted))
    except Unreachable as error:
        raise unreachable(database, error) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in DUPLICATE:
            raise
        return False
    finally:
        await engine.dispose()
    return True
