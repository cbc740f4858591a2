"""One database: what it is called, where it is, and its engine while there is one."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from kernel_orm.config import DatabaseConfig
from kernel_orm.url import shown, url_of

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


class Database:
    """A database of a project, as `kernel.service("databases")` holds it by name.

    `engine` and `sessions` are made on first use and thrown away by `close`, so that each event
    loop has its own.

    Args:
        name: "default" for the section [database], NAME for [database.NAME].
        config: the validated section.
        folder: where relative paths of SQLite files begin.
        file: name of the SQLite file, without its suffix, if the section says nothing else.
    """

    def __init__(self, name: str, config: DatabaseConfig, folder: Path, file: str) -> None:
        self.name, self.config = name, config
        self._folder, self._file = folder, file

    @cached_property
    def url(self) -> "URL":
        """The URL; ValueError if it cannot be parsed."""
        return url_of(self.config, self._folder, self._file)

    @cached_property
    def engine(self) -> "AsyncEngine":
        """The engine; no connection is opened before the first one is needed."""
        from kernel_orm.engine import create_engine

        return create_engine(self.url, self.config, self.name)

    @cached_property
    def sessions(self) -> "async_sessionmaker[AsyncSession]":
        """What makes sessions; whoever calls it commits and closes."""
        from kernel_orm.engine import session_maker

        return session_maker(self.engine)

    @cached_property
    def readers(self) -> "async_sessionmaker[AsyncSession]":
        """What makes sessions that probably only read: SQLite locks for those when they first write."""
        if self.url.get_backend_name() != "sqlite":
            return self.sessions
        from kernel_orm.engine import DEFERRED, session_maker

        return session_maker(self.engine.execution_options(**DEFERRED))

    async def ping(self) -> None:
        """Open a connection and use it.

        Raises:
            Exception: whatever forbids that, within `connect_timeout`.
        """
        from sqlalchemy import select

        with anyio.fail_after(self.config.connect_timeout):
            async with self.engine.connect() as connection:
                await connection.execute(select(1))

    async def close(self) -> None:
        """Close the connections that are not in use and forget the engine; it is made again on demand."""
        engine: AsyncEngine | None = vars(self).get("engine")
        for made in ("engine", "sessions", "readers"):
            vars(self).pop(made, None)
        if engine is not None:
            with anyio.move_on_after(self.config.connect_timeout, shield=True):
                await engine.dispose()

    def __str__(self) -> str:
        return f"database '{self.name}' ({shown(self.url)})"
