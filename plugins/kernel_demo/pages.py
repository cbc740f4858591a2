"""The app "pages": the bookmarks for people, with or without JavaScript."""

from urllib.parse import parse_qsl, urlsplit

from kernel_errors import BadRequest, Error, Forbidden, UnsupportedMediaType
from kernel_responses import HTML, Redirect, Status, Text
from kernel_router import Routes

from kernel import App, Request, Response
from kernel_demo import views
from kernel_demo.adding import add
from kernel_demo.bookmarks import NEEDED, known
from kernel_demo.layout import document
from kernel_demo.library import Bookmarks
from kernel_demo.style import STYLE

MOST_FIELDS = 20
FORM = "application/x-www-form-urlencoded"
routes = Routes()


@routes.get("/", name="home")
async def home(request: Request, bookmarks: Bookmarks, q: str = "", tag: str = "", page: int = 1) -> HTML:
    """Show one page of what holds *q* and has *tag*."""
    found = await bookmarks.find(q, tag, page)
    return document(request.url_for, q or tag or "All", views.home(request.url_for, found, q, tag))


@routes.post("/bookmarks", name="add")
async def add_bookmark(request: Request, bookmarks: Bookmarks) -> Response:
    """Keep what the form says, or show it again with what is wrong."""
    entered = await form(request)
    try:
        bookmark = await add(
            request, bookmarks, entered.get("address", ""), entered.get("title", ""), [entered.get("tags", "")]
        )
    except Error as error:
        code = request.app.service("errors")[error.code]
        wrong = code.message.format_map(error.message_data or {})
        content = views.adding(request.url_for, entered, wrong)
        return document(request.url_for, "Not kept", content, code.status)
    return Redirect(request.url_for("pages:detail", id=bookmark.id), status=Status.SEE_OTHER)


@routes.get("/bookmarks/<id:int>", name="detail")
async def detail(request: Request, bookmarks: Bookmarks, id: int) -> HTML:
    """Show one bookmark."""
    bookmark = known(await bookmarks.get(id), id)
    return document(request.url_for, bookmark.title, views.detail(request.url_for, bookmark))


@routes.post("/bookmarks/<id:int>/delete", name="delete")
async def delete(request: Request, bookmarks: Bookmarks, id: int) -> Redirect:
    """Forget one bookmark; to do so twice is no error."""
    await bookmarks.delete(id)
    return Redirect(request.url_for("pages:home"), status=Status.SEE_OTHER)


@routes.get("/tags", name="tags")
async def tag_page(request: Request, bookmarks: Bookmarks) -> HTML:
    """Show all tags."""
    return document(request.url_for, "Tags", views.tags(request.url_for, await bookmarks.tags()))


@routes.get("/style.css", name="style")
async def style(request: Request) -> Text:
    """Return the style sheet."""
    return Text(STYLE, headers=[("cache-control", "max-age=3600")], content_type="text/css; charset=utf-8")


async def form(request: Request) -> dict[str, str]:
    """Return the fields of a form.

    Raises:
        UnsupportedMediaType: the body is something else (415).
        BadRequest: there are too many fields (400).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise UnsupportedMediaType(f"the body has to be {FORM}")
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise BadRequest(f"the form has more than {MOST_FIELDS} fields") from error


def same_origin(request: Request) -> None:
    """Refuse a form that another site sent (Fetch Standard, `Origin`)."""
    origin = request.headers.get("origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise Forbidden("forms are taken from this site only")


app = App(name="pages", routes=[routes], guards=[same_origin], max_body_size=64 * 1024, requires=NEEDED)
