"""The app: a page to sign, the entries as JSON, and a greeting for whoever asks."""

from typing import Any
from urllib.parse import parse_qsl

from kernel_errors import BadRequest
from kernel_responses import HTML, Redirect
from kernel_router import Routes

from kernel import App, Request
from kernel_guestbook.entries import LONGEST_NAME, LONGEST_TEXT, Entry, Guestbook, page

routes = Routes()


@routes.get("/")
async def guestbook(request: Request) -> HTML:
    """Show the guestbook."""
    headers = [("content-security-policy", "default-src 'none'; form-action 'self'; base-uri 'none'")]
    return HTML(page(request.url_for("guestbook"), entries(request)), headers=headers)


@routes.post("/", max_body_size=8192)
async def sign(request: Request) -> Redirect:
    """Take an entry from the form and show the guestbook again."""
    fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    name, text = fields.get("name", "").strip(), fields.get("text", "").strip()
    if not 0 < len(name) <= LONGEST_NAME or not 0 < len(text) <= LONGEST_TEXT:
        raise BadRequest(f"a name of at most {LONGEST_NAME} and a text of at most {LONGEST_TEXT} characters are needed")
    entries(request).appendleft(Entry(name, text, request.app.service("greetings").greet(name)))
    return Redirect(request.url_for("guestbook"), status=303)


@routes.get("/entries")
async def entry_list(request: Request) -> list[Entry]:
    """Return the entries, newest first."""
    return list(entries(request))


@routes.get("/greet/<name:str>")
async def greet(request: Request) -> dict[str, Any]:
    """Greet whoever is named."""
    return {"greeting": request.app.service("greetings").greet(request.url_vars["name"])}


def entries(request: Request) -> Guestbook:
    """Return the guestbook of this kernel; it lives as long as the kernel."""
    return request.app.context.setdefault("guestbook", Guestbook())  # type: ignore[no-any-return]  # our own key


app = App(
    name="guestbook",
    routes=[routes],
    greetings=["Welcome, {name}!", "Good to see you, {name}!"],
    requires=("greetings",),
)
