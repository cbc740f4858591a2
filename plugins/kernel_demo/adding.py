"""Keep a bookmark, whoever sent it, and tell who listens."""

from collections.abc import Iterable

from kernel import Request
from kernel_demo.bookmark import Bookmark, draft
from kernel_demo.library import Bookmarks


async def add(
    request: Request, bookmarks: Bookmarks, address: str, title: str = "", tags: Iterable[str] = ()
) -> Bookmark:
    """Keep what was entered, and execute the event "bookmark_added"; raises as `draft`."""
    bookmark = await bookmarks.add(draft(address, title, tags))
    await request.app.execute_event("bookmark_added", {"bookmark": bookmark})
    return bookmark
