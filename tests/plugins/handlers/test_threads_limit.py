"""How many worker threads there may be at a time."""

import time
from threading import Lock
from typing import Any

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter
from kernel_router import Routes
from kernel_testing import Client, make_kernel

from kernel import App

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_handlers_run_in_threads_at_a_time(most: int) -> None:
    routes, lock, now, seen = Routes(), Lock(), [0], list[int]()

    @routes.get("/")
    def work(request: Any) -> str:
        with lock:
            now[0] += 1
            seen.append(now[0])
        time.sleep(0.01)  # so that the others begin meanwhile, if they may
        with lock:
            now[0] -= 1
        return "done"

    kernel = make_kernel(apps=[App(routes=routes)], config={"threads": {"max_workers": str(most)}})
    async with Client(kernel) as client, anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(client.get, "/")
    assert (len(seen), max(seen) <= most) == (8, True)


async def test_unless_it_is_said_there_are_forty() -> None:
    async with Client(make_kernel()):
        assert current_default_thread_limiter().total_tokens == 40


def test_none_at_all_are_refused() -> None:
    (problem,) = make_kernel(config={"threads": {"max_workers": "0"}}).problems
    assert (problem.id, "max_workers: 0 is less than 1" in problem.message) == ("config.value", True)
