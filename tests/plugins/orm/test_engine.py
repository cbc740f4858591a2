"""What an engine is told for each kind of database."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kernel_orm.config import DatabaseConfig
from kernel_orm.database import Database
from kernel_orm.engine import settings
from sqlalchemy import make_url


def told(url: str, **keys: Any) -> dict[str, Any]:
    return settings(make_url(url), DatabaseConfig(**keys))


def test_postgresql_limits_connections_and_statements() -> None:
    arguments = told("postgresql+asyncpg://db", connect_timeout=2.0, statement_timeout=0.25)["connect_args"]
    assert arguments == {"timeout": 2.0, "server_settings": {"statement_timeout": "250"}}


def test_another_driver_gets_what_every_driver_knows() -> None:
    found = told("mysql+asyncmy://db", isolation_level="serializable")
    assert (found["pool_size"], found["isolation_level"]) == (5, "SERIALIZABLE")
    assert "connect_args" not in found
    assert "isolation_level" not in told("mysql+asyncmy://db")


def test_values_are_hidden_unless_statements_are_logged() -> None:
    assert [told("sqlite+aiosqlite://", echo=echo)["hide_parameters"] for echo in (False, True)] == [True, False]


def test_a_database_in_memory_has_one_connection_for_ever() -> None:
    found = told("sqlite+aiosqlite://", pool_size=5)
    assert (found["pool_size"], found["max_overflow"], found["pool_recycle"]) == (1, 0, -1)


def test_only_sqlite_has_sessions_for_reading(tmp_path: Path) -> None:
    server, file = (Database("x", DatabaseConfig(host=host), tmp_path, "x") for host in ("db", ""))
    assert server.readers is server.sessions
    assert file.readers is not file.sessions


def test_a_connection_that_is_collected_as_garbage_is_ended_without_waiting(tmp_path: Path) -> None:
    ended = []
    dialect = Database("x", DatabaseConfig(), tmp_path, "x").engine.dialect
    dialect.do_terminate(SimpleNamespace(terminate=lambda: ended.append(True)))  # type: ignore[arg-type]  # a stand-in
    assert ended == [True]
