"""The plugin that keeps the file open, and the bookmarks in it."""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from kernel_demo.bookmark import draft
from kernel_demo.library import Bookmarks
from kernel_testing import Client, LifespanFailed

from kernel import Kernel

pytestmark = pytest.mark.anyio
ADDRESS = "https://example.org/"


async def test_bookmarks_outlive_the_process(build: Callable[..., Kernel]) -> None:
    async with Client(build()) as client:
        await client.post("/api/bookmarks", json={"address": ADDRESS})
    async with Client(build()) as client:
        assert (await client.get("/api/bookmarks/1")).status == 200


async def test_only_a_new_file_gets_examples(build: Callable[..., Kernel]) -> None:
    async with Client(build(examples="yes")) as client:
        assert (await client.get("/api/bookmarks")).json()["data"]["total"] == 3
        await client.delete("/api/bookmarks/1")
    async with Client(build(examples="yes")) as client:
        assert (await client.get("/api/bookmarks")).json()["data"]["total"] == 2


async def test_a_file_that_is_no_database_fails_the_start_by_name(build: Callable[..., Kernel], tmp_path: Path) -> None:
    (tmp_path / "bookmarks.sqlite").write_text("no database, but longer than a header of SQLite: " * 50)
    with pytest.raises(LifespanFailed, match=r"demo_store.*bookmarks\.sqlite' cannot be used"):
        async with Client(build()):
            """Not reached."""


async def test_many_at_once_wait_for_one_another(library: Bookmarks) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(library.add, draft(ADDRESS, tags=["web"]))
    assert (await library.find()).total == 20
    assert await library.tags() == {"web": 20}


async def test_wildcards_of_sql_are_plain_text(library: Bookmarks) -> None:
    for title in ("100 % sure", "snake_case", "back\\slash", "plain"):
        await library.add(draft(ADDRESS, title))
    for q in ("%", "_", "\\"):
        assert (await library.find(q)).total == 1


async def test_an_endless_search_is_cut(library: Bookmarks) -> None:
    await library.add(draft(ADDRESS, "x" * 200))
    assert (await library.find("x" * 100_000)).total == 1


@pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (2, 2), (10**30, 2)])
async def test_a_page_out_of_range_is_the_nearest(library: Bookmarks, asked: int, given: int) -> None:
    for _ in range(11):
        await library.add(draft(ADDRESS))
    assert (await library.find(page=asked)).page == given


async def test_an_unknown_number_is_nobody(library: Bookmarks) -> None:
    assert await library.get(1) is None
    assert await library.get(2**63) is None
    assert await library.delete(2**63) is False
