"""Where one kernel stands between its start and its stop, how long each step may take, and what went wrong."""

import logging
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import anyio
from anyio.abc import TaskGroup

logger = logging.getLogger("kernel.events")


class Cut(TimeoutError):
    """A step took too long and was cancelled."""


class Life:
    """The service "life".

    `state` is down, starting, up or draining; `draining` is set when a stop was asked for. `asked`
    tells that the application itself did, `interrupted` that it was a server with ServerInterrupt.
    `failures` are those of the servers and of the stop; `doing` is the step under way, for whoever
    has to give up. `group` holds the tasks of lifespans and servers. `superseded` tells that another
    generation of the kernel has taken over; `halted` is set when the servers have ended for that,
    and `turn` is the `halted` of the generation before, which servers wait for.

    Args:
        startup: seconds for the whole start.
        slow: seconds after which a step of the start is named in a warning.
        shutdown_hook: seconds for each step of the stop.
        graceful: seconds for requests under way.
    """

    group: TaskGroup | None = None
    turn: anyio.Event | None = None
    superseded = False

    def __init__(
        self, startup: float = 60.0, shutdown_hook: float = 15.0, graceful: float = 30.0, slow: float = 5.0
    ) -> None:
        self.startup, self.shutdown_hook, self.graceful, self.slow = startup, shutdown_hook, graceful, slow
        self.state, self.doing, self.failures = "down", "", list[str]()
        self.interrupted = self.asked = False

    @classmethod
    def of(cls, config: Mapping[str, Mapping[str, Any]]) -> "Life":
        """Return a life with the times that [timeouts] says."""
        section, keys = config.get("timeouts", {}), ("startup", "shutdown_hook", "graceful", "slow")
        return cls(**{key: section[key] for key in keys if isinstance(section.get(key), float)})

    @property
    def leads(self) -> bool:
        """Whether the application is up and requests come to this generation."""
        return self.state == "up" and not self.superseded

    def begin(self, group: TaskGroup) -> None:
        """Start anew: the time for the start begins now."""
        self.group, self.state, self.failures = group, "starting", []
        self.interrupted = self.asked = self.superseded = False
        self.halted = anyio.Event()
        self._deadline, self.draining = anyio.current_time() + self.startup, anyio.Event()

    def end(self) -> None:
        """Be down again."""
        self.group, self.state = None, "down"

    @contextmanager
    def starting(self, who: str) -> Iterator[None]:
        """Do one step of the start, which may take what is left of its time; a slow one is named.

        Raises:
            Cut: it did not end in time.
        """
        began = anyio.current_time()
        with self._step(who, self._deadline, "startup"):
            yield
        if (took := anyio.current_time() - began) > self.slow:
            logger.warning("%s took %.3g s ([timeouts] slow = %g s)", who, took, self.slow)

    def stopping(self, who: str) -> Any:
        """Return a context for one step of the stop."""
        return self._step(who, anyio.current_time() + self.shutdown_hook, "shutdown_hook")

    @contextmanager
    def _step(self, who: str, deadline: float, key: str) -> Iterator[None]:
        """Do one step.

        Raises:
            Cut: it did not end in time.
        """
        before, self.doing, began = self.doing, who, anyio.current_time()
        try:
            with anyio.CancelScope(deadline=deadline) as scope:
                yield
        finally:
            self.doing = before
        if scope.cancelled_caught:
            raise Cut(f"cut after {anyio.current_time() - began:.3g} s ([timeouts] {key})")

    def fail(self, who: str, error: Exception) -> str:
        """Log and keep a failure; a step that was cut has no traceback of its own."""
        text = f"{who}: {error}" if isinstance(error, Cut) else f"{who}: {type(error).__name__}: {error}"
        logger.error("%s", text, exc_info=None if isinstance(error, Cut) else error)
        self.failures.append(text)
        return text

    def leave(self, who: str) -> None:
        """Ask the process to stop in order, once, as SIGTERM does.

        A worker of another server may leave signals to the process that started it, which is asked
        then. Where nobody listens, as in a test, the application goes on until it is stopped.
        """
        if self.asked or self.superseded:
            return
        self.asked = True
        if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        from multiprocessing import parent_process

        if parent := parent_process():
            os.kill(parent.pid or 0, signal.SIGTERM)
        else:
            logger.warning("%s asks for the end, but nothing here ends the process in order", who)
