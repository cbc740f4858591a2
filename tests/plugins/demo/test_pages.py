"""The pages of the demo, as a browser sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_demo.layout import POLICY
from kernel_router import Route
from kernel_testing import Client

from kernel import App, Kernel

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_an_empty_demo_says_so(demo: Client) -> None:
    page = await demo.get("/")
    assert page.status == 200
    assert "Nothing here yet" in page.text


async def test_every_page_forbids_script(demo: Client, add: Add) -> None:
    await add()
    for path in ("/", "/tags", "/bookmarks/1", "/nowhere"):
        page = await demo.get(path, BROWSER)
        assert page.header("content-security-policy") == POLICY
        assert page.header("x-content-type-options") == "nosniff"
        assert "<script" not in page.text


async def test_the_form_adds_and_sends_to_the_new_page(demo: Client, sign: Add) -> None:
    answer = await sign("/bookmarks", "address=https%3A%2F%2Fexample.org%2F&title=Caf%C3%A9&tags=web%2C+tea")
    assert (answer.status, answer.header("location")) == (303, "/bookmarks/1")
    page = (await demo.get("/bookmarks/1")).text
    for text in ("Café", 'href="https://example.org/"', ">tea<", ">web<"):
        assert text in page


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("address=ftp%3A%2F%2Fexample.org&title=Mine", "The address must be"),
        ("", "The address must be"),
        (f"address=https://example.org&title=Mine{'x' * 200}", "The title is too long: 200 is the most"),
    ],
)
async def test_a_wrong_form_comes_back_with_the_reason(sign: Add, body: str, wrong: str) -> None:
    answer = await sign("/bookmarks", body)
    assert answer.status == 400
    assert wrong in answer.text
    assert "Mine" in answer.text or not body


async def test_a_body_that_is_no_form_is_refused(demo: Client) -> None:
    assert (await demo.post("/bookmarks", json={})).status == 415


async def test_a_form_of_a_thousand_fields_is_refused(sign: Add) -> None:
    assert (await sign("/bookmarks", "&".join(["a=b"] * 1000))).status == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
async def test_a_form_of_another_site_is_refused(demo: Client, sign: Add, origin: str) -> None:
    assert (await sign("/bookmarks", "address=https://example.org", origin=origin)).status == 403
    assert (await demo.get("/api/bookmarks")).json()["data"]["total"] == 0


async def test_a_form_of_this_site_is_taken(sign: Add) -> None:
    assert (await sign("/bookmarks", "address=https://example.org", origin="http://localhost")).status == 303


async def test_the_button_deletes_and_goes_home(demo: Client, add: Add, sign: Add) -> None:
    await add()
    answer = await sign("/bookmarks/1/delete")
    assert (answer.status, answer.header("location")) == (303, "/")
    assert (await demo.get("/bookmarks/1")).status == 404
    assert (await sign("/bookmarks/1/delete")).status == 303


async def test_a_search_shows_what_was_asked_for(demo: Client, add: Add) -> None:
    await add(title="Needle", tags=["sewing"])
    page = (await demo.get("/?q=%22%3Eneed")).text
    assert 'value="&quot;&gt;need"' in page
    assert "Nothing here yet" in page
    assert "Tagged “sewing”" in (await demo.get("/?tag=sewing")).text


async def test_the_pages_lead_to_one_another(demo: Client, add: Add) -> None:
    for _ in range(21):
        await add(title="Many")
    page = (await demo.get("/?q=many&page=2")).text
    assert "21 bookmarks, page 2 of 3" in page
    assert 'href="/?q=many&amp;page=1" rel="prev"' in page
    assert 'href="/?q=many&amp;page=3" rel="next"' in page


async def test_the_tags_are_counted(demo: Client, add: Add) -> None:
    assert "No tags yet" in (await demo.get("/tags")).text
    await add(tags=["c++ & c"])
    page = (await demo.get("/tags")).text
    assert 'href="/?tag=c%2B%2B+%26+c"' in page
    assert "c++ &amp; c · 1" in page


async def test_a_stored_title_is_text_and_never_markup(demo: Client, add: Add) -> None:
    await add(title="<img src=x onerror=alert(1)>")
    for path in ("/", "/bookmarks/1"):
        assert "<img" not in (await demo.get(path)).text


async def test_the_style_sheet_is_css(demo: Client) -> None:
    sheet = await demo.get("/style.css")
    assert sheet.header("content-type") == "text/css; charset=utf-8"
    assert sheet.text.count("{") == sheet.text.count("}")


@pytest.mark.parametrize("path", ["/nowhere", "/bookmarks/77", "/api/bookmarks/77"])
async def test_what_is_not_there_is_a_page_for_browsers_and_json_for_others(demo: Client, path: str) -> None:
    page, other = await demo.get(path, BROWSER), await demo.get(path)
    assert (page.status, page.header("content-type")) == (404, "text/html; charset=utf-8")
    assert "Not Found" in page.text
    assert (other.status, other.json()["status"]) == (404, "error")


async def test_an_error_page_keeps_the_headers_of_the_error(demo: Client) -> None:
    page = await demo.put("/tags", BROWSER)
    assert page.status == 405
    assert "GET" in str(page.header("allow"))


async def test_a_crash_shows_nothing_of_its_inside(
    build: Callable[..., Kernel], caplog: pytest.LogCaptureFixture
) -> None:
    async def crash(request: Any) -> None:
        raise RuntimeError("the secret")

    async with Client(build(App(name="broken", routes=[Route("/crash", "GET", crash)]))) as client:
        page = await client.get("/crash", BROWSER)
    assert page.status == 500
    assert "our fault" in page.text
    assert "secret" not in page.text
