"""The JSON API of the demo, through the whole project."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from kernel_testing import Client

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]


async def test_a_new_file_has_no_bookmarks(demo: Client) -> None:
    answer = await demo.get("/api/bookmarks")
    assert answer.json() == {"status": "success", "data": {"bookmarks": [], "total": 0, "page": 1, "pages": 1}}
    assert answer.header("cache-control") == "no-store"


async def test_an_added_bookmark_is_found_where_location_says(demo: Client, add: Add) -> None:
    answer = await add(title="An example", tags=["Web", "web", "a, b"])
    assert (answer.status, answer.header("location")) == (201, "/api/bookmarks/1")
    found = (await demo.get("/api/bookmarks/1")).json()["data"]
    assert found == answer.json()["data"]
    assert found["tags"] == ["a", "b", "web"]


async def test_a_search_finds_titles_addresses_and_tags(demo: Client, add: Add) -> None:
    await add(title="Needle")
    await add(address="https://example.org/needle")
    await add(tags=["needle"])
    await add(title="Hay")
    found = (await demo.get("/api/bookmarks?q=needle")).json()["data"]
    assert [bookmark["id"] for bookmark in found["bookmarks"]] == [3, 2, 1]


async def test_a_tag_selects(demo: Client, add: Add) -> None:
    await add(tags=["web", "python"])
    await add(tags=["web"])
    assert (await demo.get("/api/bookmarks?tag=Python")).json()["data"]["total"] == 1
    assert (await demo.get("/api/tags")).json()["data"] == {"python": 1, "web": 2}


async def test_the_second_page_begins_where_the_first_ends(demo: Client, add: Add) -> None:
    for _ in range(11):
        await add()
    found = (await demo.get("/api/bookmarks?page=2")).json()["data"]
    assert ([bookmark["id"] for bookmark in found["bookmarks"]], found["pages"]) == ([1], 2)


async def test_a_page_that_is_no_number_is_refused(demo: Client) -> None:
    assert (await demo.get("/api/bookmarks?page=two")).status == 400


async def test_a_deleted_bookmark_is_gone_with_its_tags(demo: Client, add: Add) -> None:
    await add(tags=["web"])
    assert (await demo.delete("/api/bookmarks/1")).status == 204
    assert (await demo.get("/api/bookmarks/1")).status == 404
    assert (await demo.get("/api/tags")).json()["data"] == {}


@pytest.mark.parametrize("number", ["1", "9223372036854775808"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_bookmark_has_a_code_of_its_own(demo: Client, method: str, number: str) -> None:
    answer = await demo.request(method, f"/api/bookmarks/{number}")
    assert answer.status == 404
    assert answer.json() == {"status": "error", "code": 2001, "message": f"There is no bookmark {number}"}


async def test_an_address_that_runs_script_is_refused(demo: Client, add: Add) -> None:
    answer = await add(address="javascript:alert(1)")
    assert (answer.status, answer.json()["code"]) == (400, 2002)


async def test_what_is_too_long_is_named(demo: Client, add: Add) -> None:
    answer = await add(title="x" * 201)
    assert answer.json() == {"status": "error", "code": 2003, "message": "The title is too long: 200 is the most"}


@pytest.mark.parametrize("body", [[], {}, {"address": 1}, {"title": "x"}, {"color": "red"}, {"tags": [1]}])
async def test_other_fields_than_those_of_a_bookmark_are_refused(demo: Client, body: Any) -> None:
    content = body if body in ([], {}, {"title": "x"}) else {"address": "https://example.org", **body}
    answer = await demo.post("/api/bookmarks", json=content)
    assert (answer.status, answer.json()["code"]) == (400, 2004)


async def test_an_addition_is_logged_by_a_listener(demo: Client, add: Add, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await add()
    assert "bookmark 1 added: https://example.org/" in caplog.messages


async def test_a_huge_body_is_refused(demo: Client, add: Add) -> None:
    assert (await add(title="x" * 70_000)).status == 413
