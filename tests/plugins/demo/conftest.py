"""A demo of its own for every test: a new file, and a client in process."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_demo import bookmarks, pages
from kernel_demo.errorpages import ErrorPages
from kernel_demo.library import Bookmarks
from kernel_demo.store import Store
from kernel_testing import Client, Response, make_kernel

from kernel import Kernel

ADDRESS = "https://example.org/"


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Kernel]:
    """Return `build(**store)`: a demo whose section [demo_store] is *store*."""

    def make(*apps: Any, **store: Any) -> Kernel:
        config = {"demo_store": {"path": str(tmp_path / "bookmarks.sqlite"), **store}}
        return make_kernel([Store, ErrorPages], [pages.app, bookmarks.app, *apps], config)

    return make


@pytest.fixture
async def demo(anyio_backend: object, build: Callable[..., Kernel]) -> AsyncIterator[Client]:
    """Return a client of a running demo without bookmarks."""
    async with Client(build()) as client:
        yield client


@pytest.fixture
async def library(anyio_backend: object, tmp_path: Path) -> AsyncIterator[Bookmarks]:
    """Return an open file without bookmarks."""
    bookmarks = Bookmarks(tmp_path / "library.sqlite")
    await bookmarks.open()
    yield bookmarks
    await bookmarks.close()


@pytest.fixture
def add(demo: Client) -> Callable[..., Any]:
    """Return `await add(**fields)`: a bookmark through the API."""

    async def post(**fields: Any) -> Response:
        answer: Response = await demo.post("/api/bookmarks", json={"address": ADDRESS, **fields})
        return answer

    return post


@pytest.fixture
def sign(demo: Client) -> Callable[..., Any]:
    """Return `await sign(path, query, **headers)`: a form as a browser sends it."""

    async def post(path: str, body: str = "", **headers: str) -> Response:
        kind = {"content-type": "application/x-www-form-urlencoded", "accept": "text/html", **headers}
        answer: Response = await demo.post(path, kind, body)
        return answer

    return post
