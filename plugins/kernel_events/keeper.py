"""Keep one generation of a kernel up, in a task that outlives whoever asked for it.

What a lifespan opens, a task group say, must be closed by the task that opened it. The task of a
first request ends too early for that, and so does the one that asks for another configuration. This
is the one room that names event loops, because anyio has no task without a parent.
"""

import logging
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any

import anyio

from kernel.errors import KernelError
from kernel.types import Application
from kernel_events.phases import Cycle

logger = logging.getLogger("kernel.events")
LOOK = 0.05
"""Seconds between two looks whether requests are under way; nothing tells, as that would cost every request."""
_kept: set[Any] = set()


class Keeper:
    """The service "keeper": starts one generation, and stops it when that is asked for, or the event loop ends.

    `stopped` is set when it has stopped, `older` are those that another generation has taken over
    from and that have not; generations of one kernel are changed under one `lock`.

    Args:
        cycle: the phases of the generation.
        graceful: seconds that its requests have after another generation has taken over.
    """

    def __init__(self, cycle: Cycle, graceful: float) -> None:
        self._cycle, self.life, self._graceful = cycle, cycle.life, graceful
        self.older, self.stopped, self.lock = set[Keeper](), anyio.Event(), anyio.Lock()
        self._before: Keeper | None = None
        self._context: Context | None = None

    def follow(self, keeper: "Keeper") -> None:
        """Start in the context of *keeper* and only while it is up; its servers end before ours begin."""
        self._before, self._context, self.life.turn = keeper, keeper._context, keeper.life.halted
        self.older, self.lock = keeper.older, keeper.lock

    async def enter(self, generation: Application) -> None:
        """Start *generation*.

        Raises:
            Exception: whatever forbade the start.
        """
        self._generation, self._error = generation, list[Exception]()
        self._entered, self._leave, self.stopped = anyio.Event(), anyio.Event(), anyio.Event()
        self._scope, self._context = anyio.CancelScope(), self._context or copy_context()
        spawn(self._keep, self._context.copy())
        try:
            await self._entered.wait()
        except BaseException:
            self._scope.cancel()
            with anyio.CancelScope(shield=True):
                await self.stopped.wait()
            raise
        if self._before and not self._before.up:
            self._error.append(KernelError("the kernel is stopping"))
            self._leave.set()
        self._before = None
        if self._error:
            await self.stopped.wait()
            raise self._error[0]

    @property
    def up(self) -> bool:
        """Whether the generation has started, and no stop was asked for."""
        return self.life.state == "up" and not self._leave.is_set()

    async def leave(self) -> None:
        """Stop the generation, and those it has taken over from.

        Raises:
            Exception: what failed at the stop.
        """
        older = tuple(self.older)
        for one in older:
            one.hurry()
        self._leave.set()
        for one in (*older, self):
            await one.stopped.wait()
        async with self.lock:  # whoever was starting another generation gives that up
            pass
        if self._error:
            raise self._error[0]

    def retire(self) -> None:
        """Stop after the last request under way: another generation has taken over."""
        self.life.superseded = True
        self._patience = anyio.CancelScope(deadline=anyio.current_time() + self._graceful)
        self._generation.compiled, self._generation.wrapped = (), self._generation.front
        self.older.add(self)
        self._leave.set()

    def hurry(self) -> None:
        """Wait no longer for requests."""
        self._patience.cancel()

    async def drain(self) -> None:
        """Tell the generation, and those it has taken over from, that a stop was asked for."""
        for one in self.older:
            one.hurry()
        await self._cycle.drain()

    async def _keep(self) -> None:
        with self._scope:  # around both, since what a lifespan opens must nest
            try:
                await self._live()
            except Exception as error:
                self._error.append(error)
            finally:
                self._entered.set()
                self.older.discard(self)
                self.stopped.set()

    async def _live(self) -> None:
        await self._generation.enter()
        self._entered.set()
        try:
            await self._leave.wait()
        finally:  # also when the event loop ends, which cancels all tasks
            self._scope.shield = True
            if self.life.superseded:
                await self._last_request()
            await self._generation.entered.aclose()

    async def _last_request(self) -> None:
        """Wait until nothing is under way; what is at the deadline, a websocket say, is drained."""
        await self._cycle.halt()
        with self._patience:
            await self._quiet()
        if self._busy():
            await self._cycle.drain()
            with anyio.move_on_after(self.life.shutdown_hook):
                await self._quiet()
        if self._busy():
            logger.warning("requests are still under way in a configuration that was replaced; it is stopped")

    async def _quiet(self) -> None:
        while self._busy():  # noqa: ASYNC110  # nothing tells, see LOOK
            await anyio.sleep(LOOK)

    def _busy(self) -> Any:
        """Tell whether requests or background calls are under way."""
        calls = self._generation.booted.services.get("busy", ("", bool))[1]
        return self._generation.under_way() or calls()


def spawn(function: Callable[[], Coroutine[Any, Any, None]], context: Context | None = None) -> None:
    """Run an async function in a task that nobody waits for, with *context*, else with the variables of now."""
    context = context or copy_context()
    try:
        import trio
    except ImportError:
        inside = False
    else:
        inside = trio.lowlevel.in_trio_run()
    if inside:
        trio.lowlevel.spawn_system_task(function, context=context)
        return
    import asyncio

    task = asyncio.get_running_loop().create_task(function(), context=context)
    _kept.add(task)  # the loop itself keeps only a weak reference
    task.add_done_callback(_kept.discard)
