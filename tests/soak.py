"""Mixed load with faults on a real server, for as long as wanted: `python tests/soak.py --seconds 1800`.

A third of the time, 5 minutes at most, passes before the memory counts; from then on it may grow by 1 MiB in 10
minutes, and by what a process of this age still takes (SLACK). In the end everything that is counted is back at base.
"""

import argparse
import importlib.util
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

FAULTS = 0.05
"""The part of the requests that are faults."""
RATE = 200.0
"""Requests in a second, of all clients together; fewer where the machine is slower."""
CLIENTS = 8
ROUNDS = 60
"""Loads, with a pause behind each, in which memory is measured: single values differ by some MiB."""
SLOPE = 1.0
"""MiB in 10 minutes."""
SLACK = 2.0
"""MiB by which two measurements of one process may differ though nothing grows."""
SHORT_SLACK = 8.0
"""The same for less than 15 minutes, in which a process has not reached its size."""
NEVER = ("was never awaited", "was never retrieved")
FORM = "Content-Type: multipart/form-data; boundary=XX"


def faults() -> Any:
    """Return the module that starts servers for tests/faults."""
    path = Path(__file__).parent / "faults" / "conftest.py"
    spec = importlib.util.spec_from_file_location("faults_conftest", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Mix:
    """What the clients do; `statuses` counts what they got."""

    def __init__(self, served: Any) -> None:
        self.served, self.statuses = served, Counter[str]()
        self.stop, self.lock = threading.Event(), threading.Lock()
        upload = (
            '--XX\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n' + "x" * 20_000 + "\r\n--XX--\r\n"
        )
        self.good: list[Callable[[], str]] = [
            lambda: self.ask("GET", "/plain"),
            lambda: self.ask("GET", "/headers", "X-A: 1"),
            lambda: self.ask("GET", "/static/shop/a.txt"),
            lambda: self.ask("GET", "/nowhere"),
            lambda: self.ask("POST", "/body", "Content-Type: text/plain", body="x" * 5_000),
            lambda: self.ask("POST", "/upload", FORM, body=upload),
            lambda: self.ask("POST", "/write/row"),
        ]
        self.bad: list[Callable[[], str]] = [
            lambda: self.leave("POST /upload", f"{FORM}\r\nContent-Length: 900000", "--XX\r\n\r\n" + "x" * 10_000),
            lambda: self.leave("POST /write/left", "Content-Length: 1000", "x"),
            lambda: self.leave("GET /stream", "X-A: 1", ""),
            lambda: self.leave("GET /file", "X-A: 1", ""),
            lambda: self.ask("GET", "/fail"),
            lambda: self.ask("GET", "/fail-late"),
            lambda: self.ask("POST", "/nowhere", body="x" * 500_000),
            lambda: self.ask("GET", "/plain", *["X-A: 1"] * 200),
            lambda: self.leave("GET /plain HTTP/1.1\r\nX-Slow: ", "", "", whole=False),
        ]

    def ask(self, method: str, path: str, *lines: str, body: str = "") -> str:
        head = "".join(f"{line}\r\n" for line in ("Host: localhost", "Connection: close", *lines))
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        answer = self.served.raw(f"{method} {path} HTTP/1.1\r\n{head}{length}\r\n{body}".encode())
        return str(answer.split()[1].decode()) if answer else "none"

    def leave(self, line: str, header: str, body: str, whole: bool = True) -> str:
        with self.served.connect() as sock:
            end = f" HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n{body}" if whole else ""
            sock.sendall((line + end).encode())
            with suppress(TimeoutError):
                sock.settimeout(0.05)
                sock.recv(1000)
        return "left"

    def client(self, number: int) -> None:
        """Do one thing after another, at most as many in a second as are this client's."""
        chance = random.Random(number)
        while not self.stop.is_set():
            due = time.monotonic() + CLIENTS / RATE
            faulty = chance.random() < FAULTS
            with suppress(OSError):
                status = chance.choice(self.bad if faulty else self.good)()
                with self.lock:
                    self.statuses["fault" if faulty else status] += 1
            self.stop.wait(max(0.0, due - time.monotonic()))


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return by how much a value grows in 10 minutes (least squares)."""
    middle = sum(at for at, _ in samples) / len(samples), sum(value for _, value in samples) / len(samples)
    spread = sum((at - middle[0]) ** 2 for at, _ in samples)
    return 600 * sum((at - middle[0]) * (value - middle[1]) for at, value in samples) / spread if spread else 0.0


def soak(served: Any, seconds: float) -> list[str]:
    """Return what is wrong after so many seconds."""
    began, statuses, samples, objects = time.monotonic(), Counter[str](), list[tuple[float, float]](), list[int]()
    load(served, min(300.0, seconds / 3))
    base = settled(served)
    while (now := time.monotonic() - began) < seconds or len(samples) < 3:
        samples.append((now, int(served.get("/memory")[1]) / 1024))
        objects.append(int(served.get("/objects")[1]))
        statuses += load(served, max(seconds / ROUNDS, 2.0))
        settled(served)
    tell(f"{served.server}: {dict(statuses)}")
    tell(f"objects: {objects[0]} in the beginning, at most {max(objects)}, {objects[-1]} in the end")
    return [*growth(samples, seconds), *answers(statuses, served), *remains(served, base)]


def load(served: Any, seconds: float) -> Counter[str]:
    """Load the server for so long; return the statuses of its answers."""
    mix = Mix(served)
    threads = [threading.Thread(target=mix.client, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    mix.stop.set()
    for thread in threads:
        thread.join()
    return mix.statuses


def settled(served: Any) -> Any:
    """Return the counts as soon as nothing changes any more."""
    before, after = None, served.counts()
    while before != after:
        time.sleep(1)
        before, after = after, served.counts()
    return after


def growth(samples: Sequence[tuple[float, float]], seconds: float) -> list[str]:
    """Compare the memory of each pause: what stays, not what is in use for a moment."""
    tenth = slope(samples)
    rise = tenth * (samples[-1][0] - samples[0][0]) / 600
    tell(f"memory: {', '.join(f'{value:.1f}' for _, value in samples)} MiB, {tenth:+.2f} MiB in 10 minutes")
    slack = SLACK if seconds >= 900 else SHORT_SLACK
    return [f"memory grows by {tenth:.2f} MiB in 10 minutes"] if tenth > SLOPE and rise > slack else []


def answers(statuses: Counter[str], served: Any) -> list[str]:
    odd = {status: count for status, count in statuses.items() if status not in ("200", "404", "fault")}
    if not odd:
        return []
    log = [line for line in served.err.read_text().split("\n") if " ERROR " in line and "'/fail" not in line]
    return [f"requests without a fault were answered {odd}", *log[:5]]


def remains(served: Any, base: Any) -> list[str]:
    found = []
    deadline, after = time.monotonic() + 20, served.counts()
    while any(now > base[name] + ALLOWED.get(name, 0) for name, now in after.items()):
        if time.monotonic() > deadline:
            found.append(f"not back at base: {after} after {base}")
            break
        time.sleep(0.2)
        after = served.counts()
    log = served.err.read_text()
    return found + [f"the log has '{words}'" for words in NEVER if words in log]


ALLOWED = {"fds": 9, "tasks": 3}
"""What three more connections, that the pool of the database may have opened meanwhile, keep."""


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command; the exit code is 1 if something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--server", default="hypercorn", choices=["hypercorn", "uvicorn", "granian"])
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent))
    with tempfile.TemporaryDirectory() as folder, faults().serving(Path(folder), options.server) as served:
        socket.setdefaulttimeout(30)
        wrong = soak(served, options.seconds)
    tell("\n".join(wrong) or "nothing is wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
