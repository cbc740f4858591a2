"""The app "bookmarks": the models, the JSON API, its error code, and the log of what was added."""

from kernel_errors import ErrorCode, ErrorList
from kernel_events import Event
from kernel_logging import get_logger
from kernel_responses import Status, Success
from kernel_router import Routes
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import App, Hooks, Request, Response
from kernel_demo import icons, keeping, queries
from kernel_demo.entry import Entry
from kernel_demo.models import Bookmark
from kernel_demo.queries import UNKNOWN, Number, known

logger = get_logger(__name__)
routes, hooks = Routes(), Hooks()
NEEDED = (
    *("bodies", "data", "errors", "events", "forms", "logging", "media", "orm", "outcomes", "params", "responses"),
    *("router", "templating"),
)


@routes.get("/bookmarks")
async def bookmark_list(session: AsyncSession, q: str = "", tag: str = "", page: int = 1) -> Success:
    """Return one page of what holds *q* and has *tag*."""
    found = await queries.find(session, q, tag, page)
    shown = [bookmark.as_dict() for bookmark in found.bookmarks]
    return Success({"bookmarks": shown, "total": found.total, "page": found.page, "pages": found.pages})


@routes.post("/bookmarks")
async def bookmark_add(request: Request, session: AsyncSession, entry: Entry) -> Success:
    """Keep a bookmark: {"address": ..., "title": ..., "tags": [...], "signer": ...}."""
    bookmark = await keeping.keep(request, session, entry.address, entry.title, entry.tags, entry.signer)
    place = request.url_for("bookmarks:bookmark_detail", id=bookmark.id)
    return Success(bookmark.as_dict(), status=Status.CREATED, headers=[("location", place)])


@routes.get("/bookmarks/<id:int>")
async def bookmark_detail(session: AsyncSession, id: Number) -> Success:
    """Return one bookmark."""
    return Success((await known(session, id)).as_dict())


@routes.delete("/bookmarks/<id:int>")
async def bookmark_delete(request: Request, session: AsyncSession, id: Number) -> None:
    """Forget one bookmark."""
    bookmark = await known(session, id)
    await session.delete(bookmark)
    icons.forget(request, bookmark.icon)


@routes.get("/tags")
async def tag_list(session: AsyncSession) -> Success:
    """Return every tag with the number of its bookmarks."""
    return Success(await queries.tag_counts(session))


@hooks.event("bookmark_added")
def log_addition(bookmark: Bookmark) -> None:
    """Note what was added."""
    logger.info("bookmark %d added by %s: %s", bookmark.id, bookmark.signer, bookmark.address)


def uncached(response: Response) -> Response:
    """Have no cache keep what may change at any time."""
    response.headers.append((b"cache-control", b"no-store"))
    return response


app = App(
    name="bookmarks",
    prefix="/api",
    routes=[routes],
    models=["kernel_demo.models"],
    errors=[ErrorList(ErrorCode(UNKNOWN, "There is no bookmark {}", 404))],
    events=[Event("bookmark_added", "a bookmark is about to be kept", bookmark=Bookmark)],
    hooks=[hooks, keeping.hooks],
    after_request=uncached,
    max_body_size=64 * 1024,
    requires=NEEDED,
)
