"""What every request costs: text, JSON, a path variable, no route at all.

The callable looks at type, method and path, encodes with msgspec, shares its header pairs and sends. It
checks no Host header, has no limits, knows no errors and no request object. Its routes with a variable are
one dict of what stands before the last slash, as nobody writes who does not measure.
"""

import re
from collections.abc import Callable
from typing import Any

from kernel_router import Routes
from scenario import JSON, PLAIN, Scenario, answer, dumps

from kernel import App

routes = Routes()


@routes.get("/plaintext")
async def plaintext(request):  # type: ignore[no-untyped-def]  # as users write it
    return "Hello, world!"


@routes.get("/json")
async def as_json(request):  # type: ignore[no-untyped-def]  # as users write it
    return {"message": "Hello, world!"}


@routes.get("/users/<id:int>")
async def user(id: int):  # type: ignore[no-untyped-def]  # as users write it
    return {"id": id}


async def thing(request):  # type: ignore[no-untyped-def]  # as users write it
    return None


for number in range(199):
    routes.get(f"/things{number}/<id:int>", name=f"thing{number}")(thing)


async def raw_plaintext(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/plaintext":
        await answer(send, 200, PLAIN, b"Hello, world!")


async def raw_json(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/json":
        await answer(send, 200, JSON, dumps({"message": "Hello, world!"}))


integer = re.compile("[+-]?[0-9]+").fullmatch
NOT_FOUND = {"status": "error", "code": 1001, "message": "Not found"}


async def raw_user(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET":
        prefix, _, last = scope["path"].rpartition("/")
        handler = raw_table.get(prefix)
        if handler and integer(last):
            return await answer(send, 200, JSON, dumps(handler(int(last))))
    await answer(send, 404, JSON, dumps(NOT_FOUND))


raw_table: dict[str, Callable[[int], Any]] = {f"/things{number}": lambda id: None for number in range(199)}
raw_table["/users"] = lambda id: {"id": id}

app = App(name="bench", routes=routes)
SCENARIOS = [
    Scenario("plaintext", "/plaintext", app, raw_plaintext, 2.3),
    Scenario("JSON", "/json", app, raw_json, 1.3),
    Scenario("int path variable, 200 other routes", "/users/42", app, raw_user, 1.35),
    Scenario("404, 200 routes", "/nothing/here", app, raw_user, 1.5),
]
