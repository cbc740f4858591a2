"""`kernel run` with real servers and real signals: what is told at each, in which order, and with which exit code."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
PATIENCE = 60.0
"""Seconds for anything to happen: the machine may be busy. Nothing here waits for time to pass."""
SERVERS = ["hypercorn", "hypercorn --worker-class trio", "uvicorn", "granian"]
AGENT = """
import os
from pathlib import Path
import anyio
from kernel import App, Hooks, ServerInterrupt
from kernel.layers import Route

hooks, log, folder = Hooks(), Path("log"), Path(__file__).parent

def note(*words):
    with log.open("a") as file:
        print(*words, file=file)

for phase in ("pre_start", "startup", "post_start", "pre_stop", "shutdown"):
    hooks.register(phase, lambda event: note(event))

@hooks.on("server")
async def agent():
    try:
        while True:
            await anyio.sleep(0.05)
            for name, error in {"interrupt": ServerInterrupt("done"), "crash": ValueError("boom")}.items():
                if Path(name).exists():
                    raise error
    finally:
        note("server left")

@hooks.on("drain")
async def hold():
    note("drain")
    while Path("hold").exists():
        await anyio.sleep(0.05)

@hooks.periodic(0.1)
def tick():
    note("tick", os.getpid())

async def pid(request):
    return str(os.getpid())

async def slow(request):
    note("slow")
    while not Path("answer").exists():
        await anyio.sleep(0.05)
    return "at last"

