"""FastAPI: pure ASGI middleware; bodies validated by pydantic, as its users do."""

from typing import Annotated, Any

from contenders.work import HELLO, USERS, page
from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from layers import passed
from pydantic import BaseModel
from scenario import ASGIApp
from stream import pieces

TRIO = True


class Order(BaseModel):
    """What is ordered."""

    product: str
    quantity: int
    price: float
    gift: bool
    note: str


def build(layers: int) -> ASGIApp:  # noqa: C901  # one after another, as its documentation shows
    """Return the application."""
    app = FastAPI()

    @app.get("/", response_class=PlainTextResponse)
    async def hello() -> str:
        return "hello"

    @app.get("/plaintext", response_class=PlainTextResponse)
    async def plaintext() -> str:
        return "Hello, world!"

    @app.get("/json")
    async def as_json() -> dict[str, str]:
        return HELLO

    @app.get("/echo")
    async def echo(request: Request) -> dict[str, Any]:
        found = {"query": request.query_params, "headers": request.headers, "cookies": request.cookies}
        return {name: dict(some) for name, some in found.items()}

    @app.post("/orders")
    async def order(data: Order) -> Order:
        return data

    @app.post("/upload")
    async def upload(
        title: Annotated[str, Form()], author: Annotated[str, Form()], file: Annotated[UploadFile, File()]
    ) -> dict[str, Any]:
        return {"title": title, "author": author, "size": len(await file.read())}

    @app.get("/rows", response_class=HTMLResponse)
    async def rows() -> str:
        return page()

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        return StreamingResponse(pieces(), media_type="application/octet-stream")

    async def user(id: int) -> dict[str, int]:
        return {"id": id}

    for path in USERS:
        app.get(f"{path}/{{id}}")(user)

    for _ in range(layers):
        app.add_middleware(passed)
    return app
