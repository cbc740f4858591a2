"""What SQLite needs to be a database for concurrent requests."""

import sqlite3
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection
    from sqlalchemy.ext.asyncio import AsyncEngine

from kernel_orm.config import DatabaseConfig
from kernel_orm.url import in_memory

BEGIN = "sqlite_begin"
"""Execution option: how a transaction begins."""


class TidyConnection(sqlite3.Connection):
    """A connection that keeps no transaction open, and so no lock on the whole database.

    A commit that fails leaves the transaction open. And the traceback of a cancelled request keeps
    its cursor alive for a while, which would keep a closed connection from ending.
    """

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, *args: Any, **keywords: Any) -> Any:
        """Return a new cursor, and remember it."""
        cursor = super().cursor(*args, **keywords)
        self._cursors.add(cursor)
        return cursor

    def commit(self) -> None:
        """Commit, or roll back; raises as the base class."""
        try:
            super().commit()
        except sqlite3.Error:
            self.rollback()
            raise

    def close(self) -> None:
        """Close every cursor first."""
        for cursor in list(self._cursors):
            cursor.close()
        super().close()


def options(url: "URL", config: DatabaseConfig) -> dict[str, Any]:
    """Return the options of the engine; a database in memory has one connection, for as long as it lives."""
    from sqlalchemy.pool import AsyncAdaptedQueuePool

    one = {"pool_size": 1, "max_overflow": 0, "pool_recycle": -1} if in_memory(url) else {}
    return {
        "connect_args": {"timeout": config.pool_timeout, "factory": TidyConnection},
        "poolclass": AsyncAdaptedQueuePool,
        **one,
    }


def prepare(engine: "AsyncEngine") -> None:
    """Switch foreign keys and the write-ahead log on, and begin transactions ourselves.

    The driver begins one only before the first change, so what was read until then may be stale.
    `BEGIN IMMEDIATE` waits for the lock at once; a transaction that reads first and then asks for
    the lock is refused without waiting if another one has written meanwhile.
    """
    from sqlalchemy import event

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, record: Any) -> None:  # pragma: no cover  # in a greenlet, where nobody watches
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("foreign_keys = ON", "journal_mode = WAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(BEGIN, 'IMMEDIATE')}")
