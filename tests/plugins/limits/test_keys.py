"""The keys of [limits] reach the plugins that apply them, through a kernel with all standard plugins."""

from dataclasses import asdict, fields
from typing import Any

import pytest
from kernel_forms.limits import Limits as OfForms
from kernel_limits.plugin import LimitsConfig
from kernel_requests.limits import Limits as OfRequests
from kernel_router import Route
from kernel_testing import Client

from kernel import App, Kernel, Request

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("limits", [OfRequests, OfForms])
def test_what_a_plugin_applies_is_a_key_with_the_same_default(limits: Any) -> None:
    known = {field.name: field.default for field in fields(LimitsConfig)}
    assert asdict(limits()) == {field.name: known.get(field.name) for field in fields(limits)}


async def look(request: Request) -> list[Any]:
    return [dict(request.query_params), len(request.headers), dict(request.cookies)]


LOOK = App(name="shop", routes=[Route("/", "GET", look)])


@pytest.mark.parametrize(
    ("limit", "query", "headers", "status"),
    [
        ({}, "?a=1&b=2", {"x-a": "1"}, 200),
        ({"max_headers": "3"}, "", {f"x-{n}": "1" for n in range(4)}, 431),
        ({"max_header_size": "100B"}, "", {"x-a": "a" * 100}, 431),
        ({"max_headers_total": "1KiB"}, "", {f"x-{n}": "a" * 100 for n in range(10)}, 431),
        ({"max_query_fields": "1"}, "?a=1&b=2", {}, 400),
        ({"max_query_size": "1KiB"}, "?a=" + "1" * 1024, {}, 414),
    ],
)
async def test_a_limit_of_the_configuration_holds(limit: Any, query: str, headers: Any, status: int) -> None:
    async with Client(Kernel({"limits": limit}, apps=[LOOK])) as client:
        assert (await client.get(f"/{query}", headers=headers)).status == status


@pytest.mark.parametrize(("size", "kept"), [("10B", ["b"]), ("1KiB", ["a", "b"])])
async def test_a_larger_cookie_is_passed_over(size: str, kept: list[str]) -> None:
    async with Client(Kernel({"limits": {"max_cookie_size": size}}, apps=[LOOK])) as client:
        response = await client.get("/", headers={"cookie": f"a={'1' * 20}; b=2"})
    assert list(response.json()[2]) == kept
