"""Bodies that arrive too slowly."""

import math
from typing import Any

import anyio
import pytest
from kernel_requests import incoming as incoming_module
from kernel_requests.incoming import BodyTooSlow, Incoming, Pace, clock
from kernel_requests.limits import Limits

from kernel import Request

pytestmark = pytest.mark.anyio


def incoming(*chunks: bytes, idle: float = 0.05, ends: bool = False) -> Incoming:
    """Return the body of a client that sends some chunks and then waits for ever, if it does not end."""
    waiting = list(chunks)

    async def receive() -> Any:
        await anyio.lowlevel.checkpoint()
        if not waiting:
            await anyio.sleep_forever()
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting) or not ends}

    request = Request({"type": "http", "headers": []}, receive, None)  # type: ignore[arg-type]  # nothing is sent
    KEPT.append(request)
    return Incoming(request, Limits(), idle)


KEPT: list[Request] = []


@pytest.mark.parametrize("chunks", [[b"x"], [b"x"] * 5, [b"x" * 2_000, b"y"], [b"x", b"y" * 5_000, b"z"]])
async def test_a_body_that_does_not_go_on_is_408(chunks: list[bytes]) -> None:
    """F21, however it is read."""
    with anyio.fail_after(10):
        with pytest.raises(BodyTooSlow) as caught:
            await incoming(*chunks).body()
        assert (caught.value.status, caught.value.headers) == (408, ((b"connection", b"close"),))
        with pytest.raises(BodyTooSlow):
            [chunk async for chunk in incoming(*chunks).stream()]
        with pytest.raises(BodyTooSlow):
            await incoming(*chunks).pour(lambda chunk: None)


async def test_a_stream_that_never_begins_is_408() -> None:
    with anyio.fail_after(10), pytest.raises(BodyTooSlow):
        [chunk async for chunk in incoming().stream()]


async def test_a_body_that_comes_byte_by_byte_has_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """F21: a byte now and then is no progress; a kibibyte is. The time is exact to an eighth."""
    now = [100.0]
    monkeypatch.setattr(incoming_module, "clock", lambda: lambda: now[0])
    pace, deadlines = Pace(32), []
    for size in (1, 1, 1021, 1, 5_000, 1, 1, 2_000, 1_024):
        now[0] += 2
        deadlines.append((pace.arrived(size), pace.deadline))
    kept, moved, again = (False, 136), (True, 144), (True, 152)
    assert deadlines == [kept, kept, kept, moved, (False, 144), (False, 144), (False, 144), again, (False, 152)]


async def test_the_clock_is_that_of_the_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one of trio begins anywhere, and clocks of tests go as they like."""
    assert abs(clock()() - anyio.current_time()) < 5
    monkeypatch.setattr(anyio, "current_time", lambda: -1000.0)
    assert clock()() == -1000


async def test_the_client_has_its_time_however_long_a_chunk_is_worked_on() -> None:
    taken = []

    async def work(chunk: bytes) -> None:
        await anyio.sleep(0.3)
        taken.append(chunk)

    with anyio.fail_after(10):
        await incoming(b"x" * 2_000, b"y", b"z", idle=0.2, ends=True).pour(work)
    assert taken == [b"x" * 2_000, b"y", b"z"]


async def test_a_body_that_goes_on_slowly_has_time() -> None:
    chunks = [b"x" * 2_000] * 6

    async def receive() -> Any:
        await anyio.sleep(0.2)
        chunk = chunks.pop()
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    request = Request({"type": "http", "headers": []}, receive, None)  # type: ignore[arg-type]  # nothing is sent
    assert await Incoming(request, Limits(), 0.8).body() == b"x" * 12_000


async def test_a_body_that_is_there_is_poured_at_once() -> None:
    taken: list[bytes] = []

    async def work(chunk: bytes) -> None:
        taken.append(chunk)

    body = incoming(b"x", b"y", ends=True)
    await body.body()
    await body.pour(taken.append)
    await body.pour(work)
    assert taken == [b"xy", b"xy"]


async def test_a_body_that_goes_on_is_whole() -> None:
    assert await incoming(*[b"x" * 2_000] * 5, idle=math.inf, ends=True).body() == b"x" * 10_000
