"""The plugin: the listeners of "periodic" and "cron" become timers, which tick while the application is up."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import anyio
from kernel_events import Event, Life, Listener, Role

from kernel import Plugin, Problem, hookimpl
from kernel.types import Application
from kernel_timers.clock import Clock
from kernel_timers.election import Election
from kernel_timers.schedule import FIELDS, positive, schedule
from kernel_timers.timer import Timer


class Periodic(Role):
    """A function that is called every so many seconds."""

    wishes = ("seconds", "timeout")


class Cron(Role):
    """A function that is called when a cron spec says so."""

    wishes = ("spec", "tz", "timeout")


ROLES = (
    Periodic("periodic", "called every so many seconds"),
    Cron("cron", "called when a cron spec says so"),
)
HINTS = {"periodic": "write @hooks.periodic(30)", "cron": f'write @hooks.cron("*/5 * * * *"): {FIELDS}'}


@dataclass(frozen=True)
class TimersConfig:
    """Section [timers]."""

    enabled: Annotated[bool, "whether timers tick in this process"] = True
    lock: Annotated[str, "a file that processes share, so that in only one of them timers tick"] = ""


class Timers(Plugin):
    """Calls functions by the clock."""

    name = "timers"
    requires = ("events",)
    after = ("phases", "settings")
    Config = TimersConfig

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()

    @hookimpl
    def kernel_configure(self, kernel: Application, config: TimersConfig) -> None:
        """Keep the section."""
        self._kernel, self._config = kernel, config
        self._timers, self._problems = list[Timer](), list[Problem]()

    @hookimpl
    def kernel_events(self) -> Iterable[Event]:
        """Declare what a listener may be."""
        return ROLES

    @hookimpl
    def kernel_compiled(self) -> None:
        """Make a timer of each listener."""
        listeners = self._kernel.service("listeners")
        for role in ROLES:
            for one in listeners.of(role.name):
                self._add(role.name, one, partial(listeners.call, one, role.name))

    def _add(self, role: str, one: Listener, call: partial[Any]) -> None:
        who, timeout = f"'{one.plugin}': {role} '{one.label}'", one.wishes.get("timeout")
        try:
            if timeout is not None and not positive(timeout):
                raise ValueError(f"timeout={timeout!r} must be a number of seconds above 0")
            self._timers.append(Timer(f"{who} ({one.where})", call, schedule(role, one.wishes), timeout))
        except ValueError as error:
            self._problems.append(Problem(f"timers.{role}", "error", f"{who}: {error}", HINTS[role], one.where))

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report timers that are never due."""
        return self._problems

    @hookimpl(trylast=True)
    def kernel_lifespan(self, kernel: Application) -> AbstractAsyncContextManager[None] | None:
        """Begin after all lifespans and before the innermost phases, which "phases" runs."""
        return self._ticking() if self._timers and self._config.enabled else None

    @asynccontextmanager
    async def _ticking(self) -> AsyncIterator[None]:
        life, election = self._kernel.service("life"), Election(self._config.lock, self._kernel.config.root)
        try:
            async with anyio.create_task_group() as group:
                for timer in self._timers:
                    group.start_soon(timer.run, self._clock, life, election.won)
                group.start_soon(self._hurry, life)
                yield
                group.cancel_scope.cancel()
        finally:
            election.resign()

    async def _hurry(self, life: Life) -> None:
        """Leave the calls under way at the drain as long as a step of the stop may take."""
        await life.draining.wait()
        for timer in self._timers:
            timer.hurry(life.shutdown_hook)
