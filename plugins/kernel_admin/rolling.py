"""Replace workers one after another: a new one serves before an old one is asked to end."""

from collections.abc import Callable
from time import monotonic

import click

from kernel_admin.children import Child, Worker


class Rolling:
    """One change of all workers, in steps that take no time; one that cannot start ends it.

    Args:
        spawn: starts a worker.
        patience: seconds that an old worker has to end in order.
    """

    def __init__(self, spawn: Callable[[], Worker], patience: float) -> None:
        self._spawn, self._patience = spawn, patience
        self._numbers: list[int] = []
        self._new: Worker | None = None
        self._old: Worker | None = None
        self._until = 0.0

    @property
    def under_way(self) -> bool:
        """Whether a change is not done yet."""
        return bool(self._numbers or self._old)

    @property
    def others(self) -> list[Worker]:
        """The workers that it holds besides those that are in their place."""
        return [worker for worker in (self._new, self._old) if worker]

    @property
    def leaving(self) -> list[Child]:
        """What it has asked to end."""
        return [self._old.child] if self._old else []

    def begin(self, count: int) -> None:
        """Begin a change of *count* workers."""
        self._numbers = list(range(count))
        click.echo("reloading: workers are replaced one after another", err=True)

    def step(self, workers: list[Worker]) -> None:
        """Do what can be done now; *workers* are changed in place."""
        if self._old:
            self._end(self._old)
        elif self._new:
            self._begin(self._new, workers)
        elif self._numbers:
            self._new = self._spawn()

    def _begin(self, new: Worker, workers: list[Worker]) -> None:
        """Put the new worker in its place if it serves, or give up if it could not start."""
        code = new.child.poll()
        if new.serves:
            number, self._new = self._numbers.pop(0), None
            self._old, workers[number] = workers[number], new
            if self._old.child.poll() is None:
                self._old.child.terminate()
            self._until = monotonic() + self._patience
        elif code is not None:
            new.close()
            self._new, self._numbers = None, []
            hint = "its reasons stand above; mend them, and send SIGHUP again"
            message = f"a new worker could not start (exit code {code}); the old ones go on serving"
            click.echo(f"error run.reload: {message}\n    -> {hint}", err=True)

    def _end(self, old: Worker) -> None:
        """Wait for the end of the old worker, but not for ever."""
        if old.child.poll() is not None:
            old.close()
            self._old = None
            if not self._numbers:
                click.echo("reloaded", err=True)
        elif monotonic() > self._until:
            old.child.kill()
