"""Test cases for unittest whose tests, setUp and tearDown may be async."""

import unittest
from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

TestCase = unittest.TestCase


class AsyncTestCase(unittest.TestCase):
    """A TestCase whose async methods of unittest run on one event loop, which the class shares.

    These are setUp, tearDown, every test, and cleanups added with `addCleanup`; other async methods
    are awaited by those. `backend` is "asyncio" or "trio".
    """

    backend: ClassVar[str] = "asyncio"
    _portal: ClassVar["BlockingPortal | None"] = None

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
            cls._portal = cls.enterClassContext(start_blocking_portal(cls.backend))
            cls.addClassCleanup(delattr, cls, "_portal")
        portal = cls._portal
        assert portal
        return portal

    def addCleanup(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:  # unittest's
        """Call *function*, sync or async, after the test."""
        awaited = (self._call, function) if iscoroutinefunction(function) else (function,)
        super().addCleanup(*awaited, *args, **kwargs)

    def _call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return self.portal().call(lambda: function(*args, **kwargs))


def blocking(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return an async method of an AsyncTestCase as a sync one."""

    @wraps(method)
    def call(self: AsyncTestCase) -> Any:
        return self._call(method, self)

    return call
