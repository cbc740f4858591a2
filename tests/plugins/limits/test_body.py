"""How large a body may be, asked on both loops."""

from typing import Any

import pytest
from kernel_router import Routes
from kernel_testing import Client

from kernel import Request
from kernel.errors import ConfigError
from kernel.layers import Route

pytestmark = pytest.mark.anyio


async def measure(request: Request) -> list[int]:
    return [len(await request.body()), request.max_body_size]


def routes() -> list[Any]:
    group = Routes(max_body_size=6)
    group.post("/group")(measure)
    group.post("/inner", max_body_size=4)(measure)
    return [Route("/plain", "POST", measure), group]


@pytest.mark.parametrize(("path", "limit"), [("/plain", 10 * 1024 * 1024), ("/group", 6), ("/inner", 4)])
async def test_the_closest_option_holds(path: str, limit: int, make_kernel: Any) -> None:
    async with Client(make_kernel(routes())) as client:
        assert (await client.post(path, body=b"abcd")).json() == [4, limit]


@pytest.mark.parametrize("body", [b"abcde", [b"ab", b"cde"]])
async def test_a_larger_body_is_refused(body: Any, make_kernel: Any) -> None:
    async with Client(make_kernel(routes())) as client:
        response = await client.post("/inner", body=body)
    assert (response.status, response.json()["code"]) == (413, 1005)


async def test_the_configured_limit_holds_where_no_option_does(make_kernel: Any) -> None:
    async with Client(make_kernel(routes(), {"max_body_size": "2 KiB"})) as client:
        assert (await client.post("/plain")).json() == [0, 2048]
        assert (await client.post("/inner")).json() == [0, 4]
        assert (await client.post("/plain", body=b"a" * 2049)).status == 413


async def test_the_option_of_an_app_holds_for_its_routes(make_kernel: Any) -> None:
    async with Client(make_kernel([Route("/", "POST", measure)], max_body_size=0)) as client:
        assert (await client.post("/")).json() == [0, 0]
        assert (await client.post("/", body=b"a")).status == 413


async def test_routes_without_the_option_have_no_layer(make_kernel: Any) -> None:
    plan = make_kernel(routes(), {"max_body_size": "1KiB"}).boot().plan
    named = {route.path: [step.callable for step in steps if step.plugin == "limits"] for route, steps in plan.routes}
    assert named["/plain"] == []
    assert [len(named["/group"]), len(named["/inner"])] == [1, 1]


async def test_the_keys_of_the_section_are_validated(make_kernel: Any) -> None:
    with pytest.raises(ConfigError, match="did you mean 'max_body_size'"):
        make_kernel([], {"max_body": "1"}).boot()
    with pytest.raises(ConfigError, match="expected a size like 512 or 10MiB"):
        make_kernel([], {"max_body_size": "much"}).boot()
    section = make_kernel([], {"max_query_fields": "5"}).boot().config["limits"]
    assert (section["max_query_fields"], section["max_cookies"], section["max_json_size"]) == (5, 200, 1048576)


async def test_limits_of_the_query_and_of_json_reach_who_applies_them(make_kernel: Any) -> None:
    async def fields(request: Request) -> list[Any]:
        return [len(request.query_params), await request.json()]

    section = {"max_query_fields": "2", "max_json_depth": "1"}
    async with Client(make_kernel([Route("/", "POST", fields)], section)) as client:
        assert (await client.post("/?a=1&b=2", json=[])).json() == [2, []]
        assert (await client.post("/?a=1&b=2&c=3", json=[])).status == 400
        assert (await client.post("/", json=[[]])).status == 400
