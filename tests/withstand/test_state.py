"""H. Requests beside one another: nothing of one is seen by another, and the order of things is never luck."""

import os
import subprocess
import sys
from contextvars import ContextVar
from typing import Any

import anyio
import pytest
from kernel_router import Routes

from kernel import App

pytestmark = pytest.mark.anyio
VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="nothing")
SLOW, FAST = 200, 50
LIMIT = 40


async def test_nothing_of_one_request_is_seen_by_another(site: Any) -> None:
    """R123: context, context variables and the state of the scope, for 500 at once and then one after another."""
    own = Routes()

    @own.get("/mine/<name>")
    async def mine(request: Any, name: str) -> Any:
        found = [request.context.get("name"), VARIABLE.get(), request.scope["state"].get("name")]
        request.context["name"] = request.scope["state"]["name"] = name
        VARIABLE.set(name)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        mine = [request.context["name"], VARIABLE.get(), request.app.get_current_request().url_vars["name"]]
        return [*found, *(one == name for one in mine)]

    expected = b'[null,"nothing",null,true,true,true]'
    answers: list[Any] = []

    async def one(number: int) -> None:
        answers.append(await running.ask("GET", f"/mine/{number}", state={}))

    async with site(App(name="own", routes=own)) as running:
        async with anyio.create_task_group() as group:
            for number in range(500):
                group.start_soon(one, number)
        async with anyio.create_task_group() as group:
            group.start_soon(one, 0)
    assert {answer.body for answer in answers} == {expected}
    assert len(answers) == 501


async def test_slow_handlers_in_threads_hold_up_nobody_else(site: Any) -> None:
    """R129: as many threads as the limit, and an async route answers while all of them are taken."""
    import threading

    own, release, running_now, most = Routes(), threading.Event(), [0], [0]
    lock, full = threading.Lock(), threading.Event()

    @own.get("/slow")
    def slow(request: Any) -> str:
        with lock:
            running_now[0] += 1
            most[0] = max(most[0], running_now[0])
            if running_now[0] == LIMIT:
                full.set()
        release.wait(30)
        with lock:
            running_now[0] -= 1
        return "slow"

    statuses: list[int] = []

    async def one() -> None:
        statuses.append((await running.ask("GET", "/slow")).status)

    async with site(App(name="own", routes=own)) as running, anyio.create_task_group() as group:
        for _ in range(SLOW):
            group.start_soon(one)
        while not full.is_set():  # noqa: ASYNC110  # a thread sets it, and all threads are taken
            await anyio.sleep(0.005)
        for _ in range(FAST):
            assert (await running.ask("GET", "/plain")).status == 200
        release.set()
    assert statuses == [200] * SLOW
    assert most[0] == LIMIT


ORDER = """
import json, random, sys
from kernel import App, Kernel, Layer, Plugin, hookimpl
from kernel.layers import Route

async def handler(request):
    return None

async def around(request, call_next):
    return await call_next(request)

def plugin(number):
    class One(Plugin):
        name = f"p{number}"
        requires = tuple(f"p{n}" for n in {(number * 7) % 10, number // 2} - {number} if n < number)
        @hookimpl
        def kernel_layers(self):
            return [Layer(f"l{number}", around=around)]
        @hookimpl
        def kernel_routes(self):
            return [Route(f"/r{number}", "GET", handler)]
    return One

plugins = [plugin(number) for number in range(10)]
kernel = Kernel({"plugins": {"active": "standard"}}, plugins=plugins, apps=[App(name="a"), App(name="b")]).boot()
plan = kernel.plan
print(json.dumps([[m.name for m in plan.members], [l.name for l in plan.layers], [str(r) for r, _ in plan.routes]]))
"""
SEEDS = range(21) if os.environ.get("KERNEL_SLOW_TESTS") else (0, 1, 2)


def test_the_order_of_plugins_layers_and_routes_does_not_depend_on_hashes() -> None:
    """R128: in processes with different seeds; all 21 of them with KERNEL_SLOW_TESTS=1."""
    told = set()
    for seed in SEEDS:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": str(seed)}
        words = [sys.executable, "-c", ORDER]
        told.add(subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(told) == 1
    assert "l9" in told.pop()
