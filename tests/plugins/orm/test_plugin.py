"""The plugin as a whole: dormant without a section, gone with its kernel, refused on trio."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import kernel_orm
import pytest
from kernel_router import Routes
from kernel_testing import Client
from kernel_testing.life import LifespanFailed
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import Kernel, Request
from kernel.errors import BootError

pytestmark = pytest.mark.anyio

DORMANT = """
import sys
import kernel_orm
from kernel import Kernel
kernel = Kernel({}).boot()
assert "orm" in [member.name for member in kernel.plan.active]
assert kernel.service("databases") == {} and not kernel.context
assert kernel.collect("kernel_rescue", exc_type=ValueError, route=None)[0][0] == "errors"
kernel = Kernel({"database": {"url": "sqlite://"}})
kernel_orm.DatabaseConfig
assert not {"sqlalchemy", "aiosqlite", "asyncpg", "alembic"} & sys.modules.keys(), "imported too early"
"""


def test_without_a_section_nothing_is_imported() -> None:
    run = subprocess.run(
        [sys.executable, "-c", DORMANT], capture_output=True, text=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert run.returncode == 0, run.stderr


def test_a_parameter_without_a_database_is_told_at_boot() -> None:
    from kernel import App

    routes = Routes()

    @routes.get("/")
    async def handler(session: AsyncSession) -> None: ...

    with pytest.raises(BootError, match=r"no database 'default' \(section \[database\]\)\n.*\n.*it may be empty"):
        Kernel({}, apps=[App(routes=routes)]).boot()


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_is_refused_at_the_start(kernel_of: Any) -> None:
    with pytest.raises(LifespanFailed, match="SQLAlchemy runs on asyncio only, and this is a worker of trio"):
        await Client(kernel_of()).__aenter__()


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_serves_as_long_as_there_is_no_database() -> None:
    async with Client(Kernel({})) as client:
        assert (await client.get("/")).status == 404


async def test_the_engine_lives_as_long_as_the_kernel_runs(kernel_of: Any) -> None:
    kernel = kernel_of()
    engines = []
    for _ in range(2):
        async with Client(kernel):
            engines.append(kernel.context["db_engine"])
            assert kernel.service("databases")["default"].engine is engines[-1]
        assert "db_engine" not in kernel.context
    assert engines[0] is not engines[1]
    assert [engine.pool.checkedin() for engine in engines] == [0, 0]


async def test_the_session_is_there_before_the_kernel_starts(kernel_of: Any) -> None:
    assert callable(kernel_of().boot().context["db_session"])


async def test_a_named_database_is_enough(tmp_path: Path) -> None:
    config = {"database.reporting": {"url": f"sqlite:///{tmp_path}/reporting.db", "required": "false"}}
    kernel = Kernel(config)
    async with Client(kernel):
        assert "db_engine" not in kernel.context
        assert not (tmp_path / "reporting.db").exists()
    async with Client(kernel), kernel_orm.session(kernel, "reporting") as session:
        await session.execute(text("create table t (id)"))
    assert (tmp_path / "reporting.db").exists()


async def test_two_kernels_share_nothing(kernel_of: Any) -> None:
    one, other = kernel_of(), kernel_of()
    async with Client(one), Client(other):
        assert one.context["db_engine"] is not other.context["db_engine"]


async def test_foreign_keys_hold_and_readers_do_not_wait(kernel_of: Any) -> None:
    routes = Routes()

    @routes.route("/", ["GET", "POST"])
    async def pragmas(request: Request, session: AsyncSession) -> list[Any]:
        values = [await session.scalar(text(f"pragma {name}")) for name in ("foreign_keys", "journal_mode")]
        return [*values, await session.scalar(text("pragma busy_timeout"))]

    kernel = kernel_of(routes, pool_timeout="2s")
    async with Client(kernel) as client, kernel_orm.session(kernel) as writing:
        await writing.execute(text("create table t (id)"))
        assert (await client.get("/")).json() == [1, "wal", 2000]


async def test_a_database_in_memory_keeps_its_one_connection(kernel_of: Any) -> None:
    kernel = kernel_of(url="sqlite://")
    async with Client(kernel):
        async with kernel_orm.session(kernel) as session:
            await session.execute(text("create table t (id)"))
        async with kernel_orm.session(kernel) as session:
            assert (await session.execute(text("select * from t"))).all() == []


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Bases'"):
        kernel_orm.Bases  # noqa: B018  # that is the test
