"""Several workers on one socket; the one that dies is replaced, unless they keep dying."""

from collections import deque
from collections.abc import Callable
from time import monotonic, sleep

import click

from kernel_admin.children import Child, Serving, kill, stop
from kernel_admin.faults import Fault
from kernel_admin.signals import Signals

DEATHS, WITHIN = 5, 30
"""So many deaths within so many seconds end the supervisor, exit code 4."""
START_FAILED = (3, 78)


class Supervisor:
    """Runs *count* workers until a signal, or until one of them ends by itself in order."""

    def __init__(self, serving: Serving, count: int, announce: Callable[[], None]) -> None:
        self._serving, self._announce, self._announced = serving, announce, False
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._signals = Signals(lambda: kill(self._workers))
        self._workers = [serving.spawn() for _ in range(count)]
        self._first = set(self._workers)

    def run(self) -> int:
        """Return the exit code.

        Raises:
            Fault: workers cannot start, or keep dying.
        """
        try:
            while not self._signals.received:
                sleep(0.05)
                if not self._announced and self._serving.place.listening:
                    self._announced = True
                    self._announce()
                if any(self._ended(n, worker) for n, worker in enumerate(self._workers)):
                    break
            return stop(self._workers)
        finally:
            kill(self._workers)

    def _ended(self, number: int, worker: Child) -> bool:
        """Look after one worker; tell whether it ended the whole process in order."""
        code = worker.poll()
        if code is None or self._signals.received:
            return False
        if code in START_FAILED and worker in self._first:
            stop(self._workers)
            raise Fault.one("run.start", "a worker could not start", "its reasons stand above", code=code)
        if code == 0:
            return True
        self._deaths.append(monotonic())
        if len(self._deaths) == DEATHS and self._deaths[-1] - self._deaths[0] <= WITHIN:
            stop(self._workers)
            message = f"{DEATHS} workers died within {WITHIN} seconds, the last with exit code {code}"
            raise Fault.one("run.workers", message, "the log above shows why", code=4)
        click.echo(f"warning run.worker: worker {worker.pid} died with exit code {code}; it is replaced", err=True)
        self._workers[number] = self._serving.spawn()
        return False
