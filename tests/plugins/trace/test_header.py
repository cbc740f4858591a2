"""The Server-Timing header: who is told, and in which words."""

import re
from typing import Any

import pytest
from hypothesis import given, strategies as st
from kernel_responses import Text
from kernel_testing import Client
from kernel_trace.header import MOST, server_timing
from kernel_trace.timings import Key

from kernel import App, Layer, Request
from kernel.layers import Route

pytestmark = pytest.mark.anyio
ELSEWHERE = {"client": ("8.8.8.8", 5)}
METRIC = rb'[!#$%&\'*+\-.^_`|~0-9A-Za-z]+;dur=\d+\.\d{3}(;own=\d+\.\d{3};desc="[\x20\x21\x23-\x5b\x5d-\x7e]*")?'
VALID = re.compile(METRIC + rb"(, " + METRIC + rb")*").fullmatch


async def handler(request: Request) -> str:
    return "x"


def app_of(function: Any = handler, **options: Any) -> App:
    return App(name="shop", routes=[Route("/x", "GET", function, **options)])


async def test_a_client_on_this_machine_is_told(clock: Any, traced: Any, asking: Any) -> None:
    async def around(request: Request, call_next: Any) -> Any:
        clock.work(2)
        return await call_next(request)

    kernel = traced(app_of(layers=[Layer("watch", around=around)]))
    told = (await asking(kernel)).header("server-timing")
    assert told.startswith("total;dur=2.000, ")
    assert 'shop.layer.watch;dur=2.000;own=2.000;desc="layer watch of shop"' in told.split(", ")


@pytest.mark.parametrize(
    ("scope", "headers"),
    [
        (ELSEWHERE, []),
        (None, [("x-forwarded-for", "127.0.0.1")]),
        (None, [("host", "shop.example")]),
    ],
)
@pytest.mark.parametrize("proxies", ["", "127.0.0.1"])
async def test_nobody_else_is(traced: Any, asking: Any, scope: Any, headers: Any, proxies: str) -> None:
    networking = {"allowed_hosts": "*", "trusted_proxies": proxies}
    kernel = traced(app_of(), networking=networking)
    answer = await asking(kernel, headers=headers, **({"scope": scope} if scope else {}))
    assert (answer.status, answer.header("server-timing")) == (200, None)
    assert kernel.service("trace").snapshot()


async def test_it_can_be_switched_off(traced: Any, asking: Any, figures: Any) -> None:
    kernel = traced(app_of(), header="no")
    assert (await asking(kernel)).header("server-timing") is None
    assert figures(kernel)["shop handler handler"][0] == 1


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/x", 500)])
async def test_errors_have_it_too(traced: Any, asking: Any, path: str, status: int) -> None:
    async def fail(request: Request) -> None:
        raise ValueError

    answer = await asking(traced(app_of(fail)), path)
    assert answer.status == status
    assert answer.header("server-timing").startswith("total;dur=")


async def test_a_response_for_several_requests_gets_one_header_each(traced: Any) -> None:
    shared = Text("x", headers=[(b"server-timing", b"db;dur=1")])

    async def same(request: Request) -> Any:
        return shared

    async with Client(traced(app_of(same))) as client:
        for _ in range(3):
            answer = await client.get("/x", scope={"client": ("::1", 5)})
            assert len([name for name, _ in answer.headers if name == b"server-timing"]) == 2


async def test_what_others_settle_is_told(clock: Any, traced: Any, asking: Any) -> None:
    async def commit(request: Request, response: Any) -> Any:
        clock.work(7)
        return response

    async def writing(request: Request) -> str:
        request.settlers = (*request.settlers, commit)
        return "x"

    assert (await asking(traced(app_of(writing)))).header("server-timing").startswith("total;dur=7.000, ")


def key(name: str) -> Key:
    return Key("shop", "layer", name, "GET /x")


@given(st.lists(st.tuples(st.text(), st.integers(0, 10**12))))
async def test_whatever_it_is_called_the_header_is_valid(steps: Any) -> None:
    value = server_timing(5, [(key(name), time, time) for name, time in steps])
    assert VALID(value)


async def test_calls_of_one_step_are_told_together() -> None:
    value = server_timing(9_000_000, [(key("a"), 1_000_000, 500_000), (key("a"), 2_000_000, 500_000)])
    assert value == b'total;dur=9.000, shop.layer.a;dur=3.000;own=1.000;desc="layer a of shop"'


async def test_of_too_many_steps_the_slowest_are_told_in_order() -> None:
    value = server_timing(0, [(key(str(number)), number, number) for number in range(100)]).decode()
    names = [metric.partition(";")[0] for metric in value.split(", ")]
    assert names == ["total", *(f"shop.layer.{number}" for number in range(100 - MOST, 100))]
