"""What the tests of migrations share: a project of two apps in a folder of its own, and `kernel db` in process."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import kernel_orm.models
import pytest
from click.testing import CliRunner, Result
from kernel_admin.main import cli
from kernel_admin.project import commands
from kernel_testing.isolation import ours
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase

import kernel
from kernel import Kernel
from kernel.boot.config import locate

ACCOUNTS = """
from kernel_orm import Base
from sqlalchemy.orm import Mapped, mapped_column

class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
"""
SHOP = """
from kernel_orm import Base
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
"""
PRICE = "    price: Mapped[int | None]\n"
PLUGINS = "[plugins]\nactive =\n    settings\n    outcomes\n    orm\n"
APPS = "[apps]\nactive =\n    accounts\n    shop\n"


class Project:
    """A project in a folder, looked at anew by each command, as by a new process."""

    def __init__(self, folder: Path, config: str, patch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, patch
        self.configure(config)
        for app, models in (("accounts", ACCOUNTS), ("shop", SHOP)):
            self.write(f"{app}/__init__.py", f'from kernel import App\napp = App(models=["{app}.models"])\n')
            self.write(f"{app}/models.py", models)

    def configure(self, database: str, apps: str = APPS) -> None:
        self.write("config.ini", PLUGINS + apps + database)

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def append(self, path: str, text: str) -> None:
        self.write(path, (self.folder / path).read_text() + text)

    def revisions(self, app: str = "shop") -> list[Path]:
        """Return the files of an app's revisions, in the order of their names."""
        return sorted((self.folder / app / "migrations" / "versions").glob("*.py"))

    def revision(self, slug: str, app: str = "shop") -> Path:
        """Return the file of one revision of an app."""
        [path] = [path for path in self.revisions(app) if f"_{slug}_{app}_" in path.name]
        return path

    def forget(self) -> None:
        """Forget what was imported and booted."""

        class Base(AsyncAttrs, DeclarativeBase):
            metadata = MetaData(naming_convention=kernel_orm.models.NAMES)

        self._patch.setattr(kernel_orm.models, "Base", Base)
        self._patch.setattr(kernel, "app", Kernel(lambda: locate()[0], discover=ours))
        commands.cache_clear()
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(self.folder)):
                del sys.modules[name]

    def db(self, *words: str) -> Result:
        """Run `kernel db WORDS`."""
        self.forget()
        return CliRunner().invoke(cli, ["db", *words], prog_name="kernel")

    def ok(self, *words: str) -> str:
        """Run `kernel db WORDS`, which has to succeed, and return what it says."""
        result = self.db(*words)
        assert result.exit_code == 0, result.output
        return result.stdout

    def fails(self, *words: str, code: int = 1) -> str:
        """Run `kernel db WORDS`, which has to fail without a traceback, and return what it says."""
        result = self.db(*words)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.stderr or result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.db(*words, "--json").stdout)

    def schema(self, name: str = "default") -> Any:
        """Return what the database is to hold."""
        from kernel_orm.migrations.schema import Schema

        self.forget()
        return Schema(kernel.app.boot(), name)

    def sql(self, *statements: str) -> list[Any]:
        """Run statements in the database; return the rows of the last one."""
        import anyio
        from kernel_orm.migrations.connection import work
        from sqlalchemy import Connection, text

        def run(connection: Connection) -> list[Any]:
            with connection.begin():
                *_, last = [connection.execute(text(statement)) for statement in statements]
                return list(map(tuple, last)) if last.returns_rows else []

        return anyio.run(work, self.schema().database, run)

    def tables(self) -> set[str]:
        import anyio
        from kernel_orm.migrations.connection import work
        from sqlalchemy import inspect

        return set(anyio.run(work, self.schema().database, lambda c: inspect(c).get_table_names()))


@pytest.fixture
def make_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Project]]:
    """Return `make_project(config)`: two apps with models, one of which refers to the other."""
    path = list(sys.path)
    monkeypatch.chdir(tmp_path)
    for name in ("KERNEL_CONFIG", "KERNEL_ENV"):
        monkeypatch.delenv(name, raising=False)
    made: list[Project] = []

    def make(config: str) -> Project:
        made.append(Project(tmp_path, config, monkeypatch))
        return made[-1]

    yield make
    for project in made:
        project.forget()
    sys.path[:] = path


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """Return the project with an SQLite file that does not exist yet."""
    return make_project("[database]\nurl = sqlite:///shop.sqlite\n")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.e2e)])
def everywhere(request: pytest.FixtureRequest, make_project: Callable[[str], Project]) -> Iterator[Project]:
    """Return the project, on SQLite and on PostgreSQL; its database does not exist yet."""
    if request.param == "sqlite":
        yield make_project("[database]\nurl = sqlite:///shop.sqlite\n")
        return
    server = request.getfixturevalue("postgres")
    name = f'shop "{uuid4().hex[:6]}"'
    yield make_project(f"[database]\nhost = {server.socket}\nusername = postgres\nname = {name}\n")
    quoted = name.replace('"', '""')
    server.sql(f'DROP DATABASE IF EXISTS "{quoted}" WITH (FORCE)')


@pytest.fixture
def price() -> str:
    """Return a column to append to the models of shop."""
    return PRICE
