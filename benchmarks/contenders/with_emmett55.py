"""Emmett55 through its ASGI interface; its routing is compiled. Pipes; bodies validated with msgspec by hand."""

from tempfile import TemporaryDirectory
from typing import Any

from contenders.work import HELLO, USERS, checked, page
from emmett55 import App, Pipe, request, response
from emmett55.tools import service
from scenario import ASGIApp
from stream import pieces

TRIO = False
FOLDER = TemporaryDirectory()
"""Where it makes folders for static files and logs."""
HTML, OCTETS = "text/html; charset=utf-8", "application/octet-stream"


class Passing(Pipe):
    async def pipe_request(self, next_pipe: Any, **kwargs: Any) -> Any:
        """Do nothing."""
        return await next_pipe(**kwargs)


def build(layers: int) -> ASGIApp:  # one after another, as its documentation shows
    """Return the application."""
    app = App(__name__, root_path=FOLDER.name)
    app.pipeline = [Passing() for _ in range(layers)]

    @app.route("/", methods="get", output="str")
    async def hello() -> str:
        return "hello"

    @app.route("/plaintext", methods="get", output="str")
    async def plaintext() -> str:
        return "Hello, world!"

    @app.route("/json", methods="get")
    @service.json
    async def as_json() -> Any:
        return HELLO

    @app.route([f"{path}/<int:id>" for path in USERS], methods="get")
    @service.json
    async def user(id: int) -> Any:
        return {"id": id}

    @app.route("/echo", methods="get")
    @service.json
    async def echo() -> Any:
        cookies = {name: morsel.value for name, morsel in request.cookies.items()}
        return {"query": request.query_params, "headers": dict(request.headers.items()), "cookies": cookies}

    @app.route("/orders", methods="post")
    @service.json
    async def order() -> Any:
        response.status, content = checked(await request.body)
        return content

    @app.route("/upload", methods="post")
    @service.json
    async def upload() -> Any:
        fields, files = await request.body_params, await request.files
        return {"title": fields["title"], "author": fields["author"], "size": len(files["file"].read())}

    @app.route("/rows", methods="get", output="str")
    async def rows() -> str:
        response.content_type = HTML
        return page()

    @app.route("/stream", methods="get", output="aiter")
    async def stream() -> Any:
        response.content_type = OCTETS
        return pieces()

    return app  # type: ignore[no-any-return]
