"""Websockets and event streams on real servers, over a raw socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from kernel_testing import HttpClient
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, RejectConnection, Request, TextMessage

ROOT = Path(__file__).parents[3]
SERVERS = [("hypercorn", "asyncio"), ("hypercorn", "trio"), ("uvicorn", "asyncio"), ("granian", "asyncio")]
pytestmark = [pytest.mark.e2e, pytest.mark.skipif("sys.platform == 'win32'", reason="signals and process groups")]
PROJECT = """
import anyio
from kernel import App, Layer
from kernel_errors import Forbidden
from kernel_responses import Event, EventStream
from kernel_router import Routes

routes = Routes()
ends = []

def nobody(request):
    raise Forbidden

@routes.websocket("/echo")
async def echo(ws):
    await ws.accept(ws.subprotocols[0] if ws.subprotocols else None)
    async for message in ws:
        await ws.send(message)

@routes.websocket("/ticks")
async def ticks(ws):
    while True:
        await ws.send("tick")
        await anyio.sleep(0.05)

@routes.websocket("/fail")
async def fail(ws):
    await ws.receive()
    raise ValueError("secret")

@routes.websocket("/guarded", guards=[nobody])
async def guarded(ws):
    await ws.accept()

@routes.websocket("/late")
async def late(ws):
    await ws.receive()
    raise Forbidden

@routes.get("/events")
async def events(request):
    async def feed():
        for number in range(3):
            yield Event({"n": number}, id=str(number))
        await anyio.sleep_forever()
    return EventStream(feed(), heartbeat=0.2)

@routes.get("/ends", skip="ends")
async def told(request):
    return ends

@routes.post("/drain", skip="ends")
async def drain(request):
    await request.app.service("drain")()

