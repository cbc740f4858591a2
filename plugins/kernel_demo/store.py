"""The plugin "demo_store": it keeps the bookmarks in a file, open as long as the project runs."""

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from kernel import Plugin, Request, hookimpl
from kernel.types import Application
from kernel_demo.bookmark import draft
from kernel_demo.library import Bookmarks

EXAMPLES = (
    ("https://asgi.readthedocs.io/", "ASGI, the interface below", ("python", "specification")),
    ("https://pluggy.readthedocs.io/", "pluggy, how plugins are asked", ("plugins", "python")),
    ("https://www.rfc-editor.org/rfc/rfc9110", "HTTP Semantics", ("http", "specification")),
)


@dataclass(frozen=True)
class StoreConfig:
    """Section [demo_store]."""

    path: Annotated[str, "the SQLite file, relative to config.ini"] = "bookmarks.sqlite"
    examples: Annotated[bool, "begin a new file with a few bookmarks"] = False


class Store(Plugin):
    """Open the file at start and close it at stop; provide "bookmarks".

    A handler gets them with a parameter of type `Bookmarks`.
    """

    name = "demo_store"
    requires = ("settings", "handlers", "errors")
    before = ("params",)
    Config = StoreConfig

    @hookimpl
    def kernel_configure(self, kernel: Application, config: StoreConfig) -> None:
        """Find the file."""
        settings: Any = kernel.config  # a mapping that knows its folder as well
        self._config, self._bookmarks = config, Bookmarks(Path(settings.root, config.path))
        kernel.provide("bookmarks", self._bookmarks)

    @hookimpl
    def kernel_bind(self, parameter: inspect.Parameter) -> Callable[[Request], Bookmarks] | None:
        """Fill parameters of type `Bookmarks`."""
        bookmarks = self._bookmarks
        return (lambda request: bookmarks) if parameter.annotation is Bookmarks else None

    @hookimpl
    def kernel_lifespan(self) -> AbstractAsyncContextManager[None]:
        """Keep the file open."""
        return opened(self._bookmarks, self._config.examples)


@asynccontextmanager
async def opened(bookmarks: Bookmarks, examples: bool) -> AsyncIterator[None]:
    """Open the file around the block."""
    await bookmarks.open([draft(*example) for example in EXAMPLES] if examples else ())
    try:
        yield
    finally:
        await bookmarks.close()
