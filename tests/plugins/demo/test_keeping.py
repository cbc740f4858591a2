"""The tables of the demo are made once; those of a former demo are refused."""

from collections.abc import Iterator

import pytest
from kernel_demo.keeping import make_tables
from sqlalchemy import Connection, create_engine, text

from kernel.errors import BootError


@pytest.fixture
def connection() -> Iterator[Connection]:
    """Return a connection to a database in memory."""
    engine = create_engine("sqlite://")
    with engine.connect() as one:
        yield one
    engine.dispose()


def test_tables_are_made_once(connection: Connection) -> None:
    assert [make_tables(connection), make_tables(connection)] == [True, False]


def test_a_table_of_a_former_demo_is_refused(connection: Connection) -> None:
    connection.execute(text("create table bookmarks (address text)"))

    with pytest.raises(BootError, match="of a former demo"):
        make_tables(connection)
