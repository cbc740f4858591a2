"""How long a handler may take, asked on both loops."""

from typing import Any

import anyio
import anyio.lowlevel
import pytest
from kernel_router import Routes
from kernel_testing import Client

from kernel import Request
from kernel.errors import BootError
from kernel.layers import Route

pytestmark = pytest.mark.anyio
TIMED_OUT = (504, {"status": "error", "code": 1007, "message": "Gateway timeout"})


async def sleep(request: Request) -> str:
    await anyio.sleep(5)
    return "awake"


async def quick(request: Request) -> str:
    await anyio.lowlevel.checkpoint()
    return "quick"


async def test_a_slow_handler_is_cancelled_and_answered_504(make_kernel: Any) -> None:
    """F28."""
    cancelled = anyio.Event()

    async def slow(request: Request) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()

    async with Client(make_kernel([Route("/", "GET", slow, timeout=0.01)])) as client:
        response = await client.get("/")
    assert (response.status, response.json()) == TIMED_OUT
    assert cancelled.is_set()


async def test_a_quick_handler_is_left_alone(make_kernel: Any) -> None:
    async with Client(make_kernel([Route("/", "GET", quick, timeout=5)])) as client:
        assert [(await client.get("/")).text for _ in range(3)] == ["quick"] * 3


async def test_the_closest_timeout_holds(make_kernel: Any) -> None:
    group = Routes(timeout=0.01)
    group.get("/group")(sleep)
    group.get("/patient", timeout=60)(quick)
    async with Client(make_kernel([group, Route("/app", "GET", sleep)], timeout=0.02)) as client:
        assert [(await client.get(path)).status for path in ("/group", "/patient", "/app")] == [504, 200, 504]


async def test_a_timeout_of_the_handler_itself_is_its_own_error(
    make_kernel: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def impatient(request: Request) -> None:
        with anyio.fail_after(0.001):
            await anyio.sleep(5)

    async with Client(make_kernel([Route("/", "GET", impatient, timeout=5)])) as client:
        assert (await client.get("/")).json()["code"] == 1000
    assert "TimeoutError" in caplog.text


async def test_an_exception_handler_of_the_route_sees_the_timeout(make_kernel: Any) -> None:
    handlers = {504: lambda request, error: "too slow"}
    async with Client(make_kernel([Route("/", "GET", sleep, timeout=0.01, exception_handlers=handlers)])) as client:
        assert (await client.get("/")).text == "too slow"


async def test_routes_without_the_option_have_no_layer(make_kernel: Any) -> None:
    plan = make_kernel([Route("/", "GET", quick), Route("/timed", "GET", quick, timeout=1)]).boot().plan
    named = {route.path: [step.callable for step in steps if step.plugin == "limits"] for route, steps in plan.routes}
    assert named == {"/": [], "/timed": ["timeout"]}


async def test_an_inherited_layer_can_be_left_out(make_kernel: Any) -> None:
    async with Client(make_kernel([Route("/", "GET", quick, skip="timeout")], timeout=0.000001)) as client:
        assert (await client.get("/")).text == "quick"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"timeout": "30s"}, "timeout"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": True}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"max_body_size": "1MiB"}, "max_body_size"),
        ({"max_body_size": -1}, "max_body_size"),
        ({"max_body_size": 1.5}, "max_body_size"),
    ],
)
async def test_a_value_that_measures_nothing_is_a_finding(options: Any, kind: str, make_kernel: Any) -> None:
    with pytest.raises(BootError, match=f"option '{kind}' is ") as caught:
        make_kernel([Route("/", "GET", quick, **options)]).boot()
    assert [(problem.id, problem.where.rpartition(":")[0]) for problem in caught.value.problems] == [
        (f"limits.{kind}", __file__)
    ]
