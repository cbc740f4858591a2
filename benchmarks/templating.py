"""A page of 20 rows, a layout included, beside the same Jinja templates rendered by hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from kernel_router import Routes
from kernel_templating import Template
from scenario import Scenario, answer

from kernel import App

FOLDER = Path(__file__).parent / "templates"
HTML = (b"content-type", b"text/html; charset=utf-8")
ROWS = [{"id": n, "title": f"Title <{n}>", "author": "A & B", "year": 1990 + n} for n in range(20)]


@dataclass
class Row:
    """What an ORM would return."""

    id: int
    title: str
    author: str
    year: int


OBJECTS = [Row(**row) for row in ROWS]
routes = Routes()


@routes.get("/rows")
async def rows(request):  # type: ignore[no-untyped-def]  # as users write it
    return Template("rows.html", {"title": "Books", "rows": ROWS})


@routes.get("/objects")
async def objects(request):  # type: ignore[no-untyped-def]  # as users write it
    return Template("rows.html", {"title": "Books", "rows": OBJECTS})


by_hand = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, auto_reload=False).get_template("rows.html")


async def raw_rows(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/rows":
        await answer(send, 200, HTML, by_hand.render(title="Books", rows=ROWS).encode())


async def raw_objects(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/objects":
        await answer(send, 200, HTML, by_hand.render(title="Books", rows=OBJECTS).encode())


app = App(name="bench", routes=routes, template_dirs=[FOLDER])
SCENARIOS = [
    Scenario("Jinja page of 20 rows", "/rows", app, raw_rows, 1.05, calls=60),
    Scenario("Jinja page of 20 rows, objects", "/objects", app, raw_objects, None, calls=60),
]
