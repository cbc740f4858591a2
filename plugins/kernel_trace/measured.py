"""What stands in for a callable that is measured, and looks like it: name, place, signature, attributes."""

from collections.abc import Callable
from functools import partial, update_wrapper
from inspect import isawaitable
from typing import Any

from kernel.boot.plan import Step
from kernel.layers import Hook, Route
from kernel.serve.wrappers import is_async, label
from kernel_trace.recorder import Call, Recorder
from kernel_trace.timings import Key

ALWAYS_AWAITED = ("layer", "handler")
"""Phases whose callables return awaitables, be they async functions or not."""
MAY_BE_AWAITED = ("guard", "before_request", "after_response", "on_finish")
"""Phases whose sync callables may return awaitables."""


class Measured:
    """The parts that sync and async callables share."""

    __call__: Callable[..., Any]

    def __init__(self, function: Hook, call: Callable[[], Call]) -> None:
        update_wrapper(self, function, updated=())
        self.__qualname__, self._function, self._call = label(function), function, call

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["__wrapped__"], name)


class Waiting(Measured):
    """Measures until what it returns was awaited."""

    async def __call__(self, *args: Any) -> Any:
        """Call and await."""
        with self._call():
            return await self._function(*args)


class Plain(Measured):
    """Measures where it is called: in a worker thread what runs there."""

    def __call__(self, *args: Any) -> Any:
        """Call."""
        with self._call():
            return self._function(*args)


class Either(Measured):
    """Measures a sync callable, or what it returns if that is to be awaited."""

    def __call__(self, *args: Any) -> Any:
        """Call; what comes back may be awaitable."""
        with self._call() as call:
            value = self._function(*args)
            call.counts = not isawaitable(value)
        return value if call.counts else self._waiting(value)

    async def _waiting(self, value: Any) -> Any:
        with self._call():
            return await value


def measure(recorder: Recorder, step: Step, function: Hook, route: Route | None) -> Hook:
    """Return *function* measured; the service "measure".

    What is noted without being called stays as it is, and so does what is measured already, and
    what measures.
    """
    if step.status != "active" or step.plugin == "trace" or isinstance(function, Measured):
        return function
    key = Key(step.plugin, step.phase, step.callable, str(route) if route else "")
    call = partial(Call, recorder, step, key)
    if step.phase in ALWAYS_AWAITED or is_async(function):
        return Waiting(function, call)
    return (Either if step.phase in MAY_BE_AWAITED else Plain)(function, call)
