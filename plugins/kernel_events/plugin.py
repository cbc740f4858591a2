"""Two plugins: `events` opens and closes the life cycle, `phases` stands at its innermost point.

The lifespans of all other plugins are entered between the two, so: pre_start, lifespans, startup,
post_start, servers; and in reverse: drain, pre_stop, servers cancelled, lifespans, shutdown.
"""

import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio

from kernel import Hooks, Plugin, ServerInterrupt, hookimpl
from kernel.errors import KernelError
from kernel.layers import as_tuple
from kernel.types import Application
from kernel_events.dispatch import Events
from kernel_events.keeper import start_aside

logger = logging.getLogger("kernel.events")


class EventsPlugin(Plugin):
    """Collects the listeners, executes events, and runs the outermost phases."""

    name = "events"

    @hookimpl
    def kernel_configure(self, kernel: Application) -> None:
        """Collect what all plugins and apps listen to."""
        self.events = Events()
        for name, answer in kernel.collect("kernel_hooks", kernel=kernel):
            for hooks in [answer] if isinstance(answer, Hooks) else answer:
                self.events.add(name, hooks)

        async def execute(name: str, args: Mapping[str, Any]) -> None:
            await self.events.execute(name, {"app": kernel, **args})

        async def phase(name: str) -> None:
            failures = await self.events.execute(name, {"app": kernel})
            if failures:
                reasons = "; ".join(f"{type(error).__name__}: {error}" for error in failures)
                raise KernelError(f"event '{name}': {reasons}") from failures[0]

        kernel.provide("events", execute)
        kernel.provide("phase", phase)
        kernel.provide("listeners", self.events)
        kernel.provide("starter", start_aside)

    @hookimpl(tryfirst=True)
    def kernel_lifespan(self, kernel: Application) -> Any:
        """Run pre_start before every other lifespan is entered, and shutdown after all are left."""
        return framed(kernel.service("phase"), ["pre_start"], ["shutdown"])


class Phases(Plugin):
    """Runs the innermost phases, and the servers between them."""

    name = "phases"
    requires = ("events",)

    @hookimpl(trylast=True)
    def kernel_lifespan(self, kernel: Application) -> Any:
        """Run startup and post_start, then the servers, until drain and pre_stop."""
        servers = [one for _, answer in kernel.collect("kernel_servers", kernel=kernel) for one in as_tuple(answer)]
        for _, function, names in kernel.service("listeners").get("server", ()):
            servers.append(partial(function, app=kernel) if names is None or "app" in names else function)
        return framed(kernel.service("phase"), ["startup", "post_start"], ["drain", "pre_stop"], servers)


@asynccontextmanager
async def framed(
    phase: Callable[[str], Any], start: Iterable[str], stop: Iterable[str], servers: Iterable[Any] = ()
) -> AsyncIterator[None]:
    """Run the phases of *start*, the servers meanwhile, and every phase of *stop*."""
    for name in start:
        await phase(name)
    failures: list[KernelError] = []
    async with beside(servers):
        try:
            yield
        finally:
            failures = await every(phase, stop)
    if failures:  # raised out here, because a task group would wrap it
        raise failures[0]


@asynccontextmanager
async def beside(servers: Iterable[Callable[[], Any]]) -> AsyncIterator[None]:
    """Run the servers, if there are any, until the context is left."""
    if not servers:
        yield
        return
    async with anyio.create_task_group() as group:
        for server in servers:
            group.start_soon(forever, server)
        try:
            yield
        finally:
            group.cancel_scope.cancel()


async def every(phase: Callable[[str], Any], names: Iterable[str]) -> list[KernelError]:
    """Run each phase although one before it failed; return what was raised."""
    failures = []
    for name in names:
        try:
            await phase(name)
        except KernelError as error:
            failures.append(error)
    return failures


async def forever(server: Callable[[], Any]) -> None:
    """Run one server; its end by an exception asks the process to stop in order."""
    try:
        await server()
    except Exception as error:
        if not isinstance(error, ServerInterrupt):
            logger.exception("server '%s' failed", getattr(server, "__qualname__", server))
        os.kill(os.getpid(), signal.SIGTERM)
