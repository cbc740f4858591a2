"""What a session costs: one INSERT and its commit in a file of SQLite.

The callable does by hand what SQLAlchemy's manual shows, with an engine of the same settings and the
same file.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

from kernel_orm import Base, get_db_engine
from kernel_router import Routes
from scenario import JSON, Scenario, answer, dumps
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel import App

FOLDER = TemporaryDirectory(prefix="kernel-bench-")
SECTION = {"url": f"sqlite:///{FOLDER.name}/notes.sqlite"}
engine = get_db_engine(SECTION)
routes = Routes()


class Note(Base):
    """What is inserted."""

    __tablename__ = "bench_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@routes.post("/notes")
async def add(session: AsyncSession):  # type: ignore[no-untyped-def]  # as users write it
    session.add(Note(text="Hello"))
    return {"status": "added"}


async def raw_add(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == "/notes":
        async with AsyncSession(engine, expire_on_commit=False) as session:
            session.add(Note(text="Hello"))
            await session.commit()
        await answer(send, 200, JSON, dumps({"status": "added"}))


@asynccontextmanager
async def table() -> AsyncIterator[None]:
    """Make the table, and remove the file in the end."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=[Base.metadata.tables["bench_notes"]])
    yield
    await engine.dispose()
    FOLDER.cleanup()


config = {"database": SECTION}
app = App(name="bench", routes=routes)
SCENARIOS = [
    Scenario("session, INSERT, commit", "/notes", app, raw_add, 1.15, "POST", calls=40, config=config, around=table)
]
