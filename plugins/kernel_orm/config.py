"""The section [database], and those of further databases, [database.NAME]."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from kernel_settings import Beyond, Bounds, Duration, Secret

DEFAULT = "default"
"""The name of the database of the section [database]."""
SECTION = "database"
WANTED = "database_hooks"
"""Key of the context of a kernel whose project asked for a database by `set_database_hooks`."""
ISOLATION_LEVELS = ("READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT")
THREE_SECONDS, FIVE_SECONDS, THIRTY_SECONDS, HALF_AN_HOUR = map(Duration, ("3s", "5s", "30s", "30m"))
SERVER_KEYS = ("host", "port", "username", "password")


@dataclass(frozen=True)
class DatabaseConfig:
    """One database: a `url`, or a PostgreSQL server by its parts, or a file of SQLite."""

    url: Annotated[str, "SQLAlchemy URL; without it and a host, an SQLite file beside config.ini"] = field(
        default="", repr=False
    )
    host: Annotated[str, "PostgreSQL server, in place of url"] = ""
    port: Annotated[int | Literal[""], "its port; 5432 if empty"] = ""
    name: Annotated[str, "name of the database; without a host, of the SQLite file"] = ""
    username: Annotated[str, "role to connect as"] = ""
    password: Annotated[Secret, "its password, as it is: nothing has to be escaped"] = field(
        default=Secret(""), repr=False
    )
    required: Annotated[bool, "whether the start fails when the database cannot be reached"] = True
    echo: Annotated[bool, "log every statement, with its parameters"] = False
    pool_size: Annotated[int, "connections kept open", Bounds(1)] = 5
    max_overflow: Annotated[
        int, "further connections under load", Bounds(0), Beyond(words="requests wait, see pool_timeout")
    ] = 5
    pool_timeout: Annotated[Duration, "longest wait for a connection or, in SQLite, for a lock", Beyond(503)] = (
        THREE_SECONDS
    )
    pre_ping: Annotated[bool, "test a connection before its use"] = True
    recycle: Annotated[Duration, "age at which a connection is replaced"] = HALF_AN_HOUR
    connect_timeout: Annotated[Duration, "longest wait for a new connection", Beyond(503)] = FIVE_SECONDS
    statement_timeout: Annotated[Duration, "longest time of a statement (PostgreSQL); 0: no limit", Beyond(504)] = (
        THIRTY_SECONDS
    )
    isolation_level: Annotated[str, "isolation of transactions; empty for the driver's default"] = ""

    def __post_init__(self) -> None:
        given = [key for key in SERVER_KEYS if getattr(self, key)]
        if self.url and given:
            raise ValueError(f"url and {', '.join(given)} exclude one another; write one or the other")
        if self.isolation_level.upper() not in ("", *ISOLATION_LEVELS):
            raise ValueError(f"isolation_level is none of {', '.join(ISOLATION_LEVELS)}")

    @property
    def on_server(self) -> bool:
        """Whether the parts of a server stand in place of an URL."""
        return any(getattr(self, key) for key in SERVER_KEYS)
