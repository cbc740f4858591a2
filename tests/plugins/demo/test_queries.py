"""Searching, tags and pages, on a database without anything around."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from kernel_demo.models import Bookmark, Tag
from kernel_demo.queries import find, tag_counts
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

pytestmark = pytest.mark.anyio


@pytest.fixture
async def session(anyio_backend: object, empty: None, tmp_path: Path) -> AsyncIterator[AsyncSession]:
    """Return a session on an empty database."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path}/bookmarks.sqlite")
    async with AsyncSession(engine) as opened:
        yield opened
    await engine.dispose()


def bookmark(number: int, title: str = "", address: str = "", signer: str = "", *tags: str) -> Bookmark:
    labels = [Tag(name=tag) for tag in tags]
    return Bookmark(address=f"https://{number}{address}", title=title, signer=signer, labels=labels)


async def ids(session: AsyncSession, q: str = "", tag: str = "") -> list[int]:
    return [one.id for one in (await find(session, q, tag)).bookmarks]


async def test_a_search_finds_titles_addresses_names_and_tags(session: AsyncSession) -> None:
    session.add_all([bookmark(1, "Needle"), bookmark(2, address="/needle"), bookmark(3, signer="Needle")])
    session.add_all([bookmark(4, "", "", "", "needles"), bookmark(5, "Hay")])
    assert await ids(session, " needle ") == [4, 3, 2, 1]


async def test_a_tag_is_the_whole_tag(session: AsyncSession) -> None:
    session.add_all([bookmark(1, "", "", "", "web"), bookmark(2, "", "", "", "webs", "x")])
    assert await ids(session, tag=" WEB") == [1]
    assert await ids(session, "x", "webs") == [2]
    assert await tag_counts(session) == {"web": 1, "webs": 1, "x": 1}


async def test_wildcards_of_sql_are_plain_text(session: AsyncSession) -> None:
    session.add_all(bookmark(n, title) for n, title in enumerate(("100 % sure", "snake_case", "back/slash", "plain")))
    for q in ("%", "_", "k/s"):
        assert len(await ids(session, q)) == 1


async def test_an_endless_search_is_cut(session: AsyncSession) -> None:
    session.add(bookmark(1, "x" * 200))
    assert await ids(session, "x" * 100_000) == [1]


@pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (2, 2), (10**30, 2)])
async def test_a_page_out_of_range_is_the_nearest(session: AsyncSession, asked: int, given: int) -> None:
    session.add_all(bookmark(number) for number in range(11))
    found = await find(session, page=asked)
    assert (found.page, found.pages, found.total) == (given, 2, 11)
