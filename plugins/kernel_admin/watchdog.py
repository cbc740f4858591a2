"""An event loop that a handler blocks: a thread of our own tells where it stands."""

import logging
import sys
from collections.abc import Awaitable, Callable
from math import inf
from threading import Event, Thread, get_ident
from time import monotonic
from traceback import format_stack

import anyio

EVERY = 10.0
"""Seconds in which at most one stack is logged."""
OWN = 12
"""Innermost frames that are shown; those below them are of the server."""
MESSAGE = (
    "the event loop has been blocked for %.3g s, and nobody else is served meanwhile: await what takes time, or make "
    "its handler a plain 'def', which runs in a thread ([timeouts] blocked)"
)

logger = logging.getLogger("kernel.run")


class Watchdog:
    """Logs the stack of an event loop that stood still for *seconds*: once each time, and not more often than EVERY."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._looks = seconds, seconds / 4
        self._beat, self._told = inf, (-inf, -inf)
        self._over, self._loop = Event(), 0

    async def run(self, begun: Callable[[], Awaitable[object]]) -> None:
        """Watch the event loop of this task, from when *begun* returns until the task is cancelled."""
        await begun()
        self._loop = get_ident()
        Thread(target=self._watch, name="watchdog", daemon=True).start()
        try:
            while True:  # what blocks it tells nobody
                self.beat(monotonic())
                await anyio.sleep(self._looks)
        finally:
            self._over.set()

    def _watch(self) -> None:
        while not self._over.wait(self._looks):
            self.look(monotonic())

    def beat(self, now: float) -> None:
        """Note that the event loop turned."""
        self._beat = now

    def look(self, now: float) -> None:
        """Log where the event loop stands, if it did not turn for too long, and that was not told yet."""
        beat, (last, when) = self._beat, self._told
        if now - beat < self._seconds or beat == last or now - when < EVERY:
            return
        self._told = beat, now
        frame = sys._current_frames().get(self._loop)
        stack = "".join(["Stack:\n", *format_stack(frame, OWN)]).rstrip()
        record = logger.makeRecord(logger.name, logging.WARNING, __file__, 0, MESSAGE, (now - beat,), None, sinfo=stack)
        logger.handle(record)
