"""Run the phases at the start and at the stop, each listener within its time."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import copy_context
from typing import Any

import anyio

from kernel import Kernel, Request
from kernel.errors import KernelError
from kernel_events.dispatch import Events
from kernel_events.life import Life
from kernel_events.servers import Server, cancel


class Cycle:
    """The phases of one kernel."""

    def __init__(self, events: Events, life: Life) -> None:
        self._events, self.life, self._lock = events, life, anyio.Lock()
        self._servers: list[Server] = []

    @asynccontextmanager
    async def outer(self) -> AsyncIterator[None]:
        """Run pre_start; then, however far the start came, shutdown. All lifespans lie within.

        Raises:
            KernelError: pre_start failed, or something did during the stop; all reasons are told.
        """
        problem: Exception | None = None
        self._before = copy_context()
        async with anyio.create_task_group() as group:
            self.life.begin(group)
            try:
                await self._begin("pre_start")
                yield
            except Exception as error:
                problem = error  # raised below: a task group would wrap it
            await self._end("shutdown")
        self.life.end()
        if problem:
            raise problem
        if self.life.failures:
            raise KernelError("; ".join(self.life.failures))

    @asynccontextmanager
    async def inner(self, servers: Iterable[Server]) -> AsyncIterator[None]:
        """Run startup and post_start, then the servers, until drain and pre_stop."""
        for name in ("startup", "post_start"):
            await self._begin(name)
        self.life.state, self._context = "up", copy_context()
        self._servers = list(servers)
        for server in self._servers:
            assert self.life.group
            self.life.group.start_soon(server.run)
        try:
            yield
        finally:
            await self.drain()
            await self._end("pre_stop")
            await cancel(self._servers)

    async def halt(self) -> None:
        """End the servers: those of another generation take their turn."""
        await cancel(self._servers)
        self.life.halted.set()

    def seed(self, enter: Callable[[Request], Any]) -> Callable[[Request], Any]:
        """Return *enter*, which a request begins with, so that it also sets the context variables of the start.

        Servers run requests in contexts of their own, which know nothing of what lifespans set. A
        variable that names the kernel is left out: a request knows it, and each one set costs all of them.
        """
        known = self._before
        found = [(one, value) for one, value in copy_context().items() if known.get(one, known) is not value]
        changed = [(one, value) for one, value in found if not isinstance(value, Kernel)]

        def seeded(request: Request) -> Any:
            for variable, value in changed:
                variable.set(value)
            return enter(request)

        return seeded if changed else enter

    async def drain(self) -> None:
        """Tell that a stop was asked for: once, and only to an application that has started."""
        async with self._lock:
            if self.life.state == "up":
                self.life.state = "draining"
                self.life.draining.set()
                done = anyio.Event()
                assert self.life.group
                self._context.run(self.life.group.start_soon, self._drain, done)  # whoever asks is another task
                await done.wait()

    async def _drain(self, done: anyio.Event) -> None:
        await self._end("drain")
        done.set()

    async def _begin(self, name: str) -> None:
        failures = await self._run(name, self.life.starting)
        if failures:
            self.life.failures.clear()  # those of the start are raised
            raise KernelError("; ".join(failures))

    async def _end(self, name: str) -> None:
        await self._run(name, self.life.stopping)

    async def _run(self, name: str, step: Callable[[str], Any]) -> list[str]:
        """Call every listener; return what was wrong with some."""
        failures = []
        for one in self._events.of(name):
            who = f"event '{name}': the listener '{one.label}' of '{one.plugin}' ({one.where})"
            try:
                with step(who):
                    await self._events.call(one, name)
            except Exception as error:  # isolated: the listeners after it still run
                failures.append(self.life.fail(who, error))
        return failures
