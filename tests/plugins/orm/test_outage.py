"""PostgreSQL restarts, or is not there: nothing acknowledged is lost, and service comes back by itself."""

import asyncio
import os
import random
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from kernel_router import Routes
from kernel_testing import Client
from kernel_testing.life import LifespanFailed
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import Request

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]
Texts = Callable[..., Awaitable[list[str]]]
CLIENTS = 10
WRITES = int(os.environ.get("KERNEL_WRITES", "250"))
RESTARTS = max(1, WRITES // 1000)


def routes_of(note: type[Any], statement: str = "select 1") -> Routes:
    routes = Routes()

    @routes.post("/notes/<text>")
    async def add(request: Request, session: AsyncSession) -> str:
        session.add(note(text=request.url_vars["text"]))
        await session.flush()
        await session.execute(text(statement))
        return "added"

    return routes


async def test_a_restart_under_load_loses_nothing_and_is_over_when_the_server_is_back(
    running: Any, note: Any, texts: Texts, postgres: Any
) -> None:
    """F15; KERNEL_WRITES=10000 for as many writes, and a restart in each thousand."""
    acknowledged: list[str] = []
    refused: list[tuple[float, float, int, str | None]] = []
    outages: list[tuple[float, float]] = []
    stop = anyio.Event()

    async with running(routes_of(note), url=postgres.url) as client:

        async def load(number: int) -> None:
            count = 0
            while not stop.is_set():
                count, began = count + 1, anyio.current_time()
                name = f"{number}-{count}"
                response = await client.post(f"/notes/{name}")
                if response.status == 200:
                    acknowledged.append(name)
                else:
                    refused.append((began, anyio.current_time(), response.status, response.header("retry-after")))
                    await anyio.sleep(0.01)

        async def more(count: int) -> None:
            aim = len(acknowledged) + count
            while len(acknowledged) < aim:  # noqa: ASYNC110  # any of the clients
                await anyio.sleep(0.01)

        with anyio.fail_after(60 * RESTARTS):
            async with anyio.create_task_group() as group:
                for number in range(CLIENTS):
                    group.start_soon(load, number)
                for _ in range(RESTARTS):
                    await more(WRITES // RESTARTS // 5)
                    down = anyio.current_time()
                    await anyio.to_thread.run_sync(postgres.restart)
                    outages.append((down, anyio.current_time()))
                    await more(WRITES // RESTARTS * 4 // 5)
                stop.set()
        stored = await texts(client)
        assert client.app.context["db_engine"].pool.checkedout() == 0

    assert {(status, retry) for _, _, status, retry in refused} <= {(503, "5")}
    during = [any(began <= up and ended >= down for down, up in outages) for began, ended, _, _ in refused]
    assert all(during)
    assert len(acknowledged) >= WRITES
    assert set(acknowledged) <= set(stored)


@pytest.mark.parametrize("way", ["native", "scoped"])
async def test_two_hundred_cancellations_leave_no_connection_behind(
    way: str, running: Any, note: Any, texts: Texts, postgres: Any
) -> None:
    """R119 and F14."""
    acknowledged: list[str] = []
    async with running(routes_of(note, "select pg_sleep(0.04)"), url=postgres.url, pool_timeout="30s") as client:

        async def ask(name: str) -> None:
            if (await client.post(f"/notes/{name}")).status == 200:
                acknowledged.append(name)

        async def cancelled(name: str) -> None:
            delay = random.random() * 0.07
            if way == "scoped":
                with anyio.move_on_after(delay):
                    await ask(name)
            else:
                task = asyncio.ensure_future(ask(name))
                await asyncio.wait([task], timeout=delay)
                task.cancel()
                await asyncio.wait([task])

        for start in range(0, 200, 5):
            async with anyio.create_task_group() as group:
                for number in range(start, start + 5):
                    group.start_soon(cancelled, str(number))
        assert client.app.context["db_engine"].pool.checkedout() == 0
        await ask("last")
        stored = await texts(client)
        with anyio.fail_after(30):  # the server ends what was cancelled in its own time
            while activity(postgres) != (0, True):  # noqa: ASYNC110  # nobody tells when
                await anyio.sleep(0.05)

    assert acknowledged[-1] == "last"
    assert len(acknowledged) < 200
    assert set(acknowledged) <= set(stored)


def activity(postgres: Any) -> tuple[int, bool]:
    """Return how many connections idle in a transaction, and whether no more are open than the pool holds."""
    columns = "count(*) filter (where state like 'idle in transaction%'), count(*) <= 5"
    where = "backend_type = 'client backend' and pid <> pg_backend_pid()"
    answer = postgres.sql(f"copy (select {columns} from pg_stat_activity where {where}) to stdout").split()
    return int(answer[0]), answer[1] == "t"


async def test_what_is_not_required_comes_back_by_itself(kernel_of: Any, note: Any, postgres: Any) -> None:
    """F16."""
    kernel = kernel_of(routes_of(note), url=postgres.url, required="false")
    async with Client(kernel) as client, kernel.context["db_engine"].begin() as connection:
        await connection.run_sync(note.metadata.create_all, tables=[note.__table__])
    await anyio.to_thread.run_sync(postgres.stop)
    try:
        async with Client(kernel) as client:
            assert (await client.post("/notes/a")).status == 503
            await anyio.to_thread.run_sync(postgres.start)
            assert (await client.post("/notes/a")).status == 200
    finally:
        postgres.start()


async def test_what_is_required_fails_the_start_in_time(kernel_of: Any) -> None:
    """F16."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = str(silent.getsockname()[1])
        kernel = kernel_of(host="127.0.0.1", port=port, password="s3cret", connect_timeout="200ms")
        with anyio.fail_after(5), pytest.raises(LifespanFailed, match="cannot be reached: TimeoutError"):
            await Client(kernel).__aenter__()


async def test_a_server_may_be_given_by_its_parts_and_any_password(kernel_of: Any, postgres: Any) -> None:
    password = "p@ss/w:rd%40 ?#"
    postgres.sql(f"create role shop login password '{password}'")
    rules = postgres.folder / "pg_hba.conf"
    plain = rules.read_text()
    try:
        rules.write_text(f"local all shop scram-sha-256\n{plain}")
        postgres.sql("select pg_reload_conf()")
        keys = {"host": postgres.socket, "port": "", "name": "postgres", "username": "shop"}
        async with Client(kernel_of(**keys, password=password)):
            pass
        with pytest.raises(LifespanFailed, match="cannot be reached"):
            await Client(kernel_of(**keys, password="wrong")).__aenter__()
    finally:
        rules.write_text(plain)
        postgres.sql("select pg_reload_conf()")
        postgres.sql("drop role shop")
