"""Sessions of one's own, for work outside of requests."""

import sqlite3
from typing import Any

import anyio
import kernel_orm
import pytest
from kernel_orm.sqlite import TidyConnection
from kernel_router import Routes
from sqlalchemy.exc import OperationalError

from kernel import Request

pytestmark = pytest.mark.anyio


async def crash(kernel: Any, note: Any) -> None:
    async with kernel_orm.session(kernel, "default") as session:
        session.add(note(text="dropped"))
        await session.flush()
        raise ZeroDivisionError


async def test_a_block_is_a_transaction(running: Any, note: Any, texts: Any, database: dict[str, Any]) -> None:
    async with running(**database) as client:
        async with kernel_orm.session(client.app) as session:
            session.add(note(text="kept"))
        with pytest.raises(ZeroDivisionError):
            await crash(client.app, note)
        assert await texts(client) == ["kept"]


async def test_a_cancelled_block_is_rolled_back(running: Any, note: Any, texts: Any, database: dict[str, Any]) -> None:
    async with running(**database) as client:
        with anyio.move_on_after(0.1):
            async with kernel_orm.session(client.app) as session:
                session.add(note(text="dropped"))
                await session.flush()
                await anyio.sleep_forever()
        assert await texts(client) == []


async def test_work_behind_a_response_has_a_session_of_its_own(running: Any, note: Any, texts: Any) -> None:
    routes = Routes()

    @routes.post("/")
    async def handler(request: Request) -> None:
        async def later() -> None:
            async with kernel_orm.session(request) as session:
                session.add(note(text="later"))

        request.background(later)

    async with running(routes) as client:
        await client.post("/")
        assert await texts(client) == ["later"]


async def test_an_unknown_database_is_told(running: Any) -> None:
    async with running() as client:
        with pytest.raises(LookupError, match=r"no database 'defualt'; did you mean 'default'\? \(section"):
            async with kernel_orm.session(client.app, "defualt"):
                pass


async def test_a_rollback_that_fails_throws_the_connection_away(
    running: Any, note: Any, texts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Any) -> None:
        monkeypatch.undo()
        raise sqlite3.OperationalError("disk I/O error")

    async with running() as client:
        monkeypatch.setattr(TidyConnection, "rollback", fail)
        with pytest.raises(OperationalError):
            await crash(client.app, note)
        assert await texts(client) == []