app = App(routes=routes, layers=[Layer("ends", on_finish=lambda request, end: ends.append([request.path, end]))])
"""


@pytest.fixture(scope="module", params=SERVERS, ids=" on ".join)
def port(request, tmp_path_factory):
    """Return the port of a server of the project."""
    with running(tmp_path_factory.mktemp("project"), *request.param) as (number, _):
        yield number


@contextmanager
def running(folder, server, worker):
    pytest.importorskip(server)
    (folder / "chat.py").write_text(PROJECT)
    (folder / "config.ini").write_text("[apps]\nactive = chat:app\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    path = os.pathsep.join(str(ROOT / part) for part in (".", "plugins", "contrib"))
    words = ["--bind", f"127.0.0.1:{number}", "--server", server, "--worker-class", worker]
    command, environment = [sys.executable, "-m", "kernel", "run", *words], {**os.environ, "PYTHONPATH": path}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        until(lambda: answering(number))
        yield number, process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answering(number):
    with suppress(OSError), HttpClient("127.0.0.1", number) as client:
        return client.get("/ends").status == 200


def until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


class Browser:
    """A client of a websocket; `next` returns the events of wsproto."""

    def __init__(self, port, path, **headers):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.ws, self.waiting = WSConnection(ConnectionType.CLIENT), []
        subprotocols = headers.pop("subprotocols", [])
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.send(Request(host=f"localhost:{port}", target=path, extra_headers=pairs, subprotocols=subprotocols))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.sock.close()

    def send(self, event):
        self.sock.sendall(self.ws.send(event))

    def next(self):
        while not self.waiting:
            self.ws.receive_data(self.sock.recv(65536) or None)
            self.waiting = list(self.ws.events())
        return self.waiting.pop(0)

    def close(self):
        """Return code and reason of the close that comes."""
        while not isinstance(event := self.next(), CloseConnection):
            pass
        return int(event.code), event.reason or ""


def ends(port, path, outcome):
    """Return how often something has ended in a way: others that ended late do not matter."""
    with HttpClient("127.0.0.1", port) as client:
        return client.get("/ends").json().count([path, outcome])


def test_messages_go_there_and_back(port):
    with Browser(port, "/echo", subprotocols=["v1"]) as browser:
        accepted = browser.next()
        assert isinstance(accepted, AcceptConnection)
        assert accepted.subprotocol == "v1"
        browser.send(TextMessage("héllo"))
        assert browser.next() == TextMessage("héllo")
        browser.send(BytesMessage(b"\x00\xff"))
        assert bytes(browser.next().data) == b"\x00\xff"
        before = ends(port, "/echo", "closed")
        browser.send(CloseConnection(1000))
        assert browser.close()[0] == 1000
        until(lambda: ends(port, "/echo", "closed") == before + 1)


def test_a_client_that_vanishes_ends_the_handler(port):
    """R110."""
    before = ends(port, "/echo", "closed")
    with Browser(port, "/echo") as browser:
        assert isinstance(browser.next(), AcceptConnection)
    until(lambda: ends(port, "/echo", "closed") == before + 1)


def test_a_client_that_vanishes_ends_a_handler_that_only_sends(port):
    before = ends(port, "/ticks", "disconnected")
    with Browser(port, "/ticks") as browser:
        assert isinstance(browser.next(), AcceptConnection)
        assert browser.next().data == "tick"
        browser.send(TextMessage("never read"))
    until(lambda: ends(port, "/ticks", "disconnected") == before + 1)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/nowhere", {}, 404),
        ("/guarded", {}, 403),
        ("/echo", {"origin": "http://evil.example"}, 403),
        ("/echo", {"origin": "null"}, 403),
    ],
)
def test_a_handshake_is_refused_with_its_status(port, path, headers, status):
    """R106."""
    with Browser(port, path, **headers) as browser:
        refused = browser.next()
    assert isinstance(refused, RejectConnection)
    assert refused.status_code == status


def test_a_page_of_the_same_origin_connects(port):
    with Browser(port, "/echo", origin=f"http://localhost:{port}") as browser:
        assert isinstance(browser.next(), AcceptConnection)


@pytest.mark.parametrize(("path", "code"), [("/fail", 1011), ("/late", 1008)])
def test_an_error_closes_with_its_code(port, path, code):
    """R109."""
    with Browser(port, path) as browser:
        assert isinstance(browser.next(), AcceptConnection)
        browser.send(TextMessage("x"))
        assert browser.close()[0] == code


def test_a_message_that_is_too_large_closes_with_1009(port):
    with Browser(port, "/echo") as browser:
        assert isinstance(browser.next(), AcceptConnection)
        browser.send(BytesMessage(b"x" * (1024 * 1024 + 1)))
        assert browser.close()[0] == 1009


def lines(sock, number):
    """Return what a stream has sent as soon as it holds so many events and a heartbeat."""
    data = b""
    while data.count(b"data: ") < number or not data.endswith((b":\n\n", b":\n\n\r\n")):
        part = sock.recv(65536)
        assert part, data
        data += part
    return data


def ask(port, path):
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    sock.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
    return sock


def test_events_arrive_as_they_come_and_end_when_the_client_leaves(port):
    before = ends(port, "/events", "disconnected")
    with ask(port, "/events") as sock:
        data = lines(sock, 3)
    assert b"content-type: text/event-stream" in data.lower()
    assert [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: ")] == [
        {"n": 0}, {"n": 1}, {"n": 2},
    ]  # fmt: skip
    until(lambda: ends(port, "/events", "disconnected") == before + 1)


def test_z_a_drain_closes_sockets_with_1012_and_ends_streams(port):
    with Browser(port, "/echo") as browser, ask(port, "/events") as sock, HttpClient("127.0.0.1", port) as client:
        assert isinstance(browser.next(), AcceptConnection)
        lines(sock, 3)
        before = ends(port, "/echo", "closed"), ends(port, "/events", "ok")
        draining = Thread(target=client.post, args=["/drain"])
        draining.start()
        assert browser.close() == (1012, "the server restarts")
        browser.send(CloseConnection(1012))
        draining.join()
        rest = b""
        while not rest.endswith(b"0\r\n\r\n"):
            part = sock.recv(65536)
            assert part, rest
            rest += part
        until(lambda: (ends(port, "/echo", "closed"), ends(port, "/events", "ok")) == (before[0] + 1, before[1] + 1))


@pytest.mark.parametrize("answering_close", [True, False])
@pytest.mark.parametrize(("server", "worker"), SERVERS)
def test_sigterm_reaches_everybody_and_the_process_ends(tmp_path, server, worker, answering_close):
    """F11."""
    with running(tmp_path, server, worker) as (port, process), ExitStack() as stack:
        browsers = [stack.enter_context(Browser(port, path)) for path in ("/echo", "/ticks") for _ in range(20)]
        assert all(isinstance(browser.next(), AcceptConnection) for browser in browsers)
        streams = [stack.enter_context(ask(port, "/events")) for _ in range(5)]
        for sock in streams:
            lines(sock, 3)
        process.terminate()
        assert {browser.close()[0] for browser in browsers} == {1012}
        for browser in browsers if answering_close else ():
            browser.send(CloseConnection(1012))
        for sock in streams:
            while sock.recv(65536):
                pass
        process.wait(10)
        assert process.returncode == 0
