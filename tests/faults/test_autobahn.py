"""Websockets as they are written (RFC 6455), by the cases of the Autobahn suite, which the package kosoku runs."""

import asyncio
import os
from typing import Any

import pytest

SLOW = bool(os.environ.get("KERNEL_SLOW_TESTS"))
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(not SLOW, reason="247 cases on each server: KERNEL_SLOW_TESTS=1")]
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*"]
"""All but those that measure (9.*) and those for compression (12.* and 13.*), which is not everywhere switched on."""


def test_the_protocol_is_spoken_as_it_is_written(served: Any) -> None:
    """R113: with KERNEL_SLOW_TESTS=1 and `pip install kosoku`; it raises if one of 247 cases fails."""
    kosoku = pytest.importorskip("kosoku")
    host, port = served.address
    results = asyncio.run(kosoku.run_fuzzingclient(f"ws://{host}:{port}/same", CASES, concurrency=4))
    assert len(results) == 247
