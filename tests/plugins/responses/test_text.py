import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from kernel_responses import HTML, JSON, Binary, Response, Status, Success, Text

from kernel import Request

pytestmark = pytest.mark.anyio
LONG = "é" * 400


@pytest.mark.parametrize(
    ("response", "kind", "body"),
    [
        (Text("grüß"), "text/plain; charset=utf-8", "grüß".encode()),
        (Text(42), "text/plain; charset=utf-8", b"42"),
        (HTML("<p>"), "text/html; charset=utf-8", b"<p>"),
        (JSON({"a": 1}), "application/json", b'{"a":1}'),
        (Binary(b"\x00\xff"), "application/octet-stream", b"\x00\xff"),
        (Binary(bytearray(b"ab")), "application/octet-stream", b"ab"),
        (Binary(memoryview(b"ab")), "application/octet-stream", b"ab"),
        (Binary(b"x", content_type="image/png"), "image/png", b"x"),
        (Text("x", headers=[("Content-Type", "text/csv")]), "text/csv", b"x"),
        (Success(), "application/json", b'{"status":"success"}'),
    ],
)
async def test_each_class_has_its_media_type_and_length(ask: Any, response: Response, kind: str, body: bytes) -> None:
    sent = await ask(response)
    assert (sent.status, sent.get("content-type"), sent.body) == (200, kind, body)
    assert sent.get("content-length") == str(len(body))


async def test_status_and_headers_are_sent(ask: Any) -> None:
    sent = await ask(Text("no", status=Status.GONE, headers=[("X-Why", "old")]))
    assert (sent.status, sent.get("x-why")) == (410, "old")


async def test_a_class_of_ones_own_has_its_media_type(ask: Any) -> None:
    class XML(Text):
        content_type = "application/xml"

    assert (await ask(XML("<a/>"))).get("content-type") == "application/xml"


async def letters() -> AsyncIterator[str]:
    yield "a"


@pytest.mark.parametrize("body", [iter("ab"), letters(), letters().__anext__()])
async def test_what_has_to_be_iterated_or_awaited_is_refused(body: Any) -> None:
    with pytest.raises(TypeError, match=r"Text takes a whole body, not '.*'; stream an iterator with Stream"):
        Text(body)
    if hasattr(body, "close"):
        body.close()


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b"])
def test_a_header_with_a_line_break_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="x-a"):
        Text("", headers=[("x-a", value)])


async def test_sending_twice_gives_the_same_bytes(ask: Any) -> None:
    response = Text(LONG, headers=[("x-a", "1")], compress=True)
    first, second = await ask(response, accept_encoding="gzip"), await ask(response, accept_encoding="gzip")
    assert first.messages == second.messages
    assert (await ask(response)).body == LONG.encode()


async def test_a_compressed_body_decodes_to_the_original(ask: Any) -> None:
    sent = await ask(JSON([LONG], compress=True), accept_encoding="br, gzip")
    assert gzip.decompress(sent.body) == JSON([LONG]).body
    assert (sent.get("content-encoding"), sent.get("vary")) == ("gzip", "accept-encoding")
    assert sent.get("content-length") == str(len(sent.body))


async def test_a_large_body_is_compressed_too(ask: Any) -> None:
    sent = await ask(Binary(b"ab" * 50_000, compress=True), accept_encoding="gzip")
    assert gzip.decompress(sent.body) == b"ab" * 50_000


async def test_head_has_the_headers_of_the_compressed_body(ask: Any) -> None:
    get = await ask(Text(LONG, compress=True), accept_encoding="gzip")
    head = await ask(Text(LONG, compress=True), "HEAD", accept_encoding="gzip")
    assert (head.messages[0], head.body) == (get.messages[0], b"")


async def test_a_body_that_is_written_without_being_prepared_is_compressed_all_the_same(media: Any) -> None:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept-encoding", b"gzip")]}
    request = Request(scope, None, None)  # type: ignore[arg-type]  # neither is asked
    await Text(LONG, compress=True).write(request, send)
    await Text(LONG).write(request, send)
    assert gzip.decompress(messages[1]["body"]) == messages[3]["body"] == LONG.encode()
