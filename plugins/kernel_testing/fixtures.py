"""The pytest plugin; pytest loads it in every project, so nothing heavy is imported before a test asks."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from kernel_testing.client import Client
from kernel_testing.isolation import make_kernel

if TYPE_CHECKING:
    from kernel_orm import Database
    from sqlalchemy.ext.asyncio import AsyncSession

    from kernel import Kernel
    from kernel_testing.databases import Databases


@pytest.fixture
def kernel_app() -> "Callable[..., Kernel]":
    """Return `make_kernel`: isolated kernels with the plugins, apps and config a test gives them."""
    return make_kernel


@pytest.fixture(scope="session")
def _databases() -> "Iterator[Databases]":
    """Keep what the databases of tests are copied from."""
    from kernel_testing.databases import Databases

    databases = Databases()
    yield databases
    databases.close()


@pytest.fixture
def _project(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch, _databases: "Databases"
) -> "Iterator[Kernel]":
    """Return the project of pytest's rootdir as a new kernel, with databases of its own."""
    import kernel

    if not {"KERNEL_CONFIG", "KERNEL_ENV"} & os.environ.keys():
        monkeypatch.setenv("KERNEL_CONFIG", str(pytestconfig.rootpath / "config.ini"))
    monkeypatch.setattr(kernel, "app", kernel.Kernel())
    with _databases.lent(kernel.app):
        yield kernel.app


@pytest.fixture
async def client(anyio_backend: object, _project: "Kernel") -> AsyncIterator[Client]:
    """Return a client of the project whose config.ini stands in pytest's rootdir, started for this test.

    The project is a new kernel, `kernel.app` for as long as the test runs, and its databases are
    fresh ones with all tables. KERNEL_CONFIG and KERNEL_ENV, where set, choose the configuration as
    for a server.
    """
    async with Client(_project) as running:
        yield running


@pytest.fixture
async def database(anyio_backend: object, _project: "Kernel") -> "AsyncIterator[Database]":
    """Return the database of the project: a fresh one for this test, with all tables, which `client` uses too."""
    from kernel_orm.migrations.schema import chosen

    one = chosen(_project.service("databases"), "default")
    yield one
    await one.close()


@pytest.fixture
async def db_session(database: "Database") -> "AsyncIterator[AsyncSession]":
    """Return a session of the fixture `database`; the client sees what is committed."""
    async with database.sessions() as session:
        yield session


@pytest.fixture
def contract() -> "Callable[..., None]":
    """Return `keeps`: `contract("acme")` holds an installed plugin, a class or an object to its contract."""
    from kernel_testing.contract import keeps

    return keeps
