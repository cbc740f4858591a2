import gzip
import io
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from kernel_responses import Stream
from kernel_responses.stream import Chunks

from kernel import Request
from kernel.errors import HTTPException

pytestmark = pytest.mark.anyio


class Source:
    """Iterates anew each time, sync and async, and notes what happened to it."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks, self.closed = chunks, 0
        self.threads: set[int] = set()
        self.tasks: set[int] = set()

    def sync(self) -> Iterator[Any]:
        try:
            for chunk in self.chunks:
                self.threads.add(threading.get_ident())
                if isinstance(chunk, BaseException):
                    raise chunk
                yield chunk
        finally:
            self.closed += 1

    async def later(self) -> AsyncIterator[Any]:
        try:
            self.tasks.add(anyio.get_current_task().id)
            for chunk in self.chunks:
                if isinstance(chunk, BaseException):
                    raise chunk
                yield chunk
        finally:
            await checkpoint()
            self.tasks.add(anyio.get_current_task().id)
            self.closed += 1


def bare() -> Any:
    return Request({"type": "http", "method": "GET"}, None, None)  # type: ignore[arg-type]  # nothing is received


KINDS = pytest.mark.parametrize("kind", ["sync", "later"])


def stream(source: Source, kind: str, **keywords: Any) -> Stream:
    return Stream(getattr(source, kind)(), **keywords)


@KINDS
async def test_each_chunk_is_a_message(ask: Any, kind: str) -> None:
    source = Source("grüß", b"b", bytearray(b"c"), memoryview(b"d"))
    sent = await ask(stream(source, kind))
    assert sent.chunks == ["grüß".encode(), b"b", b"c", b"d", b""]
    assert sent.complete
    assert sent.get("content-length") is None
    assert source.closed == 1


async def test_sync_iterables_do_not_run_in_the_loop(ask: Any) -> None:
    source = Source(b"a", b"b")
    await ask(stream(source, "sync"))
    assert threading.get_ident() not in source.threads


async def test_the_loop_goes_on_while_a_sync_iterable_waits(ask: Any) -> None:
    waiting = threading.Event()

    def slow() -> Iterator[bytes]:
        assert waiting.wait(5)
        yield b"a"

    async with anyio.create_task_group() as group:
        group.start_soon(ask, Stream(slow()))
        await anyio.sleep(0.01)
        waiting.set()


@pytest.mark.parametrize(
    ("chunks", "keywords", "kind"),
    [
        (["a"], {}, "text/plain; charset=utf-8"),
        ([b"a"], {}, "application/octet-stream"),
        ([], {}, "application/octet-stream"),
        ([b"a"], {"content_type": "text/csv"}, "text/csv"),
        ([b"a"], {"content_type": "text/csv", "headers": [("content-type", "a/b")]}, "a/b"),
    ],
)
async def test_the_media_type_is_that_of_the_first_chunk(ask: Any, chunks: Any, keywords: Any, kind: str) -> None:
    assert (await ask(Stream(chunks, **keywords))).get("content-type") == kind


async def test_status_and_headers_are_sent(ask: Any) -> None:
    sent = await ask(Stream(["a"], status=202, headers=[("x-a", "b"), ("content-length", "9")]))
    assert (sent.status, sent.get("x-a"), sent.get("content-length")) == (202, "b", None)


@pytest.mark.parametrize("body", ["abc", b"abc", bytearray(b"a"), 5, None])
def test_what_is_no_iterable_of_chunks_is_refused(body: Any) -> None:
    with pytest.raises(TypeError, match="Stream needs an iterable of chunks"):
        Stream(body)


async def test_an_iterable_can_be_sent_any_number_of_times(ask: Any) -> None:
    class Again:
        def __aiter__(self) -> AsyncIterator[bytes]:
            return Source(b"a", b"b").later()

    for response in (Stream(["a", "b"]), Stream(Again()), Stream(dict.fromkeys("ab"))):
        assert (await ask(response)).body == (await ask(response.copy())).body == b"ab"


@KINDS
async def test_an_iterator_that_was_sent_is_not_sent_as_an_empty_body(ask: Any, kind: str) -> None:
    response = stream(Source(b"a"), kind)
    copy = response.copy()
    await ask(response)
    for again in (response, copy):
        with pytest.raises(RuntimeError, match="can be sent once"):
            await ask(again)


@KINDS
async def test_a_stream_that_is_under_way_is_not_shared(ask: Any, kind: str) -> None:
    source, sent = Source(b"a", b"b", b"c"), list[bytes]()
    response = stream(source, kind)
    copy = response.copy()

    async def send(message: Any) -> None:
        sent.append(message.get("body"))
        for again in (response, copy):
            with pytest.raises(RuntimeError, match="can be sent once"):
                await ask(again)

    await (await response.prepare(bare())).write(bare(), send)
    assert sent == [None, b"a", b"b", b"c", b""]


@KINDS
async def test_a_stream_that_is_not_sent_after_all_lets_go_of_its_chunks(kind: str) -> None:
    source = Source(b"a", b"b")
    unsent = stream(source, kind)
    await unsent.aclose()
    assert source.closed == 0
    prepared: Any = await unsent.prepare(bare())
    await prepared.aclose()
    assert source.closed == 1


@KINDS
async def test_an_exception_before_the_first_chunk_comes_before_the_start(ask: Any, sent: Any, kind: str) -> None:
    source = Source(HTTPException(404))
    with pytest.raises(HTTPException):
        await ask(stream(source, kind), sent=sent)
    assert (sent.messages, source.closed) == ([], 1)


@KINDS
async def test_an_exception_in_mid_stream_never_ends_the_body(ask: Any, sent: Any, kind: str) -> None:
    """F5."""
    source = Source(b"a", ValueError("broken"))
    with pytest.raises(ValueError, match="broken"):
        await ask(stream(source, kind), sent=sent)
    assert (sent.chunks, sent.complete, source.closed) == ([b"a"], False, 1)


@KINDS
async def test_an_error_of_the_system_does_not_pass_for_a_lost_client(ask: Any, kind: str) -> None:
    with pytest.raises(RuntimeError, match="stream: its iterable failed: gone") as caught:
        await ask(stream(Source(b"a", ConnectionError("gone")), kind))
    assert isinstance(caught.value.__cause__, ConnectionError)


async def test_an_error_of_the_system_in_any_async_iterator_does_not_pass_for_a_lost_client(ask: Any) -> None:
    class Failing:
        def __aiter__(self) -> "Failing":
            return self

        async def __anext__(self) -> bytes:
            raise ConnectionError("gone")

    with pytest.raises(RuntimeError, match="stream: its iterable failed: gone"):
        await ask(Stream(Failing()))


@KINDS
@pytest.mark.parametrize("chunk", [1, None, ["a"]])
async def test_a_chunk_that_is_neither_text_nor_bytes_is_refused(ask: Any, kind: str, chunk: Any) -> None:
    source = Source(b"a", chunk)
    with pytest.raises(TypeError, match="str or bytes are due"):
        await ask(stream(source, kind))
    assert source.closed == 1


@KINDS
async def test_an_empty_first_chunk_starts_the_answer_and_empty_ones_send_nothing(ask: Any, kind: str) -> None:
    sent = await ask(stream(Source(b"", b"a", b""), kind))
    assert sent.chunks == [b"a", b""]


@KINDS
@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
async def test_no_body_where_none_may_be(ask: Any, kind: str, method: str, status: int) -> None:
    source = Source(b"a", b"b")
    sent = await ask(stream(source, kind, status=status), method)
    assert (sent.chunks, source.closed) == ([b""], 1)
    assert (b"content-type" in sent.names) is (status == 200)


@KINDS
async def test_the_source_is_closed_when_the_client_is_lost(media: Any, kind: str) -> None:
    """F30."""

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            raise OSError("lost")

    source = Source(b"a", b"b")
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(OSError, match="lost"):
        await stream(source, kind).write(Request(scope, None, None), send)  # type: ignore[arg-type]  # not asked
    assert source.closed == 1


async def test_a_client_lost_before_the_end_of_an_empty_stream_is_told_as_such() -> None:
    async def send(message: Any) -> None:
        raise OSError("lost")

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(OSError, match="lost"):
        await stream(Source(), "later").write(Request(scope, None, None), send)  # type: ignore[arg-type]  # not asked


@KINDS
async def test_a_cancelled_stream_is_closed_in_its_own_task(media: Any, kind: str) -> None:
    """F30."""

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            scope.cancel()
            await anyio.sleep(5)

    source = Source(b"a", b"b")
    request = Request({"method": "GET", "headers": []}, None, None)  # type: ignore[arg-type]  # not asked
    with anyio.CancelScope() as scope:
        await stream(source, kind).write(request, send)
    assert scope.cancelled_caught
    assert source.closed == 1
    assert source.tasks <= {anyio.get_current_task().id}


async def test_a_source_that_does_not_end_is_left_to_itself(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless() -> AsyncIterator[bytes]:
        try:
            yield b"a"
        finally:
            await anyio.sleep_forever()

    monkeypatch.setattr("kernel_responses.stream.CLOSING_TIME", 0.01)
    with anyio.fail_after(5):
        await ask(Stream(endless()), "HEAD")


async def test_an_iterator_without_close_is_left_alone(ask: Any) -> None:
    class Bare:
        def __init__(self) -> None:
            self.left = [b"b", b"a"]

        def __aiter__(self) -> "Bare":
            return self

        async def __anext__(self) -> bytes:
            if not self.left:
                raise StopAsyncIteration
            return self.left.pop()

    assert (await ask(Stream(Bare()))).body == b"ab"
    assert (await ask(Stream(map(str, (1, 2))))).body == b"12"


async def test_an_open_file_is_streamed_and_closed(ask: Any) -> None:
    file = io.BytesIO(b"one\ntwo\n")
    assert (await ask(Stream(file))).chunks == [b"one\n", b"two\n", b""]
    assert file.closed


@KINDS
async def test_a_compressed_stream_says_so_and_decodes(ask: Any, kind: str) -> None:
    sent = await ask(stream(Source(b"a" * 100_000, "b"), kind, compress=True), accept_encoding="gzip")
    assert gzip.decompress(sent.body) == b"a" * 100_000 + b"b"
    assert (sent.get("content-encoding"), sent.get("vary")) == ("gzip", "accept-encoding")
    assert len(sent.chunks) == 3


async def test_a_stream_is_not_compressed_for_who_does_not_ask(ask: Any) -> None:
    sent = await ask(Stream(["a"], compress=True), accept_encoding="br")
    assert (sent.body, sent.get("content-encoding")) == (b"a", None)


def test_chunks_are_their_own_iterator() -> None:
    chunks = Chunks([b"a"])
    assert aiter(chunks) is chunks
