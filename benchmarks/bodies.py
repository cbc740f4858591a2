"""Reading a request: query, headers and cookies echoed, and a JSON body checked against five fields.

The callables read the query, the headers and the cookies with what is fastest for tidy ones, and decode a
body with msgspec, which tells the first error only. They check no media type, no limit of size or depth, no
repeated key, no percent sign in a name, no quote around a cookie.
"""

import re
from typing import Any

import msgspec
from kernel_router import Routes
from scenario import JSON, Scenario, answer, dumps

from kernel import App, Request

routes = Routes()


class Order(msgspec.Struct):
    """What is ordered."""

    product: str
    quantity: int
    price: float
    gift: bool
    note: str


@routes.get("/echo")
async def echo(request: Request) -> dict[str, Any]:
    return {"query": request.query_params, "headers": request.headers, "cookies": dict(request.cookies)}


@routes.post("/orders")
async def order(data: Order) -> Order:
    return data


def escaped(run: re.Match[str]) -> str:
    return bytes.fromhex(run[0].replace("%", "")).decode()


escapes = re.compile("(?:%[0-9a-fA-F]{2})+").sub


async def raw_echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/echo":
        return
    query = {}
    for field in scope["query_string"].decode().replace("+", " ").split("&"):
        name, _, value = field.partition("=")
        query[name] = escapes(escaped, value) if "%" in value else value
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    cookies = dict([part.split("=", 1) for part in headers["cookie"].split("; ")])
    await answer(send, 200, JSON, dumps({"query": query, "headers": headers, "cookies": cookies}))


async def read(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    return body


decode = msgspec.json.Decoder(Order).decode


async def raw_order(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/orders":
        return
    try:
        data = decode(await read(receive))
    except msgspec.ValidationError as error:
        message, _, name = str(error).partition(" - at `$.")
        problem = {"status": "error", "code": 1002, "message": "Unexpected data", "data": {name[:-1]: [message]}}
        return await answer(send, 400, JSON, dumps(problem))
    await answer(send, 200, JSON, dumps(data))


app = App(name="bench", routes=routes)
KIND = (b"content-type", b"application/json")
QUERY = b"q=blue%20chairs&page=2&sort=price&colour=dark+blue"
BROWSER = (
    (b"accept-language", b"en-GB,en;q=0.5"),
    (b"cache-control", b"no-cache"),
    (b"x-request-id", b"5f2b6f0e"),
    (b"cookie", b"sid=1c9f0a7e5d; theme=dark; lang=en"),
)
GOOD = b'{"product":"tea","quantity":3,"price":4.5,"gift":false,"note":"please wrap it"}'
BAD = GOOD.replace(b"3", b'"three"')
POST: dict[str, Any] = {"method": "POST", "headers": [KIND]}
SCENARIOS = [
    Scenario("query, header and cookie read, echoed", "/echo", app, raw_echo, 1.0, query=QUERY, headers=BROWSER),
    Scenario("JSON body validated, 5 fields", "/orders", app, raw_order, 1.25, body=[GOOD], **POST),
    Scenario("the same, invalid", "/orders", app, raw_order, 1.25, body=[BAD], **POST),
]
