import gzip
import os
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import formatdate
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from kernel_responses import File
from kernel_responses.file import Sending

from kernel import Request
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio
TEXT = b"twenty-two bytes here!"
OCTETS = "application/octet-stream"
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture(autouse=True)
def files(media: Path) -> None:
    (media / "a.txt").write_bytes(TEXT)
    (media / "empty").write_bytes(b"")
    (media / "big.bin").write_bytes(os.urandom(70_000) + b"\0" * 130_000)
    os.utime(media / "a.txt", (784111777, 784111777))


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("name", ["a.txt", "empty", "big.bin"])
async def test_the_exact_bytes_are_sent_with_type_and_length(ask: Any, media: Path, name: str, streamed: bool) -> None:
    sent = await ask(File(name, stream=streamed))
    content = (media / name).read_bytes()
    assert (sent.status, sent.body, sent.complete) == (200, content, True)
    assert sent.get("content-length") == str(len(content))
    assert sent.get("accept-ranges") == "none"


async def test_a_file_is_streamed_in_pieces_of_64_kib_or_sent_in_one(ask: Any) -> None:
    assert [len(chunk) for chunk in (await ask(File("big.bin"))).chunks] == [65536, 65536, 65536, 3392, 0]
    assert [len(chunk) for chunk in (await ask(File("big.bin", stream=False))).chunks] == [200_000]


@pytest.mark.parametrize(
    ("name", "kind"), [("a.txt", "text/plain; charset=utf-8"), ("big.bin", "application/octet-stream")]
)
async def test_the_type_is_guessed_and_never_sniffed(ask: Any, name: str, kind: str) -> None:
    sent = await ask(File(name))
    assert (sent.get("content-type"), sent.get("x-content-type-options")) == (kind, "nosniff")


async def test_the_type_can_be_said(ask: Any) -> None:
    assert (await ask(File("a.txt", content_type="text/x-log"))).get("content-type") == "text/x-log"
    assert (await ask(File("a.txt", headers=[("content-type", "a/b")]))).get("content-type") == "a/b"


@pytest.mark.parametrize("name", ["x.svg", "x.html", "x.js", "x", "x.xml"])
async def test_what_a_browser_may_run_is_sandboxed(ask: Any, media: Path, name: str) -> None:
    """R93."""
    (media / name).write_bytes(b"<script>")
    assert (await ask(File(name))).get("content-security-policy") == "default-src 'none'; sandbox"
    own = await ask(File(name, headers=[("content-security-policy", "script-src 'self'")]))
    assert own.get("content-security-policy") == "script-src 'self'"


async def test_pictures_and_plain_text_are_not_sandboxed(ask: Any, media: Path) -> None:
    (media / "a.png").write_bytes(b"png")
    assert (await ask(File("a.png"))).get("content-security-policy") is None
    assert (await ask(File(Path("a.txt")))).get("content-security-policy") is None


@pytest.mark.parametrize(
    ("download", "header"),
    [
        (None, None),
        (False, None),
        (True, 'attachment; filename="a.txt"'),
        ("ü.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%BC.txt"),
    ],
)
async def test_a_download_gets_a_name(ask: Any, download: Any, header: str | None) -> None:
    assert (await ask(File("a.txt", download=download))).get("content-disposition") == header


@pytest.mark.parametrize("name", ["missing", "../a.txt", "/etc/hostname", ".", "x" * 5000, "a\0"])
async def test_what_is_not_there_is_404_before_anything_is_sent(ask: Any, sent: Any, name: str) -> None:
    for partial in (True, False):
        with pytest.raises(HTTPException) as caught:
            await ask(File(name, partial=partial), sent=sent)
        assert caught.value.status == 404
        assert name not in str(caught.value) or name == "."
    assert sent.messages == []


async def test_tag_and_date_come_from_the_file(ask: Any, media: Path) -> None:
    first = await ask(File("a.txt"))
    assert first.get("last-modified") == DATE
    (media / "a.txt").write_bytes(TEXT + b"!")
    os.utime(media / "a.txt", (784111777, 784111777))
    second = await ask(File("a.txt"))
    assert first.get("etag") != second.get("etag")
    assert str(first.get("etag")).startswith('"')


@pytest.mark.parametrize("moment", [784111777, 784111777.5, datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)])
async def test_tag_and_date_can_be_said(ask: Any, moment: Any) -> None:
    sent = await ask(File("big.bin", last_modified=moment, entity_tag="v1"))
    assert (sent.get("last-modified"), sent.get("etag")) == (DATE, '"v1"')
    headers = [("etag", '"mine"'), ("last-modified", DATE)]
    assert (await ask(File("big.bin", headers=headers), if_none_match='"mine"')).status == 304


