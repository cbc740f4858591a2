"""A loop without descriptors for new connections says so, once a second."""

import errno
import logging
from typing import Any

import pytest
from kernel_admin.servers import Crowded


class Loop:
    """A loop with a clock that stands still."""

    def __init__(self) -> None:
        self.now, self.others = 10.0, list[Any]()

    def time(self) -> float:
        return self.now

    def default_exception_handler(self, context: Any) -> None:
        self.others.append(context)


def context(number: int, **more: Any) -> Any:
    return {"message": "socket.accept() out of system resource", "exception": OSError(number, "too many"), **more}


def test_a_lack_of_descriptors_is_told_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    """F26: asyncio tells it 2,048 times."""
    loop, handler = Loop(), Crowded()
    for now in (10.0, 10.1, 10.9, 11.5):
        loop.now = now
        handler(loop, context(errno.EMFILE, socket=None))  # type: ignore[arg-type]  # a part of a loop
    assert [record.levelno for record in caplog.records] == [logging.ERROR] * 2
    assert "ulimit -n" in caplog.messages[0]
    assert loop.others == []


def test_everything_else_is_told_as_ever() -> None:
    loop, handler = Loop(), Crowded()
    for other in (context(errno.EMFILE), context(errno.EPIPE, socket=None), {"message": "x"}):
        handler(loop, other)  # type: ignore[arg-type]  # a part of a loop
    assert len(loop.others) == 3
