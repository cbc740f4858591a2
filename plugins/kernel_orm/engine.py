"""Engines and session makers, with the settings of a section."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.util.concurrency import in_greenlet

from kernel_orm import sqlite
from kernel_orm.config import DatabaseConfig
from kernel_orm.errors import Unreachable
from kernel_orm.url import shown

if TYPE_CHECKING:
    from sqlalchemy import URL

DEFERRED = {sqlite.BEGIN: "DEFERRED"}
"""Execution options of sessions that probably only read."""


def create_engine(url: "URL", config: DatabaseConfig, name: str) -> AsyncEngine:
    """Return an engine that has not connected yet; *name* is for messages."""
    engine = create_async_engine(url, **settings(url, config))
    if url.get_backend_name() == "sqlite":
        sqlite.prepare(engine)
    _shield(engine)
    _explain(engine, f"database '{name}' ({shown(url)})")
    return engine


def settings(url: "URL", config: DatabaseConfig) -> dict[str, Any]:
    """Return what SQLAlchemy is told; the values of statements are hidden unless all is logged anyway."""
    common = {
        "echo": config.echo,
        "hide_parameters": not config.echo,
        "pool_size": config.pool_size,
        "max_overflow": config.max_overflow,
        "pool_timeout": config.pool_timeout,
        "pool_pre_ping": config.pre_ping,
        "pool_recycle": math.ceil(config.recycle),
    }
    level = {"isolation_level": config.isolation_level.upper()} if config.isolation_level else {}
    own = DRIVERS.get(url.drivername)
    return {**common, **level, **(own(url, config) if own else {})}


def asyncpg(url: "URL", config: DatabaseConfig) -> dict[str, Any]:
    """Return the options of PostgreSQL: how long a connection and a statement may take."""
    limit = {"statement_timeout": str(round(config.statement_timeout * 1000))}
    return {"connect_args": {"timeout": config.connect_timeout, "server_settings": limit}}


DRIVERS: dict[str, Callable[["URL", DatabaseConfig], dict[str, Any]]] = {
    "sqlite+aiosqlite": sqlite.options,
    "postgresql+asyncpg": asyncpg,
}


def _shield(engine: AsyncEngine) -> None:
    """Let a connection be closed in order although the request that used it is cancelled.

    A cancelled scope cancels every await inside it, that of closing too, and the driver would leave
    a pending task behind (sqlalchemy #12077).
    """
    dialect = engine.sync_engine.dialect
    terminate = dialect.do_terminate

    def shielded(connection: Any) -> None:
        if not in_greenlet():  # it is collected as garbage, outside of any task
            return terminate(connection)
        with anyio.CancelScope(shield=True):  # noqa: ASYNC100  # it awaits inside its greenlet
            terminate(connection)

    dialect.do_terminate = shielded  # type: ignore[assignment]  # of this engine alone


def _explain(engine: AsyncEngine, who: str) -> None:
    """Have every failure to connect raised as one exception, whatever the driver raises."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def connect(dialect: Any, record: Any, args: Any, options: Any) -> Any:
        try:
            return dialect.connect(*args, **options)
        except Exception as error:
            raise Unreachable(f"{who} cannot be reached: {type(error).__name__}: {error}") from error


def session_maker(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return what makes sessions: objects stay readable after the commit, a closed session stays closed."""
    return async_sessionmaker(engine, expire_on_commit=False, close_resets_only=False)
