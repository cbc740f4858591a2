"""Servers: what runs for ever beside the application."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import anyio

from kernel import ServerInterrupt
from kernel_events.life import Cut, Life

logger = logging.getLogger("kernel.events")


class Server:
    """One server of a plugin or an app; *function* returns what is awaited."""

    def __init__(self, life: Life, owner: str, label: str, function: Callable[[], Any]) -> None:
        self._life, self._function = life, function
        self._who = f"'{owner}': server '{label}'"
        self._scope, self._ended = anyio.CancelScope(), anyio.Event()

    async def run(self) -> None:
        """Run it; its end by an exception asks the process to stop in order, its return does not."""
        try:
            with self._scope:
                if self._life.turn:
                    await self._life.turn.wait()
                await self._function()
            if not self._scope.cancel_called:
                logger.info("%s has returned; the application goes on", self._who)
        except Exception as error:
            if intended(error):
                self._life.interrupted = True
                logger.info("%s: %s", self._who, error)
            else:
                self._life.fail(self._who, error)
            if self._life.state == "up":
                self._life.leave(self._who)
        finally:
            self._ended.set()

    def cancel(self) -> None:
        """Cancel it."""
        self._scope.cancel()

    async def end(self) -> None:
        """Wait until it has ended."""
        try:
            with self._life.stopping(self._who):
                await self._ended.wait()
        except Cut as cut:
            self._life.fail(self._who, cut)


async def cancel(servers: Iterable[Server]) -> None:
    """Cancel all servers, and wait for their ends."""
    for server in servers:
        server.cancel()
    for server in servers:
        await server.end()


def intended(error: Exception) -> bool:
    """Tell whether an exception is a ServerInterrupt, or nothing but such in a group."""
    if isinstance(error, ExceptionGroup):
        return error.split(ServerInterrupt)[1] is None
    return isinstance(error, ServerInterrupt)
