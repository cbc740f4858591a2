"""The app "pages": the bookmarks for people, with or without JavaScript."""

from typing import Any
from urllib.parse import quote, unquote, urlsplit

from kernel_errors import Error, Forbidden
from kernel_responses import Redirect, Status
from kernel_router import Routes
from kernel_templating import Template
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import App, Request, Response
from kernel.errors import HTTPException
from kernel_demo import errorpages, icons, queries
from kernel_demo.bookmarks import NEEDED
from kernel_demo.entry import EntryForm, IconForm
from kernel_demo.keeping import keep
from kernel_demo.models import Bookmark
from kernel_demo.queries import Number, known

UNEXPECTED_DATA = 1002
A_YEAR = 365 * 24 * 3600
routes = Routes()


@routes.get("/", name="home")
async def home(session: AsyncSession, q: str = "", tag: str = "", page: int = 1) -> Template:
    """Show one page of what holds *q* and has *tag*."""
    return Template("home.html", {"found": await queries.find(session, q, tag, page), "q": q, "tag": tag})


@routes.get("/tags", name="tags")
async def tag_page(session: AsyncSession) -> Template:
    """Show all tags."""
    return Template("tags.html", {"tags": await queries.tag_counts(session)})


@routes.get("/sign", name="sign")
async def sign(request: Request) -> Template:
    """Show the form of a new bookmark, signed by who signed the last one here."""
    signer = unquote(request.cookies.get("signer", ""))
    return Template("sign.html", {"entered": {"signer": signer}, "errors": {}})


@routes.post("/bookmarks", name="add", data_handler=EntryForm)
async def add(request: Request, session: AsyncSession) -> Response:
    """Keep what the form says, or show it again with what is wrong beside each field."""
    try:
        entry = await request.get_cleaned_data()
        bookmark = await keep(request, session, *(entry[name] for name in ("address", "title", "tags", "signer")))
    except Error as error:
        entered = (await request.form()).fields
        return await again("sign.html", error, entered=entered)
    if entry.get("icon"):
        bookmark.icon = await icons.save(request, entry["icon"])
    response = Redirect(request.url_for("pages:detail", id=bookmark.id), status=Status.SEE_OTHER)
    response.set_cookie("signer", quote(bookmark.signer, safe=""), max_age=A_YEAR)
    return response


@routes.get("/bookmarks/<id:int>", name="detail")
async def detail(session: AsyncSession, id: Number) -> Template:
    """Show one bookmark."""
    return Template("detail.html", {"bookmark": await known(session, id), "errors": {}})


@routes.post("/bookmarks/<id:int>/icon", name="icon", data_handler=IconForm)
async def icon(request: Request, session: AsyncSession, id: Number) -> Response:
    """Give a bookmark another favicon."""
    bookmark = await known(session, id)
    try:
        entry = await request.get_cleaned_data()
    except Error as error:
        return await again("detail.html", error, bookmark=bookmark)
    icons.forget(request, bookmark.icon)
    bookmark.icon = await icons.save(request, entry["icon"])
    return Redirect(request.url_for("pages:detail", id=id), status=Status.SEE_OTHER)


@routes.post("/bookmarks/<id:int>/delete", name="delete")
async def delete(request: Request, session: AsyncSession, id: Number) -> Redirect:
    """Forget one bookmark; to do so twice is no error."""
    bookmark = await session.get(Bookmark, id)
    if bookmark:
        await session.delete(bookmark)
        icons.forget(request, bookmark.icon)
    return Redirect(request.url_for("pages:home"), status=Status.SEE_OTHER)


async def again(template: str, error: Error, **context: Any) -> Response:
    """Show a form with what is wrong about each field; an error of another kind stays one."""
    if error.code != UNEXPECTED_DATA:
        raise error
    return await Template(template, {**context, "errors": error.data}).response(Status.UNPROCESSABLE_CONTENT)


def same_origin(request: Request) -> None:
    """Refuse a form that another site sent (Fetch Standard, `Origin`)."""
    origin = request.headers.get("origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("forms are taken from this site only")


app = App(
    name="pages",
    routes=[routes],
    template_dirs=["templates"],
    static_dirs=["static"],
    error_handlers={HTTPException: errorpages.page, Exception: errorpages.page},
    guards=[same_origin],
    after_request=errorpages.protected,
    max_body_size=256 * 1024,
    requires=(*NEEDED, "static"),
)
