"""What the tests of logging share: a root logger without the handlers of pytest."""

import logging
from collections.abc import Generator

import pytest
from kernel_logging.output import Shared, release


@pytest.fixture
def bare_root() -> logging.Logger:
    """The root logger; while the test runs it has no handlers and its default level."""
    return logging.getLogger()


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Function) -> Generator[None]:
    """Empty the root logger inside of pytest's own wrapper, which fills it for every phase."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    if "bare_root" in item.fixturenames:
        root.handlers.clear()
        root.setLevel(logging.WARNING)
    try:
        return (yield)
    finally:
        for handler in [one for one in root.handlers if isinstance(one, Shared) and one not in handlers]:
            for holder in handler.holders[::-1]:
                release(handler.holders, holder)
        root.handlers[:] = handlers
        root.setLevel(level)
