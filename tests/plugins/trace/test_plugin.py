"""The figures as a service, and what the checks say."""

import threading
from typing import Any

import pytest
from kernel_testing import Client
from kernel_trace import Figures, Key, Timings

from kernel import App, Request
from kernel.layers import Route

pytestmark = pytest.mark.anyio


async def test_the_figures_of_all_requests_add_up(clock: Any, traced: Any) -> None:
    async def handler(request: Request, time: int) -> str:
        clock.work(time)
        return "x"

    kernel = traced(App(name="shop", prefix="/api", routes=[Route("/x", "GET", handler)]))
    async with Client(kernel) as client:
        for time in (3, 5, 4):
            await client.get(f"/api/x?time={time}")
    name = "test_the_figures_of_all_requests_add_up.<locals>.handler"
    row = kernel.service("trace").snapshot()[Key("shop", "handler", name, "GET /api/x")]
    assert row == Figures(count=3, total=0.012, own=0.012, max=0.005)


def test_no_call_is_lost_between_threads() -> None:
    timings, key = Timings(), Key("shop", "bind", "x", "")
    threads = [threading.Thread(target=lambda: [timings.add(key, 1, 1) for _ in range(2000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert timings.snapshot()[key].count == 8000


@pytest.mark.parametrize(
    ("keys", "deploy", "found"),
    [
        ({}, True, ["trace.enabled", "trace.header"]),
        ({}, False, []),
        ({"header": "no"}, True, ["trace.enabled"]),
        ({"enabled": "no"}, True, []),
    ],
)
def test_the_check_for_production_warns_of_the_header(traced: Any, keys: Any, deploy: bool, found: list[str]) -> None:
    problems = traced(**keys).boot().booted.check(deploy=deploy)
    assert [problem.id for problem in problems if problem.id.startswith("trace")] == found
    assert all(problem.level == "warning" for problem in problems if problem.id.startswith("trace"))
