"""What the pages and the API ask the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from kernel_errors import Error
from msgspec import Meta
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel_demo.models import Bookmark, Tag

PAGE = 10
"""Bookmarks on one page."""
LONGEST_SEARCH = 200
"""Characters of a search that count."""
UNKNOWN = 2001
Number = Annotated[int, Meta(ge=1, le=2**63 - 1)]
"""The number of a bookmark; larger ones fit into no column, so they are no path."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search: `page` of `pages`, both counted from 1."""

    bookmarks: Sequence[Bookmark]
    total: int
    page: int
    pages: int


async def find(session: AsyncSession, q: str = "", tag: str = "", page: int = 1) -> Found:
    """Return the newest bookmarks that hold *q* and have *tag*; a page out of range is the nearest."""
    wanted = matching(q.strip()[:LONGEST_SEARCH], tag.strip().lower())
    total = await session.scalar(select(func.count()).select_from(Bookmark).where(wanted)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    newest = select(Bookmark).where(wanted).order_by(Bookmark.id.desc())
    rows = await session.scalars(newest.limit(PAGE).offset((page - 1) * PAGE))
    return Found(rows.all(), total, page, pages)


def matching(q: str, tag: str) -> ColumnElement[bool]:
    """Return the condition for bookmarks that hold *q* somewhere and have *tag*; "" asks for nothing."""
    texts = (Bookmark.title, Bookmark.address, Bookmark.signer)
    holds = [text.icontains(q, autoescape=True) for text in texts]
    holds.append(Bookmark.labels.any(Tag.name.icontains(q, autoescape=True)))
    return and_(True, *([or_(*holds)] if q else []), *([Bookmark.labels.any(Tag.name == tag)] if tag else []))


async def known(session: AsyncSession, id: int) -> Bookmark:
    """Return the bookmark of that number; Error 2001 if there is none."""
    bookmark = await session.get(Bookmark, id)
    if bookmark is None:
        raise Error(UNKNOWN, id)
    return bookmark


async def tag_counts(session: AsyncSession) -> dict[str, int]:
    """Return how many bookmarks each tag has, by tag."""
    rows = await session.execute(select(Tag.name, func.count()).group_by(Tag.name).order_by(Tag.name))
    return dict(rows.all())
