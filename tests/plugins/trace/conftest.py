"""What the tests of the measuring share: a clock that only moves when told, and kernels that are measured by it."""

from collections.abc import Callable
from typing import Any

import pytest
from kernel_testing import Client, Response, make_kernel
from kernel_trace.plugin import Trace

from kernel import Kernel

HERE, ELSEWHERE = {"client": ("127.0.0.1", 50000)}, {"client": ("8.8.8.8", 50000)}


class Clock:
    """Nanoseconds that pass when somebody works."""

    now = 0

    def __call__(self) -> int:
        return self.now

    def work(self, milliseconds: int) -> None:
        """Let time pass."""
        self.now += milliseconds * 1_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock of all that is measured."""
    made = Clock()
    monkeypatch.setattr(Trace, "clock", staticmethod(made))
    return made


@pytest.fixture
def traced() -> Callable[..., Kernel]:
    """Return what makes a kernel that is measured."""

    def make(*apps: Any, plugins: Any = (), networking: Any = None, **keys: str) -> Kernel:
        config = {"trace": {"enabled": "yes", **keys}, "networking": networking or {}}
        return make_kernel(plugins, apps, config)

    return make


@pytest.fixture
def asking() -> Callable[..., Any]:
    """Return what asks a kernel once, as a client on this machine unless told otherwise."""

    async def ask(kernel: Kernel, path: str = "/x", headers: Any = (), scope: Any = HERE) -> Response:
        async with Client(kernel) as client:
            return await client.get(path, headers, scope=scope)

    return ask


@pytest.fixture
def figures() -> Callable[[Kernel], dict[str, tuple[int, int, int, int]]]:
    """Return what reads count, total, own and max, the times in milliseconds, by "plugin phase callable"."""

    def read(kernel: Kernel) -> dict[str, tuple[int, int, int, int]]:
        rows = kernel.service("trace").snapshot().items()
        return {
            f"{key.plugin} {key.phase} {key.callable.rpartition('.')[2]}": (
                row.count,
                *(round(time * 1000) for time in (row.total, row.own, row.max)),
            )
            for key, row in rows
        }

    return read