app = App(routes=[Route("/", "GET", pid), Route("/slow", "GET", slow)], hooks=[hooks])
"""


class Run:
    """`kernel run` in a folder of its own."""

    def __init__(self, folder: Path, *words: str, config: str = "") -> None:
        (folder / "agent.py").write_text(AGENT)
        (folder / "config.ini").write_text("[apps]\nactive = agent:app\n" + config)
        self.connections: list[HTTPConnection] = []
        self.folder, self.out, self.err = folder, folder / "out", folder / "err"
        command = [sys.executable, "-m", "kernel_admin", "run", "--bind", "127.0.0.1:0", *words]
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err)

    def __enter__(self) -> "Run":
        self.wait(lambda: "serving on" in self.out.read_text())
        host, _, port = self.out.read_text().split()[2].removeprefix("http://").partition(":")
        self.address = host, int(port)
        self.wait(self.ask)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for connection in self.connections:
            connection.close()

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Return what *condition* returns as soon as that is true."""
        end = time.monotonic() + PATIENCE
        while not (value := condition()):
            assert time.monotonic() < end, (self.out.read_text(), self.err.read_text(), self.log())
            time.sleep(0.02)
        return value

    def get(self, path: str) -> HTTPConnection:
        connection = HTTPConnection(*self.address, timeout=PATIENCE)
        self.connections.append(connection)
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection

    def ask(self) -> str:
        """Return the process that answers, or nothing."""
        with suppress(OSError, HTTPException):
            return self.get("/").getresponse().read().decode()
        return ""

    def log(self) -> list[str]:
        """Return what the application noted, without ticks."""
        return [line for line in self.lines() if not line.startswith("tick")]

    def lines(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []

    def ticking(self) -> str:
        """Return the process that ticked last."""
        return next((line.split()[1] for line in reversed(self.lines()) if line.startswith("tick")), "")

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def exit(self) -> int:
        return self.process.wait(PATIENCE)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Return a function that starts `kernel run WORDS`."""
    started: list[Run] = []

    def start(*words: str, config: str = "") -> Run:
        started.append(Run(tmp_path, *words, config=config))
        return started[0]

    yield start
    for one in started:
        one.__exit__()


@pytest.mark.parametrize(
    ("server", "number"),
    [*((server, signal.SIGTERM) for server in SERVERS), (SERVERS[0], signal.SIGINT)],
)
def test_the_drain_is_told_at_the_signal_while_requests_are_still_answered(run: Any, server: str, number: int) -> None:
    """F10."""
    with run("--server", *server.split()) as served:
        (served.folder / "hold").touch()
        connection = served.get("/slow")
        served.wait(lambda: "slow" in served.log())
        served.signal(number)
        served.wait(lambda: "drain" in served.log())

        last = served.get("/")  # the drain has not ended, so the port is open; this answer closes its connection
        response = last.getresponse()
        assert (response.status, response.getheader("connection")) == (200, "close")
        (served.folder / "hold").unlink()
        served.wait(lambda: not served.ask())  # and now it is not
        assert served.log()[-1] == "drain"
        (served.folder / "answer").touch()
        assert connection.getresponse().read() == b"at last"

        assert served.exit() == 0
        assert served.log() == [
            "pre_start", "startup", "post_start", "slow", "drain", "pre_stop", "server left", "shutdown",
        ]  # fmt: skip


@pytest.mark.parametrize("server", SERVERS)
def test_a_second_signal_ends_at_once(run: Any, server: str) -> None:
    """F12."""
    with run("--server", *server.split()) as served:
        (served.folder / "hold").touch()
        served.signal(signal.SIGTERM)
        served.wait(lambda: "drain" in served.log())
        served.signal(signal.SIGINT)

        assert served.exit() == 130
        assert served.log()[-1] == "drain"


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(("name", "code"), [("interrupt", 0), ("crash", 1)])
def test_a_server_beside_the_application_ends_the_process(run: Any, server: str, name: str, code: int) -> None:
    with run("--server", *server.split()) as served:
        (served.folder / name).touch()

        assert served.exit() == code
        assert served.log()[3:] == ["server left", "drain", "pre_stop", "shutdown"]
        err = served.err.read_text()
        assert ("Traceback" in err, "the stop failed: 'agent:app': server 'agent': ValueError: boom" in err) == (
            code == 1,
            code == 1,
        )


@pytest.mark.parametrize("server", SERVERS)
def test_what_does_not_end_is_cut_and_reported(run: Any, server: str) -> None:
    with run("--server", *server.split(), config="[timeouts]\nshutdown_hook = 300ms\n") as served:
        (served.folder / "hold").touch()
        served.signal(signal.SIGTERM)

        assert served.exit() == 1
        assert served.log()[3:] == ["drain", "pre_stop", "server left", "shutdown"]
        assert "listener 'hold' of 'agent:app'" in served.err.read_text()
        assert "cut after 0.3" in served.err.read_text()


def test_sighup_swaps_the_configuration_in_the_process(run: Any) -> None:
    with run() as served:
        served.wait(lambda: served.log().count("post_start") == 1)
        connection, pid = served.get("/slow"), served.ask()
        served.wait(lambda: "slow" in served.log())
        served.signal(signal.SIGHUP)
        served.wait(lambda: "reloaded" in served.err.read_text().splitlines())
        assert (served.ask(), "shutdown" in served.log()) == (pid, False)
        (served.folder / "answer").touch()
        assert connection.getresponse().read() == b"at last"
        served.wait(lambda: "shutdown" in served.log())
        (served.folder / "config.ini").write_text("[apps]\nactive = agent:app, nope\n[timeouts]\nstartup = soon\n")
        served.signal(signal.SIGHUP)
        served.wait(lambda: "reload failed, the old configuration goes on serving" in served.err.read_text())
        assert "app 'nope' cannot be found" in served.err.read_text()
        assert "[timeouts] startup: expected a duration" in served.err.read_text()
        assert served.ask() == pid
        served.signal(signal.SIGTERM)

        assert served.exit() == 0
        assert served.log().count("pre_start") == served.log().count("shutdown") == 2


def test_a_terminal_that_is_closed_ends_the_process(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(AGENT)
    (tmp_path / "config.ini").write_text("[apps]\nactive = agent:app\n")
    command = [sys.executable, "-m", "kernel_admin", "run", "--bind", "127.0.0.1:0"]
    process, terminal = pty.fork()
    if not process:
        os.chdir(tmp_path)
        os.execv(command[0], command)
    text, end = b"", time.monotonic() + PATIENCE
    while b"serving on" not in text and time.monotonic() < end:
        text += os.read(terminal, 1024)
    os.close(terminal)

    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
    assert (tmp_path / "log").read_text().split()[-1] == "shutdown"


@pytest.mark.parametrize("server", SERVERS)
def test_a_request_that_does_not_end_is_cut_and_told_in_one_line(run: Any, server: str) -> None:
    with run("--server", *server.split(), config="[timeouts]\ngraceful = 300ms\n") as served:
        served.get("/slow")
        served.wait(lambda: "slow" in served.log())
        served.signal(signal.SIGTERM)

        assert served.exit() == 0
        assert served.log()[4:] == ["drain", "pre_stop", "server left", "shutdown"]
        said = served.err.read_text()
        assert said.count("GET '/slow': cut, the stop waits no longer ([timeouts] graceful)") == 1
        assert "Traceback" not in said


@pytest.mark.parametrize("server", SERVERS)
def test_a_connection_on_which_nothing_happens_is_closed(run: Any, server: str) -> None:
    with run("--server", *server.split(), config="[timeouts]\nkeep_alive = 300ms\n") as served:
        connection = served.get("/")
        assert connection.getresponse().read()
        connection.sock.settimeout(PATIENCE)
        assert connection.sock.recv(1) == b""


def test_a_worker_that_is_killed_is_replaced_while_the_other_serves_and_ticks(run: Any) -> None:
    """F13."""
    with run("--workers", "2") as served:
        first = served.wait(served.ticking)
        os.kill(int(first), signal.SIGKILL)
        served.wait(lambda: served.ticking() != first)
        second = served.wait(lambda: {served.ask()} - {first, ""})
        assert len(second) == 1
        served.wait(lambda: f"worker {first} died with exit code -9; it is replaced" in served.err.read_text())
        served.wait(lambda: served.log().count("post_start") == 3)
        served.signal(signal.SIGTERM)

        assert served.exit() == 0


def test_one_worker_ticks(run: Any) -> None:
    with run("--workers", "3") as served:
        served.wait(lambda: served.log().count("post_start") == 3)
        served.wait(lambda: len([line for line in served.lines() if line.startswith("tick")]) > 10)

        assert len({line for line in served.lines() if line.startswith("tick")}) == 1


def test_sighup_replaces_every_worker_while_others_serve(run: Any) -> None:
    with run("--workers", "2") as served:
        served.wait(lambda: served.log().count("post_start") == 2)
        served.signal(signal.SIGHUP)
        answers = set()

        def reloaded() -> bool:
            answers.add(served.ask() or served.ask())  # a worker may close what has just been opened
            return "reloaded" in served.err.read_text().splitlines()

        served.wait(reloaded)
        assert "" not in answers
        assert served.log().count("shutdown") == 2
        before, after = served.ticking(), served.log().count("post_start")
        served.wait(lambda: served.ticking() != before or after == 4)
        served.signal(signal.SIGTERM)

        assert served.exit() == 0


def test_a_broken_configuration_leaves_the_old_one_serving_and_says_why(run: Any) -> None:
    """F24."""
    with run("--workers", "2") as served:
        served.wait(lambda: served.log().count("post_start") == 2)
        (served.folder / "config.ini").write_text("[apps]\nactive = agent:app\n[timeouts]\nstartup = soon\n")
        served.signal(signal.SIGHUP)
        served.wait(lambda: "the old ones go on serving" in served.err.read_text())
        assert "[timeouts] startup: expected a duration" in served.err.read_text()
        assert served.ask()
        assert "shutdown" not in served.log()
        (served.folder / "config.ini").write_text("[apps]\nactive = agent:app\n")
        served.signal(signal.SIGHUP)
        served.wait(lambda: "reloaded" in served.err.read_text().splitlines())
        served.signal(signal.SIGTERM)

        assert served.exit() == 0


@pytest.mark.parametrize(("name", "code"), [("interrupt", 0), ("crash", 4)])
def test_with_workers_an_interrupt_ends_all_and_a_crash_one(run: Any, name: str, code: int) -> None:
    with run("--workers", "2") as served:
        served.wait(lambda: served.log().count("post_start") == 2)
        (served.folder / name).touch()

        assert served.exit() == code
        assert ("5 workers died within 30 seconds" in served.err.read_text()) == (code == 4)
