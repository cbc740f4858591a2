from typing import Any

import anyio
import pytest
from kernel_requests import BodyTooLarge

from kernel.errors import ClientDisconnect, HTTPException

pytestmark = pytest.mark.anyio
TYPE = (b"content-type", b"application/json")


async def test_the_body_is_joined_and_kept(make: Any) -> None:
    request = make(body=[b"a", b"", b"b"])
    assert (await request.body(), await request.body()) == (b"ab", b"ab")
    assert request.scope["taken"] == [1, 0, 1]


async def test_the_body_is_streamed_as_it_arrives(make: Any) -> None:
    request = make(body=[b"a", b"b"])
    seen = [(chunk, len(request.scope["taken"])) async for chunk in request.stream()]
    assert seen == [(b"a", 1), (b"b", 2)]


async def test_a_message_without_body_is_an_empty_body(make: Any) -> None:
    request = make()

    async def receive() -> Any:
        return {"type": "http.request"}

    request.receive = receive
    assert await request.body() == b""


async def test_a_body_that_was_read_can_still_be_streamed(make: Any) -> None:
    request = make(body=[b"a", b"b"])
    await request.body()
    assert [chunk async for chunk in request.stream()] == [b"ab"]


async def test_a_stream_that_was_begun_cannot_be_read_again(make: Any) -> None:
    request = make(body=[b"a", b"b"])
    assert [chunk async for chunk in request.stream()] == [b"a", b"b"]
    for read in (request.body, request.stream().__anext__):
        with pytest.raises(RuntimeError, match="has been received already"):
            await read()


async def test_a_client_that_leaves_is_not_the_end_of_the_body(make: Any) -> None:
    with pytest.raises(ClientDisconnect):
        await make(body=[b"a", None]).body()


async def test_an_announced_length_above_the_limit_is_413_before_anything_is_received(make: Any) -> None:
    for announced in (b"11", b"107374182400", b"9" * 5000):
        request = make([(b"content-length", announced)], [b"a"])
        request.max_body_size = 10
        with pytest.raises(BodyTooLarge) as caught:
            await request.body()
        assert (caught.value.status, caught.value.limit) == (413, 10)
        assert caught.value.headers == ((b"connection", b"close"),)
        assert "taken" not in request.scope


async def test_a_body_is_refused_as_soon_as_it_passes_the_limit(make: Any) -> None:
    for headers in ([], [(b"content-length", b"2")], [(b"content-length", b"many")]):
        request = make(headers, [b"123456", b"78901", b"2"])
        request.max_body_size = 10
        with pytest.raises(BodyTooLarge):
            await request.body()
        assert request.scope["taken"] == [6, 5]


async def test_a_stream_is_refused_as_soon_as_it_passes_the_limit(make: Any) -> None:
    request, seen = make(body=[b"123456", b"78901", b"2"]), []
    request.max_body_size = 10
    with pytest.raises(BodyTooLarge):
        [seen.append(chunk) async for chunk in request.stream()]
    assert (seen, request.scope["taken"]) == ([b"123456"], [6, 5])


async def test_a_body_of_exactly_the_limit_is_taken(make: Any) -> None:
    request = make([(b"content-length", b"10")], [b"1234567890"])
    request.max_body_size = 10
    assert await request.body() == b"1234567890"


async def test_json_has_a_limit_of_its_own(make: Any) -> None:
    small = {"max_json_size": 4}
    assert await make([TYPE], [b"1234"], limits=small).json() == 1234
    with pytest.raises(HTTPException, match="413"):
        await make([TYPE], [b"12345"], limits=small).json()
    read = make([TYPE], [b"12345"], limits=small)
    assert await read.body() == b"12345"
    with pytest.raises(HTTPException, match="413"):
        await read.json()


async def test_json_is_also_bound_by_the_limit_of_the_request(make: Any) -> None:
    request = make([TYPE], [b"12345"])
    request.max_body_size = 4
    with pytest.raises(HTTPException, match="413"):
        await request.json()


def sending(request: Any, *messages: Any) -> None:
    """Let a request receive these messages, and nothing more after them."""
    left = list(messages)

    async def receive() -> Any:
        if not left:
            await anyio.sleep_forever()
        return left.pop(0)

    request.receive = receive


def chunk(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


GONE = {"type": "http.disconnect"}


async def test_a_client_that_sends_nothing_is_still_there(make: Any) -> None:
    request = make()
    sending(request)
    assert not await request.is_disconnected()


async def test_a_client_is_known_to_have_left_once_the_server_says_so(make: Any) -> None:
    request = make()
    sending(request, chunk(b"a"), GONE)
    assert await request.body() == b"a"
    assert await request.is_disconnected()
    assert await request.is_disconnected()


async def test_asking_for_the_client_takes_nothing_of_the_body(make: Any) -> None:
    request = make()
    sending(request, chunk(b"a", True), chunk(b"b"), GONE)
    assert not await request.is_disconnected()
    assert not await request.is_disconnected()
    assert await request.body() == b"ab"
    assert await request.is_disconnected()


async def test_a_client_that_left_after_a_body_nobody_reads_is_noticed(make: Any) -> None:
    request = make()
    sending(request, chunk(b"a"), GONE)
    assert await request.is_disconnected()


async def test_while_a_body_is_streamed_its_reader_notices_the_client(make: Any) -> None:
    request = make()
    sending(request, chunk(b"a", True), GONE)
    stream = request.stream()
    assert await anext(stream) == b"a"
    assert not await request.is_disconnected()
    with pytest.raises(ClientDisconnect):
        await anext(stream)
    assert await request.is_disconnected()


async def test_a_message_beyond_the_body_is_no_departure(make: Any) -> None:
    request = make()
    sending(request, chunk(b"a"), chunk(b"b"), GONE)
    assert await request.body() == b"a"
    assert not await request.is_disconnected()
