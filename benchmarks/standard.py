"""The same work beside callables that use the standard library alone, as one writes them at first.

They read the query with `parse_qsl`, split cookies by hand (SimpleCookie takes three times as long), and
check a body with `json` and `isinstance`. They check no media type, no limit of size or depth, no repeated key.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from bodies import BAD, BROWSER, GOOD, POST, QUERY, app, read
from scenario import JSON, Scenario

TYPES: dict[str, tuple[type, ...]] = {
    "product": (str,),
    "quantity": (int,),
    "price": (int, float),
    "gift": (bool,),
    "note": (str,),
}
NAMES = {str: "str", int: "int", float: "float", bool: "bool"}


async def answer(send: Any, status: int, value: Any) -> None:
    """Send a value as JSON."""
    body = json.dumps(value).encode()
    headers = [JSON, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
    await answer(send, 200, {"query": query, "headers": headers, "cookies": cookies})


async def raw_order(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/orders":
        return
    try:
        data = json.loads(await read(receive))
    except ValueError:
        return await answer(send, 400, {"status": "error", "code": 1002, "message": "not JSON"})
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
        return await answer(send, 400, {"status": "error", "code": 1002, "message": "Unexpected data", "data": wrong})
    await answer(send, 200, {name: data[name] for name in TYPES})


SCENARIOS = [
    Scenario("echo, beside the standard library", "/echo", app, raw_echo, 1.5, query=QUERY, headers=BROWSER),
    Scenario("JSON body, beside the standard library", "/orders", app, raw_order, 1.4, body=[GOOD], **POST),
    Scenario("the same, invalid", "/orders", app, raw_order, 1.6, body=[BAD], **POST),
]
