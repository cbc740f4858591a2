"""Serve an application in this process: the server, its signals, and what becomes of its lifespan."""

import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer
from time import monotonic
from typing import Any

import anyio
import click
from anyio.abc import TaskGroup, TaskStatus
from kernel_timeouts import Timeouts

from kernel import Kernel
from kernel.errors import KernelError
from kernel.serve.application import unavailable
from kernel.types import ASGIApp, Message, Receive, Scope, Send
from kernel_admin.arenas import one_arena
from kernel_admin.concurrency import MOST, limit_of
from kernel_admin.faults import Fault
from kernel_admin.heap import set_aside
from kernel_admin.signals import at_once, has_terminal, last, once_more, stopping
from kernel_admin.watchdog import Watchdog

PARENT = "KERNEL_PARENT"
"""Environment: the process that started this one; it ends when that one is gone."""
TOLD = "KERNEL_TOLD"
"""Environment: a descriptor, to which this process writes what its parent should know."""
STARTED, INTERRUPTED = b".", b"!"
"""The start is complete; a server asked for the end of the whole."""

MINUTE = 60.0
logger = logging.getLogger("kernel.run")
Serve = Callable[[ASGIApp, Any, anyio.Event, Timeouts], Awaitable[None]]


class Watched:
    """An application whose lifespan is observed: servers differ in what they make of a failed one.

    Beyond *most* requests under way one more is answered 503.

    `ready` is called when the start is complete, before the server hears of it. What fails is in
    `failed`, by step; *stop* is set then, for a server that would serve on.
    """

    def __init__(
        self, kernel: Kernel, ready: Callable[[], None], stop: anyio.Event, place: Any = None, most: int = MOST
    ) -> None:
        # every request meets these two: a method is called sooner than an object, and ints compare sooner than a Count
        self.app: ASGIApp = kernel.__call__
        self.most, self.under_way, self.silent_until = int(most), 0, 0.0
        self.place = place
        self.kernel, self.ready, self.stop = kernel, ready, stop
        self.started, self.failed, self.begun = False, dict[str, str](), anyio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and count the requests; look at what the lifespan says."""
        if scope["type"] == "lifespan":
            return await self.observe(scope, receive, send)
        counts = 1 if scope["type"] == "http" else 0
        if counts and self.under_way >= self.most:
            return await self.refuse(scope, receive, send)
        self.under_way += counts
        try:
            await self.app(scope, receive, send)
        except anyio.get_cancelled_exc_class():
            if self.stop.is_set():
                method = scope.get("method", "WEBSOCKET")
                logger.warning("%s %r: cut, the stop waits no longer ([timeouts] graceful)", method, scope["path"])
            raise
        finally:
            self.under_way -= counts

    async def observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the lifespan on, and look at what is said of it."""

        async def observed(message: Any) -> None:
            _, step, end = message["type"].split(".")
            if end == "failed":
                self.failed[step] = message.get("message", "")
                self.stop.set()
            elif step == "startup":
                message = self.begin(message)
            await send(message)

        await self.app(scope, receive, observed)

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503; once a minute the log says why."""
        if (now := monotonic()) >= self.silent_until:
            logger.warning("%d requests are under way, which is [server] limit_concurrency: more get 503", self.most)
            self.silent_until = now + MINUTE
        await unavailable(scope, receive, send)

    def begin(self, message: Any) -> Any:
        """Open the port, and return what to tell the server."""
        try:
            self.ready()
        except OSError as error:
            self.failed["startup"] = f"cannot listen: {error}"
            self.stop.set()
            return {"type": "lifespan.startup.failed", "message": self.failed["startup"]}
        set_aside()
        self.started = True
        self.begun.set()
        tell_parent(STARTED)
        return message

    async def reload(self) -> None:
        """Take the configuration of now; if that is broken the old one goes on serving, and the log says why."""
        click.echo("reloading: the configuration is read anew", err=True)
        try:
            ended = await self.kernel.reconfigure()
        except Exception as error:
            reasons = " ".join(str(error).split())
            logger.error("reload failed, the old configuration goes on serving: %s", reasons)
        else:
            self.most = int(limit_of(self.kernel.config))
            click.echo("reloaded", err=True)
            await ended.wait()
            set_aside()  # what served before is among what was set aside

    async def drain(self) -> None:
        """Tell the application that the end was asked for, and clients with their next answers; then stop."""
        self.app = closing(self.app)
        await self.service("drain", anyio.lowlevel.checkpoint)()
        if self.place:
            self.place.sock.close()  # the server has its own; while one is open, clients connect and wait
        self.stop.set()

    def service(self, key: str, default: Any) -> Any:
        """Return a service of the application, if it has it."""
        return self.kernel.booted.services.get(key, ("", default))[1]


def tell_parent(what: bytes) -> None:
    """Write to the process that started this one as a worker, if one did."""
    if TOLD in os.environ:
        with suppress(OSError):  # inherited by a process that it knows nothing of
            os.write(int(os.environ[TOLD]), what)


def closing(app: ASGIApp) -> ASGIApp:
    """Return *app* with connections that end with the next answer (HTTP/1 only, RFC 9112 §9.6)."""

    async def close(scope: Scope, receive: Receive, send: Send) -> None:
        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        kept = scope["type"] != "http" or not scope.get("http_version", "").startswith("1")
        await app(scope, receive, send if kept else last)

    return close


def serve(app: Kernel, server: Serve, place: Any, ready: Callable[[], None], worker_class: str) -> None:
    """Serve until a signal; the first one ends in order, the second at once.

    Raises:
        Fault: the start failed (exit code 3), or the end did (1).
    """
    backend = "trio" if worker_class == "trio" else "asyncio"
    options = {"use_uvloop": True} if worker_class == "uvloop" else {}
    watched: list[Watched] = []
    one_arena()
    try:
        with terse():
            anyio.run(_serving, app, server, place, ready, watched, backend=backend, backend_options=options)
    except Exception as error:
        if not watched or (watched[0].started and not watched[0].failed):
            raise
        watched[0].failed.setdefault("startup", str(innermost(error)))
    finally:
        gc.unfreeze()
    if getattr(watched[0].service("life", None), "interrupted", False):
        tell_parent(INTERRUPTED)
    step, text = next(iter(watched[0].failed.items()), ("", ""))
    if step:
        kind = "start" if step == "startup" else "stop"
        hint = "the log above shows more" if kind == "stop" else "mend the cause; 'kernel check' looks at the rest"
        raise Fault.one(f"run.{kind}", f"the {kind} failed: {text}", hint, code=3 if kind == "start" else 1)


async def _serving(app: Kernel, server: Serve, place: Any, ready: Callable[[], None], watched: list[Watched]) -> None:
    stop, times = anyio.Event(), Timeouts.of(app.config)
    watched.append(Watched(app, ready, stop, place, limit_of(app.config)))
    async with anyio.create_task_group() as group:
        await group.start(signals, watched[0], times.hard, group)
        if PARENT in os.environ:
            group.start_soon(orphaned, int(os.environ[PARENT]))
        if times.blocked:
            group.start_soon(Watchdog(times.blocked).run, watched[0].begun.wait)
        if place:
            place.forsake(times.send)
        done = anyio.Event()
        group.start_soon(_run, server, watched[0], place, stop, times, done)
        await done.wait()
        group.cancel_scope.cancel()


async def _run(server: Serve, app: Watched, place: Any, stop: anyio.Event, times: Timeouts, done: anyio.Event) -> None:
    """Run the server in a task of its own: Hypercorn leaves the one it ran in marked as cancelled."""
    await server(app, place, stop, times)
    done.set()


async def signals(app: Watched, seconds: float, group: TaskGroup, *, task_status: TaskStatus[None]) -> None:
    """Wait for the first signal and drain; from then on the next one ends the process at once, as a deadline does.

    SIGHUP drains only if the terminal was closed; else it has the configuration read anew, in *group*.
    """
    terminal = has_terminal()
    with anyio.open_signal_receiver(*stopping()) as received:
        task_status.started()
        async for number in received:
            if number != signal.SIGHUP or (terminal and not has_terminal()):
                break
            group.start_soon(app.reload)
    last(at_once if not getattr(app.service("life", None), "asked", False) else once_more)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a terminal that closes may say so twice
    deadline = Timer(seconds, hard, (app, seconds))  # a thread, since the event loop may be what hangs
    deadline.daemon = True
    deadline.start()
    try:
        await app.drain()
        await anyio.sleep_forever()
    finally:
        deadline.cancel()


def hard(app: Watched, seconds: float) -> None:
    """End the process now, and say what did not end."""
    doing = getattr(app.service("life", None), "doing", "") or "the server, or requests under way"
    message = f"the end took more than {seconds:g} seconds; stopped hard, waiting for {doing}"
    click.echo(f"error run.stop: {message}", err=True)
    sys.stderr.flush()
    os._exit(1)


async def orphaned(parent: int) -> None:
    """Stop when the process that started this one is gone."""
    while os.getppid() == parent:  # noqa: ASYNC110  # nothing tells the death of a parent
        await anyio.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def terse() -> Iterator[None]:
    """Keep tracebacks of failed steps of the lifespan, and of what was cut, out of the log, unless --traceback asks."""
    context = click.get_current_context(silent=True)
    wanted = context and context.find_root().params.get("traceback")
    filters = {"kernel": without_traceback, "asyncio": uncancelled, "uvicorn.error": uncancelled}
    for name, one in filters.items() if not wanted else ():
        logging.getLogger(name).addFilter(one)
    try:
        yield
    finally:
        for name, one in filters.items():
            logging.getLogger(name).removeFilter(one)


def without_traceback(record: logging.LogRecord) -> bool:
    """Let a record pass without the traceback of an error that says who failed and why."""
    if record.exc_info and isinstance(record.exc_info[1], KernelError):
        record.exc_info = None
    return True


def uncancelled(record: logging.LogRecord) -> bool:
    """Let a record pass unless it tells that a request was cut: we do, without a traceback."""
    return not (record.exc_info and type(record.exc_info[1]).__name__ == "CancelledError")


def innermost(error: BaseException) -> BaseException:
    """Return the first exception inside of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
