"""Starlette: pure ASGI middleware, which is its fastest; JSON by msgspec, and bodies validated with it by hand."""

from typing import Any

from contenders.work import HELLO, USERS, checked, page
from layers import passed
from scenario import ASGIApp, dumps
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from stream import pieces

TRIO = True


class JSONResponse(Response):
    """JSON by msgspec."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dumps(content)


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def plaintext(request: Request) -> Response:
    return PlainTextResponse("Hello, world!")


async def as_json(request: Request) -> Response:
    return JSONResponse(HELLO)


async def user(request: Request) -> Response:
    return JSONResponse({"id": request.path_params["id"]})


async def echo(request: Request) -> Response:
    found = {"query": request.query_params, "headers": request.headers, "cookies": request.cookies}
    return JSONResponse({name: dict(some) for name, some in found.items()})


async def order(request: Request) -> Response:
    status, content = checked(await request.body())
    return JSONResponse(content, status)


async def upload(request: Request) -> Response:
    async with request.form() as form:
        file: Any = form["file"]
        return JSONResponse({"title": form["title"], "author": form["author"], "size": len(await file.read())})


async def rows(request: Request) -> Response:
    return HTMLResponse(page())


async def stream(request: Request) -> Response:
    return StreamingResponse(pieces(), media_type="application/octet-stream")


def build(layers: int) -> ASGIApp:
    """Return the application."""
    gets = {"/": hello, "/plaintext": plaintext, "/json": as_json, "/echo": echo, "/rows": rows, "/stream": stream}
    routes = [Route(path, handler) for path, handler in gets.items()]
    routes += [Route("/orders", order, methods=["POST"]), Route("/upload", upload, methods=["POST"])]
    routes += [Route(f"{path}/{{id:int}}", user) for path in USERS]
    return Starlette(routes=routes, middleware=[Middleware(passed)] * layers)
