"""A stream ends when its client has left, also where the server does not say so."""

import anyio
import pytest
from kernel_responses import Stream, stream
from kernel_router import Routes
from kernel_testing import make_kernel

from kernel import App

pytestmark = pytest.mark.anyio
SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")]}


def kernel_of(chunks, **config):
    routes = Routes()

    @routes.get("/")
    async def endless(request):
        return Stream(chunks)

    return make_kernel(apps=[App(name="shop", routes=[routes])], config=config)


async def served(kernel, messages):
    """Serve one request as a server does whose `send` never fails."""
    sent, waiting = [], iter(messages)

    async def receive():
        return next(waiting, None) or await anyio.sleep_forever()

    async def send(message):
        sent.append(message)
        await anyio.lowlevel.checkpoint()

    await kernel.start()
    await kernel(SCOPE, receive, send)
    await kernel.stop()
    return sent


async def test_a_stream_nobody_takes_any_more_is_given_up(monkeypatch):
    monkeypatch.setattr(stream, "LOOK_EVERY", 0)
    closed = []

    async def endless():
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    sent = await served(
        kernel_of(endless()), [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
    )
    assert closed == [True]
    assert sent[-1].get("more_body")


async def test_a_stream_whose_client_is_there_goes_on(monkeypatch):
    monkeypatch.setattr(stream, "LOOK_EVERY", 0)

    async def chunks():
        for number in range(3):
            yield str(number)

    sent = await served(kernel_of(chunks()), [{"type": "http.request", "body": b"", "more_body": False}])
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b"012"


async def test_without_a_way_to_ask_nobody_has_left():
    await stream.demand_client(object())


async def test_a_large_stream_is_given_up_by_its_bytes_however_fast_it_is():
    """F2: before the next second is over, a server could have taken gigabytes into its memory."""

    async def endless():
        while True:
            yield b"x" * 65536

    sent = await served(
        kernel_of(endless()), [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
    )
    assert len(sent) <= 70


@pytest.mark.parametrize(("quick", "most"), [(0, 2), (20, 8)])
async def test_a_slow_stream_is_given_up_soon_also_after_quick_chunks(monkeypatch, quick, most):
    now, slow = [100.0], []
    monkeypatch.setattr(stream, "monotonic", lambda: now[0])

    async def endless():
        for _ in range(quick):
            yield b"x"
        while True:
            now[0] += 2
            slow.append(now[0])
            yield b"x"

    await served(
        kernel_of(endless()), [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]
    )
    assert len(slow) <= most
