"""The clock: what one call took, and how much of that was spent in the measured calls inside it.

A call knows the one around it by a context variable, so it does in child tasks and worker threads.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from threading import Lock
from typing import Any

from kernel.boot.plan import Step
from kernel_trace.timings import SECOND, Key, Timings

logger = logging.getLogger("kernel.trace")
Entry = tuple[Key, int, int]
"""A step, and what a call of it took in nanoseconds: in all, and on its own."""
SOCKET = "WEBSOCKET "
"""How the routes of websockets begin, whose handlers run as long as their clients stay."""


class Span:
    """A time under way. `inner` is what the calls inside took; `entries` collects the ended ones of a request."""

    __slots__ = ("entries", "inner")

    def __init__(self, entries: list[Entry] | None) -> None:
        self.entries, self.inner = entries, 0


class Recorder:
    """Records the calls of one kernel.

    Args:
        timings: where they are counted.
        slow: nanoseconds of its own from which a call is logged.
        route: says the route of the current request, for what stands around all routes.
        clock: the wall time in nanoseconds.
    """

    def __init__(self, timings: Timings, slow: int, route: Callable[[], Any], clock: Callable[[], int]) -> None:
        self._timings, self._slow, self._route, self.clock = timings, slow, route, clock
        self.current: ContextVar[Span | None] = ContextVar("trace", default=None)
        self._lock = Lock()

    def record(self, step: Step, key: Key, total: int, span: Span, around: Span | None) -> None:
        """Count a call that took *total*, and log it if it was slow itself."""
        own = max(0, total - span.inner)  # what ran at the same time inside can add up to more
        if around:
            with self._lock:
                around.inner += total
        if span.entries is not None:
            span.entries.append((key, total, own))
        self._timings.add(key, total, own)
        if own >= self._slow and not (step.phase == "handler" and key.route.startswith(SOCKET)):
            self._log(step, key, own / SECOND * 1000, total / SECOND * 1000)

    def _log(self, step: Step, key: Key, own: float, total: float) -> None:
        """Name a slow call; never what it was called with."""
        route = key.route or self._route()
        place = f", route '{route}'" if route else ""
        text = "slow: %s '%s' of '%s'%s: %.1f ms of its own, %.1f ms in all (%s)"
        logger.warning(text, step.phase, step.callable, step.plugin, place, own, total, step.where)


class Call:
    """One call of a step, between enter and exit; without `counts` it leaves no trace."""

    __slots__ = ("_around", "_began", "_key", "_recorder", "_span", "_step", "counts")

    def __init__(self, recorder: Recorder, step: Step, key: Key) -> None:
        self._recorder, self._step, self._key, self.counts = recorder, step, key, True

    def __enter__(self) -> "Call":
        current = self._recorder.current
        self._around = around = current.get()
        self._span = Span(around.entries if around else None)
        current.set(self._span)
        self._began = self._recorder.clock()
        return self

    def __exit__(self, *failure: object) -> None:
        total = self._recorder.clock() - self._began
        self._recorder.current.set(self._around)  # no reset: a coroutine may be closed in another context
        if self.counts:
            self._recorder.record(self._step, self._key, total, self._span, self._around)
