"""Projects that own their entry, or bring an engine of their own."""

from pathlib import Path
from typing import Any

import pytest
from kernel_errors import BadRequest
from kernel_orm import Base, get_db_engine, get_db_session, set_database_hooks
from kernel_orm.config import DatabaseConfig
from kernel_router import Routes
from kernel_testing import Client
from kernel_testing.life import LifespanFailed
from sqlalchemy import select

from kernel import App, Kernel, Request
from kernel.errors import ConfigError

pytestmark = pytest.mark.anyio


async def create(engine: Any, note: Any) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=[note.__table__])


def routes_of(note: Any) -> Routes:
    routes = Routes()

    @routes.post("/notes/<text>")
    async def add(request: Request) -> Any:
        db_session = request.app.context["db_session"]
        session = db_session()
        session.add(note(text=request.url_vars["text"]))
        await session.flush()
        if request.url_vars["text"] == "bad":
            raise BadRequest("no")
        if request.url_vars["text"] == "crash":
            raise RuntimeError("a bug")
        return [session is db_session()]

    @routes.get("/notes")
    async def all_of_them(request: Request) -> list[str]:
        session = request.app.context["db_session"]()
        return list(await session.scalars(select(note.text)))

    return routes


async def test_a_project_asks_for_a_database_by_a_call(
    note: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bp, seen = Kernel({}, apps=[App(routes=routes_of(note))]), []
    set_database_hooks(bp)

    @bp.event("startup")
    async def tables() -> None:
        seen.append(bp.context["db_engine"])
        await create(bp.context["db_engine"], note)

    async with Client(bp) as client:
        assert (await client.post("/notes/good")).json() == [True]
        assert (await client.post("/notes/bad")).status == 400
        assert (await client.post("/notes/crash")).status == 500
        assert (await client.get("/notes")).json() == ["good"]
        assert seen[0].pool.checkedout() == 0
    assert (tmp_path / f"{tmp_path.name}.sqlite").is_file()
    assert seen[0].pool.checkedin() == 0


async def test_without_the_plugin_the_call_fails_the_start() -> None:
    bp = Kernel({"plugins": {"blocked": "orm"}})
    set_database_hooks(bp)
    with pytest.raises(LifespanFailed, match="set_database_hooks: the plugin 'orm' is not active"):
        await Client(bp).__aenter__()


async def test_an_engine_of_ones_own_follows_requests(note: Any, tmp_path: Path) -> None:
    engine = get_db_engine({"url": f"sqlite:///{tmp_path}/own.db"})
    sessions: list[Any] = []

    bp = Kernel({}, apps=[App(routes=routes_of(note))])

    @bp.event("startup")
    async def start() -> None:
        await create(engine, note)
        bp.context["db_session"] = get_db_session(engine, bp.get_current_request)

    @bp.event("success_response")
    async def commit() -> None:
        await bp.context["db_session"].commit()

    @bp.event("request_end")
    async def end() -> None:
        sessions.append(bp.context["db_session"]())
        await bp.context["db_session"].remove()

    @bp.event("shutdown")
    async def stop() -> None:
        await engine.dispose()

    async with Client(bp) as client:
        assert (await client.post("/notes/good")).json() == [True]
        assert (await client.post("/notes/bad")).status == 400
        assert (await client.get("/notes")).json() == ["good"]
    assert len(set(map(id, sessions))) == 3
    assert engine.pool.checkedout() == 0


@pytest.mark.parametrize(("echo", "expected"), [(None, False), (True, True), ("yes", True), ("off", False)])
async def test_an_engine_takes_echo(echo: Any, expected: bool) -> None:
    assert get_db_engine({"host": "db", "port": "", "password": "a@b"}, echo=echo).echo is expected
    assert get_db_engine(DatabaseConfig(), echo=echo).echo is expected


async def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no key 'hots'; did you mean 'host'"):
        get_db_engine({"hots": "db"})
