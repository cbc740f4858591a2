"""Errors become pages for browsers, whole or in parts, and nothing else changes."""

from typing import Any

import pytest
from kernel_demo.errorpages import paged

pytestmark = pytest.mark.anyio
ACCEPT = [(b"accept", b"text/html")]


class Services:
    """The one service a page needs."""

    def service(self, key: str) -> Any:
        return lambda name, **variables: f"/{name}"


async def answers(status: int, kind: bytes, parts: list[bytes]) -> list[Any]:
    """Return what is sent when the application answers in *parts*."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind)]})
        for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": part is not parts[-1]})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": ACCEPT}
    await paged(Services(), app)(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    return sent


@pytest.mark.parametrize("parts", [[b"whole"], [b"in ", b"two"]])
async def test_an_error_becomes_one_page(parts: list[bytes]) -> None:
    start, body = await answers(404, b"application/json", parts)
    assert (start["status"], b"<h1>Not Found" in body["body"]) == (404, True)


@pytest.mark.parametrize(("status", "kind"), [(200, b"application/json"), (404, b"text/html")])
async def test_what_is_no_error_or_a_page_already_passes(status: int, kind: bytes) -> None:
    sent = await answers(status, kind, [b"a", b"b"])
    assert [message.get("body") for message in sent] == [None, b"a", b"b"]
