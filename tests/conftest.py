"""What all tests share: every async test runs on both event loops, and no test depends on how fast the machine is."""

import gc
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

LEAST = 0.002
"""Seconds of CPU that a run has to take for its time to mean anything."""
DOUBLINGS = 6
RUNS = 5
TIMES = 4
MOST = 8
"""How many times as long TIMES the work may take: 4 is linear, 16 is quadratic."""
ATTEMPTS = 4

Grows = Callable[[Callable[[Any], object], Callable[[int], Any], int], None]


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let reports with lone surrogates, as some tests log them, pass between the processes that share the tests."""
    data = yield
    if data and "sections" in data:
        data["sections"] = [(name, text.encode(errors="backslashreplace").decode()) for name, text in data["sections"]]
    return data


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Name the event loop."""
    return str(request.param)


def cost(call: Callable[[Any], object], *inputs: Any) -> list[float]:
    """Return the least CPU time of `call` for each input; the runs take turns, so that a slow moment hits all."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        runs = [[timed(call, data) for data in inputs] for _ in range(RUNS)]
    finally:
        if collecting:
            gc.enable()
    return [min(times) for times in zip(*runs, strict=True)]


def timed(call: Callable[[Any], object], data: Any) -> float:
    began = time.process_time()
    call(data)
    return time.process_time() - began


def assert_linear(call: Callable[[Any], object], make: Callable[[int], Any], n: int) -> None:
    for _ in range(DOUBLINGS):
        if cost(call, make(n))[0] >= LEAST:
            break
        n *= 2
    else:
        if cost(call, make(n))[0] < LEAST:
            return
    small, large = make(n), make(TIMES * n)
    measured: list[str] = []
    for _ in range(ATTEMPTS):
        short, long = cost(call, small, large)
        if long <= MOST * short:
            return
        measured.append(f"{short * 1000:.1f} and {long * 1000:.1f} ms")
    pytest.fail(f"size {n} and {TIMES} times that took {', then '.join(measured)}")


@pytest.fixture
def grows_linearly() -> Grows:
    """Return `grows_linearly(call, make, n)`: assert that the work of `call(make(k * n))` grows about linearly with k.

    It compares two sizes, never a time with a fixed number of seconds, so that it holds on a slow
    and on a busy machine. `make` builds an input of a size and is not measured. `n` is doubled, up
    to 6 times, until `call(make(n))` takes 2 ms of CPU; what is faster even then has passed. So
    choose a small `n`, but one of which 64 times the size would take long if the work were
    quadratic. Then 4 times the size may take 8 times as long (linear takes 4, quadratic 16), the
    least of 5 runs each. Too slow a measurement is repeated, up to 3 times, before the test fails.
    `call` is called many times with one input; where it has to refuse, it checks that itself. An
    input that hits a limit of length first needs no such check: test that it is refused.
    """
    return assert_linear
