"""What the machine runs out of, and processes that die, under load."""

import contextlib
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e
KIND = b"Content-Type: multipart/form-data; boundary=XX\r\n"
FORM = b"POST /upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + KIND
WRITES = int(os.environ.get("KERNEL_WRITES", "150"))
STEP = 150
"""Writes for which a test is patient at a time."""
SERVERS = ["hypercorn", "uvicorn", "granian"]


def upload(served: Any, size: int) -> int:
    body = b'--XX\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + b"x" * size + b"\r\n--XX--\r\n"
    answer: bytes = served.raw(FORM + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    return int(answer.split()[1]) if answer else 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 1 MiB where uploads wait; it needs the rights of root."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a tmpfs cannot be mounted here; tests/plugins/forms/test_outcomes.py has /dev/full")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_507_and_the_next_small_upload_is_taken(small_disk: Path, serve: Any) -> None:
    """F19: the part of the file that was written is removed, and the worker lives."""
    served = serve("hypercorn", "spool_size = 4KiB\n")
    with served.back_to_base():
        assert upload(served, 100_000) == 200
        assert upload(served, 3_000_000) == 507
        assert upload(served, 100_000) == 200
    assert [path for path in small_disk.rglob("*") if path.is_file()] == []


def test_a_limit_of_the_size_of_files_is_507_too(serve: Any) -> None:
    """F19, where a limit of the process takes the place of a full disk."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    served = serve("hypercorn", "spool_size = 4KiB\n", prepare=limited)
    with served.back_to_base():
        assert upload(served, 3_000_000) == 507
        assert upload(served, 100_000) == 200


@pytest.mark.parametrize("server", SERVERS)
def test_more_clients_than_descriptors_end_nothing(server: str, serve: Any) -> None:
    """F26: what cannot be accepted waits or is refused; the process neither dies nor spins, and serves on."""
    served = serve(server, prepare=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)))
    with contextlib.ExitStack() as stack:
        for _ in range(120):
            stack.enter_context(served.connect())
        before = cpu(served.process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            served.process.wait(2)
        assert cpu(served.process.pid) - before <= 1.0 or server == "granian"  # which asks again and again
    served.until(lambda: served.get("/plain") == (200, b"plain"))


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load:
    """Clients that write one row after another; `acknowledged` are those that were answered 200."""

    def __init__(self, served: Any, clients: int = 4) -> None:
        self.served, self.acknowledged, self.failed = served, list[str](), list[int]()
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=[number]) for number in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self, number: int) -> None:
        count = 0
        while not self.stop.is_set():
            count += 1
            name = f"{number}-{count}"
            status = self.served.get(f"/write/{name}", "Content-Length: 0", method="POST")[0]
            if status == 200:
                self.acknowledged.append(name)
            else:
                self.failed.append(status)

    def more(self, count: int) -> None:
        start = len(self.acknowledged)
        for aim in (*range(start + STEP, start + count, STEP), start + count):
            self.served.until(lambda aim=aim: len(self.acknowledged) >= aim)

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("server", SERVERS)
def test_sigterm_under_load_loses_nothing_that_was_acknowledged(server: str, serve: Any) -> None:
    """F10: every write that was answered 200 is there; KERNEL_WRITES=10000 for as many of them."""
    served = serve(server)
    load = Load(served)
    load.more(WRITES)
    served.process.terminate()
    assert served.process.wait(60) == 0
    load.end()
    assert set(load.failed) <= {0, 503}
    assert set(load.acknowledged) <= stored(served)


def stored(served: Any) -> set[str]:
    import sqlite3

    with sqlite3.connect(served.folder / "shop.sqlite") as connection:
        rows = {row[0] for row in connection.execute("select name from faults_rows")}
    connection.close()
    return rows


def test_a_worker_that_is_killed_under_load_takes_only_its_own_requests_with_it(serve: Any) -> None:
    """F13: the other one serves on, a new one comes, and nothing acknowledged is lost."""
    served = serve("hypercorn", "", "--workers", "2")
    load = Load(served)
    load.more(WRITES // 3)
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    served.until(lambda: f"worker {children[0]} died" in served.err.read_text())
    load.more(WRITES // 3)
    load.end()
    assert set(load.failed) <= {0, 503}
    assert set(load.acknowledged) <= stored(served)
    served.process.terminate()
    assert served.process.wait(60) == 0
