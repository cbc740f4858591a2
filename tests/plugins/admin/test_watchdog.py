"""A blocked event loop is told with its stack: once each time, and not too often."""

import logging
import time
from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_admin.watchdog import EVERY, Watchdog


def looked(moments: list[tuple[str, float]]) -> Watchdog:
    """Return a watchdog of a second that saw the loop turn, and looked, at these moments."""
    dog = Watchdog(1.0)
    for what, moment in moments:
        getattr(dog, what)(moment)
    return dog


@pytest.mark.parametrize(
    ("moments", "told"),
    [
        ([("look", 99.0)], 0),  # it never turned: there is nothing to look at yet
        ([("beat", 0.0), ("look", 0.9)], 0),
        ([("beat", 0.0), ("look", 1.0)], 1),
        ([("beat", 0.0), ("look", 1.0), ("look", EVERY + 2.0)], 1),
        ([("beat", 0.0), ("look", 1.0), ("beat", 1.5), ("look", 3.0)], 1),
        ([("beat", 0.0), ("look", 1.0), ("beat", EVERY), ("look", EVERY + 1.0)], 2),
    ],
    ids=["not begun", "turns", "blocked", "still blocked", "again at once", "again later"],
)
def test_a_block_is_told_once_and_not_too_often(
    moments: list[tuple[str, float]], told: int, caplog: pytest.LogCaptureFixture
) -> None:
    """F27: by a clock of the test's own."""
    looked(moments)
    assert len(caplog.records) == told


@pytest.mark.anyio
async def test_the_record_has_the_stack_of_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    """F27: the thread looks while the loop stands still in this function; it ends with the task."""
    begun, seen = anyio.Event(), list[Any]()

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    told, dog = Told(), Watchdog(0.02)
    logging.getLogger("kernel.run").addHandler(told)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(dog.run, begun.wait)
            begun.set()
            await anyio.lowlevel.checkpoint()
            await anyio.wait_all_tasks_blocked()
            blocking(lambda: seen)
            group.cancel_scope.cancel()
    finally:
        logging.getLogger("kernel.run").removeHandler(told)
    (record,) = seen
    assert (record.levelno, "blocking" in record.stack_info) == (logging.WARNING, True)
    assert "[timeouts] blocked" in record.getMessage()


def blocking(holds: Callable[[], Any]) -> None:
    """Hold the loop up until a thread has seen it, at most 30 seconds."""
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
