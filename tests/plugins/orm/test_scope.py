"""The session of a request: one, lazy, and settled before the first byte."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

import anyio
import kernel_orm
import pytest
from kernel_errors import BadRequest
from kernel_orm.sqlite import TidyConnection
from kernel_responses import JSON, Stream
from kernel_router import Routes
from kernel_testing import Client, make_kernel
from sqlalchemy import insert, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import App, Hooks, Layer, Request, Response
from kernel.errors import BootError

pytestmark = pytest.mark.anyio
Texts = Callable[..., Awaitable[list[str]]]
Keys = dict[str, Any]
CONCURRENT = 300


def adding(note: type[Any], **options: Any) -> Routes:
    """Return a route that adds a note and ends as the query wants it."""
    routes = Routes(**options)

    @routes.post("/notes/<text>")
    async def add(request: Request, session: AsyncSession, end: str = "200", parent: int | None = None) -> Any:
        session.add(note(text=request.url_vars["text"], parent=parent))
        await session.flush()
        if end == "read":
            await request.body()
        if end == "wait":
            await anyio.sleep_forever()
        if end == "refuse":
            raise BadRequest("no")
        if end == "crash":
            raise RuntimeError("a bug")
        if end == "nan":
            return {"value": float("nan")}
        return JSON({}, status=int(end))

    return routes


@pytest.mark.parametrize(("end", "kept"), [("200", True), ("201", True), ("302", True), ("400", False), ("503", False)])
async def test_the_status_decides(end: str, kept: bool, running: Any, note: Any, texts: Texts, database: Keys) -> None:
    async with running(adding(note), **database) as client:
        assert (await client.post(f"/notes/a?end={end}")).status == int(end)
        assert await texts(client) == ["a"] * kept


@pytest.mark.parametrize(("end", "status"), [("refuse", 400), ("crash", 500), ("nan", 500), ("wait", 504)])
async def test_what_a_handler_fails_at_is_rolled_back(
    end: str, status: int, running: Any, note: Any, texts: Texts, database: Keys
) -> None:
    """R118."""
    limit = {"timeout": 0.2} if end == "wait" else {}
    async with running(adding(note, **limit), **database) as client:
        assert (await client.post(f"/notes/a?end={end}")).status == status
        assert await texts(client) == []


async def test_a_client_that_leaves_is_rolled_back(running: Any, note: Any, texts: Texts, database: Keys) -> None:
    """R118."""
    async with running(adding(note), **database) as client:
        response = await client.post("/notes/a?end=read", body=b"abc", disconnect_after=0)
        assert (response.status, await texts(client)) == (0, [])


async def test_a_layer_that_turns_the_answer_into_an_error_rolls_back(running: Any, note: Any, texts: Texts) -> None:
    def refuse(response: Response) -> Response:
        return Response("no", 422)

    async def fail(request: Request, call_next: Any) -> Response:
        await call_next(request)
        raise RuntimeError("a bug")

    for layer, status in ((Layer("refuse", after_request=refuse), 422), (Layer("fail", around=fail), 500)):
        async with running(adding(note), app={"layers": layer}) as client:
            assert (await client.post("/notes/a")).status == status
            assert await texts(client) == []


async def test_the_commit_comes_before_the_first_byte(
    running: Any, note: Any, texts: Texts, database: Keys, scope_of: Any
) -> None:
    """R117."""
    seen = []
    async with running(adding(note), **database) as client:

        async def send(message: Any) -> None:
            seen.append((message["type"], await texts(client)))

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        await client.app(scope_of("/notes/a"), receive, send)
        assert seen[0] == ("http.response.start", ["a"])


async def test_a_commit_that_fails_is_a_server_error(running: Any, note: Any, texts: Texts, database: Keys) -> None:
    """R117."""
    async with running(adding(note), **database) as client:
        response = await client.post("/notes/a?parent=4711")
        assert (response.status, response.json()["code"]) == (500, 1000)
        assert b"4711" not in response.body
        assert await texts(client) == []
        assert (await client.post("/notes/b")).status == 200


async def test_a_request_has_one_session_and_the_next_another(running: Any) -> None:
    routes, seen = Routes(), []

    @routes.get("/")
    async def compare(request: Request, session: AsyncSession) -> list[bool]:
        db_session = request.app.context["db_session"]
        inside = []

        async def child() -> None:
            inside.append(db_session())

        async with anyio.create_task_group() as group:
            group.start_soon(child)
        seen.append(session)
        return [db_session() is session, inside == [session]]

    async with running(routes) as client:
        assert (await client.get("/")).json() == [True, True]
        await client.get("/")
    assert seen[0] is not seen[1]


async def test_who_asks_for_no_session_touches_no_connection(running: Any) -> None:
    """R121."""
    routes = Routes()

    @routes.get("/")
    async def idle(request: Request) -> list[bool]:
        return [request.waiting, bool(request.settlers)]

    async with running(routes) as client:
        pool = client.app.context["db_engine"].pool
        before = pool.checkedin()
        for _ in range(1000):
            assert (await client.get("/")).json() == [False, False]
        assert (pool.checkedin(), pool.checkedout()) == (before, 0)


@pytest.mark.e2e
async def test_hundreds_of_concurrent_requests_see_only_their_own(
    running: Any, note: Any, texts: Texts, database: Keys
) -> None:
    """R116."""
    routes = Routes()

    @routes.post("/notes/<text>")
    async def add(request: Request, session: AsyncSession) -> list[str]:
        one = note(text=request.url_vars["text"])
        session.add(one)
        await session.flush()
        again = request.app.context["db_session"]()
        return list(await again.scalars(select(note.text).where(note.id == one.id)))

    async with running(routes, pool_timeout="60s", **database) as client:
        crossed = []

        async def ask(text: str) -> None:
            response = await client.post(f"/notes/{text}")
            if (response.status, response.json()) != (200, [text]):
                crossed.append(response)

        async with anyio.create_task_group() as group:
            for number in range(CONCURRENT):
                group.start_soon(ask, str(number))
        assert crossed == []
        assert sorted(await texts(client), key=int) == [str(number) for number in range(CONCURRENT)]


async def test_further_databases_are_chosen_by_name(tmp_path: Any) -> None:
    routes = Routes()

    @routes.get("/")
    async def names(
        request: Request,
        one: AsyncSession,
        other: Annotated[AsyncSession, "reporting"],
        third: Annotated[AsyncSession, 3],
    ) -> list[Any]:
        db_session = request.app.context["db_session"]
        files = [str(session.get_bind().url.database) for session in (one, other)]  # type: ignore[union-attr]  # engines
        return [*files, db_session("reporting") is other, third is one, len(request.settlers)]

    config = {f"database{name}": {"url": f"sqlite:///{tmp_path}/{name}.db"} for name in ("", ".reporting")}
    async with Client(make_kernel([], [App(routes=routes)], config)) as client:
        assert (await client.get("/")).json() == [f"{tmp_path}/.db", f"{tmp_path}/.reporting.db", True, True, 2]


async def test_a_parameter_that_cannot_be_filled_is_told_at_boot(kernel_of: Any) -> None:
    async def elsewhere(session: Annotated[AsyncSession, "reprting"]) -> None: ...

    def blocking(session: AsyncSession) -> None: ...

    for handler, message in (
        (elsewhere, r"no database 'reprting'.*\[database.reprting\]"),
        (blocking, "async handler"),
    ):
        routes = Routes()
        routes.get("/")(handler)
        with pytest.raises(BootError, match=message):
            kernel_of(routes).boot()


async def test_an_async_generator_may_have_a_session_and_only_read(running: Any, note: Any, texts: Texts) -> None:
    routes, refused = adding(note), []

    @routes.get("/stream")
    async def stream(session: AsyncSession) -> AsyncIterator[str]:
        yield "notes:"
        for text in await session.scalars(select(note.text)):
            yield text
        session.add(note(text="late"))
        for write in (session.flush, lambda: session.execute(insert(note).values(text="late"))):
            try:
                await write()
            except kernel_orm.ResponseBegun as error:
                refused.append(str(error))
            session.expunge_all()

    async with running(routes) as client:
        await client.post("/notes/a")
        assert (await client.get("/stream")).text == "notes:a"
        assert await texts(client) == ["a"]
    assert len(refused) == 2
    assert "use async with kernel_orm.session(request)" in refused[0]


async def test_what_a_stream_is_preceded_by_is_committed(running: Any, note: Any, texts: Texts) -> None:
    routes, sessions = Routes(), []

    @routes.post("/")
    async def stream(request: Request, session: AsyncSession) -> Stream:
        session.add(note(text="before"))

        async def parts() -> AsyncIterator[str]:
            yield ",".join(await session.scalars(select(note.text)))
            sessions.append(request.app.context["db_session"]() is session)

        return Stream(parts())

    async with running(routes) as client:
        assert (await client.post("/")).text == "before"
        assert await texts(client) == ["before"]
    assert sessions == [True]


async def test_a_session_ends_with_its_request(running: Any, note: Any) -> None:
    routes, failures = Routes(), []

    @routes.post("/")
    async def handler(request: Request, session: AsyncSession) -> None:
        async def later() -> None:
            try:
                await session.scalars(select(note))
            except InvalidRequestError as error:
                failures.append(str(error))

        request.background(later)

    async with running(routes) as client:
        await client.post("/")
    assert "permanently closed" in failures[0]


async def test_behind_the_response_there_is_no_session_of_the_request(running: Any) -> None:
    routes, failures = Routes(), []

    @routes.post("/")
    async def handler(request: Request) -> None:
        async def later() -> None:
            try:
                request.app.context["db_session"]()
            except kernel_orm.ResponseBegun as error:
                failures.append(str(error))

        request.background(later)

    async with running(routes) as client:
        await client.post("/")
    hint = "write before that, or use async with kernel_orm.session(request)"
    assert failures == [f"the request has been answered; {hint}"]


async def test_a_listener_of_the_answer_takes_part_in_the_transaction(running: Any, note: Any, texts: Texts) -> None:
    hooks = Hooks()

    @hooks.event("success_response")
    async def record(request: Request) -> None:
        request.app.context["db_session"]().add(note(text="recorded"))
        if request.path == "/notes/fail":
            raise RuntimeError("a bug")

    routes = adding(note)

    @routes.get("/")
    async def nothing(request: Request) -> None: ...

    async with running(routes, app={"hooks": hooks}) as client:
        answers = [(await client.post("/notes/a")).status, (await client.get("/")).status]
        answers.append((await client.post("/notes/fail")).status)
        assert answers == [200, 204, 500]
        assert sorted(await texts(client)) == ["a", "recorded", "recorded"]


async def test_a_session_can_be_given_back_early(running: Any, note: Any, texts: Texts) -> None:
    routes = Routes()

    @routes.post("/")
    async def handler(request: Request) -> list[bool]:
        db_session = request.app.context["db_session"]
        await db_session.remove()
        first = db_session()
        first.add(note(text="dropped"))
        await first.flush()
        await db_session.remove()
        second = db_session()
        second.add(note(text="kept"))
        return [first is second]

    async with running(routes) as client:
        assert (await client.post("/")).json() == [False]
        assert await texts(client) == ["kept"]


async def test_there_is_no_session_outside_of_a_request(running: Any) -> None:
    async with running() as client:
        with pytest.raises(LookupError, match=r"outside of a request; use async with kernel_orm.session\(app\)"):
            client.app.context["db_session"]()


async def test_a_rollback_that_fails_does_not_change_the_answer(
    running: Any, note: Any, texts: Texts, caplog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Any) -> None:
        monkeypatch.undo()
        raise sqlite3.OperationalError("disk I/O error")

    async with running(adding(note)) as client:
        monkeypatch.setattr(TidyConnection, "rollback", fail)
        assert (await client.post("/notes/a?end=400")).status == 400
        assert await texts(client) == []
    assert [record.levelname for record in caplog.records if record.name == "kernel.orm"] == ["WARNING"]
    assert "the rollback failed: OperationalError" in caplog.text
