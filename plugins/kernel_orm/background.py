"""Sessions outside of requests."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio

from kernel import Request
from kernel.errors import did_you_mean
from kernel.types import Application
from kernel_orm.config import DEFAULT
from kernel_orm.database import Database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@asynccontextmanager
async def session(app: Application | Request, name: str = DEFAULT) -> "AsyncIterator[AsyncSession]":
    """Open a session of its own: commit at the end of the block, roll back if it is left otherwise.

    For work that belongs to no request, or outlives one: agents, listeners, background functions.

    Args:
        app: the kernel, or a request of it.
        name: "default", or NAME of [database.NAME].

    Raises:
        LookupError: there is no such database.
    """
    kernel = app.app if isinstance(app, Request) else app
    opened = find(kernel.service("databases"), name).sessions()
    try:
        yield opened
        await opened.commit()
    finally:
        with anyio.CancelScope(shield=True):
            await close(opened)


async def close(session: "AsyncSession") -> None:
    """Roll back what is open and give the connection back; one that fails at it is thrown away.

    Raises:
        SQLAlchemyError: what it failed with.
    """
    transaction = session.sync_session.get_transaction()
    try:
        await session.close()
    except BaseException:
        assert transaction, "without a transaction there is nothing to fail at"
        await session.run_sync(lambda _: transaction.close(invalidate=True))
        raise


def find(databases: Mapping[str, Database], name: str) -> Database:
    """Return a database by name; LookupError says which section is missing."""
    if name not in databases:
        section = "database" if name == DEFAULT else f"database.{name}"
        raise LookupError(f"there is no database '{name}'{did_you_mean(name, databases)} (section [{section}])")
    return databases[name]
