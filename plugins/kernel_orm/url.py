"""The URL of a database, with a driver that works on an event loop."""

from pathlib import Path
from typing import TYPE_CHECKING

from kernel_orm.config import DatabaseConfig

if TYPE_CHECKING:
    from sqlalchemy import URL

DRIVERS = {"postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}


def url_of(config: DatabaseConfig, folder: Path, file: str) -> "URL":
    """Return the URL that *config* means.

    Args:
        folder: where relative paths of SQLite files begin.
        file: name of the SQLite file, without its suffix, if nothing else is said.

    Raises:
        ValueError: the URL cannot be parsed; the message does not repeat it.
    """
    from sqlalchemy import URL, make_url
    from sqlalchemy.exc import ArgumentError

    if config.on_server:
        parts = (config.username or None, config.password or None, config.host or "localhost", config.port or None)
        return URL.create("postgresql+asyncpg", *parts, database=config.name or None)
    if not config.url:
        return URL.create("sqlite+aiosqlite", database=str(folder / f"{config.name or file}.sqlite"))
    try:
        url = make_url(config.url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise ValueError("the url cannot be parsed; it looks like postgresql://user:password@host/name") from None
    url = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
    return _postgresql(url) if url.get_backend_name() == "postgresql" else _rooted(url, folder)


def _postgresql(url: "URL") -> "URL":
    """Return *url* with libpq's `sslmode` as asyncpg calls it."""
    query = dict(url.query)
    if url.drivername == "postgresql+asyncpg" and "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(query=query)


def _rooted(url: "URL", folder: Path) -> "URL":
    """Return *url* with a relative path of an SQLite file made absolute."""
    if url.get_backend_name() != "sqlite" or in_memory(url) or str(url.database).startswith("file:"):
        return url
    return url.set(database=str(folder / str(url.database)))


def in_memory(url: "URL") -> bool:
    """Tell whether *url* is an SQLite database without a file."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def shown(url: "URL") -> str:
    """Return *url* as it may be shown: no password, and no query, which may hold one."""
    return url.set(query={}).render_as_string(hide_password=True)
