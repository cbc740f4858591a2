"""Sync callables as async ones: in a worker thread, unless they are marked as never blocking."""

import inspect
from contextvars import copy_context
from functools import wraps
from typing import Any

from anyio.to_thread import run_sync

from kernel.layers import Hook
from kernel.serve.wrappers import is_async, is_blocking


async def threaded(function: Hook, *args: Any) -> Any:
    """Call a sync function in a worker thread; the context variables it sets are set here afterwards."""
    context = copy_context()
    try:
        (value,) = await run_sync(lambda: (context.run(function, *args),))  # trio refuses a bare coroutine
        return value
    finally:
        for variable, value in context.items():
            if variable.get(context) is not value:  # *context* stands for "not set": nobody can have set it
                variable.set(value)


def called(function: Hook, blocking: bool | None = None) -> Hook:
    """Return *function* as an async one, itself if it is that already.

    A sync one runs in a worker thread, unless it has an attribute `blocking` that is False, or
    *blocking* is False and it has none.
    """
    if is_async(function):
        return function
    thread = is_blocking(function, blocking)

    @wraps(function, updated=())
    async def call(*args: Any) -> Any:
        return await threaded(function, *args) if thread else function(*args)

    return call


def awaited(function: Hook, blocking: bool | None = None) -> Hook:
    """Return *function* as `called` does; what a sync one returns may be awaitable."""
    call = called(function, blocking)
    if call is function:
        return function

    @wraps(function, updated=())
    async def wait(*args: Any) -> Any:
        value = await call(*args)
        return await value if inspect.isawaitable(value) else value

    return wait
