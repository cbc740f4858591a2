"""Serve an application in this process: the server, its signals, and what becomes of its lifespan."""

import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import click
from anyio.abc import TaskStatus

from kernel.errors import KernelError
from kernel.types import ASGIApp, Receive, Scope, Send
from kernel_admin.faults import Fault
from kernel_admin.signals import CODES, at_once

GRACEFUL = 30
"""Seconds that requests under way have to end after the first signal."""
LAST = 20
"""Seconds more for the lifespans; then the process ends hard."""
PARENT = "KERNEL_PARENT"
"""Environment: the process that started this one; it ends when that one is gone."""

Serve = Callable[[ASGIApp, Any, anyio.Event], Awaitable[None]]


class Watched:
    """An application whose lifespan is observed: servers differ in what they make of a failed one.

    `ready` is called when the start is complete, before the server hears of it. What fails is in
    `failed`, by step; *stop* is set then, for a server that would serve on.
    """

    def __init__(self, app: ASGIApp, ready: Callable[[], None], stop: anyio.Event) -> None:
        self.app, self.ready, self.stop = app, ready, stop
        self.started, self.failed = False, dict[str, str]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; look at what the lifespan says."""
        if scope["type"] != "lifespan":
            return await self.app(scope, receive, send)

        async def observed(message: Any) -> None:
            _, step, end = message["type"].split(".")
            if end == "failed":
                self.failed[step] = message.get("message", "")
                self.stop.set()
            elif step == "startup":
                message = self.begin(message)
            await send(message)

        await self.app(scope, receive, observed)

    def begin(self, message: Any) -> Any:
        """Open the port, and return what to tell the server."""
        try:
            self.ready()
        except OSError as error:
            self.failed["startup"] = f"cannot listen: {error}"
            self.stop.set()
            return {"type": "lifespan.startup.failed", "message": self.failed["startup"]}
        self.started = True
        return message


def serve(app: ASGIApp, server: Serve, place: Any, ready: Callable[[], None], worker_class: str) -> None:
    """Serve until a signal; the first one ends in order, the second at once.

    Raises:
        Fault: the start failed (exit code 3), or the end did (1).
    """
    backend = "trio" if worker_class == "trio" else "asyncio"
    options = {"use_uvloop": True} if worker_class == "uvloop" else {}
    watched: list[Watched] = []
    try:
        with terse():
            anyio.run(_serving, app, server, place, ready, watched, backend=backend, backend_options=options)
    except Exception as error:
        if not watched or (watched[0].started and not watched[0].failed):
            raise
        watched[0].failed.setdefault("startup", str(innermost(error)))
    step, text = next(iter(watched[0].failed.items()), ("", ""))
    if step:
        kind = "start" if step == "startup" else "stop"
        hint = "the log above shows more" if kind == "stop" else "mend the cause; 'kernel check' looks at the rest"
        raise Fault.one(f"run.{kind}", f"the {kind} failed: {text}", hint, code=3 if kind == "start" else 1)


async def _serving(app: ASGIApp, server: Serve, place: Any, ready: Callable[[], None], watched: list[Watched]) -> None:
    stop = anyio.Event()
    watched.append(Watched(app, ready, stop))
    async with anyio.create_task_group() as group:
        await group.start(signals, stop)
        if PARENT in os.environ:
            group.start_soon(orphaned, int(os.environ[PARENT]), stop)
        done = anyio.Event()
        group.start_soon(_run, server, watched[0], place, stop, done)
        await done.wait()
        group.cancel_scope.cancel()


async def _run(server: Serve, app: Watched, place: Any, stop: anyio.Event, done: anyio.Event) -> None:
    """Run the server in a task of its own: Hypercorn leaves the one it ran in marked as cancelled."""
    await server(app, place, stop)
    done.set()


async def signals(stop: anyio.Event, *, task_status: TaskStatus[None]) -> None:
    """Wait for the first signal; from then on the next one ends the process at once, as a deadline does."""
    with anyio.open_signal_receiver(*CODES) as received:
        task_status.started()
        async for _ in received:
            break
    for number in CODES:
        signal.signal(number, at_once)
    stop.set()
    await anyio.sleep(GRACEFUL + LAST)
    click.echo(f"error run.stop: the end took more than {GRACEFUL + LAST} seconds; stopped hard", err=True)
    sys.stderr.flush()
    os._exit(1)


async def orphaned(parent: int, stop: anyio.Event) -> None:
    """Stop when the process that started this one is gone."""
    while os.getppid() == parent:  # noqa: ASYNC110  # nothing tells the death of a parent
        await anyio.sleep(0.5)
    stop.set()


@contextmanager
def terse() -> Iterator[None]:
    """Keep tracebacks of failed steps of the lifespan out of the log, unless --traceback asks for them."""
    context, logger = click.get_current_context(silent=True), logging.getLogger("kernel")
    wanted = context and context.find_root().params.get("traceback")
    if not wanted:
        logger.addFilter(without_traceback)
    try:
        yield
    finally:
        logger.removeFilter(without_traceback)


def without_traceback(record: logging.LogRecord) -> bool:
    """Let a record pass without the traceback of an error that says who failed and why."""
    if record.exc_info and isinstance(record.exc_info[1], KernelError):
        record.exc_info = None
    return True


def innermost(error: BaseException) -> BaseException:
    """Return the first exception inside of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
