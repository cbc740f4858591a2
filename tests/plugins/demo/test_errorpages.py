"""Errors are pages for browsers, and stay JSON for everybody else."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_errors import Unauthorized
from kernel_router import Route
from kernel_testing import Client

from kernel import App, Kernel

pytestmark = pytest.mark.anyio
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nowhere", "/bookmarks/77", "/api/bookmarks/77", "/static/pages/none.css"])
async def test_what_is_not_there_is_a_page_for_browsers_and_json_for_others(demo: Client, path: str) -> None:
    page, other = await demo.get(path, BROWSER), await demo.get(path)
    assert (page.status, page.header("content-type")) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in page.text
    assert (other.status, other.json()["status"]) == (404, "error")


async def test_an_error_page_keeps_the_headers_of_the_error(demo: Client, build: Callable[..., Kernel]) -> None:
    page = await demo.put("/tags", BROWSER)
    assert page.status == 405
    assert "GET" in str(page.header("allow"))


@pytest.mark.parametrize(
    ("headers", "body", "status", "told"),
    [
        ({"content-type": "application/x-www-form-urlencoded"}, b"title=" + b"x" * 300_000, 413, "That was too large"),
        ({"content-type": "application/json"}, b"{}", 415, "That was no form"),
        ({"content-type": "multipart/form-data"}, b"no boundary", 400, "That did not work"),
    ],
)
async def test_a_form_that_cannot_be_read_is_told_in_words(
    demo: Client, headers: dict[str, str], body: bytes, status: int, told: str
) -> None:
    page = await demo.post("/bookmarks", {**BROWSER, **headers}, body=body)
    assert (page.status, told in page.text) == (status, True)


@pytest.mark.parametrize("error", [RuntimeError("the secret"), Unauthorized("the secret")])
async def test_an_error_of_any_kind_shows_nothing_of_its_inside(build: Callable[..., Kernel], error: Exception) -> None:
    async def fail(request: Any) -> None:
        raise error

    async with Client(build(App(name="broken", routes=[Route("/fail", "GET", fail)]))) as client:
        page, other = await client.get("/fail", BROWSER), await client.get("/fail")
    assert page.status == other.status == getattr(error, "status", 500)
    assert "secret" not in page.text
    assert ("our fault" in page.text) is (page.status == 500)
    assert (page.header("x-error-id") is None) is (page.status == 401)
    assert other.header("content-type") == ("application/json" if page.status == 500 else "text/plain; charset=utf-8")
