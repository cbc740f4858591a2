import gzip
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from kernel_static.file import Library, StaticFile
from kernel_static.fingerprints import Fingerprints
from kernel_static.folders import Folders
from kernel_testing import Client

from kernel import App, Kernel
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
CSS = b"body { color: black }\n" * 50
FOR_EVER = "public, max-age=31536000, immutable"


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def library(static: Path) -> Library:
    return Library(Folders({"shop": (static,)}), Fingerprints(), (b"cache-control", b"no-cache"))


def digest(library: Library, path: str) -> str:
    with library.folders.open(path).file as file:
        return library.fingerprints.of(path, file)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_plain_name_is_served_and_has_to_be_asked_for_again(ask: Any, method: str) -> None:
    answer = await ask("/static/shop/site.css", method)
    assert (answer.status, answer.body) == (200, CSS if method == "GET" else b"")
    assert answer.header("content-type") == "text/css; charset=utf-8"
    assert answer.header("content-length") == str(len(CSS))
    assert answer.header("cache-control") == "no-cache"
    assert answer.header("x-content-type-options") == "nosniff"
    again = await ask("/static/shop/site.css", method, if_none_match=answer.header("etag"))
    assert (again.status, again.body, again.header("cache-control")) == (304, b"", "no-cache")


async def test_a_hashed_name_is_served_for_ever(ask: Any, library: Library) -> None:
    answer = await ask(f"/static/shop/site.{digest(library, 'shop/site.css')}.css")
    assert (answer.status, answer.body, answer.header("cache-control")) == (200, CSS, FOR_EVER)
    assert answer.header("content-type") == "text/css; charset=utf-8"


async def test_the_hashed_name_of_another_version_is_404(ask: Any, static: Path, library: Library) -> None:
    old, before = digest(library, "shop/site.css"), descriptors()
    (static / "site.css").write_text("new")
    assert (await ask(f"/static/shop/site.{old}.css")).status == 404
    assert descriptors() == before


async def test_a_file_whose_own_name_looks_hashed_is_served_as_a_plain_one(ask: Any, static: Path) -> None:
    (static / "site.0123456789ab.css").write_text("bundled")
    answer = await ask("/static/shop/site.0123456789ab.css")
    assert (answer.text, answer.header("cache-control")) == ("bundled", "no-cache")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "shop",
        "shop/",
        "shop/img",
        "shop/img/",
        "shop/../secret.txt",
        "shop/%2e%2e/secret.txt",
        "shop/..%2fsecret.txt",
        "shop/..%5csecret.txt",
        "shop/%5c..%5csecret.txt",
        "shop//etc/hostname",
        "shop/%2fetc%2fhostname",
        "shop/C:/x",
        "shop/....//secret.txt",
        "shop/site.css%00.png",
        "shop_secret/a.txt",
        "shop/../static_secret/a.txt",
        "shop/.git/config",
        "shop/link.txt",
        "shop/folder/secret.txt",
        "shop/fifo",
        "shop/null",
        "shop/site.css/x",
        "shop/" + "x" * 5000,
        "other/site.css",
    ],
)
async def test_nothing_but_the_files_of_apps_is_served(ask: Any, static: Path, path: str) -> None:
    for folder in (static.parent / "static_secret", static / ".git"):
        folder.mkdir()
        (folder / "a.txt").write_text("marker")
        (folder / "config").write_text("marker")
    os.symlink("../secret.txt", static / "link.txt")
    os.symlink("..", static / "folder")
    os.symlink("/dev/null", static / "null")
    os.mkfifo(static / "fifo")
    before = descriptors()
    answer = await ask(f"/static/{path}")
    assert (answer.status, b"marker" in answer.body, descriptors()) == (404, False, before)


