"""Bodies that arrive too slowly."""

import math
from typing import Any

import anyio
import pytest
from kernel_requests.incoming import BodyTooSlow, Incoming
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


async def test_a_stream_that_never_begins_is_408() -> None:
    with anyio.fail_after(10), pytest.raises(BodyTooSlow):
        [chunk async for chunk in incoming().stream()]


async def test_a_body_that_comes_byte_by_byte_has_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """F21: a byte now and then is no progress; a kibibyte is."""
    now = [100.0]
    monkeypatch.setattr(anyio, "current_time", lambda: now[0])
    from kernel_requests.incoming import Pace

    pace, deadlines = Pace(30), []
    for size in (1, 1, 1021, 1, 5_000, 1):
        now[0] += 1
        deadlines.append((pace.arrived(size), pace.deadline))
    assert deadlines == [(False, 130), (False, 130), (False, 130), (True, 134), (True, 135), (False, 135)]


async def test_a_body_that_goes_on_is_whole() -> None:
    assert await incoming(*[b"x" * 2_000] * 5, idle=math.inf, ends=True).body() == b"x" * 10_000
