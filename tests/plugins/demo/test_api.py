"""The JSON API of the demo, through the whole project."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kernel_testing import Client

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]


async def test_an_empty_list_has_one_page(demo: Client) -> None:
    answer = await demo.get("/api/bookmarks")
    assert answer.json() == {"status": "success", "data": {"bookmarks": [], "total": 0, "page": 1, "pages": 1}}
    assert answer.header("cache-control") == "no-store"


async def test_an_added_bookmark_is_found_where_location_says(demo: Client, add: Add) -> None:
    answer = await add(address="https://a.example/", title=" An \n example\x00", tags=["Web", " web", "a, b", ""])
    assert (answer.status, answer.header("location")) == (201, "/api/bookmarks/1")
    found = (await demo.get("/api/bookmarks/1")).json()["data"]
    assert found == answer.json()["data"]
    assert found["added"] == datetime.now(UTC).date().isoformat()
    del found["added"]
    wanted = {"id": 1, "address": "https://a.example/", "title": "An example", "signer": "somebody", "icon": ""}
    assert found == {**wanted, "tags": ["a, b", "web"]}


async def test_a_missing_title_is_the_host(add: Add) -> None:
    assert (await add(address="https://example.org/path")).json()["data"]["title"] == "example.org"


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


async def test_a_deleted_bookmark_is_gone_with_its_tags_and_its_number(demo: Client, add: Add) -> None:
    await add(tags=["web"])
    assert (await demo.delete("/api/bookmarks/1")).status == 204
    assert (await demo.get("/api/bookmarks/1")).status == 404
    assert (await demo.get("/api/tags")).json()["data"] == {}
    assert (await add()).json()["data"]["id"] == 2


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_bookmark_has_a_code_of_its_own(demo: Client, method: str) -> None:
    answer = await demo.request(method, "/api/bookmarks/7")
    assert answer.status == 404
    assert answer.json() == {"status": "error", "code": 2001, "message": "There is no bookmark 7"}


async def test_a_number_that_no_column_holds_is_no_path(demo: Client) -> None:
    assert (await demo.get("/api/bookmarks/9223372036854775808")).json()["code"] == 1001


async def test_an_address_is_kept_once(add: Add) -> None:
    await add(address="https://a.example/")
    answer = await add(address="https://a.example/")
    assert (answer.status, answer.json()["code"]) == (400, 1002)
    assert answer.json()["data"] == {"address": ["Somebody keeps this address already"]}


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"address": "javascript:alert(1)"}, {"address": ["This is no complete http or https address"]}),
        ({"title": "x" * 201}, {"title": ["Expected `str` of length <= 200"]}),
        (
            {"tags": ["x" * 31, 1]},
            {"tags": {"0": ["Expected `str` of length <= 30"], "1": ["Expected `str`, got `int`"]}},
        ),
        ({"color": "red"}, {"color": ["Unknown field"]}),
        ({"tags": list("abcdefghijk")}, {"tags": ["Expected `array` of length <= 10"]}),
        ({"signer": " \n"}, {"signer": [r"Expected `str` matching regex '[^\\s\\x00-\\x20\\x7f-\\x9f]'"]}),
    ],
)
async def test_what_is_wrong_is_told_field_by_field(add: Add, entry: Any, told: Any) -> None:
    answer = await add(**entry)
    assert (answer.status, answer.json()["code"]) == (400, 1002)
    assert answer.json()["data"] == told


async def test_an_addition_is_logged_by_a_listener(add: Add, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await add(address="https://a.example/", signer="Ada")
    assert "bookmark 1 added by Ada: https://a.example/" in caplog.messages


async def test_a_huge_body_is_refused(add: Add) -> None:
    assert (await add(title="x" * 70_000)).status == 413
