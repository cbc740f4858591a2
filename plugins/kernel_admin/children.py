"""Child processes that serve: the same command again, on a socket that the parent has bound."""

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from kernel_timeouts import Timeouts

from kernel_admin.binding import Place
from kernel_admin.serving import INTERRUPTED, PARENT, STARTED, TOLD

Child = subprocess.Popen[bytes]
MORE = 5
"""Seconds that a child has beyond its own deadline before it is killed."""


@dataclass(frozen=True)
class Serving:
    """How children serve; `patience` is how many seconds they have to end in order."""

    place: Place
    server: str
    worker_class: str
    patience: float = Timeouts().hard + MORE

    def spawn(self, handed: Mapping[str, int] | None = None) -> Child:
        """Start one child; in a process group of its own, so that ctrl+c reaches the parent alone.

        Args:
            handed: file descriptors it inherits, by the environment variable that tells it the number.
        """
        number, handed = self.place.sock.fileno(), handed or {}
        words = ["run", "--bind", f"fd://{number}", "--server", self.server, "--worker-class", self.worker_class]
        return subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-P", "-m", "kernel_admin", *words],
            env={**os.environ, PARENT: str(os.getpid()), **{name: str(one) for name, one in handed.items()}},
            pass_fds=[number, *handed.values()],
            process_group=0,
        )


def patience(config: Mapping[str, Any]) -> float:
    """Return how many seconds a child has to end in order."""
    return Timeouts.of(config).hard + MORE


class Worker:
    """A child that says when it serves, and when it asks for the end of all."""

    def __init__(self, serving: Serving, election: int, variable: str) -> None:
        self._pipe, told = os.pipe()
        os.set_blocking(self._pipe, False)
        try:
            self.child = serving.spawn({TOLD: told, variable: election})
        finally:
            os.close(told)
        self._said = b""
        self.ended: float | None = None

    @property
    def serves(self) -> bool:
        """Whether it has started, and lives."""
        return STARTED in self._heard() and self.child.poll() is None

    @property
    def interrupted(self) -> bool:
        """Whether it asks for the end of all."""
        return INTERRUPTED in self._heard()

    def _heard(self) -> bytes:
        """Return what it has said so far."""
        with suppress(BlockingIOError):  # nothing new
            self._said += os.read(self._pipe, 16)
        return self._said

    def close(self) -> None:
        """Forget it."""
        os.close(self._pipe)


def stop(children: Iterable[Child], seconds: float, asked: Collection[Child] = ()) -> int:
    """Ask children to end in order, wait, and kill those that do not; return the worst exit code, 0 or 1.

    Those in *asked* have been asked: a second signal would end them at once, and what they serve.
    """
    alive, end = [child for child in children if child.poll() is None], monotonic() + seconds
    for child in alive:
        if child not in asked:
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