def test_a_tag_with_an_illegal_character_is_refused() -> None:
    with pytest.raises(ValueError, match="entity tag"):
        File("a.txt", entity_tag='a"b')


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", ["if_none_match", "if_modified_since"])
async def test_a_client_that_has_the_file_gets_304(ask: Any, method: str, name: str) -> None:
    response = File("a.txt", partial=True, headers=[("cache-control", "max-age=5")])
    first = await ask(response)
    value = first.get("etag") if name == "if_none_match" else first.get("last-modified")
    sent = await ask(response, method, range="bytes=99-", **{name: value})
    assert (sent.status, sent.body, sent.get("etag")) == (304, b"", first.get("etag"))
    assert sent.get("cache-control") == "max-age=5"
    assert {b"content-type", b"content-length"}.isdisjoint(sent.names)


@pytest.mark.parametrize(("status", "method"), [(200, "POST"), (404, "GET")])
async def test_conditions_and_ranges_hold_only_for_what_is_read(ask: Any, status: int, method: str) -> None:
    sent = await ask(File("a.txt", status, partial=True), method, if_none_match="*", range="bytes=0-3")
    assert (sent.status, sent.body) == (status, TEXT)


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize(
    ("asked", "place", "body"),
    [
        ("bytes=0-3", "bytes 0-3/22", TEXT[:4]),
        ("bytes=0-0", "bytes 0-0/22", TEXT[:1]),
        ("bytes=2-", "bytes 2-21/22", TEXT[2:]),
        ("bytes=-5", "bytes 17-21/22", TEXT[-5:]),
        ("bytes=20-99", "bytes 20-21/22", TEXT[20:]),
    ],
)
async def test_a_part_is_206(ask: Any, streamed: bool, asked: str, place: str, body: bytes) -> None:
    sent = await ask(File("a.txt", partial=True, stream=streamed), range=asked)
    assert (sent.status, sent.get("content-range"), sent.body) == (206, place, body)
    assert (sent.get("content-length"), sent.get("accept-ranges")) == (str(len(body)), "bytes")


@pytest.mark.parametrize("asked", ["items=0-1", "bytes=0-1,1-4", "bytes=x", "bytes=5-4"])
async def test_a_range_that_means_nothing_gets_the_whole(ask: Any, asked: str) -> None:
    sent = await ask(File("a.txt", partial=True), range=asked)
    assert (sent.status, sent.body, sent.get("content-range")) == (200, TEXT, None)


async def test_a_range_beyond_the_end_is_416_before_anything_is_sent(ask: Any, sent: Any) -> None:
    before = descriptors()
    with pytest.raises(HTTPException) as caught:
        await ask(File("a.txt", partial=True), sent=sent, range="bytes=22-")
    assert (caught.value.status, caught.value.headers) == (416, ((b"content-range", b"bytes */22"),))
    assert (sent.messages, descriptors()) == ([], before)


@pytest.mark.parametrize("streamed", [True, False])
async def test_several_parts_are_one_multipart_answer(ask: Any, media: Path, streamed: bool) -> None:
    sent = await ask(File("big.bin", partial=True, stream=streamed), range="bytes=5-9,100000-190000")
    message = message_from_bytes(b"content-type: " + sent.get("content-type").encode() + b"\r\n\r\n" + sent.body)
    first, second = message.get_payload()
    content = (media / "big.bin").read_bytes()
    assert sent.status == 206
    assert sent.get("content-range") is None
    assert sent.get("content-length") == str(len(sent.body))
    assert (first["content-range"], second["content-range"]) == ("bytes 5-9/200000", "bytes 100000-190000/200000")
    assert (first["content-type"], b"\r\n\r\n" + content[5:10] + b"\r\n--" in sent.body) == (OCTETS, True)
    assert content[100_000:190_001] in sent.body


async def test_several_parts_that_take_more_than_the_whole_are_the_whole(ask: Any) -> None:
    sent = await ask(File("a.txt", partial=True), range="bytes=0-0,5-5")
    assert (sent.status, sent.body, sent.get("content-type")) == (200, TEXT, "text/plain; charset=utf-8")


@pytest.mark.parametrize("condition", [{"if_match": '"v2"'}, {"if_unmodified_since": formatdate(0, usegmt=True)}])
async def test_a_client_that_wants_another_version_gets_412(ask: Any, sent: Any, condition: Any) -> None:
    response, before = File("a.txt", partial=True, entity_tag="v1"), descriptors()
    with pytest.raises(HTTPException) as caught:
        await ask(response, sent=sent, range="bytes=0-3", **condition)
    assert (caught.value.status, sent.messages, descriptors()) == (412, [], before)
    assert (await ask(response, if_match='"v1"', if_unmodified_since=formatdate(0, usegmt=True))).status == 200


