"""What the tests of phases, servers and lifespans share."""

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture
def terminated() -> Iterator[list[int]]:
    """Handle SIGTERM as a server does: return a list that gets a number for each."""
    numbers: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGTERM, before)
