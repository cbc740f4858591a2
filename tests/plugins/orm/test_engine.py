"""What an engine is told for each kind of database."""

from typing import Any

from kernel_orm.config import DatabaseConfig
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
