"""A lifespan in a task of its own: it may take its time, and what breaks in it breaks nothing else."""

from contextlib import AbstractAsyncContextManager
from contextvars import Context, ContextVar, Token, copy_context
from math import inf
from typing import Any

import anyio

from kernel_events.life import Cut, Life


class Lifespan:
    """Enters and leaves a context in one task, as task groups want it, while others wait.

    One that ends early, because a task in it failed, ends the process in order. The context variables
    it sets are those of whatever is started after it: lifespans, phases, servers and timers.
    """

    def __init__(self, life: Life, name: str, context: AbstractAsyncContextManager[Any]) -> None:
        self._life, self._who, self._context = life, f"plugin '{name}': its lifespan", context
        self._entered, self._leave, self._left = anyio.Event(), anyio.Event(), anyio.Event()
        self._scope = anyio.CancelScope(shield=True)  # its end has its turn, whatever cancels the whole
        self._error: Exception | None = None
        self._variables, self._tokens = Context(), list[tuple[ContextVar[Any], Token[Any]]]()

    async def __aenter__(self) -> None:
        assert self._life.group
        self._life.group.start_soon(self._live)
        try:
            with self._life.starting(self._who):
                await self._entered.wait()
        except BaseException:  # it took too long, or the start was cancelled
            self._scope.cancel()
            with anyio.CancelScope(shield=True):
                await self._end()
            raise
        if self._error:
            raise self._error
        changed = [(variable, value) for variable, value in self._variables.items() if variable.get(None) is not value]
        self._tokens = [(variable, variable.set(value)) for variable, value in changed]

    async def __aexit__(self, *_: object) -> None:
        self._leave.set()
        try:
            with self._life.stopping(self._who):
                await self._left.wait()
        except Cut as cut:
            self._life.fail(self._who, cut)
            self._scope.cancel()
            await self._end()
        for variable, token in self._tokens:
            variable.reset(token)

    async def _end(self) -> None:
        """Wait for a context that was cut, as long as a step may take."""
        with anyio.move_on_after(self._life.shutdown_hook):
            await self._left.wait()

    async def _live(self) -> None:
        entered = False
        try:
            with self._scope:
                async with self._context:
                    entered, self._variables = True, copy_context()
                    self._entered.set()
                    await self._turn()
        except Exception as error:
            self._error = error
            if entered:
                self._life.fail(self._who, error)
                if not self._leave.is_set():
                    self._life.leave(self._who)
        finally:
            self._entered.set()
            self._left.set()

    async def _turn(self) -> None:
        """Wait for the turn to leave; also when the event loop ends, which cancels all tasks at once."""
        try:
            await self._leave.wait()
        except BaseException:
            if anyio.current_effective_deadline() < inf:  # a task in the lifespan failed, or it was cut
                raise
            await self._leave.wait()
