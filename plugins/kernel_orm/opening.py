"""The databases of a project while it runs: reached at the start, closed at the stop."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio

from kernel.errors import KernelError
from kernel.types import Application
from kernel_orm.config import DEFAULT
from kernel_orm.database import Database
from kernel_orm.errors import Unreachable


@asynccontextmanager
async def opened(kernel: Application, databases: Mapping[str, Database]) -> AsyncIterator[None]:
    """Reach every required database, all at once; close all of them in the end.

    Raises:
        KernelError: the event loop is trio's, or a required database cannot be reached.
    """
    demand_asyncio()
    try:
        await reach([database for database in databases.values() if database.config.required])
        if DEFAULT in databases:
            kernel.context["db_engine"] = databases[DEFAULT].engine
        yield
    finally:
        kernel.context.pop("db_engine", None)
        for database in databases.values():
            await database.close()


def demand_asyncio() -> None:
    """Refuse any other event loop.

    Raises:
        KernelError: SQLAlchemy does not run on it.
    """
    loop = anyio.get_cancelled_exc_class().__module__.partition(".")[0]
    if loop != "asyncio":
        hint = "leave --worker-class trio out, or remove the section [database]"
        raise KernelError(f"SQLAlchemy runs on asyncio only, and this is a worker of {loop}; {hint}")


async def reach(databases: list[Database]) -> None:
    """Connect to each.

    Raises:
        KernelError: with all that cannot be reached.
    """
    reasons: list[str] = []

    async def try_one(database: Database) -> None:
        try:
            await database.ping()
        except Exception as error:  # whatever the driver raises
            detail = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            text = str(error) if isinstance(error, Unreachable) else f"{database} cannot be reached: {detail}"
            reasons.append(text)

    async with anyio.create_task_group() as group:
        for database in databases:
            group.start_soon(try_one, database)
    if reasons:
        raise KernelError(f"{'; '.join(reasons)}; start it, or write required = false to start without it")
