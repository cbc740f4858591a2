"""Typed handlers in a kernel, asked through ASGI on both loops."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from msgspec import Meta, Struct

from kernel import App, Kernel, Request
from kernel.errors import BootError
from kernel.layers import Route

pytestmark = pytest.mark.anyio
NOT_FOUND = (404, {"status": "error", "code": 1001, "message": "Not found"})
IDENTIFIER = "12345678-1234-5678-1234-567812345678"


class Order(Enum):
    UP = "up"
    DOWN = "down"


class Body(Struct):
    name: str


def unexpected(**data: Any) -> tuple[int, Any]:
    return 400, {"status": "error", "code": 1002, "message": "Unexpected data", "data": data}


async def search(request: Request, q: str, page: int = 1) -> dict[str, Any]:
    return {"q": q, "page": page}


async def test_fields_of_the_query_fill_parameters(make_kernel: Any, asking: Any) -> None:
    kernel = make_kernel(search)
    assert await asking(kernel, query="q=a%20b&page=2") == (200, {"q": "a b", "page": 2})
    assert await asking(kernel, query="q=&other=1") == (200, {"q": "", "page": 1})
    assert await asking(kernel, query="q=1&q=2") == (200, {"q": "2", "page": 1})


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("", {"q": "Required"}),
        ("q=a&page=x", {"page": ["Expected an integer"]}),
        ("q=a&page=" + "9" * 5000, {"page": ["Integer value out of range"]}),
        ("page=", {"q": "Required", "page": ["Expected an integer"]}),
    ],
)
async def test_everything_that_is_wrong_is_told_at_once(
    query: str, data: dict[str, Any], make_kernel: Any, asking: Any
) -> None:
    assert await asking(make_kernel(search), query=query) == unexpected(**data)


async def test_routes_with_equal_variables_read_their_own_path(asking: Any) -> None:
    async def one(id: int) -> dict[str, int]:
        return {"one": id}

    async def other(id: int) -> dict[str, int]:
        return {"other": id}

    routes = [Route("/one/<id:int>", "GET", one), Route("/other/<id:int>", "GET", other)]
    kernel = Kernel({}, apps=[App(name="shop", routes=routes)])
    assert await asking(kernel, "/one/1") == (200, {"one": 1})
    assert await asking(kernel, "/other/2") == (200, {"other": 2})


async def test_variables_of_the_path_go_before_the_query(make_kernel: Any, asking: Any) -> None:
    async def handler(shop: str, id: int, ratio: float, q: str = "") -> list[Any]:
        return [shop, id, ratio, q]

    kernel = make_kernel(handler, "/<shop>/<id:int>/<ratio:([0-9.]+)>")
    assert await asking(kernel, "/a-b/5/0.5", "shop=x&id=9&q=y") == (200, ["a-b", 5, 0.5, "y"])
    assert await asking(kernel, "/a/5/1.2.3") == NOT_FOUND
    assert await asking(kernel, "/a/" + "9" * 5000 + "/1") == NOT_FOUND


@pytest.mark.parametrize(
    ("annotation", "text", "status"),
    [
        (int, "5", 200),
        (int, "5x", 404),
        (int | None, "5", 200),
        (bool, "yes", 200),
        (bool, "maybe", 404),
        (UUID, IDENTIFIER, 200),
        (UUID, "x", 404),
        (date, "2024-01-02", 200),
        (date, "2024-13-02", 404),
        (Order, "up", 200),
        (Order, "UP", 404),
        (Literal["a", "b"], "c", 404),
        (Annotated[int, Meta(ge=1)], "1", 200),
        (Annotated[int, Meta(ge=1)], "0", 404),
        (Annotated[str, Meta(max_length=2)], "abc", 404),
        (None, "anything", 200),
    ],
)
async def test_a_path_value_that_does_not_fit_is_no_such_path(
    annotation: Any, text: str, status: int, make_kernel: Any, asking: Any
) -> None:
    async def handler(value):  # type: ignore[no-untyped-def]  # annotated below, or not at all
        return [str(value)]

    if annotation:
        handler.__annotations__["value"] = annotation
    assert (await asking(make_kernel(handler, "/<value>"), f"/{text}"))[0] == status


async def test_every_type_in_a_query(make_kernel: Any, asking: Any) -> None:
    async def handler(
        ratio: float,
        on: bool,
        price: Decimal,
        key: UUID,
        day: date,
        order: Order,
        mode: Literal["a", 2],
        some: int | None,
        tags: list[str],
        numbers: set[int],
        pair: tuple[bool, ...] = (),
        rest: list[int] | None = None,
    ) -> list[str]:
        return [repr(value) for value in (ratio, on, price, key, day, order, mode, some, tags, numbers, pair, rest)]

    query = (
        f"ratio=1&on=on&price=1.10&key={IDENTIFIER}&day=2024-01-02&order=up&mode=2&tags=a&tags=b&numbers=1&numbers=1"
    )
    assert await asking(make_kernel(handler), query=query) == (
        200,
        [
            *("1.0", "True", "Decimal('1.10')", f"UUID('{IDENTIFIER}')", "datetime.date(2024, 1, 2)"),
            *("<Order.UP: 'up'>", "2", "None", "['a', 'b']", "{1}", "()", "None"),
        ],
    )
    status, content = await asking(make_kernel(handler))
    assert status == 400
    assert set(content["data"]) == {
        *("ratio", "on", "price", "key", "day", "order", "mode", "tags", "numbers"),
    }


async def test_problems_of_a_repeated_field_stand_by_position(make_kernel: Any, asking: Any) -> None:
    async def handler(n: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(max_length=2)]) -> list[int]:
        return n

    kernel = make_kernel(handler)
    assert await asking(kernel, query="n=1&n=2") == (200, [1, 2])
    assert await asking(kernel, query="n=1&n=x&n=0") == unexpected(
        n={"1": ["Expected an integer"], "2": ["Expected `int` >= 1"]}
    )
    assert await asking(kernel, query="n=1&n=2&n=3") == unexpected(n=["Expected `array` of length <= 2"])
    content = (await asking(kernel, query="&".join(["n=x"] * 500)))[1]
    assert len(content["data"]["n"]) == 100


async def test_constraints_hold_in_a_query(make_kernel: Any, asking: Any) -> None:
    async def handler(page: Annotated[int, "which page", Meta(ge=1)] = 1) -> int:
        return page

    assert await asking(make_kernel(handler)) == (200, 1)
    assert await asking(make_kernel(handler), query="page=3") == (200, 3)
    assert await asking(make_kernel(handler), query="page=0") == unexpected(page=["Expected `int` >= 1"])


async def test_what_was_sent_is_never_echoed(make_kernel: Any, asking: Any) -> None:
    async def handler(a: int, b: Order, c: UUID, d: date, e: bool, f: Literal["x"], g: float) -> None:
        raise AssertionError

    query = "&".join(f"{name}=%3Cscript%3E" for name in "abcdefg")
    status, content = await asking(make_kernel(handler), query=query)
    assert (status, len(content["data"])) == (400, 7)
    assert "script" not in str(content)


async def test_two_routes_share_no_fields(make_kernel: Any, asking: Any) -> None:
    async def other(a: int) -> int:
        return a

    first, second = make_kernel(search), make_kernel(other)
    assert await asking(second, query="a=x") == unexpected(a=["Expected an integer"])
    assert await asking(first) == unexpected(q="Required")


async def test_sync_and_generating_handlers_have_parameters_too(make_kernel: Any, asking: Any) -> None:
    def handler(n: int) -> int:
        return n + 1

    async def generating(n: int) -> AsyncIterator[str]:
        yield str(n)

    assert await asking(make_kernel(handler), query="n=1") == (200, 2)
    assert make_kernel(generating).boot()


@pytest.mark.parametrize("default", [1, None, object()])
async def test_a_parameter_without_a_type_keeps_its_default(default: Any, make_kernel: Any, asking: Any) -> None:
    async def handler(request: Request, captured=default) -> bool:  # type: ignore[no-untyped-def]  # the test
        return captured is default

    assert await asking(make_kernel(handler), query="captured=2") == (200, True)


def untyped(request, something):  # type: ignore[no-untyped-def]  # the test
    """A handler whose parameter nobody can fill."""


def bodied(request: Request, data: Body) -> None:
    """A handler that needs another plugin."""


def repeated(request: Request, id: list[int]) -> None:
    """A handler that wants many values of a variable."""


@pytest.mark.parametrize("handler", [untyped, bodied, repeated])
async def test_other_parameters_are_left_to_other_plugins(handler: Any, make_kernel: Any) -> None:
    kernel: Kernel = make_kernel(handler, "/<id>")
    with pytest.raises(BootError) as caught:
        kernel.boot()
    assert [problem.id for problem in caught.value.problems] == ["route.parameter"]


async def test_a_constraint_that_cannot_be_is_a_finding(make_kernel: Any) -> None:
    async def handler(q: Annotated[str, Meta(ge=1)]) -> None:
        raise AssertionError

    with pytest.raises(BootError, match="Can only set `ge`") as caught:
        make_kernel(handler).boot()
    problem = caught.value.problems[0]
    assert (problem.id, problem.where.rpartition(":")[0]) == ("params.constraint", __file__)
