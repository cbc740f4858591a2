"""Favicons: uploaded, shown, replaced, and gone with their bookmark."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kernel_demo.icons import kind_of
from kernel_testing import Client

pytestmark = pytest.mark.anyio
Add = Callable[..., Any]
PNG, ICO = b"\x89PNG\r\n\x1a\n a picture", b"\x00\x00\x01\x00 a picture"


@pytest.fixture
def upload(demo: Client) -> Callable[..., Any]:
    """Return `await upload(content)`: the form on the page of the first bookmark."""

    async def post(content: bytes) -> Any:
        return await demo.post("/bookmarks/1/icon", files={"icon": ("../../x.svg", content, "image/svg+xml")})

    return post


async def shown(demo: Client) -> str:
    """Return the address of the first bookmark's favicon."""
    return (await demo.get("/bookmarks/1")).text.partition('class="tile" src="')[2].partition('"')[0]


@pytest.mark.parametrize(("picture", "kind"), [(PNG, "image/png"), (ICO, "image/vnd.microsoft.icon")])
async def test_a_favicon_that_was_sent_with_the_form_is_shown(
    demo: Client, sign: Add, picture: bytes, kind: str
) -> None:
    assert (await sign(icon=picture)).status == 303
    answer = await demo.get(await shown(demo))
    assert (answer.status, answer.body, answer.header("content-type")) == (200, picture, kind)
    assert answer.header("content-disposition") is None


async def test_without_a_favicon_a_letter_stands_there(demo: Client, sign: Add) -> None:
    await sign(title="äh")
    assert 'aria-hidden="true">Ä</span>' in (await demo.get("/")).text


async def test_another_favicon_takes_the_place_of_the_first(demo: Client, sign: Add, upload: Add, media: Path) -> None:
    await sign(icon=PNG)
    assert (await upload(ICO)).header("location") == "/bookmarks/1"
    (kept,) = (media / "icons").iterdir()
    assert await shown(demo) == f"/media/icons/{kept.name}"
    assert (kept.suffix, kept.read_bytes()) == (".ico", ICO)


async def test_a_deleted_bookmark_takes_its_favicon_along(demo: Client, sign: Add, media: Path) -> None:
    await sign(icon=PNG)
    await demo.post("/bookmarks/1/delete", form={})
    assert list((media / "icons").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF", PNG + b"x" * 65536])
async def test_what_is_no_small_picture_is_refused_beside_the_field(sign: Add, upload: Add, content: bytes) -> None:
    await sign()
    answer = await upload(content)
    assert (answer.status, answer.text.count("aria-invalid")) == (422, 1)


def refuse(tmp_path: Path, change: str) -> None:
    """Make the database refuse a change, at the end of its transaction or before."""
    with closing(sqlite3.connect(tmp_path / "bookmarks.sqlite")) as database:
        told = f"CREATE TRIGGER refuse BEFORE {change} ON bookmarks BEGIN SELECT RAISE(ABORT, 'refused'); END"
        database.execute(told)


@pytest.mark.parametrize(("change", "path"), [("UPDATE", "/bookmarks/1/icon"), ("DELETE", "/bookmarks/1/delete")])
async def test_a_change_that_is_rolled_back_leaves_the_favicons_as_they_were(
    demo: Client, sign: Add, media: Path, tmp_path: Path, change: str, path: str
) -> None:
    await sign(icon=PNG)
    refuse(tmp_path, change)
    assert (await demo.post(path, files={"icon": ("x.ico", ICO, "")})).status == 500
    (kept,) = (media / "icons").iterdir()
    assert await shown(demo) == f"/media/icons/{kept.name}"
    assert kept.read_bytes() == PNG


async def test_a_favicon_of_no_bookmark_is_not_kept(upload: Add, media: Path) -> None:
    assert (await upload(PNG)).status == 404
    assert list((media / "icons").iterdir()) == []


@pytest.mark.parametrize(("head", "kind"), [(b"\xff\xd8\xff\xe0", "jpg"), (b"GIF89a", "gif"), (b"RIFF", ""), (b"", "")])
def test_a_picture_is_known_by_how_it_begins(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind
