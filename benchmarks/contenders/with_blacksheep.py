"""BlackSheep, compiled where its wheel is: its own middleware; JSON by msgspec, bodies validated with it by hand."""

import logging
from typing import Any

from blacksheep import Application, Request, Response, StreamedContent
from blacksheep.server.responses import html, json, text
from blacksheep.server.routing import Router
from blacksheep.settings.json import json_settings
from contenders.work import HELLO, USERS, checked, page
from scenario import ASGIApp, dumps
from stream import pieces

TRIO = False


async def passing(request: Request, handler: Any) -> Any:
    """Do nothing."""
    return await handler(request)


async def order(request: Request) -> Response:
    status, content = checked(await request.read() or b"")
    return json(content, status)


async def echo(request: Request) -> Response:
    query = {name: values[0] for name, values in request.query.items()}
    headers = {name.decode().lower(): value.decode() for name, value in request.headers}
    return json({"query": query, "headers": headers, "cookies": dict(request.cookies)})


async def upload(request: Request) -> Response:
    found: dict[str, Any] = {}
    for part in await request.multipart() or ():
        data = part.data if isinstance(part.data, bytes) else part.file.read()
        name = part.name if isinstance(part.name, str) else part.name.decode()
        found["size" if part.file_name else name] = len(data) if part.file_name else data.decode()
    return json(found)


async def user(id: int) -> Response:
    return json({"id": id})


async def hello(request: Request) -> Response:
    return text("hello")


async def plaintext(request: Request) -> Response:
    return text("Hello, world!")


async def as_json(request: Request) -> Response:
    return json(HELLO)


async def rows(request: Request) -> Response:
    return html(page())


async def stream(request: Request) -> Response:
    return Response(200, content=StreamedContent(b"application/octet-stream", pieces))


def build(layers: int) -> ASGIApp:
    """Return the application."""
    json_settings.use(dumps=lambda value: dumps(value).decode())
    app = Application(router=Router())
    app.logger.setLevel(logging.WARNING)  # it tells every 404; the application set its level
    gets = {"/": hello, "/plaintext": plaintext, "/json": as_json, "/echo": echo, "/rows": rows, "/stream": stream}
    for path, handler in gets.items():
        app.router.add_get(path, handler)
    for path in USERS:
        app.router.add_get(f"{path}/{{id}}", user)
    app.router.add_post("/orders", order)
    app.router.add_post("/upload", upload)
    app.middlewares.extend([passing] * layers)
    return app