async def test_ranges_are_ignored_unless_the_file_is_partial(ask: Any) -> None:
    assert (await ask(File("a.txt"), range="bytes=0-3")).status == 200
    assert (await ask(File("a.txt", partial=True), "HEAD", range="bytes=0-3")).get("content-length") == "22"


@pytest.mark.parametrize(
    ("condition", "status"), [('"v1"', 206), ('"v2"', 200), (DATE, 206), (formatdate(0, usegmt=True), 200)]
)
async def test_a_part_needs_the_same_version(ask: Any, condition: str, status: int) -> None:
    sent = await ask(File("a.txt", partial=True, entity_tag="v1"), range="bytes=0-3", if_range=condition)
    assert sent.status == status


@given(asked=st.from_regex(r"\A(bytes=)?[0-9]{0,2}-?[0-9]{0,3},?\Z"), name=st.sampled_from(["a.txt", "empty"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
async def test_the_body_is_always_as_long_as_announced(ask: Any, asked: str, name: str) -> None:
    try:
        sent = await ask(File(name, partial=True), range=asked)
    except HTTPException:
        return
    assert sent.get("content-length") == str(len(sent.body))


@pytest.mark.parametrize("streamed", [True, False])
async def test_head_has_the_headers_and_no_body(ask: Any, streamed: bool) -> None:
    get, head = await ask(File("a.txt", stream=streamed)), await ask(File("a.txt", stream=streamed), "HEAD")
    assert (head.messages[0], head.body, head.complete) == (get.messages[0], b"", True)


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_compressed_file_decodes_and_says_so(ask: Any, media: Path, streamed: bool) -> None:
    response = File("big.bin", compress=True, partial=True, stream=streamed, entity_tag="v1")
    sent = await ask(response, accept_encoding="gzip")
    assert gzip.decompress(sent.body) == (media / "big.bin").read_bytes()
    assert (sent.get("content-encoding"), sent.get("etag"), sent.get("vary")) == ("gzip", 'W/"v1"', "accept-encoding")
    assert sent.get("content-length") == (None if streamed else str(len(sent.body)))
    plain = await ask(response, accept_encoding="gzip", range="bytes=0-3")
    assert (plain.status, plain.get("content-encoding"), len(plain.body)) == (206, None, 4)
    assert (await ask(response, accept_encoding="gzip", if_none_match='W/"v1"')).status == 304


async def test_a_small_file_is_not_compressed(ask: Any) -> None:
    assert (await ask(File("a.txt", compress=True), accept_encoding="gzip")).get("content-encoding") is None


async def test_sending_twice_gives_the_same_and_leaves_nothing_open(ask: Any) -> None:
    response, before = File("a.txt", partial=True, compress=True, download=True), descriptors()
    first, second = await ask(response, range="bytes=0-3"), await ask(response.copy(), range="bytes=0-3")
    assert first.messages == second.messages
    assert descriptors() == before


async def test_the_file_is_closed_when_the_client_is_lost(ask: Any, media: Path) -> None:
    class Lost(list[Any]):
        def append(self, message: Any) -> None:
            if message["type"] == "http.response.body":
                raise OSError("lost")

    class Nowhere:
        messages = Lost()

    before = descriptors()
    with pytest.raises(OSError, match="lost"):
        await ask(File("big.bin"), sent=Nowhere())
    assert descriptors() == before


async def test_the_file_is_closed_when_the_request_is_cancelled(ask: Any) -> None:
    class Cancelling(list[Any]):
        def append(self, message: Any) -> None:
            scope.cancel()

    class Nowhere:
        messages = Cancelling()

    before = descriptors()
    with anyio.CancelScope() as scope:
        await ask(File("big.bin"), sent=Nowhere())
    assert scope.cancelled_caught
    assert descriptors() == before


async def test_a_bad_header_is_found_before_anything_is_sent(ask: Any, sent: Any) -> None:
    response, before = File("a.txt"), descriptors()
    response.headers.append((b"x-a", b"1\r\nx-b: 2"))
    with pytest.raises(ValueError, match="x-a"):
        await ask(response, sent=sent)
    assert (sent.messages, descriptors()) == ([], before)


async def test_a_file_can_be_written_without_being_prepared(media: Path) -> None:
    class Services:
        def service(self, key: str) -> Any:
            return {"media_path": media, "sending": Sending()}[key]

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    request = Request({"method": "GET", "headers": []}, None, Services())  # type: ignore[arg-type]  # enough for a file
    await File("a.txt").write(request, send)
    assert messages[1]["body"] == TEXT
