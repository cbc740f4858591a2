"""Two plugins: `events` opens and closes the life cycle, `phases` stands at its innermost point.

The lifespans of all other plugins are entered between the two, so: pre_start, lifespans, startup,
post_start, servers; and in reverse: drain, pre_stop, servers cancelled, lifespans, shutdown.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from kernel import Hooks, Layer, Plugin, Problem, Request, hookimpl, hookspec
from kernel.errors import KernelError
from kernel.layers import as_tuple, where
from kernel.serve.wrappers import label
from kernel.types import Application
from kernel_events.dispatch import Events
from kernel_events.event import DEFAULTS, Event
from kernel_events.keeper import Keeper, spawn
from kernel_events.life import Life
from kernel_events.lifespans import Lifespan
from kernel_events.phases import Cycle
from kernel_events.reconfiguring import reconfigure
from kernel_events.requests import ERROR, observing, request_layers
from kernel_events.servers import Server

logger = logging.getLogger("kernel.events")
FRAME = ("events", "phases")
"""Plugins whose lifespans hold those of all others."""


@dataclass(frozen=True)
class PhasesConfig:
    """Section [phases]."""

    servers: Annotated[bool, "whether what runs for ever beside the application runs in this process"] = True


class Specs:
    """What this plugin asks others."""

    @hookspec(since=(1, 0))
    def kernel_events(self) -> Iterable[Event] | None:
        """Declare events and what they carry: an Event, or several."""


class EventsPlugin(Plugin):
    """Collects the listeners, executes events, and runs the outermost phases."""

    name = "events"
    specs = (Specs,)

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Offer the execution of events; who listens is asked when every plugin is configured."""

        def current() -> Request | None:
            try:
                return kernel.get_current_request()  # type: ignore[no-any-return]  # a Request
            except LookupError:
                return None

        self.events = Events(kernel, current)

        async def execute(name: str, args: Mapping[str, Any]) -> None:
            await self.events.execute(name, args)

        self._life = Life.of(kernel.config)
        self._cycle = Cycle(self.events, self._life)
        kernel.provide("events", execute)
        kernel.provide("life", self._life)
        kernel.provide("cycle", self._cycle)
        keeper = Keeper(self._cycle, self._life.graceful)
        kernel.provide("keeper", keeper)
        kernel.provide("enter", keeper.enter)
        kernel.provide("leave", keeper.leave)
        kernel.provide("reconfigure", reconfigure)
        kernel.provide("drain", keeper.drain)
        kernel.provide("seed", self._cycle.seed)
        kernel.provide("lifespan", self._keep)
        kernel.provide("listeners", self.events)
        kernel.provide("spawn", spawn)

    def _keep(self, name: str, context: Any) -> Any:
        """Return how to enter a lifespan: in a task of its own, unless it makes up the frame of all."""
        return context if name in FRAME or not self._life.group else Lifespan(self._life, name, context)

    @hookimpl
    def kernel_events(self) -> Iterable[Event]:
        """Declare the events of the framework."""
        return DEFAULTS

    @hookimpl(tryfirst=True)
    def kernel_layers(self, kernel: Application) -> Iterable[Layer]:
        """Collect who listens, and stand outermost if it is to the events of requests."""
        for name, answer in kernel.collect("kernel_events"):
            self.events.declare(name, as_tuple(answer))
        self._heard: list[tuple[str, Hooks, int]] = []
        for name, answer in kernel.collect("kernel_hooks", kernel=kernel):
            for hooks in [answer] if isinstance(answer, Hooks) else as_tuple(answer):
                self._add(name, hooks)
        self.events.compile()
        if self.events.of(ERROR):
            kernel.provide("observe", observing(self.events))
        return request_layers(self.events)

    def _add(self, name: str, hooks: Any) -> None:
        if not isinstance(hooks, Hooks):
            message = f"'{name}': hooks= holds {hooks!r}, which is no Hooks"
            self.events.problems.error("event.hooks", message, "write App(hooks=[hooks]) with hooks = Hooks()")
            return
        self.events.add(name, hooks)
        self._heard.append((name, hooks, len(hooks)))

    @hookimpl
    def kernel_checks(self) -> Iterable[Problem]:
        """Report listeners that could not be called, or not in the order they wish."""
        return self.events.problems

    @hookimpl(tryfirst=True)
    def kernel_lifespan(self, kernel: Application) -> Any:
        """Log the warnings of the boot; run pre_start before all other lifespans are entered, and shutdown at the end.

        Raises:
            KernelError: listeners were registered after the boot, and would never hear anything.
        """
        for problem in kernel.problems:
            logger.warning("%s", " ".join(str(problem).split()[1:]))  # errors forbid to come here
        for name, hooks, number in self._heard:
            for event, function, *_ in hooks[number:]:
                place = where(function)
                raise KernelError(f"'{name}': event '{event}': the listener came after the boot, too late ({place})")
        return self._cycle.outer()


class Phases(Plugin):
    """Runs the innermost phases, and the servers between them."""

    name = "phases"
    requires = ("events",)
    after = ("outcomes",)  # among the innermost lifespans the first plugin is entered last
    before = ("router",)
    Config = PhasesConfig

    @hookimpl
    def kernel_configure(self, config: PhasesConfig) -> None:
        """Keep the section."""
        self._config = config

    @hookimpl(trylast=True)
    def kernel_lifespan(self, kernel: Application) -> Any:
        """Run startup and post_start, then the servers, until drain and pre_stop."""
        life, listeners, servers = kernel.service("life"), kernel.service("listeners"), []
        for owner, answer in kernel.collect("kernel_servers", kernel=kernel):
            servers += [Server(life, owner, label(one), one) for one in as_tuple(answer)]
        for one in listeners.of("server"):
            servers.append(Server(life, one.plugin, one.label, partial(listeners.call, one, "server")))
        return kernel.service("cycle").inner(servers if self._config.servers else [])
