"""What the tests of timers share: a clock that stands until it is told to go on."""

from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import pytest
from kernel_events.plugin import EventsPlugin, Phases
from kernel_testing import make_kernel
from kernel_timers import Clock, Timers

from kernel import App, Hooks

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)


class Frozen(Clock):
    """A clock that stands still."""

    def __init__(self, now=MIDNIGHT):
        self.wall, self.passed, self._sleepers = now, 0.0, []

    def monotonic(self):
        return self.passed

    def now(self):
        return self.wall

    async def sleep(self, seconds):
        event = anyio.Event()
        sleeper = (self.passed + seconds, event)
        self._sleepers.append(sleeper)
        try:
            await event.wait()
        finally:
            self._sleepers.remove(sleeper)

    def work(self, seconds):
        """Let time pass that nobody sleeps through."""
        self.passed += seconds
        self.wall += timedelta(seconds=seconds)

    async def advance(self, seconds):
        """Let time pass, and wake everybody in turn."""
        end = self.passed + seconds
        await anyio.wait_all_tasks_blocked()
        while due := sorted((moment, id(event), event) for moment, event in self._sleepers if moment <= end):
            self.work(max(due[0][0] - self.passed, 0))
            due[0][2].set()
            await anyio.wait_all_tasks_blocked()
        self.work(end - self.passed)


@pytest.fixture
def clock():
    return Frozen()


@pytest.fixture
def hooks():
    return Hooks()


@pytest.fixture
def ticks():
    return []


@pytest.fixture
def kernel_of(clock, hooks):
    """Return a function that makes a kernel with the timers of `hooks`, ticking by `clock`."""

    def make(**timers):
        app = App(name="shop", hooks=hooks)
        return make_kernel([EventsPlugin, Timers(clock), Phases], [app], {"timers": timers}, standard=False)

    return make
