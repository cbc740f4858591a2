"""What every request costs: text, JSON, a path variable, no route at all.

The callable looks at type, method and path, encodes with the standard library, counts the length and
sends. It checks no Host header, knows no errors and no request object.
"""

import re
from typing import Any

import msgspec
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
async def user(request):  # type: ignore[no-untyped-def]  # as users write it
    return {"id": int(request.url_vars["id"])}


for number in range(199):

    @routes.get(f"/things{number}/<id:int>", name=f"thing{number}")
    async def thing(request):  # type: ignore[no-untyped-def]  # as users write it
        return None


async def raw_plaintext(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/plaintext":
        await answer(send, 200, PLAIN, b"Hello, world!")


async def raw_json(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/json":
        await answer(send, 200, JSON, dumps({"message": "Hello, world!"}))


async def raw_msgspec(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/json":
        await answer(send, 200, JSON, msgspec.json.encode({"message": "Hello, world!"}))


raw_table = {f"things{n}": re.compile(f"/things{n}/([+-]?[0-9]+)").fullmatch for n in range(199)}
raw_table["users"] = re.compile("/users/([+-]?[0-9]+)").fullmatch


async def raw_user(scope: Any, receive: Any, send: Any) -> None:
    path = scope["path"]
    find = raw_table.get(path.split("/", 2)[1])
    match = find and find(path)
    if scope["type"] == "http" and scope["method"] == "GET" and match:
        await answer(send, 200, JSON, dumps({"id": int(match[1])}))


async def raw_missing(scope: Any, receive: Any, send: Any) -> None:
    path = scope["path"]
    find = raw_table.get(path.split("/", 2)[1])
    if scope["type"] == "http" and not (find and find(path)):
        await answer(send, 404, JSON, dumps({"status": "error", "code": 1001, "message": "Not found"}))


app = App(name="bench", routes=routes)
SCENARIOS = [
    Scenario("plaintext", "/plaintext", app, raw_plaintext, 3.0),
    Scenario("JSON", "/json", app, raw_json, 1.6),
    Scenario("one int variable, 200 routes", "/users/42", app, raw_user, 1.6),
    Scenario("404", "/nothing/here", app, raw_missing, 2.0),
    Scenario("JSON, raw with msgspec", "/json", app, raw_msgspec, None),
]
