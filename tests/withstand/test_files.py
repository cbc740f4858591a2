"""E. Paths, ranges and codings that reach for files."""

import os
from pathlib import Path
from typing import Any

import pytest
from kernel_responses import File
from kernel_router import Routes

from kernel import App

pytestmark = pytest.mark.anyio
MARKER = b"not for everybody"


@pytest.fixture
def shop(tmp_path: Path) -> App:
    """Return an app with static files, beside them what must never be served."""
    folder = tmp_path / "static"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("for everybody")
    (folder / ".hidden").write_bytes(MARKER)
    (tmp_path / "static_secret").mkdir()
    for secret in (tmp_path / "secret.txt", tmp_path / "static_secret" / "a.txt"):
        secret.write_bytes(MARKER)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "none").touch(0o000)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "large").write_bytes(bytes(range(256)) * 4096)
    return App(name="shop", static_dirs=str(folder))


OUTSIDE = [
    "../secret.txt",
    "../static_secret/a.txt",
    "_secret/a.txt",
    "%2e%2e/secret.txt",
    "..%2fsecret.txt",
    "..\\secret.txt",
    "%5c..%5csecret.txt",
    "//etc/hostname",
    "/etc/hostname",
    "C:/secret.txt",
    "....//secret.txt",
    "a.txt\0.png",
    "a.txt%00.png",
    ".hidden",
    "inner/../../secret.txt",
    "link.txt",
    "folder/secret.txt",
    "folder",
    "",
    "inner",
    "inner/",
    "pipe",
    "x" * 5_000,
    "\udcff",
    "~/x",
    "a.txt:$DATA",
    "<img src=x>",
]


async def test_no_path_leaves_the_folder_of_static_files(shop: App, site: Any) -> None:
    """R83, R84, R86 and R87: 404 for all that is no file of the folder: folders, links outside, pipes, long names."""
    async with site(shop) as running:
        assert (await running.ask("GET", "/static/shop/a.txt")).body == b"for everybody"
        for path in OUTSIDE:
            for method in ("GET", "HEAD"):
                answer = await running.ask(method, f"/static/shop/{path}")
                assert (answer.status, MARKER in answer.body) == (404, False), path
        if os.getuid():
            assert (await running.ask("GET", "/static/shop/none")).status in (403, 404)


async def test_no_name_leaves_the_folder_of_media(shop: App, site: Any, tmp_path: Path) -> None:
    """R83, where a handler takes the name from its client."""
    own = Routes()

    @own.get("/media")
    async def media(request: Any) -> Any:
        return File(request.query_params["name"])

    async with site(shop, App(name="own", routes=own), environment={"media_path": str(tmp_path / "media")}) as running:
        for name in (
            b"../secret.txt",
            b"..%2fsecret.txt",
            b"/etc/hostname",
            b"%00",
            b"a%00b",
            b".",
            b"..",
            b"",
            b"x" * 5_000,
        ):
            answer = await running.ask("GET", "/media", query=b"name=" + name)
            assert (answer.status, MARKER in answer.body) == (404, False), name


async def test_twenty_thousand_ranges_send_no_more_than_the_file(site: Any, shop: App, tmp_path: Path) -> None:
    """R88 and R89: every answer is as long as it says, and never longer than the file and its framing."""
    own = Routes()

    @own.get("/large")
    async def large(request: Any) -> Any:
        return File("large", partial=True)

    size = 256 * 4096
    ranges = {
        b"bytes=" + b",".join(b"%d-" % number for number in range(20_000)): (200, 416),
        b"bytes=" + b"0-," * 17 + b"0-": (200, 416),
        b"bytes=0-%d" % size: (206,),
        b"bytes=-5": (206,),
        b"bytes=5-4": (200, 416),
        b"bytes=abc": (200,),
        b"bytes=1-2,": (200, 206),
        b"items=0-1": (200,),
        b"bytes=" + b"9" * 60_000 + b"-": (200, 416),
        "bytes=\u0661-\u0662".encode(): (200,),
        b"bytes=%d-" % size: (416,),
    }
    raised = {"max_header_size": "1MiB", "max_headers_total": "1MiB"}
    async with site(
        App(name="own", routes=own), limits=raised, environment={"media_path": str(tmp_path / "media")}
    ) as running:
        for value, expected in ranges.items():
            answer = await running.ask("GET", "/large", [(b"range", value)])
            assert answer.status in expected, value[:30]
            assert int(dict(answer.headers)[b"content-length"]) == len(answer.body) <= size + 200


async def test_a_download_name_stays_one_header(site: Any, shop: App, tmp_path: Path) -> None:
    """R92: quotes, line ends, separators and what is not ASCII."""
    own = Routes()

    @own.get("/get")
    async def get(request: Any) -> Any:
        return File("large", stream=False, download=request.query_params["name"])

    async with site(App(name="own", routes=own), environment={"media_path": str(tmp_path / "media")}) as running:
        for name in (b'a".txt', b"a%0d%0aset-cookie: x=y", b"a;b=c", "\u202egnp.exe".encode(), b"%00"):
            answer = await running.ask("GET", "/get", query=b"name=" + name)
            named = [value for key, value in answer.headers if key == b"content-disposition"]
            assert (answer.status, len(named)) == (200, 1)
            assert not any(byte < 32 or byte > 126 for byte in named[0])
            assert named[0].count(b'"') - named[0].count(b'\\"') in (0, 2)


async def test_compression_only_where_it_is_asked_for_and_safe(site: Any) -> None:
    """R94: not for cookies, not for what is small, never another coding than the one that is named."""
    from kernel_responses import Text

    own = Routes()

    @own.get("/packed")
    async def packed(request: Any) -> Any:
        size = int(request.query_params.get("size", "5000"))
        response = Text("x" * size, compress=True)
        if request.query_params.get("cookie"):
            response.set_cookie("a", "b")
        return response

    async with site(App(name="own", routes=own)) as running:
        for accept, query, coding in (
            (b"gzip", b"", b"gzip"),
            (b"gzip;q=0", b"", None),
            (b"br", b"", None),
            (None, b"", None),
            (b"gzip", b"size=100", None),
            (b"gzip", b"cookie=1", None),
            (b"identity", b"", None),
            (b"*;q=0", b"", None),
        ):
            answer = await running.ask("GET", "/packed", [(b"accept-encoding", accept)] if accept else [], query=query)
            assert (answer.status, dict(answer.headers).get(b"content-encoding")) == (200, coding), (accept, query)
            if query == b"":
                assert dict(answer.headers)[b"vary"].lower() == b"accept-encoding"
