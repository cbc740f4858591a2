"""A connection to change a schema with: no time limit, one transaction also on SQLite, one user at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kernel_settings import Duration

from kernel_orm.database import Database
from kernel_orm.errors import Unreachable
from kernel_orm.migrations.faults import Fault
from kernel_orm.url import in_memory, shown

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LOCK = 0x6B65726E656C
"""Key of PostgreSQL's advisory lock: of two who migrate one database at a time, the second waits."""
UNKNOWN = "3D000"
"""SQLSTATE: there is no database of this name."""
CREATE = "'kernel db create' creates it"
T = TypeVar("T")


async def work(database: Database, what: "Callable[[Connection], T]") -> T:
    """Connect, do something, and disconnect; what is done commits.

    Raises:
        Fault: the database cannot be reached.
    """
    async with connected(database) as connection:
        return await connection.run_sync(what)


@asynccontextmanager
async def connected(database: Database) -> "AsyncIterator[AsyncConnection]":
    """Return a connection for changes of the schema, which is in no transaction.

    Raises:
        Fault: the database cannot be reached.
    """
    from sqlalchemy import text

    if missing(database):
        raise Fault("missing", f"database '{database.name}' does not exist", CREATE, shown(database.url))
    engine = patient(database)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        try:
            connection = await stack.enter_async_context(engine.connect())
        except Unreachable as error:
            raise unreachable(database, error) from error
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            await connection.commit()
        yield connection


def patient(database: Database, url: "URL | None" = None) -> "AsyncEngine":
    """Return an engine whose statements may take as long as they need; *url* is another database of the server.

    SQLite changes a table by building it anew, and must not follow its foreign keys meanwhile:
    dropping the old one would delete what refers to it.
    """
    from sqlalchemy import event

    from kernel_orm.engine import create_engine

    config = replace(database.config, statement_timeout=Duration(0), isolation_level="")
    engine = create_engine(url or database.url, config, database.name)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def connect(connection: Any, record: Any) -> None:  # pragma: no cover  # in a greenlet, where nobody watches
            cursor = connection.cursor()
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.close()

    return engine


def missing(database: Database) -> bool:
    """Tell whether this is an SQLite file that is not there.

    Raises:
        Fault: it is SQLite, and no file at all.
    """
    url = database.url
    if in_memory(url):
        hint = "name a file in its url; a test has its tables from the fixture 'database'"
        raise Fault("memory", f"database '{database.name}' is in memory, so nothing lasts in it", hint)
    path = str(url.database)
    return url.get_backend_name() == "sqlite" and not path.startswith("file:") and not Path(path).exists()


def unreachable(database: Database, error: Unreachable) -> Fault:
    """Return what to tell of a database that does not answer."""
    if unknown(error):
        return Fault("missing", f"database '{database.name}' does not exist", CREATE, shown(database.url))
    return Fault("unreachable", str(error), "is the server running, and is it where the url says?")


def unknown(error: Unreachable) -> bool:
    """Tell whether the server answered that it has no such database."""
    return getattr(error.__cause__, "sqlstate", None) == UNKNOWN
