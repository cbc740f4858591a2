"""Heads of requests without end, on Uvicorn's faster protocol."""

import asyncio

import pytest
from kernel_admin.heads import MOST, Bounded
from kernel_admin.servers import fast_protocol
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

REQUEST = b"POST / HTTP/1.1\r\nhost: localhost\r\n"
OPEN = False, b""


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self):
        super().__init__()
        self.written, self.closed = b"", False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def pause_reading(self):
        """Do nothing."""

    resume_reading = pause_reading


@pytest.fixture
def sent():
    async def app(scope, receive, send):
        """Never answer."""
        await asyncio.Event().wait()

    def feed(*pieces):
        async def connected():
            config = Config(app, http=Bounded, log_config=None)
            config.load()
            wire, protocol = Wire(), Bounded(config, ServerState(), {})
            protocol.connection_made(wire)
            for piece in pieces:
                protocol.data_received(piece)
            return wire.closed, wire.written  # as it is now: the end of the loop cuts the application

        return asyncio.run(connected())

    return feed


@pytest.mark.parametrize(
    "begin", [b"GET /", REQUEST, REQUEST + b"x-long: ", REQUEST + b"transfer-encoding: chunked\r\n\r\n0\r\n"]
)
def test_what_never_ends_is_refused_after_64_kibibytes(sent, begin):
    line = b"x-more: " + b"a" * 1000 + b"\r\n" if begin.endswith(b"\n") else b"a" * 1010
    assert sent(begin, *[line] * (MOST // 1010 - 1)) == OPEN
    closed, written = sent(begin, *[line] * (MOST // 1010 + 2))
    assert (closed, written[:12], written.count(b"HTTP/1.1")) == (True, b"HTTP/1.1 400", 1)


def test_a_long_body_and_many_requests_on_one_connection_are_not_refused(sent):
    body = REQUEST + b"content-length: 1048576\r\n\r\n"
    pieces = [b"b" * 65536] * 16
    assert sent(body, *pieces, body, *pieces) == OPEN
    assert sent(*[b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"] * (MOST // 30)) == OPEN


def test_a_body_and_the_next_head_in_one_piece_are_not_refused(sent):
    rest = b"b" * MOST + REQUEST
    assert sent(REQUEST + b"content-length: %d\r\n\r\n" % MOST, rest, b"x-one: 1\r\n") == OPEN


def test_without_the_parser_uvicorn_takes_its_other_protocol(monkeypatch):
    assert fast_protocol() is Bounded
    monkeypatch.setitem(__import__("sys").modules, "httptools", None)
    assert fast_protocol() is H11Protocol
