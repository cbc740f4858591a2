"""A field may bring the message that its client is told."""

from typing import Annotated

import pytest
from kernel_router import Route
from kernel_testing import Client, make_kernel
from msgspec import Meta, Struct

from kernel import App

pytestmark = pytest.mark.anyio


class Place(Struct):
    """A body of one field that is told in words."""

    code: Annotated[str, Meta(pattern="^[A-Z]{2}$", extra={"message": "Two capital letters"})]
    floor: Annotated[int, Meta(ge=0)] = 0


async def add(place: Place) -> str:
    return place.code


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"code": "x"}, {"code": ["Two capital letters"]}),
        ({"code": 1}, {"code": ["Two capital letters"]}),
        ({"code": "DE", "floor": -1}, {"floor": ["Expected `int` >= 0"]}),
    ],
)
async def test_the_message_of_a_field_is_told_in_place_of_its_pattern(sent: object, told: object) -> None:
    async with Client(make_kernel(apps=[App(name="shop", routes=[Route("/places", "POST", add)])])) as client:
        answer = await client.post("/places", json=sent)
    assert (answer.status, answer.json()["data"]) == (400, told)
