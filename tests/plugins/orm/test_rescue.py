"""What a client is told about the state of a database: 503 and when to come back, and never more."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_orm.rescue import status_of
from kernel_router import Routes
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import Plugin, Request, Response, hookimpl

pytestmark = pytest.mark.anyio
UNAVAILABLE = {"status": "error", "code": 1006, "message": "Service unavailable"}


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def routes_of(note: type[Any]) -> Routes:
    routes = Routes()

    @routes.post("/notes/<text>")
    async def add(request: Request, session: AsyncSession) -> None:
        session.add(note(text=request.url_vars["text"]))
        await session.flush()

    @routes.post("/sql")
    async def run(request: Request, session: AsyncSession) -> None:
        for statement in (await request.body()).decode().split(";"):
            await session.execute(text(statement))

    @routes.get("/plain")
    async def plain(request: Request) -> str:
        return "fine"

    return routes


async def test_no_connection_in_time_is_unavailable(
    running: Any, note: Any, caplog: Any, database: dict[str, Any]
) -> None:
    """F17."""
    routes, inside, leave = routes_of(note), anyio.Event(), anyio.Event()

    @routes.get("/hold")
    async def hold(session: AsyncSession) -> None:
        await session.execute(select(note))
        inside.set()
        await leave.wait()

    keys = {"pool_size": 1, "max_overflow": 0, "pool_timeout": "100ms", **database}
    async with running(routes, **keys) as client, anyio.create_task_group() as group:
        group.start_soon(client.get, "/hold")
        await inside.wait()
        response = await client.post("/notes/a")
        assert (response.status, response.header("retry-after"), response.json()) == (503, "5", UNAVAILABLE)
        assert (await client.get("/plain")).text == "fine"
        leave.set()
    assert len(errors(caplog)) == 1
    assert "POST '/notes/a': answered 503: QueuePool limit of size 1" in caplog.text


async def test_a_database_that_is_locked_is_unavailable(running: Any, note: Any, caplog: Any, tmp_path: Path) -> None:
    async with running(routes_of(note), pool_timeout="50ms") as client:
        other = sqlite3.connect(tmp_path / "shop.sqlite")
        other.execute("BEGIN IMMEDIATE")
        response = await client.post("/notes/a")
        other.close()
        assert (response.status, response.header("retry-after")) == (503, "5")
        assert (await client.post("/notes/a")).status == 204
    assert errors(caplog) == ["POST '/notes/a': answered 503: database is locked"]


async def test_any_other_failure_is_one_server_error_without_values(
    running: Any, note: Any, caplog: Any, database: dict[str, Any]
) -> None:
    routes = routes_of(note)

    @routes.post("/twice/<text>")
    async def twice(request: Request, session: AsyncSession) -> None:
        for _ in range(2):
            await session.execute(note.__table__.insert().values(id=1, **request.url_vars))

    async with running(routes, **database) as client:
        response = await client.post("/twice/s3cret")
        assert (response.status, response.json()["code"]) == (500, 1000)
    assert len(errors(caplog)) == 1
    assert "IntegrityError" in caplog.text
    assert "s3cret" not in caplog.text.replace("/twice/s3cret", "")


async def test_a_table_that_does_not_exist_is_told_with_the_way_out(
    running: Any, note: Any, caplog: Any, database: dict[str, Any]
) -> None:
    async with running(routes_of(note), **database) as client:
        assert (await client.post("/sql", body="select * from nowhere")).status == 500
    assert "Its tables are made by 'kernel db create'" in caplog.text


@pytest.mark.parametrize("required", ["false", "true"])
async def test_what_cannot_be_reached_is_unavailable(
    required: str, kernel_of: Any, note: Any, caplog: Any, tmp_path: Path
) -> None:
    from kernel_testing import Client
    from kernel_testing.life import LifespanFailed

    kernel = kernel_of(
        routes_of(note), url="postgresql://me:s3cret@127.0.0.1:9/shop?sslmode=disable", required=required
    )
    if required == "true":
        with pytest.raises(LifespanFailed, match="start it, or write required = false") as caught:
            await Client(kernel).__aenter__()
        assert "database 'default' (postgresql+asyncpg://me:***@127.0.0.1:9/shop) cannot be reached" in str(
            caught.value
        )
    else:
        async with Client(kernel) as client:
            response = await client.post("/notes/a")
        assert (response.status, response.header("retry-after"), response.json()) == (503, "5", UNAVAILABLE)
    assert len(errors(caplog)) == 1
    assert "cannot be reached" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("sql", "status"),
    [
        ("set statement_timeout = 100; select pg_sleep(5)", 504),
        ("select pg_terminate_backend(pg_backend_pid())", 503),
        ("select nothing", 500),
    ],
)
async def test_what_postgresql_says(sql: str, status: int, running: Any, note: Any, caplog: Any, postgres: Any) -> None:
    async with running(routes_of(note), url=postgres.url) as client:
        response = await client.post("/sql", body=sql)
        assert response.status == status
        assert (await client.post("/notes/a")).status == 204
    assert len(errors(caplog)) == 1


@pytest.mark.e2e
async def test_a_connection_that_is_killed_before_the_commit_loses_no_acknowledged_write(
    running: Any, note: Any, texts: Any, postgres: Any
) -> None:
    """R117."""
    routes = routes_of(note)

    @routes.post("/killed")
    async def killed(session: AsyncSession) -> str:
        session.add(note(text="lost"))
        await session.flush()
        pid = await session.scalar(text("select pg_backend_pid()"))
        await anyio.to_thread.run_sync(postgres.sql, f"select pg_terminate_backend({pid})")
        return "added"

    async with running(routes, url=postgres.url) as client:
        assert (await client.post("/killed")).status == 503
        assert await texts(client) == []


@pytest.mark.e2e
async def test_a_serialization_failure_is_to_be_repeated(running: Any, note: Any, texts: Any, postgres: Any) -> None:
    routes, reads, both = Routes(), list[int](), anyio.Event()

    @routes.post("/<text>")
    async def add(request: Request, session: AsyncSession) -> None:
        reads.append(len((await session.scalars(select(note))).all()))
        if len(reads) == 2:
            both.set()
        await both.wait()
        session.add(note(text=request.url_vars["text"]))

    async with running(routes, url=postgres.url, isolation_level="serializable") as client:
        answers: list[tuple[int, str | None]] = []

        async def ask(name: str) -> None:
            response = await client.post(f"/{name}")
            answers.append((response.status, response.header("retry-after")))

        async with anyio.create_task_group() as group:
            group.start_soon(ask, "a")
            group.start_soon(ask, "b")
        assert sorted(answers) == [(204, None), (503, "5")]
        assert len(await texts(client)) == 1


def failure(invalidated: bool = False, **details: str) -> Any:
    return SimpleNamespace(orig=SimpleNamespace(**details), connection_invalidated=invalidated)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (failure(), None),
        (failure(invalidated=True), 503),
        (failure(sqlstate="57P01"), 503),
        (failure(sqlstate="53300"), 503),
        (failure(sqlstate="40001"), 503),
        (failure(sqlstate="40P01"), 503),
        (failure(sqlstate="57014"), 504),
        (failure(sqlstate="23505"), None),
        (failure(sqlite_errorname="SQLITE_BUSY_SNAPSHOT"), 503),
        (failure(sqlite_errorname="SQLITE_CONSTRAINT"), None),
    ],
)
def test_the_state_tells_whether_the_database_is_to_blame(error: Any, status: int | None) -> None:
    assert status_of(error) == status


async def test_another_plugin_may_answer_failures_of_its_own(running: Any, note: Any) -> None:
    class Conflicts(Plugin):
        """Answers what a constraint refuses."""

        name = "conflicts"
        before = ("orm",)

        @hookimpl
        def kernel_rescue(self, exc_type: type[Exception]) -> Callable[..., Response] | None:
            return (lambda request, error: Response("taken", 409)) if exc_type.__name__ == "IntegrityError" else None

    routes = Routes()

    @routes.post("/")
    async def add(session: AsyncSession) -> None:
        session.add(note(text="a", parent=4711))

    async with running(routes, plugins=[Conflicts]) as client:
        response = await client.post("/")
    assert (response.status, response.text) == (409, "taken")


async def test_an_error_handler_of_an_app_that_waits_answers_what_a_constraint_refuses(running: Any, note: Any) -> None:
    async def broken(request: Request, error: Exception) -> Response:
        await anyio.lowlevel.checkpoint()
        return Response(f"broken by {type(error).__name__}", 500)

    routes = Routes()

    @routes.post("/")
    async def add(session: AsyncSession) -> None:
        session.add(note(text="a", parent=4711))

    async with running(routes, app={"error_handlers": {Exception: broken}}) as client:
        response = await client.post("/")
    assert (response.status, response.text) == (500, "broken by IntegrityError")


@pytest.mark.parametrize(
    ("statement", "answered"),
    [("select nothing", (500, "Internal Server Error", None)), ("begin exclusive", (503, "Service Unavailable", "5"))],
)
async def test_without_the_plugin_errors_the_state_of_a_database_is_still_told(
    tmp_path: Path, statement: str, answered: Any
) -> None:
    from kernel_testing import Client, make_kernel

    from kernel import App

    routes = Routes()

    @routes.get("/")
    async def broken(session: AsyncSession) -> None:
        await session.execute(text(statement))

    plugins = {"active": "settings, outcomes, requests, handlers, orm, router"}
    config = {"plugins": plugins, "database": {"url": f"sqlite:///{tmp_path}/shop.sqlite", "pool_timeout": "50ms"}}
    async with Client(make_kernel([], [App(routes=routes)], config)) as client:
        with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as other:
            other.execute("begin immediate")
            response = await client.get("/")
    assert (response.status, response.text, response.header("retry-after")) == answered
