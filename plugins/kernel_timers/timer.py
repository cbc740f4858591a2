"""A timer: it calls a function whenever it is due, one call at a time, until it is cancelled."""

import logging
from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import anyio
from kernel_events import Cut, Life

from kernel_timers.clock import Clock
from kernel_timers.schedule import Schedule

logger = logging.getLogger("kernel.timers")


class Timer:
    """One function and its schedule; *who* names both in the log.

    A call under way is not cancelled with the rest: it has its own deadline, after *timeout* seconds.
    """

    _scope: anyio.CancelScope | None = None
    _hurried = False

    def __init__(self, who: str, call: Callable[[], Awaitable[Any]], schedule: Schedule, timeout: float | None) -> None:
        self._who, self._call, self._schedule = who, call, schedule
        self._timeout = inf if timeout is None else timeout

    async def run(self, clock: Clock, life: Life, elected: Callable[[], bool]) -> None:
        """Tick until cancelled, while requests come to this generation, and this process *elected*."""
        self._schedule.begin(clock)
        while True:
            if await self._schedule.wait(clock):
                logger.warning("%s: what was due while it ran, or while the clock jumped, is left out", self._who)
            if life.leads and elected():
                await self._tick(life)

    async def _tick(self, life: Life) -> None:
        """Call the function once; whatever becomes of that, the next tick comes."""
        began, self._hurried = anyio.current_time(), False
        with anyio.CancelScope(shield=True, deadline=began + self._timeout) as self._scope:
            try:
                await self._call()
            except Exception:
                logger.exception("%s failed", self._who)
        if self._scope.cancelled_caught:
            seconds = f"{anyio.current_time() - began:.3g} s"
            if self._hurried:
                life.fail(self._who, Cut(f"cut at the stop, after {seconds}"))
            else:
                logger.error("%s: cut after %s (its timeout)", self._who, seconds)
        self._scope = None

    def hurry(self, seconds: float) -> None:
        """Leave a call under way no more than *seconds*."""
        deadline = anyio.current_time() + seconds
        if self._scope and self._scope.deadline > deadline:
            self._scope.deadline, self._hurried = deadline, True
