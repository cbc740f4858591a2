"""Background calls: they belong to the application, not to the request that asks for them.

A request reserves a place for each call, and is refused with 503 when all are taken. What it
reserved runs in one task of the application's own, in order, once its answer is out. A client that
leaves then disturbs nothing; at the stop all of them are waited for until a deadline.
"""

import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from inspect import isawaitable
from typing import Any
from weakref import proxy

import anyio
from anyio.to_thread import run_sync

from kernel import Request
from kernel.errors import HTTPException
from kernel.serve.wrappers import is_async, is_blocking, label

logger = logging.getLogger("kernel")
THREADS = 16
"""How many sync calls run at a time, so that handlers never wait for a thread because of them."""
GRACE = 1.0
"""How many seconds of a stop are kept for what has to be cut."""
PATIENCE = 0.25
"""How many seconds a request waits for its calls, so that what is quick is done when it is over."""
Tasks = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
RETRY_AFTER = (b"retry-after", b"5")


class Call:
    """One call that a request asked for; sync functions run in a worker thread."""

    def __init__(self, owner: "Background", request: Request, function: Callable[..., Any], *args: Any) -> None:
        self._owner, self._call = owner, partial(function, *args)
        self._thread = not is_async(function) and is_blocking(function)
        app = f" of '{request.route.app}'" if request.route else ""
        self.title = f"background call '{label(function)}'{app}, {request.scope['method']} {request.scope['path']!r}"

    async def __call__(self, request: Request) -> None:
        """Call the function; its place is free afterwards."""
        try:
            value = await self._owner.threaded(self._call) if self._thread else self._call()
            if isawaitable(value):
                await value
        finally:
            self._owner.leave(self)


class Background:
    """The calls of one kernel that wait or run.

    Args:
        most: how many there may be.
        tasks: runs an async function in a task of nobody's; None where nothing can.
    """

    def __init__(self, most: int, tasks: Callable[[], Tasks | None]) -> None:
        self._most, self._calls, self._tasks = most, dict[Call, None](), tasks
        self._scopes, self._open = set[anyio.CancelScope](), False

    def of(self, request: Request) -> Callable[..., None]:
        """Return `request.background(func, *args)`: call *func* after the last byte.

        It raises HTTPException(503) when too many calls wait or run; a failure of *func* is reported.
        """
        calls = vars(request)["calls"] = list[Call]()
        request = proxy(request)  # it keeps the function: large bodies must not wait for the garbage collector

        def background(function: Callable[..., Any], *args: Any) -> None:
            if len(self._calls) >= self._most:
                reason = f"{self._most} wait or run, which is [limits] max_background"
                logger.warning("%s %r: no background call: %s", request.scope["method"], request.scope["path"], reason)
                raise HTTPException(503, headers=[RETRY_AFTER])
            call = Call(self, request, function, *args)
            self._calls[call] = None
            calls.append(call)
            request.after, request.waiting = (*request.after, call), True

        return background

    def busy(self) -> bool:
        """Tell whether calls wait or run."""
        return bool(self._scopes or self._calls)

    def leave(self, call: Call) -> None:
        """Free the place of a call that is over, or will not be made."""
        self._calls.pop(call, None)

    async def threaded(self, call: Callable[[], Any]) -> Any:
        """Make a sync call in a worker thread; at the deadline it is left to itself."""
        hidden = await run_sync(lambda: (call(),), limiter=self._limiter, abandon_on_cancel=True)
        return hidden[0]  # a coroutine, perhaps, which trio refuses to take from a thread

    async def run(self, function: Callable[..., Any], *args: Any) -> bool:
        """Run an async function in a task of the application; False if it has none.

        What is done within `PATIENCE` is done when this returns; the rest goes on without the request.
        """
        tasks = self._tasks() if self._open else None
        if tasks is None:
            return False
        done = anyio.Event()
        tasks(partial(self._run, anyio.CancelScope(), done, function, *args))
        with anyio.move_on_after(PATIENCE):
            await done.wait()
        return True

    async def _run(self, scope: anyio.CancelScope, done: anyio.Event, function: Callable[..., Any], *args: Any) -> None:
        with scope:
            self._scopes.add(scope)
            try:
                await function(*args)
            finally:
                self._scopes.discard(scope)
                done.set()
                self._ended.set()

    @asynccontextmanager
    async def running(self, longest: float) -> AsyncIterator[None]:
        """At the end wait for all calls; cut and report those that would make it take *longest* seconds or more."""
        self._limiter, self._ended, self._open = anyio.CapacityLimiter(THREADS), anyio.Event(), True
        deadline = max(longest - GRACE, longest / 2)
        try:
            yield
        finally:
            try:
                with anyio.move_on_after(deadline):
                    await self._empty()
            finally:
                self._open = False
                await self._cut(deadline)

    async def _empty(self) -> None:
        while self.busy():
            self._ended = anyio.Event()
            await self._ended.wait()

    async def _cut(self, deadline: float) -> None:
        if self._calls:
            self._report(deadline)
        for scope in self._scopes:
            scope.cancel()
        with anyio.move_on_after(GRACE / 2, shield=True):
            while self._scopes:
                self._ended = anyio.Event()
                await self._ended.wait()

    def _report(self, deadline: float) -> None:
        titles = "; ".join(call.title for call in self._calls)
        count = "1 background call is" if len(self._calls) == 1 else f"{len(self._calls)} background calls are"
        logger.error("stop: %s cut after %g s: %s", count, deadline, titles)
