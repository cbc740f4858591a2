"""What the demo owes to whoever looks at what strangers sent."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_demo.errorpages import PROTECTION
from kernel_testing import Client

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]
PNG = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MARKUP = "\"><img src=x onerror='alert(1)'>"


def below(folder: Path) -> list[str]:
    """Return the paths of all files in *folder*."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


async def test_every_page_forbids_script(demo: Client, add: Add) -> None:
    await add()
    for path in ("/", "/sign", "/tags", "/bookmarks/1", "/nowhere"):
        page = await demo.get(path, BROWSER)
        for name, value in PROTECTION:
            assert [pair for pair in page.headers if pair[0] == name] == [(name, value)]
        assert "<script" not in page.text


async def test_what_is_stored_is_text_and_never_markup(demo: Client, sign: Add) -> None:
    assert (await sign(title=MARKUP, signer=MARKUP[:28], tags=MARKUP[:28])).status == 303
    for path in ("/", "/tags", "/bookmarks/1", "/sign"):
        page = (await demo.get(path)).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("field", ["title", "tags", "signer", "address"])
async def test_a_form_that_comes_back_repeats_text_and_never_markup(sign: Add, field: str) -> None:
    page = (await sign(**{"address": "ftp://a", field: MARKUP})).text
    assert "<img src=x" not in page
    assert 'value="&#34;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;"' in page


async def test_a_search_is_text_and_never_markup(demo: Client) -> None:
    page = (await demo.get("/?q=%22%3E%3Cimg+src%3Dx&tag=%3Cimg+src%3Dx")).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:x", "data:text/html,x"]
)
async def test_an_address_that_runs_something_is_refused(demo: Client, sign: Add, add: Add, address: str) -> None:
    assert (await sign(address=address)).status == 422
    assert (await add(address=address)).status == 400
    assert (await demo.get("/api/bookmarks")).json()["data"]["total"] == 0


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example", "http:localhost"])
@pytest.mark.parametrize("path", ["/bookmarks", "/bookmarks/1/icon", "/bookmarks/1/delete"])
async def test_a_form_of_another_site_changes_nothing(
    demo: Client, sign: Add, media: Path, origin: str, path: str
) -> None:
    await sign()
    form = {"address": "https://evil.example/", "signer": "Eve"}
    answer = await demo.post(path, {"origin": origin}, form=form, files={"icon": ("x.png", PNG, "image/png")})
    assert answer.status == 403
    assert [one["address"] for one in (await demo.get("/api/bookmarks")).json()["data"]["bookmarks"]] == [
        "https://example.org/"
    ]
    assert list((media / "icons").iterdir()) == []


async def test_a_form_of_this_site_is_taken(sign: Add) -> None:
    assert (await sign(headers={"origin": "http://localhost"})).status == 303


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_the_api_takes_nothing_that_a_form_of_another_site_can_send(demo: Client, kind: str) -> None:
    body = b'{"address": "https://evil.example/"}'
    assert (await demo.post("/api/bookmarks", {"content-type": kind}, body=body)).status == 415
    assert (await demo.get("/api/bookmarks")).json()["data"]["total"] == 0


async def test_no_redirect_leads_away(demo: Client, sign: Add) -> None:
    away = {"x-forwarded-host": "evil.example", "referer": "https://evil.example/"}
    kept = await sign(headers=away, next="https://evil.example/")
    gone = await demo.post("/bookmarks/1/delete?next=//evil.example", away, form={"next": "//evil.example"})
    assert [answer.header("location") for answer in (kept, gone)] == ["/bookmarks/1", "/"]


@pytest.mark.parametrize("name", ["../../config.ini", "/etc/cron.d/x", "x.html", "x.png\x00.svg", "con", ""])
async def test_the_name_of_an_upload_is_ours(demo: Client, sign: Add, media: Path, name: str) -> None:
    await sign()
    await demo.post("/bookmarks/1/icon", files={"icon": (name, PNG, "text/html")})
    written = below(media)
    assert len(written) == bool(name)
    assert all(re.fullmatch(r"icons/[0-9a-f]{16}\.png", path) for path in written)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
async def test_a_host_of_another_name_is_refused(demo: Client, host: str) -> None:
    assert (await demo.get("/", {"host": host})).status == 400


async def test_an_upload_is_served_as_a_picture_that_can_run_nothing(demo: Client, sign: Add, media: Path) -> None:
    await sign(icon=PNG)
    (kept,) = (media / "icons").iterdir()
    answer = await demo.get(f"/media/icons/{kept.name}", BROWSER)
    assert answer.header("content-type") == "image/png"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("content-security-policy") == "default-src 'none'; sandbox"
    assert not kept.stat().st_mode & 0o111


@pytest.mark.parametrize("path", ["/media/../bookmarks.sqlite", "/media/%2e%2e/bookmarks.sqlite", "/media/icons/"])
async def test_nothing_beside_the_favicons_is_served(demo: Client, path: str) -> None:
    assert (await demo.get(path)).status == 404
