"""Start a kernel for a server that speaks no lifespan: aside, in a task that outlives the request.

What a lifespan opens, a task group say, must be closed by the task that opened it; the task of a
first request ends too early for that. This is the one room that names event loops, because anyio
has no task without a parent.
"""

from collections.abc import Callable, Coroutine
from contextvars import copy_context
from typing import Any

import anyio

from kernel import Kernel

_kept: set[Any] = set()


async def start_aside(kernel: Kernel) -> None:
    """Start *kernel* and return when it has started; it is stopped when the event loop ends.

    Raises:
        Exception: whatever forbade the start.
    """
    started, failures = anyio.Event(), list[Exception]()

    async def keep() -> None:
        with anyio.CancelScope() as scope:  # around both, since what a lifespan opens must nest
            try:
                await kernel.start()
            except Exception as error:
                failures.append(error)
                return
            finally:
                started.set()
            try:
                await anyio.sleep_forever()
            finally:
                scope.shield = True
                await kernel.stop()

    spawn(keep)
    await started.wait()
    if failures:
        raise failures[0]


def spawn(function: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an async function in a task that nobody waits for; it sees the context variables as they are now."""
    try:
        import trio
    except ImportError:
        inside = False
    else:
        inside = trio.lowlevel.in_trio_run()
    if inside:
        trio.lowlevel.spawn_system_task(function, context=copy_context())
        return
    import asyncio

    task = asyncio.get_running_loop().create_task(function())
    _kept.add(task)  # the loop itself keeps only a weak reference
    task.add_done_callback(_kept.discard)
