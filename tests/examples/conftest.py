"""A fresh environment with the wheels of asgi-kernel and of the guestbook, and servers in it.

What needs the network is done first; without it everything here is skipped, and says why. Every
process has a deadline and a group of its own, which is killed as a whole.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUESTBOOK = ROOT / "examples" / "kernel-guestbook"
SOURCES = {
    "asgi-kernel": (ROOT, ("kernel", "plugins", "contrib")),
    "kernel-guestbook": (GUESTBOOK, ("kernel_guestbook",)),
}
METADATA = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")
DROPPED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
FOREIGN = ("KERNEL_", "COVERAGE_", "PYTEST_")
INSTALLING, STARTING, STOPPING = 300, 30, 20
"""Most seconds."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    path: Path

    def program(self, name: str) -> Path:
        """Return where a command of this environment is."""
        return self.path / ("Scripts" if sys.platform == "win32" else "bin") / name

    def run(self, program: str, *arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [str(self.program(program)), *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd or self.path, env=clean(), capture_output=True, text=True, timeout=INSTALLING, check=False
        )

    def pip(self, *arguments: object) -> None:
        """Run pip; its failure is that of the test."""
        done = self.run("python", "-m", "pip", "--disable-pip-version-check", *arguments)
        assert done.returncode == 0, f"pip {arguments}:\n{done.stdout}\n{done.stderr}"


def clean() -> dict[str, str]:
    """Return our environment without what would reach into the fresh one."""
    kept = {key: value for key, value in os.environ.items() if key not in DROPPED and not key.startswith(FOREIGN)}
    return {**kept, "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="session")
def wheels(fresh: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build both wheels from copies, so that no build leaves traces in the sources."""
    built = {}
    for name, (root, packages) in SOURCES.items():
        copy, out = tmp_path_factory.mktemp(f"{name}-source"), tmp_path_factory.mktemp(f"{name}-wheel")
        for package in packages:
            shutil.copytree(root / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        for file in METADATA:
            shutil.copy(root / file, copy / file)
        fresh.pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, copy)
        built[name] = next(out.glob("*.whl"))
    return built


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Make an environment that can build wheels."""
    environment = Environment(tmp_path_factory.mktemp("fresh") / "venv")
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(environment.path)],
        env=clean(),
        capture_output=True,
        text=True,
        timeout=INSTALLING,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no virtual environment can be made: {made.stdout} {made.stderr}")
    reached = environment.run("python", "-m", "pip", "install", "--quiet", "setuptools>=77")
    if reached.returncode:
        pytest.skip(f"no package index can be reached: {' '.join(reached.stderr.split())[-500:]}")
    return environment


@pytest.fixture(scope="session")
def installed(fresh: Environment, wheels: dict[str, Path]) -> Environment:
    """Return the environment with both wheels, and what they need from the index."""
    ours, guestbook = wheels["asgi-kernel"], wheels["kernel-guestbook"]
    fresh.pip("install", f"asgi-kernel[trio] @ {ours.as_uri()}", f"kernel-guestbook[test] @ {guestbook.as_uri()}")
    return fresh


@dataclass
class Server:
    """A running server and its log."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def answers(self) -> bool:
        """Tell whether somebody listens."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def ready(self) -> None:
        """Wait until it listens; an earlier end is a failure."""
        deadline = time.monotonic() + STARTING
        while not self.answers():
            assert self.process.poll() is None, f"the server ended:\n{self.log.read_text()}"
            assert time.monotonic() < deadline, f"the server does not listen:\n{self.log.read_text()}"
            time.sleep(0.05)

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, dict[str, str], str]:
        """Send a request, with *body* as a form; return status, headers and body of the answer."""
        given = {**headers, "content-type": "application/x-www-form-urlencoded"} if body else headers
        with closing(http.client.HTTPConnection("localhost", self.port, timeout=10)) as connection:
            connection.request(method, path, body or None, given)
            answer = connection.getresponse()
            return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read().decode()

    def end(self) -> None:
        """Ask for an orderly end and demand one."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(STOPPING) == 0, self.log.read_text()
        assert "Traceback" not in self.log.read_text()
        assert not self.answers()


@pytest.fixture
def serve(installed: Environment, tmp_path: Path) -> Callable[..., object]:
    """Return `with serve(folder, program, *arguments) as server:`, which leaves nothing running.

    "{bind}" among the arguments becomes the address of a free port.
    """

    @contextmanager
    def start(folder: Path, program: str, *arguments: str) -> Iterator[Server]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log, given = tmp_path / "server.log", [word.format(bind=f"127.0.0.1:{port}") for word in arguments]
        command = [str(installed.program(program)), *given]
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=folder, env=clean(), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
        try:
            yield Server(process, port, log)
        finally:
            killed(process)

    return start


def killed(process: "subprocess.Popen[bytes]") -> None:
    """End the whole group of a process, workers included."""
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOPPING)
