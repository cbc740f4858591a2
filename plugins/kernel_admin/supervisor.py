"""Several workers on one socket; the one that dies is replaced, unless they keep dying."""

import signal
import tempfile
from collections import deque
from collections.abc import Callable
from time import monotonic, sleep

import click

from kernel_admin.children import Child, Serving, Worker, kill, stop
from kernel_admin.faults import Fault
from kernel_admin.rolling import Rolling
from kernel_admin.signals import Signals

DEATHS, WITHIN = 5, 30
"""So many deaths within so many seconds end the supervisor, exit code 4."""
START_FAILED = (3, 78)
RETRY = 5
"""Seconds until another start is tried in place of one that failed, while other workers serve."""
ELECTION = "KERNEL_ELECTION"
"""Environment: the file by which workers elect the one whose timers tick; see kernel_timers."""


class Supervisor:
    """Runs *count* workers until a signal, or until one of them asks for the end of all.

    SIGHUP replaces them by new ones, one after another.
    """

    def __init__(self, serving: Serving, count: int, announce: Callable[[], None]) -> None:
        self._serving, self._announce, self._announced = serving, announce, False
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._signals = Signals(lambda: kill(self._children()))
        self._hung_up, self._rolling = False, Rolling(self._spawn, serving.patience)
        signal.signal(signal.SIGHUP, self._hang_up)
        self._election = tempfile.TemporaryFile()  # noqa: SIM115  # closed by run
        self._workers: list[Worker] = []
        self._workers += [self._spawn() for _ in range(count)]
        self._first = set(self._workers)

    def _spawn(self) -> Worker:
        return Worker(self._serving, self._election.fileno(), ELECTION)

    def _hang_up(self, number: int, frame: object) -> None:
        self._hung_up = True

    def _children(self) -> list[Child]:
        return [worker.child for worker in (*self._workers, *self._rolling.others)]

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
                if any(worker.interrupted for worker in self._workers):
                    break
                for number, worker in enumerate(self._workers):
                    self._tend(number, worker)
                if self._hung_up and not self._rolling.under_way:
                    self._hung_up = False
                    self._rolling.begin(len(self._workers))
                self._rolling.step(self._workers)
            return self._stop()
        finally:
            kill(self._children())
            self._election.close()

    def _stop(self) -> int:
        self._serving.place.close()  # while it is open, clients connect and wait
        return stop(self._children(), self._serving.patience, self._rolling.leaving)

    def _tend(self, number: int, worker: Worker) -> None:
        """Look after one worker: replace it if it is dead.

        Raises:
            Fault: it is one of the first and could not start, or too many have died.
        """
        code = worker.child.poll()
        if code is None or self._signals.received:
            return
        if code in START_FAILED and worker in self._first:
            self._stop()
            raise Fault.one("run.start", "a worker could not start", "its reasons stand above", code=code)
        if code in START_FAILED and any(other.serves for other in self._workers):
            if worker.ended is None:
                worker.ended = monotonic()
                hint = f"others serve; another start is tried in {RETRY} seconds"
                click.echo(f"warning run.worker: worker {worker.child.pid} could not start\n    -> {hint}", err=True)
            if monotonic() - worker.ended < RETRY:
                return
        else:
            self._died(worker, code)
        worker.close()
        self._workers[number] = self._spawn()

    def _died(self, worker: Worker, code: int) -> None:
        """Count a death."""
        self._deaths.append(monotonic())
        if len(self._deaths) == DEATHS and self._deaths[-1] - self._deaths[0] <= WITHIN:
            self._stop()
            message = f"{DEATHS} workers died within {WITHIN} seconds, the last with exit code {code}"
            raise Fault.one("run.workers", message, "the log above shows why", code=4)
        message = f"worker {worker.child.pid} died with exit code {code}; it is replaced"
        click.echo(f"warning run.worker: {message}", err=True)
