"""Child processes that serve: the same command again, on a socket that the parent has bound."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic, sleep

from kernel_admin.binding import Place
from kernel_admin.serving import GRACEFUL, LAST, PARENT

Child = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Serving:
    """How children serve."""

    place: Place
    server: str
    worker_class: str

    def spawn(self) -> Child:
        """Start one child; in a process group of its own, so that ctrl+c reaches the parent alone."""
        number = self.place.sock.fileno()
        words = ["run", "--bind", f"fd://{number}", "--server", self.server, "--worker-class", self.worker_class]
        return subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-P", "-m", "kernel_admin", *words],
            env={**os.environ, PARENT: str(os.getpid())},
            pass_fds=[number],
            process_group=0,
        )


def stop(children: Iterable[Child], seconds: float = GRACEFUL + LAST + 5) -> int:
    """Ask children to end in order, wait, and kill those that do not; return the worst exit code, 0 or 1."""
    alive, end = [child for child in children if child.poll() is None], monotonic() + seconds
    for child in alive:
        child.terminate()
    while any(child.poll() is None for child in alive) and monotonic() < end:
        sleep(0.02)
    kill(alive)
    return int(any(child.wait() not in (0, -signal.SIGTERM) for child in alive))


def kill(children: Iterable[Child]) -> None:
    """End children at once."""
    for child in children:
        if child.poll() is None:
            child.kill()
