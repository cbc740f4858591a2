"""Every phase is measured, on its own and with what runs inside it."""

from collections.abc import Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_testing import Client

from kernel import App, Layer, Plugin, Request, Response, hookimpl
from kernel.layers import Route

pytestmark = pytest.mark.anyio


async def test_a_layer_is_told_apart_from_what_it_wraps(clock: Any, traced: Any, asking: Any, figures: Any) -> None:
    async def around(request: Request, call_next: Any) -> Any:
        clock.work(1)
        response = await call_next(request)
        clock.work(2)
        return response

    async def within(request: Request, call_next: Any) -> Any:
        clock.work(4)
        return await call_next(request)

    async def handler(request: Request) -> str:
        clock.work(8)
        return "x"

    layers = [Layer("outer", around=around), Layer("inner", around=within)]
    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler, layers=layers)]))
    assert (await asking(kernel)).body == b"x"
    rows = figures(kernel)
    assert rows["shop layer outer"] == (1, 15, 3, 15)
    assert rows["shop layer inner"] == (1, 12, 4, 12)
    assert rows["shop handler handler"] == (1, 8, 8, 8)


def working(clock: Any, milliseconds: int, waits: bool) -> Callable[..., Any]:
    """Return a hook that takes its time, and returns a response that it is given."""

    def work(subject: Any, *more: Any) -> Any:
        clock.work(milliseconds)
        return subject if isinstance(subject, Response) else None

    async def wait(subject: Any, *more: Any) -> Any:
        await anyio.lowlevel.checkpoint()
        return work(subject)

    return wait if waits else work


@pytest.mark.parametrize("waits", [True, False])
async def test_hooks_and_guards_are_measured(clock: Any, traced: Any, asking: Any, figures: Any, waits: bool) -> None:
    async def handler(request: Request) -> str:
        return "x"

    options = {
        "guards": [working(clock, 1, waits)],
        "before_request": working(clock, 2, waits),
        "after_request": working(clock, 4, waits),
        "after_response": working(clock, 8, waits),
        "layers": [Layer("ending", on_finish=working(clock, 16, waits))],
    }
    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler, **options)]))
    assert (await asking(kernel)).status == 200
    rows, name = figures(kernel), "wait" if waits else "work"
    assert rows[f"shop guard {name}"] == (1, 1, 1, 1)
    assert rows[f"shop before_request {name}"] == (1, 2, 2, 2)
    assert rows[f"shop after_request {name}"] == (1, 4, 4, 4)
    assert rows[f"shop after_response {name}"] == (1, 8, 8, 8)
    assert rows[f"shop on_finish {name}"] == (1, 16, 16, 16)


@pytest.mark.parametrize("phase", ["before_request", "after_response"])
async def test_a_sync_hook_that_returns_an_awaitable_counts_once(
    clock: Any, traced: Any, asking: Any, figures: Any, phase: str
) -> None:
    async def handler(request: Request) -> str:
        return "x"

    options = {phase: lambda request: working(clock, 2, True)(request)}
    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler, **options)]))
    assert (await asking(kernel)).status == 200
    assert figures(kernel)[f"shop {phase} <lambda>"] == (1, 2, 2, 2)


async def test_binders_and_encoders_are_measured(traced: Any, asking: Any, figures: Any) -> None:
    async def handler(request: Request, number: int, data: dict[str, int] | None = None) -> dict[str, int]:
        return {"number": number}

    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler)]))
    assert (await asking(kernel, "/x?number=3")).json() == {"number": 3}
    rows = figures(kernel)
    assert rows["params bind number"][0] == 1
    assert rows["responses render dict"][0] == 1


async def test_a_handler_is_measured_with_its_binding_and_its_thread(
    clock: Any, traced: Any, asking: Any, figures: Any
) -> None:
    def handler(request: Request, number: int) -> str:
        clock.work(number)
        return "x"

    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler)]))
    assert (await asking(kernel, "/x?number=3")).body == b"x"
    assert figures(kernel)["shop handler handler"] == (1, 3, 3, 3)


async def test_what_stands_around_all_routes_belongs_to_none(traced: Any, asking: Any) -> None:
    class Around(Plugin):
        name = "around"

        @hookimpl
        def kernel_layers(self) -> Any:
            return Layer("around", around=self.call), Layer("gate", before_request=lambda request: None, blocking=False)

        async def call(self, request: Request, call_next: Any) -> Any:
            return await call_next(request)

    kernel = traced(plugins=[Around])
    assert (await asking(kernel)).status == 404
    found = {(key.phase, key.callable.rpartition(".")[2], key.route) for key in kernel.service("trace").snapshot()}
    assert {("layer", "around", ""), ("before_request", "<lambda>", "")} <= found


async def test_what_raises_is_measured_too(clock: Any, traced: Any, asking: Any, figures: Any) -> None:
    async def handler(request: Request) -> str:
        clock.work(3)
        raise ValueError

    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler)]))
    assert (await asking(kernel)).status == 500
    assert figures(kernel)["shop handler handler"] == (1, 3, 3, 3)


async def test_calls_at_the_same_time_stay_apart(clock: Any, traced: Any, figures: Any) -> None:
    begun, done = anyio.Event(), anyio.Event()

    async def handler(request: Request, time: int) -> str:
        if time == 1:
            begun.set()
            await done.wait()
        return "x"

    async def around(request: Request, call_next: Any) -> Any:
        clock.work(int(request.query_params["time"]))
        return await call_next(request)

    route = Route("/x", "GET", handler, layers=[Layer("around", around=around)])
    kernel = traced(App(name="shop", routes=[route]))
    async with Client(kernel) as client, anyio.create_task_group() as group:
        group.start_soon(client.get, "/x?time=1")
        await begun.wait()
        await client.get("/x?time=10")
        done.set()
    assert figures(kernel)["shop handler handler"] == (2, 10, 10, 10)
    assert figures(kernel)["shop layer around"] == (2, 21, 11, 11)


async def test_what_runs_at_the_same_time_leaves_no_debt(clock: Any, traced: Any, asking: Any, figures: Any) -> None:
    async def handler(request: Request) -> str:
        entered.append(request)
        if len(entered) == 1:
            await anyio.sleep_forever()
        clock.work(4)
        return "x"

    async def around(request: Request, call_next: Any) -> Any:
        async def spare() -> None:
            await call_next(request)

        async with anyio.create_task_group() as group:
            group.start_soon(spare)
            await anyio.wait_all_tasks_blocked()
            response = await call_next(request)
            group.cancel_scope.cancel()
        return response

    entered: list[Request] = []
    kernel = traced(App(name="shop", routes=[Route("/x", "GET", handler, layers=[Layer("twice", around=around)])]))
    assert (await asking(kernel)).body == b"x"
    rows = figures(kernel)
    assert rows["shop handler handler"] == (2, 8, 8, 4)
    assert rows["shop layer twice"] == (1, 4, 0, 4)
