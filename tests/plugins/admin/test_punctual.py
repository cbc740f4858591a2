"""Heads of requests that come slowly, on both HTTP/1 protocols of Uvicorn; by a clock that is put forward."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from kernel_admin.heads import Bounded
from kernel_admin.punctual import punctual
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

HEAD = b"GET / HTTP/1.1\r\nhost: localhost\r\n"
UPGRADE = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: " + b"a" * 22
SECONDS, IDLE = 15, 5
ANSWER = [
    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]},
    {"type": "http.response.body", "body": b"ok"},
]


class Timer:
    def __init__(self, due: float, call: Callable[[], Any]) -> None:
        self.due, self.call = due, call

    def cancel(self) -> None:
        self.due = float("inf")


class Clock:
    """What the protocols ask of a loop, with a time of its own."""

    def __init__(self) -> None:
        self.now, self.timers = 100.0, list[Timer]()

    def time(self) -> float:
        return self.now

    def call_at(self, due: float, call: Callable[[], Any]) -> Timer:
        self.timers.append(Timer(due, call))
        return self.timers[-1]

    def call_later(self, seconds: float, call: Callable[[], Any]) -> Timer:
        return self.call_at(self.now + seconds, call)

    def create_task(self, work: Any) -> Any:
        return asyncio.get_running_loop().create_task(work)

    @property
    def pending(self) -> list[Timer]:
        return [timer for timer in self.timers if timer.due < float("inf")]

    def forward(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.pending if timer.due <= end]:
            first = min(due, key=lambda timer: timer.due)
            self.now = max(self.now, first.due)
            self.timers.remove(first)
            first.call()
        self.now = end


class Wire(asyncio.Transport):
    """A connection."""

    closed, protocol = False, None

    def write(self, data: Any) -> None:
        """Take it."""

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def set_protocol(self, protocol: Any) -> None:
        self.protocol = protocol

    def pause_reading(self) -> None:
        """Do nothing."""

    resume_reading = pause_reading


class Connection:
    """A connection to an application that answers when it is told to."""

    def __init__(self, base: Any) -> None:
        self.answering = asyncio.Event()
        self.answering.set()
        config = Config(self.app, log_config=None, timeout_keep_alive=IDLE, ws="wsproto", interface="asgi3")
        config.load()
        self.clock, self.wire = Clock(), Wire()
        self.protocol = punctual(base, SECONDS)(config, ServerState(), {}, self.clock)
        self.protocol.connection_made(self.wire)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        await self.answering.wait()
        for message in ANSWER:
            await send(message)

    async def sends(self, data: bytes) -> None:
        self.protocol.data_received(data)
        await self.answers()

    async def answers(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    def lives(self, seconds: float) -> bool:
        self.clock.forward(seconds)
        return not self.wire.closed


@pytest.fixture(params=[H11Protocol, Bounded])
def base(request: pytest.FixtureRequest) -> Any:
    return request.param


async def silence(connection: Connection) -> None:
    assert connection.lives(SECONDS - 0.125)
    assert not connection.lives(0.125)


async def a_byte_now_and_then(connection: Connection) -> None:
    await connection.sends(HEAD + b"x-slow: ")
    for _ in range(SECONDS - 1):
        assert connection.lives(1)
        await connection.sends(b"x")
    assert not connection.lives(1)


async def a_handler_that_takes_long(connection: Connection) -> None:
    connection.answering.clear()
    await connection.sends(HEAD + b"\r\n")
    assert connection.lives(100 * SECONDS + 1)
    connection.answering.set()
    await connection.answers()
    assert connection.lives(IDLE - 0.125)
    assert not connection.lives(0.125)


async def a_slow_head_behind_an_answer(connection: Connection) -> None:
    assert connection.lives(SECONDS - 1)
    await connection.sends(HEAD + b"\r\n")
    assert connection.lives(IDLE - 1)
    await connection.sends(HEAD)
    assert connection.lives(SECONDS + 0.875)
    assert not connection.lives(0.125)


async def many_requests(connection: Connection) -> None:
    for _ in range(40):
        await connection.sends(HEAD)
        assert connection.lives(IDLE + 2)
        await connection.sends(b"\r\n")
        assert connection.lives(IDLE - 1)
    assert len(connection.clock.pending) == 2  # this one and that of keep-alive, however many requests there were


async def a_websocket(connection: Connection) -> None:
    connection.answering.clear()
    await connection.sends(HEAD + UPGRADE + b"==\r\n\r\n")
    assert connection.wire.protocol is not None
    assert connection.lives(10 * SECONDS)
    assert connection.clock.pending == []


async def a_client_that_leaves(connection: Connection) -> None:
    connection.protocol.connection_lost(None)
    assert connection.clock.pending == []


CASES = [
    silence,
    a_byte_now_and_then,
    a_handler_that_takes_long,
    a_slow_head_behind_an_answer,
    many_requests,
    a_websocket,
    a_client_that_leaves,
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_head_has_its_time_and_nothing_else_is_cut(case: Any, base: Any) -> None:
    async def run() -> None:
        await case(Connection(base))

    asyncio.run(run())


def test_without_a_time_nothing_is_added(base: Any) -> None:
    assert punctual(base, 0) is base
