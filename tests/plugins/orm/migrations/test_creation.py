"""Databases are created through the one that every PostgreSQL server has; names are quoted by the dialect."""

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from kernel_orm import Database, DatabaseConfig, Unreachable
from kernel_orm.migrations import connection, creation
from kernel_orm.migrations.faults import Fault
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.exc import ProgrammingError

pytestmark = pytest.mark.anyio


class Refused(Exception):
    """What a driver raises."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


class Engine:
    """A server: what it was asked, and what it answers; an answer that is an exception is raised."""

    dialect = dialect()

    def __init__(self, answers: list[Exception | None]) -> None:
        self.answers, self.said, self.disposed = answers, list[str](), 0

    def __call__(self, database: Any, url: Any = None) -> "Engine":
        self.said.append(f"connect {(url or database.url).database}")
        return self

    def execution_options(self, **options: Any) -> "Engine":
        self.said.append(options["isolation_level"])
        return self

    @asynccontextmanager
    async def connect(self) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Unreachable):
            raise answer
        yield self

        if answer:
            raise answer

    async def execute(self, statement: Any, parameters: Any) -> None:
        self.said.append(f"{statement} {parameters}")

    async def commit(self) -> None:
        self.said.append("commit")

    async def exec_driver_sql(self, statement: str) -> None:
        self.said.append(statement)

    async def dispose(self) -> None:
        self.disposed += 1


@pytest.fixture
def database() -> Database:
    """Return a database on a server."""
    return Database("default", DatabaseConfig('postgresql://server/it\'s "mine"'), Path(), "")


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return `serving(answers)`: put a server in the place of the real one."""

    def put(*answers: Exception | None) -> Engine:
        engine = Engine(list(answers))
        monkeypatch.setattr(creation, "patient", engine)
        monkeypatch.setattr(connection, "patient", engine)
        return engine

    return put


def unreachable(sqlstate: str) -> Unreachable:
    error = Unreachable("database 'default' cannot be reached")
    error.__cause__ = Refused(sqlstate)
    return error


def failed(sqlstate: str) -> ProgrammingError:
    return ProgrammingError("CREATE DATABASE", {}, Refused(sqlstate))


async def test_a_database_that_is_there_stays(serving: Any, database: Database) -> None:
    engine = serving(None)
    assert await creation.create(database) is False
    assert engine.said == ['connect it\'s "mine"']


async def test_a_missing_one_is_created_outside_of_a_transaction(serving: Any, database: Database) -> None:
    engine = serving(unreachable("3D000"), None)
    assert await creation.create(database) is True
    assert engine.said[1:] == ["connect postgres", "AUTOCOMMIT", 'CREATE DATABASE "it\'s ""mine"""']
    assert engine.disposed == 2


async def test_one_that_somebody_else_creates_meanwhile_is_fine(serving: Any, database: Database) -> None:
    serving(unreachable("3D000"), failed("42P04"))
    assert await creation.create(database) is False


async def test_a_server_that_refuses_says_why(serving: Any, database: Database) -> None:
    serving(unreachable("3D000"), failed("42501"))
    with pytest.raises(ProgrammingError):
        await creation.create(database)


@pytest.mark.parametrize("answers", [("28P01",), ("3D000", "08006")])
async def test_a_server_that_cannot_be_reached_is_a_finding(
    answers: tuple[str, ...], serving: Any, database: Database
) -> None:
    serving(*map(unreachable, answers))
    with pytest.raises(Fault, match="cannot be reached"):
        await creation.create(database)


async def test_of_two_who_change_a_schema_the_second_waits(serving: Any, database: Database) -> None:
    engine = serving(None)
    async with connection.connected(database):
        lock = {"key": connection.LOCK}
        assert engine.said[1:] == [f"SELECT pg_advisory_lock(:key) {lock}", "commit"]
    assert engine.disposed == 1


async def test_a_name_that_the_server_does_not_know_is_told_apart(serving: Any, database: Database) -> None:
    serving(unreachable("3D000"))
    with pytest.raises(Fault, match="does not exist"):
        async with connection.connected(database):
            pass


async def test_a_file_is_made_with_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "shop.sqlite"
    assert await creation.create(Database("default", DatabaseConfig(f"sqlite:///{file}"), Path(), "")) is True
    assert file.read_bytes() == b""
