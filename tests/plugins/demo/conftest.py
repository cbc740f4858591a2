"""A demo of its own for every test: a new database, and a client in process; SQLAlchemy runs on asyncio only."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from kernel_demo import bookmarks, pages
from kernel_demo.keeping import make_tables
from kernel_testing import Client, Response, make_kernel
from sqlalchemy import create_engine

from kernel import Kernel

ADDRESS = "https://example.org/"
PNG = b"\x89PNG\r\n\x1a\n" + b"a picture"


@pytest.fixture
def anyio_backend() -> str:
    """Name the only event loop SQLAlchemy runs on."""
    return "asyncio"


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Return the media folder."""
    (tmp_path / "media").mkdir()
    return tmp_path / "media"


@pytest.fixture
def build(tmp_path: Path, media: Path) -> Callable[..., Kernel]:
    """Return `build(*apps)`: a demo with further apps, in the folder of the test."""

    def make(*apps: Any) -> Kernel:
        config = {
            "database": {"url": f"sqlite:///{tmp_path}/bookmarks.sqlite"},
            "environment": {"media_path": str(media)},
            "media": {"prefix": "/media", "inline_types": "png, ico"},
        }
        return make_kernel(apps=[pages.app, bookmarks.app, *apps], config=config)

    return make


@pytest.fixture
def empty(tmp_path: Path) -> None:
    """Make the tables beforehand, so that the demo begins without its examples."""
    engine = create_engine(f"sqlite:///{tmp_path}/bookmarks.sqlite")
    with engine.begin() as connection:
        make_tables(connection)
    engine.dispose()


@pytest.fixture
async def demo(anyio_backend: object, empty: None, build: Callable[..., Kernel]) -> AsyncIterator[Client]:
    """Return a client of a running demo without bookmarks."""
    async with Client(build()) as client:
        yield client


@pytest.fixture
def add(demo: Client) -> Callable[..., Any]:
    """Return `await add(**fields)`: a bookmark through the API, each with an address of its own."""
    count = iter(range(1, 1000))

    async def post(**fields: Any) -> Response:
        entry = {"address": f"{ADDRESS}{next(count)}", **fields}
        answer: Response = await demo.post("/api/bookmarks", json=entry)
        return answer

    return post


@pytest.fixture
def sign(demo: Client) -> Callable[..., Any]:
    """Return `await sign(icon=b"...", **fields)`: the form, as a browser sends it."""

    async def post(icon: bytes = b"", headers: Any = (), **fields: str) -> Response:
        form = {"address": ADDRESS, "title": "", "tags": "", "signer": "Ada", **fields}
        files = {"icon": ("icon.png", icon, "image/png")} if icon else None
        answer: Response = await demo.post("/bookmarks", headers, form=form, files=files)
        return answer

    return post
