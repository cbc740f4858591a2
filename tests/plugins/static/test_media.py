from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.anyio
SANDBOX = "default-src 'none'; sandbox"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def serving(make_kernel: Any, uploads: Path) -> Any:
    def serving(**media: Any) -> Any:
        return make_kernel(environment={"media_path": uploads}, media={"prefix": "/media", **media})

    return serving


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "a.jpeg", "a.gif", "a.webp", "a.pdf"])
async def test_pictures_are_shown(ask: Any, serving: Any, uploads: Path, name: str) -> None:
    (uploads / name).write_text("content")
    answer = await ask(f"/media/{name}", kernel=serving())
    assert (answer.status, answer.text, answer.header("content-disposition")) == (200, "content", None)
    assert (answer.header("content-security-policy"), answer.header("cache-control")) == (SANDBOX, "no-cache")


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.js", "a.txt", "a.xml", "a", "a.unheard-of", "a.png.html"])
async def test_everything_else_is_saved_and_sandboxed(ask: Any, serving: Any, uploads: Path, name: str) -> None:
    """R93."""
    (uploads / name).write_text("<script>")
    answer = await ask(f"/media/{name}", kernel=serving())
    assert answer.header("content-disposition") == f'attachment; filename="{name}"'
    assert answer.header("content-security-policy") == SANDBOX
    assert answer.header("x-content-type-options") == "nosniff"
    if "." not in name or name.endswith("unheard-of"):
        assert answer.header("content-type") == "application/octet-stream"


async def test_what_is_shown_is_configured(ask: Any, serving: Any, uploads: Path) -> None:
    (uploads / "a.txt").write_text("a")
    (uploads / "a.png").write_text("a")
    kernel = serving(inline_types="txt, image/avif", max_age="1h")
    answer = await ask("/media/a.txt", kernel=kernel)
    assert (answer.header("content-disposition"), answer.header("cache-control")) == (None, "public, max-age=3600")
    assert (await ask("/media/a.png", kernel=kernel)).header("content-disposition") == 'attachment; filename="a.png"'


async def test_a_part_is_206(ask: Any, serving: Any, uploads: Path) -> None:
    (uploads / "a.pdf").write_text("content")
    answer = await ask("/media/a.pdf", kernel=serving(), range="bytes=-3")
    assert (answer.status, answer.text) == (206, "ent")


@pytest.mark.parametrize("path", ["", "../secret.txt", "..%2fsecret.txt", "nothing", ".hidden", "folder"])
async def test_nothing_but_uploads_is_served(ask: Any, serving: Any, uploads: Path, path: str) -> None:
    (uploads / ".hidden").write_text("marker")
    (uploads / "folder").mkdir()
    answer = await ask(f"/media/{path}", kernel=serving())
    assert (answer.status, "marker" in answer.text) == (404, False)


async def test_uploads_are_not_served_unless_that_is_asked_for(ask: Any, make_kernel: Any, uploads: Path) -> None:
    (uploads / "a.png").write_text("a")
    kernel = make_kernel(environment={"media_path": uploads})
    assert (await ask("/media/a.png", kernel=kernel)).status == 404
    with pytest.raises(LookupError, match=r"media file 'a\.png' has no URL: \[media\] prefix is not set"):
        kernel.service("media_url")("a.png")


def test_an_upload_has_an_url(serving: Any) -> None:
    assert serving(prefix="/files/").service("media_url")("users/7/ü.png") == "/files/users/7/%C3%BC.png"