@given(st.lists(st.sampled_from(["..", ".", "secret.txt", "static", "", "\\", "shop", "site.css", "\0"]), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
async def test_no_path_leads_outside(library: Library, static: Path, parts: list[str]) -> None:
    with suppress(HTTPException), library.find("/".join(["shop", *parts]))[0].file as file:
        assert file.read() == CSS


async def test_a_part_is_206_and_never_packed(ask: Any, static: Path) -> None:
    (static / "site.css.gz").write_bytes(gzip.compress(CSS))
    answer = await ask("/static/shop/site.css", range="bytes=0-3", accept_encoding="gzip")
    assert (answer.status, answer.body, answer.header("content-encoding")) == (206, CSS[:4], None)
    assert (answer.header("content-range"), answer.header("vary")) == (f"bytes 0-3/{len(CSS)}", "accept-encoding")


@pytest.mark.parametrize(
    ("accept", "coding", "body"),
    [
        ("gzip", "gzip", b"packed by gzip"),
        ("gzip, br", "br", b"packed by br"),
        ("gzip, br;q=0.5", "gzip", b"packed by gzip"),
        ("br;q=0", None, CSS),
        ("zstd", None, CSS),
        ("", None, CSS),
    ],
)
async def test_what_lies_packed_beside_a_file_is_sent_to_who_asks_for_it(
    ask: Any, static: Path, accept: str, coding: str | None, body: bytes
) -> None:
    (static / "site.css.br").write_bytes(b"packed by br")
    (static / "site.css.gz").write_bytes(b"packed by gzip")
    before = descriptors()
    answer = await ask("/static/shop/site.css", accept_encoding=accept)
    assert (answer.status, answer.body, answer.header("content-encoding")) == (200, body, coding)
    assert (answer.header("content-length"), answer.header("vary")) == (str(len(body)), "accept-encoding")
    assert answer.header("content-type") == "text/css; charset=utf-8"
    assert descriptors() == before


async def test_each_form_of_a_file_has_a_tag_of_its_own(ask: Any, static: Path) -> None:
    (static / "site.css.gz").write_bytes(b"z" * len(CSS))
    for name in ("site.css", "site.css.gz"):
        os.utime(static / name, (1, 1))
    plain = await ask("/static/shop/site.css")
    packed = await ask("/static/shop/site.css", accept_encoding="gzip")
    assert plain.header("etag") != packed.header("etag")
    again = await ask("/static/shop/site.css", accept_encoding="gzip", if_none_match=packed.header("etag"))
    assert (again.status, again.header("vary")) == (304, "accept-encoding")


async def test_a_file_with_nothing_packed_beside_it_does_not_vary(ask: Any) -> None:
    answer = await ask("/static/shop/site.css", accept_encoding="gzip, br")
    assert (answer.body, answer.header("vary"), answer.header("content-encoding")) == (CSS, None, None)


async def test_a_packed_link_that_leads_outside_is_as_if_it_were_not_there(ask: Any, static: Path) -> None:
    os.symlink("../secret.txt", static / "site.css.gz")
    answer = await ask("/static/shop/site.css", accept_encoding="gzip")
    assert (answer.body, answer.header("content-encoding")) == (CSS, None)


async def test_a_hashed_name_may_be_packed_too(ask: Any, static: Path, library: Library) -> None:
    (static / "site.css.gz").write_bytes(b"packed")
    name = f"/static/shop/site.{digest(library, 'shop/site.css')}.css"
    answer = await ask(name, accept_encoding="gzip")
    assert (answer.body, answer.header("cache-control")) == (b"packed", FOR_EVER)


async def test_a_packed_file_is_served_by_its_own_name_as_what_it_is(ask: Any, static: Path) -> None:
    (static / "site.css.gz").write_bytes(b"packed")
    answer = await ask("/static/shop/site.css.gz")
    assert (answer.header("content-type"), answer.header("content-encoding")) == ("application/gzip", None)


async def test_static_files_are_trusted_as_the_code_is(ask: Any) -> None:
    answer = await ask("/static/shop/img/a.svg")
    assert (answer.header("content-type"), answer.header("content-security-policy")) == ("image/svg+xml", None)


async def test_another_method_is_405(ask: Any) -> None:
    answer = await ask("/static/shop/site.css", "POST")
    assert (answer.status, answer.header("allow")) == (405, "GET, HEAD, OPTIONS")


async def test_a_client_that_wants_another_version_gets_412(ask: Any) -> None:
    assert (await ask("/static/shop/site.css", if_match='"x"')).status == 412
    assert (await ask("/static/shop/site.css", if_match="*")).status == 200


async def test_a_part_of_another_version_is_the_whole(ask: Any) -> None:
    assert (await ask("/static/shop/site.css", range="bytes=0-3", if_range='"x"')).status == 200


async def test_a_response_can_be_sent_again(static: Path, library: Library) -> None:
    response = StaticFile("shop/site.css", library)

    async def handler(request: Any) -> StaticFile:
        return response

    from kernel_router import Route

    async with Client(Kernel({}, apps=[App(name="shop", routes=[Route("/", "GET", handler)])])) as client:
        first, second = await client.get("/"), await client.get("/")
    assert first.body == second.body == CSS
    assert first.headers == second.headers
