import gzip
import zlib
from typing import Any

import pytest
from kernel_responses import Text
from kernel_responses.compression import Gzip, accepted, gzip as compress

pytestmark = pytest.mark.anyio
BODY = "x" * 500


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP;Q=0.5", True),
        ("x-gzip", True),
        ("br, gzip ; q=0.8", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip;q=no", False),
        ("br", False),
        ("deflate, br", False),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("identity;q=0.5, gzip", True),
        ("gzip, identity", True),
        (",,;", False),
    ],
)
def test_gzip_is_used_only_where_it_is_asked_for(accept: str, wanted: bool) -> None:
    assert accepted(accept, ["gzip"]) == ["gzip"] * wanted


@pytest.mark.parametrize(
    ("accept", "codings"),
    [
        ("gzip, br", ["br", "gzip"]),
        ("gzip, br;q=0.9", ["gzip", "br"]),
        ("*", ["br", "gzip"]),
        ("br;q=0, *;q=0.1", ["gzip"]),
        ("identity;q=0.5, gzip, br;q=0.1", ["gzip"]),
    ],
)
def test_of_several_codings_the_one_the_client_likes_best_comes_first(accept: str, codings: list[str]) -> None:
    assert accepted(accept, ["br", "gzip"]) == codings


async def test_several_lines_of_the_header_are_one(ask: Any) -> None:
    sent = await ask(Text(BODY, compress=True), accept_encoding=["br", "gzip"])
    assert sent.get("content-encoding") == "gzip"


@pytest.mark.parametrize(
    "response",
    [
        Text("x" * 499, compress=True),
        Text(BODY, 206, compress=True),
        Text(BODY, headers=[("set-cookie", "a=b")], compress=True),
        Text(BODY, headers=[("cache-control", "public, No-Transform")], compress=True),
        Text(BODY, headers=[("content-encoding", "br")], compress=True),
        Text(BODY),
    ],
)
async def test_what_must_stay_as_it_is_is_not_compressed(ask: Any, response: Text) -> None:
    sent = await ask(response, accept_encoding="gzip")
    assert sent.body == response.body
    assert sent.get("content-encoding") in (None, "br")


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_body_stays_without_one(ask: Any, status: int) -> None:
    sent = await ask(Text(BODY, status, compress=True), accept_encoding="gzip")
    assert sent.body == b""
    assert {b"content-type", b"content-length"}.isdisjoint(sent.names)


async def test_a_client_that_does_not_ask_learns_that_the_answer_varies(ask: Any) -> None:
    sent = await ask(Text(BODY, headers=[("cache-control", "public")], compress=True))
    assert (sent.get("vary"), sent.get("content-encoding"), sent.body) == ("accept-encoding", None, BODY.encode())


async def test_vary_is_not_said_twice(ask: Any) -> None:
    sent = await ask(Text(BODY, headers=[("vary", "Origin, Accept-Encoding")], compress=True), accept_encoding="gzip")
    assert sent.get("vary") == "Origin, Accept-Encoding"


@pytest.mark.parametrize(("tag", "weak"), [('"a"', 'W/"a"'), ('W/"a"', 'W/"a"')])
async def test_the_tag_of_a_compressed_body_is_weak(ask: Any, tag: str, weak: str) -> None:
    response = Text(BODY, headers=[("etag", tag)], compress=True)
    assert (await ask(response, accept_encoding="gzip")).get("etag") == weak
    assert (await ask(response)).get("etag") == tag


async def test_every_chunk_can_be_read_as_soon_as_it_arrives() -> None:
    coder, decoder = Gzip(), zlib.decompressobj(wbits=31)
    for chunk in (b"one", b"two" * 20_000, b"three"):
        assert decoder.decompress(await coder.add(chunk)) == chunk
    assert decoder.decompress(coder.finish()) == b""
    assert decoder.eof


async def test_the_same_body_gives_the_same_bytes() -> None:
    assert await compress(b"a" * 1000) == await compress(b"a" * 1000)
    assert gzip.decompress(await compress(b"a" * 1000)) == b"a" * 1000
