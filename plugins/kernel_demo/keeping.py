"""A bookmark is kept, whoever sent it; and how a new database begins."""

from collections.abc import Iterable
from urllib.parse import urlsplit

import anyio
from kernel_orm import Base, session
from kernel_orm.validators import conflicts
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import Hooks, Request
from kernel.errors import BootError, Problem
from kernel.types import Application
from kernel_demo.entry import LONGEST_TITLE, one_line, tags_of
from kernel_demo.icons import FOLDER
from kernel_demo.models import Bookmark, Tag
from kernel_demo.serve import ADVICE

hooks = Hooks()
TAKEN = "Somebody keeps this address already"
EXAMPLES = (
    ("https://asgi.readthedocs.io/", "ASGI, the interface below", ("python", "specification")),
    ("https://pluggy.readthedocs.io/", "pluggy, how plugins are asked", ("plugins", "python")),
    ("https://www.rfc-editor.org/rfc/rfc9110", "HTTP Semantics", ("http", "specification")),
)


async def keep(
    request: Request, session: AsyncSession, address: str, title: str, tags: Iterable[str], signer: str
) -> Bookmark:
    """Keep what was entered, and execute the event "bookmark_added".

    Raises:
        Error: 1002, the address is kept already.
    """
    titled = one_line(title) or str(urlsplit(address).hostname)[:LONGEST_TITLE]
    labels = [Tag(name=name) for name in tags_of(tags)]
    bookmark = Bookmark(address=address, title=titled, signer=one_line(signer), labels=labels)
    async with conflicts(session, TAKEN, address=Bookmark.address):
        session.add(bookmark)
    await request.app.execute_event("bookmark_added", {"bookmark": bookmark})
    return bookmark


@hooks.event("startup")
async def begin(app: Application) -> None:
    """Make the tables and the folder of favicons; a new database begins with a few bookmarks."""
    await anyio.Path(app.service("media_path"), FOLDER).mkdir(parents=True, exist_ok=True)
    async with app.context["db_engine"].begin() as connection:
        made = await connection.run_sync(make_tables)
    if made:
        async with session(app) as opened:
            opened.add_all(examples())


def examples() -> Iterable[Bookmark]:
    """Yield what a new database begins with."""
    for address, title, tags in EXAMPLES:
        labels = [Tag(name=name) for name in tags]
        yield Bookmark(address=address, title=title, signer="the kernel", labels=labels)


def make_tables(connection: Connection) -> bool:
    """Make the tables; False if they are there.

    Raises:
        BootError: there is a table of that name with other columns, as a former demo made it.
    """
    found, table = inspect(connection), Bookmark.__tablename__
    if found.has_table(table):
        columns = {column["name"] for column in found.get_columns(table)}
        if not columns.issuperset(Base.metadata.tables[table].columns.keys()):
            told = f"the table '{table}' of the database is of a former demo"
            raise BootError([Problem("demo.former", "error", told, ADVICE, str(connection.engine.url))])
        return False
    Base.metadata.create_all(connection, [Base.metadata.tables[kind.__tablename__] for kind in (Bookmark, Tag)])
    return True
