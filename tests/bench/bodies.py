"""Reading a request: query, headers and cookies echoed, and a JSON body checked against five fields.

The callables read the query with `parse_qsl`, the headers with a loop, cookies split by hand (the
standard library's SimpleCookie takes three times as long), and check a body with the standard
library's JSON and `isinstance`. They check no media type, no limit of size or depth, no repeated key.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

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


async def raw_echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != "/echo":
        return
    query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    cookies = {}
    for part in headers.get("cookie", "").split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            cookies[name] = value
    await answer(send, 200, JSON, dumps({"query": query, "headers": headers, "cookies": cookies}))


async def read(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


TYPES: dict[str, tuple[type, ...]] = {
    "product": (str,),
    "quantity": (int,),
    "price": (int, float),
    "gift": (bool,),
    "note": (str,),
}
NAMES = {str: "str", int: "int", float: "float", bool: "bool"}


async def raw_order(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/orders":
        return
    try:
        data = json.loads(await read(receive))
    except ValueError:
        return await answer(send, 400, JSON, dumps({"status": "error", "code": 1002, "message": "not JSON"}))
    wrong: dict[str, Any] = {}
    if not isinstance(data, dict):
        wrong["body"] = ["Expected an object"]
    else:
        for name, kinds in TYPES.items():
            if name not in data:
                wrong[name] = "Required"
            elif not isinstance(data[name], kinds) or (isinstance(data[name], bool) and bool not in kinds):
                wrong[name] = [f"Expected `{NAMES[kinds[-1]]}`, got `{NAMES.get(type(data[name]), 'object')}`"]
    if wrong:
        problem = {"status": "error", "code": 1002, "message": "Unexpected data", "data": wrong}
        return await answer(send, 400, JSON, dumps(problem))
    await answer(send, 200, JSON, dumps({name: data[name] for name in TYPES}))


decoder, encoder = msgspec.json.Decoder(Order), msgspec.json.Encoder()


async def raw_struct(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/orders":
        return
    try:
        data = decoder.decode(await read(receive))
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].strip("`")
        wrong = {name: [str(error).partition(" - at ")[0]]}
        problem = {"status": "error", "code": 1002, "message": "Unexpected data", "data": wrong}
        return await answer(send, 400, JSON, encoder.encode(problem))
    await answer(send, 200, JSON, encoder.encode(data))


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
    Scenario("query, headers and cookies echoed", "/echo", app, raw_echo, 1.5, query=QUERY, headers=BROWSER),
    Scenario("JSON body of five fields", "/orders", app, raw_order, 1.4, body=[GOOD], **POST),
    Scenario("the same, rejected", "/orders", app, raw_order, 1.6, body=[BAD], **POST),
    Scenario("JSON body, raw with msgspec", "/orders", app, raw_struct, None, body=[GOOD], **POST),
    Scenario("the same, rejected", "/orders", app, raw_struct, None, body=[BAD], **POST),
]
