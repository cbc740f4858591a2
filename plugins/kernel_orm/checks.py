"""What is wrong with the databases of a project, or unfit for production."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kernel import Problem
from kernel.errors import did_you_mean
from kernel.types import Application
from kernel_orm.config import DEFAULT, SECTION
from kernel_orm.database import Database
from kernel_orm.declared import declared, unimportable
from kernel_orm.url import in_memory

if TYPE_CHECKING:
    from sqlalchemy import URL

LOCAL = (None, "", "localhost", "127.0.0.1", "::1")
PLAIN = ("", "disable", "allow", "prefer")
"""Values of ssl= with which a connection may go unencrypted."""
EXTRAS = {"asyncpg": "asgi-kernel[postgresql]"}
URLS = {
    "postgresql": "postgresql://",
    "sqlite": "sqlite://",
    "mysql": "mysql+asyncmy://",
    "mariadb": "mariadb+asyncmy://",
    "oracle": "oracle+oracledb://",
    "mssql": "mssql+aioodbc://",
}
"""How the URL of each kind of database begins whose driver works on an event loop."""


def check(kernel: Application, databases: Mapping[str, Database], deploy: bool) -> Iterator[Problem]:
    """Yield every finding; without databases nothing is imported."""
    if not databases:
        yield from _homeless(kernel)
        return
    for database in databases.values():
        section = section_of(database.name)
        where = kernel.config.origin(section, "url")
        unusable = list(_unusable(database, section, where))
        yield from unusable
        if deploy and not unusable:
            yield from _unfit(database, section, where)
    yield from unimportable(kernel)


def section_of(name: str) -> str:
    """Return the section of a database."""
    return SECTION if name == DEFAULT else f"{SECTION}.{name}"


def _homeless(kernel: Application) -> Iterable[Problem]:
    apps = list(dict.fromkeys(app for app, _ in declared(kernel)))
    if apps:
        names = ", ".join(f"'{app}'" for app in apps)
        message = f"app {names} brings models, and there is no database"
        yield Problem("orm.dormant", "warning", message, "write a section [database]; it may be empty")


def _unusable(database: Database, section: str, where: str) -> Iterable[Problem]:
    from sqlalchemy.exc import NoSuchModuleError

    try:
        url = database.url
        dialect = url.get_dialect().get_async_dialect_cls(url)
    except ValueError as error:
        yield Problem(
            "orm.url",
            "error",
            f"[{section}] {error}",
            "write postgresql://user@host/name or sqlite:///file.sqlite",
            where,
        )
    except NoSuchModuleError:
        name, _, driver = url.drivername.partition("+")
        message = f"[{section}] url: SQLAlchemy knows no '{url.drivername}'{'' if driver else did_you_mean(name, URLS)}"
        yield Problem("orm.url", "error", message, "write postgresql:// or sqlite://, or install its dialect", where)
    except ImportError as error:
        yield _driverless(url.drivername, section, where, error)
    else:
        yield from _undriven(dialect, url.drivername, section, where)


def _undriven(dialect: Any, drivername: str, section: str, where: str) -> Iterable[Problem]:
    if not dialect.is_async:
        message = f"[{section}] the driver of '{drivername}' does not work on an event loop"
        yield Problem("orm.driver", "error", message, f"write {URLS.get(dialect.name, 'one that does')}", where)
        return
    try:
        dialect.import_dbapi()
    except ImportError as error:
        yield _driverless(drivername, section, where, error)


def _driverless(drivername: str, section: str, where: str, error: ImportError) -> Problem:
    message = f"[{section}] the driver of '{drivername}' is not installed: {error}"
    return Problem("orm.driver", "error", message, f"pip install '{EXTRAS.get(error.name or '', error.name)}'", where)


def _unfit(database: Database, section: str, where: str) -> Iterable[Problem]:
    url, config = database.url, database.config
    if in_memory(url):
        message = f"[{section}] the database is in memory: each worker has its own, and it ends with the worker"
        yield Problem("orm.memory", "error", message, "give it a file, or use a server", where)
    elif url.get_backend_name() == "sqlite":
        message = f"[{section}] SQLite has one writer at a time, for all workers of one machine, and none elsewhere"
        hint = "use a server; or run one worker on a local disk with a backup, and silence this finding in [checks]"
        yield Problem("orm.sqlite", "warning", message, hint, where)
    if config.echo:
        message = f"[{section}] echo = true writes every value to the log"
        yield Problem("orm.echo", "error", message, "leave it out", where)
    if url.get_backend_name() == "postgresql":
        yield from _unfit_server(url, config.statement_timeout, section, where)


def _unfit_server(url: "URL", seconds: float, section: str, where: str) -> Iterable[Problem]:
    if not seconds:
        message = f"[{section}] statement_timeout = 0: one statement can hold a connection for ever"
        yield Problem("orm.statement_timeout", "warning", message, "leave it out, or write some seconds", where)
    if url.host not in LOCAL and not str(url.host).startswith("/") and str(url.query.get("ssl", "")) in PLAIN:
        message = f"[{section}] the connection to '{url.host}' may be unencrypted, the password on it too"
        yield Problem("orm.tls", "warning", message, "add ?ssl=verify-full to the url", where)
