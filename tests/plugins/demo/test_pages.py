"""The pages of the demo, as a browser sees them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_demo.pages import again
from kernel_errors import Error
from kernel_testing import Client

from kernel import Kernel

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]
PNG = b"\x89PNG\r\n\x1a\n a picture"


async def test_an_empty_demo_says_so(demo: Client) -> None:
    assert "Nothing here yet" in (await demo.get("/")).text
    assert "No tags yet" in (await demo.get("/tags")).text


async def test_the_style_sheet_has_a_hashed_name_and_may_be_kept(demo: Client) -> None:
    address = (await demo.get("/")).text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = await demo.get(address)
    assert sheet.header("content-type") == "text/css; charset=utf-8"
    assert "immutable" in str(sheet.header("cache-control"))
    assert sheet.text.count("{") == sheet.text.count("}")


async def test_the_form_keeps_and_sends_to_the_new_page(demo: Client, sign: Add) -> None:
    answer = await sign(title="Café", tags="Web, tea")
    assert (answer.status, answer.header("location")) == (303, "/bookmarks/1")
    page = (await demo.get("/bookmarks/1")).text
    for text in ("Café", 'href="https://example.org/"', ">tea<", ">web<", ">Ada<"):
        assert text in page


async def test_the_name_is_remembered_in_a_cookie(demo: Client, sign: Add) -> None:
    assert 'name="signer" type="text"' in (await demo.get("/sign")).text
    answer = await sign(signer="Zoë; <b>")
    assert "httponly; samesite=lax" in str(answer.header("set-cookie"))
    assert 'value="Zoë; &lt;b&gt;"' in (await demo.get("/sign")).text


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"address": "ftp://a"}, ["This is no complete http or https address"]),
        ({"address": "", "signer": ""}, ["An address is needed", "Sign with your name"]),
        ({"address": " ", "signer": " \x00"}, ["An address is needed", "Sign with your name"]),
        ({"title": "x" * 201}, ["At most 200 letters"]),
        ({"signer": "x" * 41}, ["At most 40 letters"]),
        ({"tags": "x" * 31}, ["At most 10 tags of at most 30 letters"]),
        ({"icon": b"<svg/>"}, ["This is no PNG, JPEG, GIF or ICO picture"]),
        ({"icon": PNG + b"x" * 65536}, ["At most 64 KiB"]),
    ],
)
async def test_a_wrong_form_comes_back_with_the_reasons_beside_the_fields(
    sign: Add, media: Path, fields: Any, wrong: list[str]
) -> None:
    answer = await sign(**{"title": "Mine <&>", **fields})
    assert (answer.status, answer.text.count("aria-invalid")) == (422, len(wrong))
    for text in wrong:
        assert f'-note">{text}</p>' in answer.text
    assert 'value="Mine &lt;&amp;&gt;"' in answer.text or "title" in fields
    assert list((media / "icons").iterdir()) == []


async def test_a_form_without_a_field_comes_back_too(demo: Client) -> None:
    answer = await demo.post("/bookmarks", form={"title": "Mine"})
    assert (answer.status, answer.text.count(">Required<")) == (422, 2)


async def test_an_address_that_is_kept_already_is_told_beside_its_field(demo: Client, sign: Add, media: Path) -> None:
    await sign()
    answer = await sign(icon=PNG)
    assert answer.status == 422
    assert "Somebody keeps this address already" in answer.text
    assert list((media / "icons").iterdir()) == []


async def test_a_body_that_is_no_form_is_refused(demo: Client) -> None:
    assert (await demo.post("/bookmarks", json={})).status == 415


async def test_an_error_of_another_kind_is_no_matter_of_a_form() -> None:
    with pytest.raises(Error) as raised:
        await again("sign.html", Error(2001, 7))
    assert raised.value.code == 2001


async def test_the_button_deletes_and_goes_home(demo: Client, add: Add) -> None:
    await add()
    answer = await demo.post("/bookmarks/1/delete", form={})
    assert (answer.status, answer.header("location")) == (303, "/")
    assert (await demo.get("/bookmarks/1")).status == 404
    assert (await demo.post("/bookmarks/1/delete", form={})).status == 303


async def test_a_search_shows_what_was_asked_for(demo: Client, add: Add) -> None:
    await add(title="Needle", tags=["sewing"])
    page = (await demo.get("/?q=%22%3Eneed")).text
    assert 'value="&#34;&gt;need"' in page
    assert "Nothing here yet" in page
    assert "Tagged “sewing”" in (await demo.get("/?tag=sewing")).text


async def test_the_pages_lead_to_one_another(demo: Client, add: Add) -> None:
    for _ in range(21):
        await add(title="Many")
    page = (await demo.get("/?q=many&page=2")).text
    assert "21 bookmarks, page 2 of 3" in page
    assert 'href="/?q=many&amp;tag=&amp;page=1" rel="prev"' in page
    assert 'href="/?q=many&amp;tag=&amp;page=3" rel="next"' in page


async def test_the_tags_are_counted(demo: Client, add: Add) -> None:
    await add(tags=["c++ & c"])
    page = (await demo.get("/tags")).text
    assert 'href="/?tag=c%2B%2B+%26+c"' in page
    assert "c++ &amp; c <b>1</b>" in page


async def test_only_a_new_database_gets_examples(build: Callable[..., Kernel]) -> None:
    async with Client(build()) as client:
        assert "pluggy" in (await client.get("/")).text
        assert (await client.get("/api/bookmarks")).json()["data"]["total"] == 3
        await client.delete("/api/bookmarks/1")
    async with Client(build()) as client:
        assert (await client.get("/api/bookmarks")).json()["data"]["total"] == 2
