"""What a stream costs: 1 MiB in pieces of 64 KiB, from an async generator.

The callable iterates over the same generator and sends each piece in a message of its own.
"""

from collections.abc import AsyncIterator
from typing import Any

from kernel_responses import Stream
from kernel_router import Routes
from scenario import Scenario

from kernel import App

PIECE = b"x" * (64 * 1024)
OCTETS = (b"content-type", b"application/octet-stream")
routes = Routes()


async def pieces() -> AsyncIterator[bytes]:
    """Yield 1 MiB."""
    for _ in range(16):
        yield PIECE


@routes.get("/stream")
async def stream(request):  # type: ignore[no-untyped-def]  # as users write it
    return Stream(pieces())


async def raw_stream(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == "/stream":
        await send({"type": "http.response.start", "status": 200, "headers": [OCTETS]})
        async for piece in pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


SCENARIOS = [Scenario("1 MiB stream in 64 KiB pieces", "/stream", App(name="bench", routes=routes), raw_stream, 1.6)]
