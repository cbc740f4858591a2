"""The app "bookmarks": the JSON API, the error codes, and the log of what was added."""

from typing import Any

from kernel_errors import Error
from kernel_logging import get_logger
from kernel_responses import Status, Success
from kernel_router import Routes

from kernel import App, Hooks, Request, Response
from kernel_demo.adding import add
from kernel_demo.bookmark import Bookmark
from kernel_demo.codes import FIELDS, UNKNOWN, errors
from kernel_demo.library import Bookmarks

logger = get_logger(__name__)
KINDS = {"address": str, "title": str, "tags": list}
routes, hooks = Routes(), Hooks()
NEEDED = ("demo_store", "errors", "events", "logging", "params", "responses", "router")


@routes.get("/bookmarks")
async def bookmark_list(bookmarks: Bookmarks, q: str = "", tag: str = "", page: int = 1) -> Success:
    """Return one page of what holds *q* and has *tag*."""
    return Success(await bookmarks.find(q, tag, page))


@routes.post("/bookmarks")
async def bookmark_add(request: Request, bookmarks: Bookmarks) -> Success:
    """Keep a bookmark: {"address": ..., "title": ..., "tags": [...]}."""
    bookmark = await add(request, bookmarks, **fields(await request.json()))
    place = request.url_for("bookmarks:bookmark_detail", id=bookmark.id)
    return Success(bookmark, status=Status.CREATED, headers=[("location", place)])


@routes.get("/bookmarks/<id:int>")
async def bookmark_detail(bookmarks: Bookmarks, id: int) -> Success:
    """Return one bookmark."""
    return Success(known(await bookmarks.get(id), id))


@routes.delete("/bookmarks/<id:int>")
async def bookmark_delete(bookmarks: Bookmarks, id: int) -> None:
    """Forget one bookmark."""
    if not await bookmarks.delete(id):
        raise Error(UNKNOWN.code, id)


@routes.get("/tags")
async def tag_list(bookmarks: Bookmarks) -> Success:
    """Return every tag with the number of its bookmarks."""
    return Success(await bookmarks.tags())


@hooks.event("bookmark_added")
def log_addition(bookmark: Bookmark) -> None:
    """Note what was added."""
    logger.info("bookmark %d added: %s", bookmark.id, bookmark.address)


def fields(data: Any) -> dict[str, Any]:
    """Return the fields of a bookmark in a JSON value.

    Raises:
        Error: 2004, it is no object of these fields, or one has another type.
    """
    known_fields = isinstance(data, dict) and "address" in data and data.keys() <= KINDS.keys()
    if not known_fields or not all(isinstance(value, KINDS[name]) for name, value in data.items()):
        raise Error(FIELDS.code)
    if not all(isinstance(word, str) for word in data.get("tags", ())):
        raise Error(FIELDS.code)
    return dict(data)


def known(bookmark: Bookmark | None, id: int) -> Bookmark:
    """Return *bookmark*; Error 2001 if there is none."""
    if bookmark is None:
        raise Error(UNKNOWN.code, id)
    return bookmark


def uncached(response: Response) -> Response:
    """Have no cache keep what may change at any time."""
    response.headers.append((b"cache-control", b"no-store"))
    return response


app = App(
    name="bookmarks",
    prefix="/api",
    routes=[routes],
    errors=[errors],
    hooks=[hooks],
    after_request=uncached,
    max_body_size=64 * 1024,
    requires=NEEDED,
)
