"""Run phases at the start and at the stop, and servers in between."""

import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from kernel import ServerInterrupt
from kernel.errors import KernelError

logger = logging.getLogger("kernel.events")


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
