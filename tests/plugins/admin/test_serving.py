"""Serving in this process: real servers on a free port, stopped by a signal to ourselves."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from asyncio import CancelledError
from http.client import HTTPConnection
from threading import Event, Thread, enumerate as enumerate_threads
from typing import Any

import anyio
import pytest
from kernel_admin.binding import Place
from kernel_admin.faults import Fault
from kernel_admin.servers import SERVERS, _halt, available
from kernel_admin.serving import (
    INTERRUPTED,
    PARENT,
    STARTED,
    TOLD,
    Watched,
    closing,
    innermost,
    orphaned,
    serve,
    tell_parent,
    uncancelled,
    without_traceback,
)
from kernel_admin.signals import Signals, has_terminal, stopping

import kernel
from kernel.errors import KernelError

pytestmark = pytest.mark.usefixtures("signals_kept")
COMBINATIONS = [("hypercorn", "asyncio"), ("hypercorn", "trio"), ("uvicorn", "asyncio"), ("granian", "asyncio")]
FAILING = """
from kernel import App, Hooks
hooks = Hooks()
@hooks.event("{event}")
async def fail(): raise RuntimeError("no luck")
app = App(hooks=[hooks])
"""


def ask(address: Any, number: int, answers: list[Any]) -> None:
    """Request once, as soon as the server takes it, then send a signal to this process."""
    try:
        for _ in range(100):
            connection = HTTPConnection(*address[:2], timeout=5)
            try:
                connection.request("GET", "/hello/Ada", headers={"Host": "localhost"})
                answers.append(connection.getresponse().read())
                break
            except ConnectionRefusedError:  # granian binds a moment later
                time.sleep(0.02)
            finally:
                connection.close()
    finally:
        os.kill(os.getpid(), number)


def served(server: str, worker_class: str, number: int = signal.SIGTERM) -> list[Any]:
    """Serve the project until it answered once."""
    pytest.importorskip(server)
    place, answers = Place.open("127.0.0.1:0"), list[Any]()
    address = place.sock.getsockname()
    threads = []

    def ready() -> None:
        if place.sock.fileno() >= 0:
            place.listen()
        threads.append(Thread(target=ask, args=(address, number, answers)))
        threads[0].start()

    try:
        serve(kernel.app, available(server, worker_class), place, ready, worker_class)
    finally:
        place.close()
        for thread in threads:
            thread.join()
    return answers


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the servers
@pytest.mark.parametrize(("server", "worker_class"), COMBINATIONS)
def test_every_server_serves_and_stops_in_order(project: Any, server: str, worker_class: str) -> None:
    assert served(server, worker_class) == [b"hello Ada"]


@pytest.mark.parametrize(("blocked", "threads"), [("0", []), ("1s", ["watchdog"])])
def test_the_event_loop_is_watched_unless_that_is_switched_off(make_project: Any, blocked: str, threads: Any) -> None:
    """F27."""
    seen, before = list[str](), set(enumerate_threads())

    async def looks(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        app.begun.set()
        await anyio.wait_all_tasks_blocked()
        seen.extend(thread.name for thread in set(enumerate_threads()) - before if thread.name == "watchdog")

    make_project(f"[apps]\nactive = shop:app\n[timeouts]\nblocked = {blocked}\n")
    serve(kernel.app, looks, None, print, "asyncio")
    assert seen == threads


def test_ctrl_c_stops_in_order(project: Any) -> None:
    assert served("hypercorn", "asyncio", signal.SIGINT) == [b"hello Ada"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the servers
@pytest.mark.parametrize(("server", "worker_class"), COMBINATIONS)
def test_a_failed_start_is_exit_code_3_with_every_server(make_project: Any, server: str, worker_class: str) -> None:
    """F8."""
    make_project("[apps]\nactive = bad:app", bad=FAILING.format(event="startup"))
    with pytest.raises(Fault, match=r"the start failed: .*no luck") as fault:
        served(server, worker_class)

    assert fault.value.exit_code == 3


@pytest.mark.parametrize("words", [(), ("--traceback",)])
def test_a_failed_start_shows_a_traceback_on_demand_only(
    make_project: Any, invoke: Any, words: Any, caplog: Any
) -> None:
    make_project("[apps]\nactive = bad:app\n[networking]\nbind = 127.0.0.1:0\n", bad=FAILING.format(event="startup"))
    assert invoke("run", *words).exit_code == 3
    (record,) = [record for record in caplog.records if record.getMessage().startswith("startup failed")]
    assert bool(record.exc_info) is bool(words)


def test_a_failed_stop_is_exit_code_1(make_project: Any) -> None:
    """F9."""
    make_project("[apps]\nactive = bad:app", bad=FAILING.format(event="shutdown"))
    with pytest.raises(Fault, match=r"the stop failed: .*no luck") as fault:
        served("hypercorn", "asyncio")

    assert fault.value.exit_code == 1


async def lifespan(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
    """Stand in for a server: speak the lifespan only, until told to stop."""
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        if message["type"] == "lifespan.startup.complete":
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()

    await app({"type": "lifespan"}, receive, send)


def test_a_port_that_cannot_listen_is_a_failed_start(project: Any) -> None:
    def ready() -> None:
        raise OSError("taken")

    with pytest.raises(Fault, match="cannot listen: taken") as fault:
        serve(kernel.app, lifespan, None, ready, "asyncio")

    assert fault.value.exit_code == 3


def test_a_server_that_breaks_before_the_start_is_a_failed_start(project: Any) -> None:
    async def broken(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        raise TimeoutError("too long")

    with pytest.raises(Fault, match="the start failed: too long"):
        serve(kernel.app, broken, None, lambda: None, "trio")


def test_a_server_that_breaks_later_raises(project: Any) -> None:
    async def broken(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        await lifespan(app, place, stop, times)
        raise ValueError("broken")

    with pytest.raises(ExceptionGroup) as group:
        serve(kernel.app, broken, None, lambda: None, "asyncio")

    assert isinstance(innermost(group.value), ValueError)


def test_a_worker_stops_when_its_parent_is_gone(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PARENT, "1" if os.getppid() != 1 else "2")

    async def waiting(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        app.started = True
        await stop.wait()

    serve(kernel.app, waiting, None, lambda: None, "asyncio")


def test_a_worker_looks_again_while_its_parent_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    parents, killed = iter([7, 7, 1]), list[Any]()
    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr(os, "kill", lambda *arguments: killed.append(arguments))
    anyio.run(orphaned, 7, backend="trio")

    assert killed == [(os.getpid(), signal.SIGTERM)]


def test_an_end_that_takes_too_long_is_hard_and_says_what_it_waits_for(
    make_project: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_project("[apps]\nactive = shop:app\n[timeouts]\ngraceful = 1ms\nshutdown_hook = 0\n")
    ended, codes = Event(), list[int]()
    monkeypatch.setattr(os, "_exit", lambda code: (codes.append(code), ended.set()))

    async def lazy(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        app.started, app.service("life", None).doing = True, "plugin 'mail': its lifespan"
        os.kill(os.getpid(), signal.SIGTERM)
        await anyio.sleep(0.01)  # the signal comes
        ended.wait()  # even a loop that hangs

    serve(kernel.app, lazy, None, lambda: None, "asyncio")
    assert codes == [1]
    assert "stopped hard, waiting for plugin 'mail': its lifespan" in capsys.readouterr().err


def test_the_first_signal_of_others_is_not_the_second_if_the_application_itself_asked_for_the_end(
    project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = list[int]()
    monkeypatch.setattr(os, "_exit", codes.append)

    async def ending(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        app.started, app.service("life", None).asked = True, True
        os.kill(os.getpid(), signal.SIGTERM)
        await stop.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        assert codes == []
        os.kill(os.getpid(), signal.SIGINT)

    serve(kernel.app, ending, None, lambda: None, "asyncio")
    assert codes == [130]


def test_a_closed_terminal_asks_for_the_end_unless_it_is_to_be_ignored() -> None:
    before = signal.getsignal(signal.SIGHUP)
    assert signal.SIGHUP in stopping()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    assert signal.SIGHUP not in stopping()
    signal.signal(signal.SIGHUP, before)


def test_sighup_has_the_configuration_read_anew(
    project: Any, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def reloading(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        async def told(words: str) -> None:
            said = ""
            while words not in said:
                await anyio.sleep(0.01)
                said += capsys.readouterr().err

        async def hung_up() -> None:
            before = app.kernel.booted
            os.kill(os.getpid(), signal.SIGHUP)
            await told("reloading: the configuration is read anew\nreloaded\n")
            assert app.kernel.booted is not before
            (project / "config.ini").write_text("[apps]\nactive = shop:app, nope\n")
            os.kill(os.getpid(), signal.SIGHUP)
            logged = ""
            while "reload failed, the old configuration goes on serving: " not in logged:
                await anyio.sleep(0.01)
                logged = caplog.text
            os.kill(os.getpid(), signal.SIGTERM)

        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            if message["type"] == "lifespan.startup.complete":
                await hung_up()
                await stop.wait()

        await app({"type": "lifespan"}, receive, send)

    serve(kernel.app, reloading, None, lambda: None, "asyncio")


@pytest.mark.parametrize("terminal", [True, False])
def test_a_process_knows_whether_it_has_a_terminal(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def opened(path: str, flags: int) -> int:
        assert (path, flags) == ("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
        return real(os.devnull if terminal else "/nowhere", flags)

    monkeypatch.setattr(os, "open", opened)
    assert has_terminal() is terminal


def test_granian_cuts_requests_that_outlast_the_grace() -> None:
    pytest.importorskip("granian")

    async def run() -> list[Any]:
        stop, server, ended = anyio.Event(), Stopped(), list[Any]()

        async def long() -> None:
            try:
                await anyio.sleep_forever()
            except CancelledError as error:
                ended.append(error)

        task = asyncio.create_task(long())
        async with anyio.create_task_group() as group:
            group.start_soon(_halt, stop, server, 0.0, {task})
            await anyio.lowlevel.checkpoint()
            assert not server.stopped
            stop.set()
        await task
        return [server.stopped, len(ended)]

    assert asyncio.run(run()) == [True, 1]


class Stopped:
    """Stands in for granian: remembers that it was told to stop."""

    stopped = False

    def stop(self) -> None:
        """Stop."""
        self.stopped = True


def test_the_parent_is_told(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel.app.boot()
    reading, writing = os.pipe()
    monkeypatch.setenv(TOLD, str(writing))

    async def interrupting(app: Any, place: Any, stop: anyio.Event, times: Any) -> None:
        app.begin({})
        app.service("life", None).interrupted = True

    serve(kernel.app, interrupting, None, lambda: None, "trio")
    os.close(writing)
    assert os.read(reading, 9) == STARTED + INTERRUPTED
    os.close(reading)
    tell_parent(STARTED)  # by a process that inherited the variable only


@pytest.mark.parametrize("stopping", [True, False])
def test_only_a_request_that_the_stop_cuts_is_told(caplog: pytest.LogCaptureFixture, stopping: bool) -> None:
    async def waits(scope: Any, receive: Any, send: Any) -> None:
        scope["cut"].cancel()
        await anyio.sleep_forever()

    async def run() -> bool:
        app = Watched(waits, print, anyio.Event())
        if stopping:
            app.stop.set()
        with anyio.CancelScope() as scope:
            await app({"type": "http", "method": "GET", "path": "/x", "cut": scope}, print, print)
        return scope.cancelled_caught

    assert anyio.run(run)
    assert [record.getMessage() for record in caplog.records] == [
        "GET '/x': cut, the stop waits no longer ([timeouts] graceful)"
    ] * stopping


def test_answers_end_their_connections_during_the_drain() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body"})

    def sent(scope: Any) -> Any:
        messages: list[Any] = []

        async def send(message: Any) -> None:
            messages.append(message)

        anyio.run(closing(app), scope, None, send)
        return messages[0].get("headers"), messages[1]

    last = {"type": "http.response.body"}
    assert sent({"type": "http", "http_version": "1.1"}) == ([(b"connection", b"close")], last)
    assert sent({"type": "http", "http_version": "2"}) == (None, last)
    assert sent({"type": "websocket", "http_version": "1.1"}) == (None, last)


def test_a_second_signal_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    killed: list[str] = []
    signals = Signals(lambda: killed.append("all"))
    signal.raise_signal(signal.SIGTERM)
    assert (signals.received, killed) == (signal.SIGTERM, [])
    signal.raise_signal(signal.SIGINT)

    assert (codes, killed) == ([130], ["all"])


def test_only_errors_that_say_who_and_why_lose_their_traceback() -> None:
    def kept(error: Exception) -> bool:
        record = logging.LogRecord("kernel", logging.ERROR, "", 0, "", None, (type(error), error, None))
        assert without_traceback(record)
        return bool(record.exc_info)

    assert (kept(KernelError("plugin 'mail': no")), kept(ValueError("no"))) == (False, True)


def test_a_request_that_was_cut_has_no_traceback_of_the_server() -> None:
    record = logging.LogRecord("asyncio", logging.ERROR, "", 1, "callback failed", (), None)
    assert uncancelled(record)
    for error, passes in ((ValueError(), True), (CancelledError(), False)):
        record.exc_info = type(error), error, None
        assert uncancelled(record) is passes


def test_servers_are_refused_where_they_cannot_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Fault, match="runs on asyncio only") as fault:
        available("uvicorn", "trio")
    assert fault.value.exit_code == 2
    monkeypatch.setitem(sys.modules, "granian", None)  # type: ignore[arg-type]  # import then fails
    with pytest.raises(Fault, match="'granian' is not installed"):
        available("granian", "asyncio")
    assert available("hypercorn", "asyncio") is SERVERS["hypercorn"]


def test_run_as_a_process(project: Any) -> None:
    words = [sys.executable, "-m", "kernel_admin", "run", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            address = line.split()[2].removeprefix("http://").split(":")
            answers: list[Any] = []
            connection = HTTPConnection(address[0], int(address[1]), timeout=5)
            connection.request("GET", "/hello/Ada")
            answers.append(connection.getresponse().read())
            connection.close()
            process.terminate()
            assert process.wait(10) == 0
        finally:
            process.kill()

    assert line.endswith(" (ctrl+c stops)\n")
    assert answers == [b"hello Ada"]
