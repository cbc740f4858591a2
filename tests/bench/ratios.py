"""Measure what a request costs beside a hand-written ASGI callable that does the same work.

The callable looks at type, method and path, encodes with the standard library, counts the length and
sends. It checks no Host header, knows no errors and no request object.

Both are called in turn, in one process, with hand-made scopes and a send that only remembers; the
ratio of each pair of rounds is taken and the median printed. Absolute times are not compared.
"""

import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from kernel_router import Routes

from kernel import App, Kernel

ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
ROUNDS, CALLS = 60, 400
HEADERS = [(b"host", b"localhost:8000"), (b"user-agent", b"bench"), (b"accept", b"*/*"), (b"accept-encoding", b"gzip")]


def dumps(value: Any) -> bytes:
    """Encode as one does by hand."""
    return json.dumps(value).encode()


PLAIN, JSON = (b"content-type", b"text/plain; charset=utf-8"), (b"content-type", b"application/json")
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


async def answer(send: Any, status: int, content_type: tuple[bytes, bytes], body: bytes) -> None:
    """Send a whole response."""
    headers = [content_type, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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


SCENARIOS: dict[str, tuple[str, ASGIApp, float | None]] = {
    "plaintext": ("/plaintext", raw_plaintext, 3.0),
    "JSON": ("/json", raw_json, 1.6),
    "one int variable, 200 routes": ("/users/42", raw_user, 1.6),
    "404": ("/nothing/here", raw_missing, 2.0),
    "JSON, raw with msgspec": ("/json", raw_msgspec, None),
}


async def receive() -> Any:
    """Hand over an empty body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def sent(app: ASGIApp, path: str) -> list[Any]:
    """Return what *app* sends for one GET."""
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope(path), receive, send)
    return messages


def content(messages: list[Any]) -> Any:
    """Return the body sent, decoded if it is JSON."""
    body = messages[1]["body"]
    return json.loads(body) if JSON in messages[0]["headers"] else body


def scope(path: str) -> dict[str, Any]:
    """Return a hand-made scope (ASGI HTTP)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": HEADERS,
        "client": ("127.0.0.1", 50000),
        "server": ("127.0.0.1", 8000),
    }


async def timed(app: ASGIApp, path: str) -> float:
    """Return the seconds of one round."""

    async def send(message: Any) -> None:
        pass

    one = scope(path)
    start = time.perf_counter()
    for _ in range(CALLS):
        await app(one, receive, send)
    return time.perf_counter() - start


async def ratio(app: ASGIApp, raw: ASGIApp, path: str) -> tuple[float, float, float]:
    """Return the median ratio of paired rounds, and the best microseconds of both."""
    pairs = [(await timed(app, path), await timed(raw, path)) for _ in range(ROUNDS)]
    best = [min(column) / CALLS * 1e6 for column in zip(*pairs, strict=True)]
    return statistics.median(a / b for a, b in pairs), best[0], best[1]


async def main() -> int:
    """Print one line a scenario; return 1 if a ratio is above its bound."""
    kernel = Kernel({}, apps=[App(name="bench", routes=routes)])
    await kernel.start()
    failed = False
    print(f"{'scenario':32} {'ratio':>6} {'bound':>6}   best us: ours, raw")
    for name, (path, raw, bound) in SCENARIOS.items():
        ours, theirs = await sent(kernel, path), await sent(raw, path)
        if (ours[0]["status"], content(ours)) != (theirs[0]["status"], content(theirs)):
            print(f"{name}: not the same work: {ours} {theirs}")
            return 1
        measured, best, best_raw = await ratio(kernel, raw, path)
        above = bound is not None and measured > bound
        failed |= above
        limit = f"{bound:6.2f}" if bound else "     -"
        print(f"{name:32} {measured:6.2f} {limit}   {best:.2f}, {best_raw:.2f}{'  ABOVE' if above else ''}")
    await kernel.stop()
    return int(failed)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
