"""Test cases for unittest whose tests, setUp and tearDown may be async."""

import unittest
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

TestCase = unittest.TestCase
T = TypeVar("T")
Call = tuple[Callable[[], Awaitable[Any]], "Future[Any]"]


class AsyncTestCase(unittest.TestCase):
    """A TestCase whose async methods of unittest run on one event loop, which the class shares.

    These are setUp, tearDown, every test, and cleanups added with `addCleanup`; other async methods
    are awaited by those. For each test they run in one task, so what setUp enters tearDown may leave.
    `backend` is "asyncio" or "trio".
    """

    backend: ClassVar[str] = "asyncio"
    _portal: ClassVar["BlockingPortal | None"] = None
    _calls: "MemoryObjectSendStream[Call] | None" = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        for name, method in list(vars(cls).items()):
            if iscoroutinefunction(method) and (name in ("setUp", "tearDown") or name.startswith("test")):
                setattr(cls, name, blocking(method))

    @classmethod
    def portal(cls) -> "BlockingPortal":
        """Return the way to the event loop of the class; it is opened with the first use."""
        from anyio.from_thread import start_blocking_portal

        if "_portal" not in vars(cls):
            portal = cls._portal = cls.enterClassContext(start_blocking_portal(cls.backend))
            cls.addClassCleanup(portal.call, portal.stop, True)  # also of a test that was interrupted
            cls.addClassCleanup(delattr, cls, "_portal")
        assert cls._portal
        return cls._portal

    def addCleanup(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:  # unittest's
        """Call *function*, sync or async, after the test."""
        awaited = (self._call, function) if iscoroutinefunction(function) else (function,)
        super().addCleanup(*awaited, *args, **kwargs)

    async def enterAsyncContext(self, context: AbstractAsyncContextManager[T]) -> T:  # as of unittest's own
        """Enter *context*, a `Client` say, and leave it after the test; return what it gives."""
        entered = await context.__aenter__()
        super().addCleanup(self._call, context.__aexit__, None, None, None)
        return entered

    def _call(self, function: Callable[..., Awaitable[Any]], /, *args: Any, **kwargs: Any) -> Any:
        calls, answer = self._calls or self._begin(), Future[Any]()
        self.portal().call(calls.send, (lambda: function(*args, **kwargs), answer))
        return answer.result()

    def _begin(self) -> "MemoryObjectSendStream[Call]":
        """Start the task of this test; the last cleanup ends it."""
        from anyio import create_memory_object_stream

        self._calls, received = create_memory_object_stream[Call](1)
        self.portal().start_task_soon(served, received)
        super().addCleanup(self._end)
        return self._calls

    def _end(self) -> None:
        calls, self._calls = self._calls, None
        assert calls
        self.portal().call(calls.aclose)


async def served(calls: "MemoryObjectReceiveStream[Call]") -> None:
    """Await one call after another, in this task; whatever it raises is its answer."""
    from anyio import get_cancelled_exc_class

    async with calls:
        async for function, answer in calls:
            try:
                answer.set_result(await function())
            except BaseException as error:  # also what ends a test: a skip of pytest is no Exception
                answer.set_exception(error)
                if isinstance(error, get_cancelled_exc_class()):
                    raise


def blocking(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return an async method of an AsyncTestCase as a sync one."""

    @wraps(method)
    def call(self: AsyncTestCase) -> Any:
        return self._call(method, self)

    return call
