"""The plugin: it owns the section; who applies a key reads it from the configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, cast

from kernel_settings import Beyond, Duration

from kernel import Plugin, Problem, hookimpl
from kernel.types import Application

TIMES = 10
"""How many times its default a timeout may be before it is told."""
START, STEP, REQUESTS, IDLE, SLOW = Duration("60s"), Duration("15s"), Duration("30s"), Duration("5s"), Duration("5s")
SEND, BLOCKED, HEAD = Duration("60s"), Duration("1s"), Duration("15s")


@dataclass(frozen=True)
class Timeouts:
    """Section [timeouts]; seconds."""

    startup: Annotated[Duration, "how long the whole start may take", Beyond(words="the start fails, exit code 3")] = (
        START
    )
    slow: Annotated[
        Duration,
        "how long one plugin may take at the boot and, each, one lifespan and one listener at the start",
        Beyond(words="a warning names the plugin and the seconds"),
    ] = SLOW
    shutdown_hook: Annotated[
        Duration,
        "how long one listener or one lifespan may take at the stop",
        Beyond(words="it is cut and logged, exit code 1"),
    ] = STEP
    graceful: Annotated[
        Duration, "how long requests under way may take after a stop was asked for", Beyond(words="they are cut")
    ] = REQUESTS
    body_idle: Annotated[Duration, "how long the next 1 KiB of a body that comes in parts may take", Beyond(408)] = (
        REQUESTS
    )
    send: Annotated[
        Duration,
        "how long a client of 'kernel run' may take nothing of its answer; 0: as long as the system lets it",
        Beyond(words="the connection is closed"),
    ] = SEND
    keep_alive: Annotated[
        Duration, "how long 'kernel run' keeps a connection on which nothing happens", Beyond(words="it is closed")
    ] = IDLE
    header_read: Annotated[
        Duration,
        "how long Uvicorn under 'kernel run' waits for the head of a request, others in keep_alive; 0: for ever",
        Beyond(words="the connection is closed"),
    ] = HEAD
    blocked: Annotated[
        Duration,
        "how long something may hold up the event loop of 'kernel run'; 0: for ever",
        Beyond(words="the log tells where"),
    ] = BLOCKED

    @classmethod
    def of(cls, config: Mapping[str, Mapping[str, Any]]) -> "Timeouts":
        """Return the section of a validated configuration; what it does not say has its default."""
        section = config.get("timeouts", {})
        names = [field.name for field in fields(cls)]
        return cls(**{name: section[name] for name in names if isinstance(section.get(name), Duration)})

    @property
    def hard(self) -> float:
        """Seconds after the first signal when the process ends although something still runs.

        That is time for the drain, for the requests, for pre_stop and servers, and for lifespans
        and shutdown.
        """
        return self.graceful + 3 * self.shutdown_hook


class TimeoutsPlugin(Plugin):
    """Validates the section."""

    name = "timeouts"
    requires = ("settings",)
    Config = Timeouts

    @hookimpl
    def kernel_configure(self, config: Timeouts) -> None:
        """Keep the section."""
        self._config = config

    @hookimpl(trylast=True)
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem]:
        """Report plugins that boot slowly and, for production, timeouts so long that nothing ends by them."""
        yield from self._slow(kernel)
        for field in fields(Timeouts) if deploy else ():
            seconds, usual = getattr(self._config, field.name), cast("float", field.default)
            if seconds > TIMES * usual:
                message = f"[timeouts] {field.name} is {seconds:g} seconds, {seconds / usual:.0f} times its default"
                where = kernel.config.origin("timeouts", field.name)
                yield Problem("timeouts.high", "warning", message, "whoever stops a process kills it before", where)
        if deploy and not self._config.graceful:
            message = "[timeouts] graceful = 0: every deployment cuts the requests that are under way"
            hint = "give them some seconds"
            yield Problem("timeouts.graceful", "warning", message, hint, kernel.config.origin("timeouts", "graceful"))

    def _slow(self, kernel: Application) -> Iterable[Problem]:
        """Report who took longer for this boot than a plugin may: to be imported, and for its answers."""
        kinds = {member.name: member.kind for member in kernel.plan.active}
        for name, seconds in kernel.booted.registry.spent.items():
            if name in kinds and seconds > self._config.slow:
                limit = f"[timeouts] slow = {self._config.slow:g} s"
                message = f"{kinds[name]} '{name}' took {seconds:.3g} s of the boot ({limit})"
                hint = "see what its modules and hooks do: open and ask for things in kernel_lifespan instead"
                yield Problem("timeouts.slow", "warning", message, hint, kernel.config.origin("timeouts", "slow"))
