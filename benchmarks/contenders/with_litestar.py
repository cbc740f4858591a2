"""Litestar: pure ASGI middleware; bodies validated by msgspec, which it has built in."""

from typing import Annotated, Any

from contenders.work import HELLO, USERS, Order, page
from layers import passed
from litestar import Litestar, MediaType, Request, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Stream
from scenario import ASGIApp
from stream import pieces

TRIO = True


@get("/", media_type=MediaType.TEXT)
async def hello() -> str:
    return "hello"


@get("/plaintext", media_type=MediaType.TEXT)
async def plaintext() -> str:
    return "Hello, world!"


@get("/json")
async def as_json() -> dict[str, str]:
    return HELLO


@get([f"{path}/{{id:int}}" for path in USERS])
async def user(id: int) -> dict[str, int]:
    return {"id": id}


@get("/echo")
async def echo(request: Request[Any, Any, Any]) -> dict[str, Any]:
    found = {"query": request.query_params, "headers": request.headers, "cookies": request.cookies}
    return {name: dict(some) for name, some in found.items()}


@post("/orders", status_code=200)
async def order(data: Order) -> Order:
    return data


@post("/upload", status_code=200)
async def upload(
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> dict[str, Any]:
    file: UploadFile = data["file"]
    return {"title": data["title"], "author": data["author"], "size": len(await file.read())}


@get("/rows", media_type=MediaType.HTML)
async def rows() -> str:
    return page()


@get("/stream", media_type="application/octet-stream")
async def stream() -> Stream:
    return Stream(pieces())


def build(layers: int) -> ASGIApp:
    """Return the application."""
    handlers = [hello, plaintext, as_json, user, echo, order, upload, rows, stream]
    return Litestar(handlers, middleware=[passed] * layers, openapi_config=None)
