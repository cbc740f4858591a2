"""Falcon, compiled where its wheel is: middleware components; JSON by msgspec, and bodies validated with it by hand."""

from typing import Any

import falcon
import falcon.asgi
from contenders.work import HELLO, USERS, checked, page
from scenario import ASGIApp, dumps
from stream import pieces

TRIO = False


class Hello:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, "hello"


class Plaintext:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, "Hello, world!"


class Json:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.media = HELLO


class User:
    async def on_get(self, req: Any, resp: Any, id: int) -> None:
        resp.media = {"id": id}


class Echo:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.media = {"query": req.params, "headers": req.headers_lower, "cookies": req.cookies}


class Orders:
    async def on_post(self, req: Any, resp: Any) -> None:
        status, resp.media = checked(await req.stream.read())
        resp.status = status


class Upload:
    async def on_post(self, req: Any, resp: Any) -> None:
        found: dict[str, Any] = {}
        async for part in await req.get_media():
            data = await part.stream.read()
            found["size" if part.filename else part.name] = len(data) if part.filename else data.decode()
        resp.media = found


class Rows:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.content_type, resp.text = falcon.MEDIA_HTML, page()


class Stream:
    async def on_get(self, req: Any, resp: Any) -> None:
        resp.content_type, resp.stream = "application/octet-stream", pieces()


class Passing:
    async def process_request(self, req: Any, resp: Any) -> None:
        """Do nothing."""

    async def process_response(self, req: Any, resp: Any, resource: Any, succeeded: bool) -> None:
        """Do nothing."""


def build(layers: int) -> ASGIApp:
    """Return the application."""
    app = falcon.asgi.App(middleware=[Passing() for _ in range(layers)])
    app.req_options.auto_parse_qs_csv = False
    handlers = falcon.media.MultipartFormHandler()
    handlers.parse_options.max_body_part_buffer_size = 2 * 1024 * 1024
    app.req_options.media_handlers[falcon.MEDIA_MULTIPART] = handlers
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = falcon.media.JSONHandler(dumps=dumps)
    gets = {"/": Hello, "/plaintext": Plaintext, "/json": Json, "/echo": Echo, "/rows": Rows, "/stream": Stream}
    for path, resource in {**gets, "/orders": Orders, "/upload": Upload}.items():
        app.add_route(path, resource())
    for path in USERS:
        app.add_route(f"{path}/{{id:int}}", User())
    return app
