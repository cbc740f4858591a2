"""The bookmarks in their SQLite file; every call runs in a worker thread, one at a time."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync

from kernel_demo.bookmark import Bookmark, Draft

T = TypeVar("T")
PAGE = 10
"""Bookmarks on one page."""
LONGEST_SEARCH = 200
"""Characters of a search that count."""
LARGEST = 2**63 - 1
"""The largest number that SQLite keeps."""
TABLES = """
CREATE TABLE IF NOT EXISTS bookmarks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL, title TEXT NOT NULL, added TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS tags (
    bookmark INTEGER NOT NULL REFERENCES bookmarks (id) ON DELETE CASCADE, tag TEXT NOT NULL,
    PRIMARY KEY (bookmark, tag)) WITHOUT ROWID;
"""
MATCHING = r"""
FROM bookmarks WHERE (:tag = '' OR id IN (SELECT bookmark FROM tags WHERE tag = :tag))
AND (title LIKE :like ESCAPE '\' OR address LIKE :like ESCAPE '\'
     OR id IN (SELECT bookmark FROM tags WHERE tag LIKE :like ESCAPE '\'))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search: `page` of `pages`, both counted from 1."""

    bookmarks: list[Bookmark]
    total: int
    page: int
    pages: int


class Bookmarks:
    """The bookmarks of one file; open it before anything else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def open(self, examples: Iterable[Draft] = ()) -> None:
        """Open the file; a new one is made, and filled with *examples*.

        Raises:
            OSError: the file cannot be used.
        """
        self._lock = anyio.Lock()
        try:
            new = await self._run(self._connect)
        except sqlite3.Error as error:
            raise OSError(f"[demo_store] path: '{self._path}' cannot be used: {error}") from error
        for example in examples if new else ():
            await self.add(example)

    async def close(self) -> None:
        """Close the file."""
        await self._run(lambda: self._database.close())

    async def add(self, entry: Draft) -> Bookmark:
        """Keep *entry* and return it with its number."""
        return await self._run(lambda: self._add(entry))

    async def get(self, id: int) -> Bookmark | None:
        """Return the bookmark of that number, or None."""
        return await self._run(lambda: self._get(id)) if id <= LARGEST else None

    async def find(self, q: str = "", tag: str = "", page: int = 1) -> Found:
        """Return the newest bookmarks that hold *q* and have *tag*; a page out of range is the nearest."""
        return await self._run(lambda: self._find(q, tag, page))

    async def delete(self, id: int) -> bool:
        """Forget a bookmark; False if there is none of that number."""
        sql = "DELETE FROM bookmarks WHERE id = ?"
        return id <= LARGEST and await self._run(lambda: self._write(sql, (id,)).rowcount > 0)

    async def tags(self) -> dict[str, int]:
        """Return how many bookmarks each tag has, by tag."""
        sql = "SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY tag"
        return await self._run(lambda: dict(self._database.execute(sql).fetchall()))

    async def _run(self, work: Callable[[], T]) -> T:
        async with self._lock:
            return await run_sync(work)

    def _connect(self) -> bool:
        self._database = sqlite3.connect(self._path, check_same_thread=False)
        try:
            self._database.execute("PRAGMA foreign_keys = ON")
            new: bool = not self._database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            self._database.executescript(TABLES)
        except sqlite3.Error:
            self._database.close()
            raise
        return new

    def _write(self, sql: str, values: tuple[Any, ...]) -> sqlite3.Cursor:
        with self._database:
            return self._database.execute(sql, values)

    def _add(self, entry: Draft) -> Bookmark:
        sql, values = "INSERT INTO bookmarks (address, title, added) VALUES (?, ?, ?)", (entry.address, entry.title)
        with self._database:
            number = self._database.execute(sql, (*values, entry.added)).lastrowid
            self._database.executemany("INSERT INTO tags VALUES (?, ?)", [(number, tag) for tag in entry.tags])
        return Bookmark(*values, entry.tags, entry.added, int(number or 0))

    def _get(self, id: int) -> Bookmark | None:
        row = self._database.execute("SELECT address, title, added FROM bookmarks WHERE id = ?", (id,)).fetchone()
        return self._bookmark(id, *row) if row else None

    def _find(self, q: str, tag: str, page: int) -> Found:
        words = q.strip()[:LONGEST_SEARCH].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values: dict[str, Any] = {"tag": tag.strip().lower(), "like": f"%{words}%"}
        total: int = self._database.execute(f"SELECT count(*) {MATCHING}", values).fetchone()[0]
        pages = max(1, -(-total // PAGE))
        page = min(max(1, page), pages)
        sql = f"SELECT id, address, title, added {MATCHING} ORDER BY id DESC LIMIT :most OFFSET :skip"
        rows = self._database.execute(sql, {**values, "most": PAGE, "skip": (page - 1) * PAGE}).fetchall()
        return Found([self._bookmark(*row) for row in rows], total, page, pages)

    def _bookmark(self, id: int, address: str, title: str, added: str) -> Bookmark:
        rows = self._database.execute("SELECT tag FROM tags WHERE bookmark = ? ORDER BY tag", (id,)).fetchall()
        return Bookmark(address, title, tuple(tag for (tag,) in rows), added, id)
