"""The session of a websocket: committed when its handler returns, rolled back otherwise, and closed in any case."""

import pytest
from kernel_router import Routes
from kernel_testing import Client, make_kernel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel import App
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio


class Base(DeclarativeBase):
    """Tables that no other test knows of."""


class Line(Base):
    """What is said in a room."""

    __tablename__ = "websocket_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@pytest.fixture
def anyio_backend() -> str:
    """SQLAlchemy runs on asyncio only."""
    return "asyncio"


@pytest.fixture
async def client(tmp_path):
    """Return a client of two websockets that write, and of a page that counts."""
    routes = Routes()

    @routes.websocket("/iterate")
    async def iterate(ws, session: AsyncSession):
        async for message in ws:
            session.add(Line(text=message))
            await session.flush()
            await ws.send("written")

    @routes.websocket("/receive")
    async def receive(ws, session: AsyncSession):
        while True:
            session.add(Line(text=await ws.receive()))
            await session.flush()
            await ws.send("written")

    @routes.websocket("/refuse")
    async def refuse(ws, session: AsyncSession):
        session.add(Line(text=await ws.receive()))
        await session.flush()
        await ws.send("written")
        raise HTTPException(403)

    @routes.get("/count")
    async def count(session: AsyncSession):
        return await session.scalar(select(func.count()).select_from(Line))

    kernel = make_kernel(
        apps=[App(name="chat", routes=routes)],
        config={"database": {"url": f"sqlite:///{tmp_path}/chat.sqlite", "pool_size": "1", "max_overflow": "0"}},
    )
    async with Client(kernel) as client:
        async with kernel.context["db_engine"].begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield client


@pytest.mark.parametrize(("path", "rows"), [("/iterate", 1), ("/receive", 0), ("/refuse", 0)])
async def test_what_was_written_stays_if_the_handler_returned(client, path, rows):
    for _ in range(2):  # the pool has one connection
        async with client.websocket(path) as socket:
            await socket.send("hello")
            assert await socket.receive() == "written"
    assert (await client.get("/count")).json() == 2 * rows
