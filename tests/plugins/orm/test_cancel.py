"""A request that is cancelled anywhere leaves nothing behind: no connection, no lock, no half of its work."""

import asyncio
import gc
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel_responses import JSON
from kernel_router import Routes
from kernel_testing.exchange import Exchange
from sqlalchemy import select

from kernel import Request

pytestmark = pytest.mark.anyio
Texts = Callable[..., Awaitable[list[str]]]


def routes_of(note: type[Any]) -> Routes:
    routes = Routes()

    @routes.post("/notes/<text>")
    async def add(request: Request, status: int) -> JSON:
        session = request.app.context["db_session"]()
        session.add(note(text=request.url_vars["text"]))
        await session.flush()
        return JSON(list(await session.scalars(select(note.text))), status=status)

    return routes


async def native(call: Callable[[Callable[[], Any]], Any]) -> bool:
    """Cancel the task itself, once."""
    task: Any = None

    async def run() -> bool:
        return bool(await call(lambda: task.cancel()))

    task = asyncio.ensure_future(run())
    try:
        return bool(await task)
    except asyncio.CancelledError:
        return True


async def scoped(call: Callable[[Callable[[], Any]], Any]) -> bool:
    """Cancel a scope around it, which cancels every await until it is left."""
    with anyio.CancelScope() as scope:
        return bool(await call(scope.cancel))
    return True


@pytest.fixture(params=[native, scoped])
def everywhere(request: pytest.FixtureRequest, cancelling: Any, scope_of: Any) -> Callable[..., Any]:
    """Return what cancels one request after another, each one step later, until one gets through.

    It returns what was acknowledged.
    """

    async def cancel(client: Any, status: int, prepare: Any) -> list[str]:
        acknowledged, step, hit = [], 0, True
        while hit:
            await prepare()
            exchange = Exchange([b""], None)
            call = client.app(scope_of(f"/notes/{step}", f"status={status}"), exchange.receive, exchange.send)
            hit = await request.param(partial(cancelling, call, step))
            acknowledged += [str(step)] * (exchange.messages[-1:] != [] and exchange.messages[0]["status"] == 200)
            await anyio.lowlevel.checkpoint()
            assert client.app.context["db_engine"].pool.checkedout() == 0
            step += 1
        assert step > 8
        return acknowledged

    return cancel


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Demand that nothing is logged, not even by what is collected as garbage."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("pool", ["warm", "cold"])
@pytest.mark.parametrize("status", [200, 400])
async def test_every_await_may_be_cancelled(
    status: int, pool: str, running: Any, note: type[Any], texts: Texts, everywhere: Any, tmp_path: Path
) -> None:
    """R118 and F14."""
    async with running(routes_of(note)) as client:

        async def prepare() -> None:
            if pool == "cold":
                await client.app.context["db_engine"].dispose()
            with sqlite3.connect(tmp_path / "shop.sqlite", timeout=5) as other:
                other.execute("BEGIN IMMEDIATE")  # nobody has kept the lock
            other.close()

        acknowledged = await everywhere(client, status, prepare)
        assert set(acknowledged) <= set(await texts(client))
        assert status == 200 or await texts(client) == []


@pytest.mark.e2e
@pytest.mark.parametrize("pool", ["warm", "cold"])
@pytest.mark.parametrize("status", [200, 400])
async def test_every_await_may_be_cancelled_on_postgresql(
    status: int, pool: str, running: Any, note: type[Any], texts: Texts, everywhere: Any, postgres: Any
) -> None:
    async with running(routes_of(note), url=postgres.url) as client:

        async def prepare() -> None:
            if pool == "cold":
                await client.app.context["db_engine"].dispose()

        acknowledged = await everywhere(client, status, prepare)
        assert set(acknowledged) <= set(await texts(client))
        assert status == 200 or await texts(client) == []
        idle = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        assert " 0\n" in postgres.sql(idle)
