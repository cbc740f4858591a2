import os
from pathlib import Path
from typing import Any

import pytest
from kernel_router import Routes
from kernel_static.links import Base
from kernel_testing import Client

from kernel import App, Kernel

pytestmark = pytest.mark.anyio


def test_a_link_has_the_name_of_the_content(make_kernel: Any, static: Path) -> None:
    static_url = make_kernel().boot().service("static_url")
    first = static_url("shop/site.css")
    assert first.startswith("/static/shop/site.")
    assert static_url("shop/site.css") == first
    (static / "site.css").write_text("new")
    assert static_url("shop/site.css") != first


async def test_a_link_leads_to_the_file(make_kernel: Any, ask: Any, static: Path) -> None:
    (static / "große ü.txt").write_text("ü")
    kernel = make_kernel(static={"prefix": "/assets/"})
    link = kernel.service("static_url")("shop/große ü.txt")
    assert link.isascii()
    assert (await ask(link, kernel=kernel)).text == "ü"


def test_a_link_to_what_is_not_there_says_where_was_looked(make_kernel: Any, static: Path) -> None:
    static_url = make_kernel().boot().service("static_url")
    for path in ("shop/nothing.css", "shop/../secret.txt", "shop/img"):
        with pytest.raises(LookupError, match=f"static file '{path}': there is no such file in '{static}'"):
            static_url(path)
    with pytest.raises(LookupError, match="did you mean 'shop'"):
        static_url("shp/site.css")


def test_content_is_not_read_again_for_a_link(make_kernel: Any, static: Path) -> None:
    static_url, path = make_kernel().boot().service("static_url"), static / "site.css"
    first, before = static_url("shop/site.css"), path.stat()
    path.write_bytes(b"x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))  # only its content tells
    assert static_url("shop/site.css") == first


def test_links_can_point_elsewhere(make_kernel: Any) -> None:
    kernel = make_kernel(static={"url": "https://cdn.example/files/"})
    assert kernel.service("static_url")("shop/site.css").startswith("https://cdn.example/files/shop/site.")


async def test_links_in_an_answer_stand_below_the_root_path(static: Path) -> None:
    routes = Routes()

    @routes.get("/")
    async def link(request: Any) -> str:
        return str(request.app.service("static_url")("shop/site.css"))

    async with Client(Kernel({}, apps=[App(name="shop", routes=routes, static_dirs=static)])) as client:
        assert (await client.get("/")).text.startswith("/static/shop/site.")
        below = (await client.get("/api/", scope={"root_path": "/api/"})).text
        assert below.startswith("/api/static/shop/site.")
        assert (await client.get(below, scope={"root_path": "/api"})).status == 200


def test_a_whole_url_is_never_below_a_root_path() -> None:
    assert Base(None, "https://cdn.example")("a b") == "https://cdn.example/a%20b"
