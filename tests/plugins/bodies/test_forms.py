"""Bodies that are forms, urlencoded and multipart."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, TypedDict

import attrs
import pydantic
import pytest
from hypothesis import given, strategies as st
from kernel_bodies import FORM
from kernel_bodies.formdata import FormFields
from kernel_forms import Upload
from kernel_requests import Fields
from kernel_testing import Client
from msgspec import Struct

pytestmark = pytest.mark.anyio
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


class BookingStruct(Struct):
    name: str
    seats: int
    day: date | None = None
    window: bool = False
    extras: list[str] = []


@dataclass
class BookingDataclass:
    name: str
    seats: int
    day: date | None = None
    window: bool = False
    extras: list[str] = field(default_factory=list)


@attrs.define
class BookingAttrs:
    name: str
    seats: int
    day: date | None = None
    window: bool = False
    extras: list[str] = attrs.field(factory=list)


class BookingModel(pydantic.BaseModel):
    name: str
    seats: int
    day: date | None = None
    window: bool = False
    extras: list[str] = []


class Seats(TypedDict):
    seats: int


KINDS = [BookingStruct, BookingDataclass, BookingAttrs, BookingModel]
BOOKED = {"name": "Ada", "seats": 2, "day": "2024-05-01", "window": True, "extras": ["tea", "rug"]}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("key", ["extras", "extras[]", "extras%5B%5D"])
async def test_texts_become_what_the_fields_are(kind: Any, key: str, serve: Any) -> None:
    body = f"name=Ada&seats=2&day=2024-05-01&window=on&{key}=tea&{key}=rug&other=1".encode()
    async with Client(serve(Annotated[kind, FORM])) as client:
        assert (await client.post("/", body=body, headers=URLENCODED)).json() == {"data": BOOKED}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_blank_text_lacks_unless_the_field_is_a_text(kind: Any, serve: Any, error: Any) -> None:
    async with Client(serve(Annotated[kind, FORM])) as client:
        response = await client.post("/", body=b"name=&seats=2&day=&window=", headers=URLENCODED)
        left = {"name": "", "seats": 2, "day": None, "window": False, "extras": []}
        assert response.json() == {"data": left}
        response = await client.post("/", body=b"name=&seats=", headers=URLENCODED)
        assert response.json() == error({"seats": "Required"})


@pytest.mark.parametrize("kind", [*KINDS, Seats])
async def test_what_is_wrong_is_told_by_field(kind: Any, serve: Any) -> None:
    async with Client(serve(Annotated[kind, FORM])) as client:
        response = await client.post("/", body=b"name=a&seats=many&extras=x", headers=URLENCODED)
    assert (response.status, response.json()["code"], list(response.json()["data"])) == (400, 1002, ["seats"])


class Ticket(Struct):
    title: str
    picture: Upload
    size: Literal["s", "m"] = "s"
    notes: list[Upload] = []


def multipart(*parts: tuple[str, str, bytes]) -> bytes:
    form = '--b\r\ncontent-disposition: form-data; name="{}"{}\r\n\r\n'
    return b"".join(form.format(name, more).encode() + data + b"\r\n" for name, more, data in parts) + b"--b--\r\n"


async def test_a_field_may_be_a_file(serve: Any) -> None:
    head = {"content-type": "multipart/form-data; boundary=b"}
    async with Client(make_reader(serve)) as client:
        title, picture = ("title", "", b"A"), ("picture", '; filename="a.png"', b"png!")
        note = ("notes", '; filename="n.txt"', b"n")
        response = await client.post("/", body=multipart(title, picture, note, note), headers=head)
        assert response.json() == ["A", "a.png", "png!", 2]
        wrong = await client.post("/", body=multipart(title, ("picture", "", b"text")), headers=head)
        assert wrong.json()["data"] == {"picture": ["Expected `Upload`, got `str`"]}


def make_reader(serve: Any) -> Any:
    async def read(data: Annotated[Ticket, FORM]) -> list[Any]:
        return [data.title, data.picture.filename, (await data.picture.read()).decode(), len(data.notes)]

    return serve(Annotated[Ticket, FORM], handler=read)


@pytest.mark.parametrize("kind", [BookingStruct, BookingModel])
async def test_another_media_type_is_415_and_a_malformed_form_400(kind: Any, serve: Any) -> None:
    async with Client(serve(Annotated[kind, FORM])) as client:
        assert (await client.post("/", json={"name": "Ada", "seats": 2})).status == 415
        assert (await client.post("/")).status == 415
        assert (await client.post("/", body=b"x", headers={"content-type": "multipart/form-data"})).status == 400


async def test_a_form_that_is_too_large_is_413(serve: Any) -> None:
    async with Client(serve(Annotated[Seats, FORM], config={"limits": {"max_body_size": "10B"}})) as client:
        assert (await client.post("/", body=b"seats=1&other=2", headers=URLENCODED)).status == 413


async def test_a_form_may_be_left_out_where_it_has_a_default(serve: Any) -> None:
    async with Client(serve(Annotated[Seats, FORM], default=None)) as client:
        assert (await client.post("/")).json() == {"data": None}
        assert (await client.post("/", body=b"seats=1", headers=URLENCODED)).json() == {"data": {"seats": 1}}


class Closed(Struct, forbid_unknown_fields=True):
    a: int = 0
    b: list[int] = []


async def test_a_class_may_refuse_unknown_fields(serve: Any, error: Any) -> None:
    async with Client(serve(Annotated[Closed, FORM])) as client:
        assert (await client.post("/", body=b"a=1&b[]=2", headers=URLENCODED)).json() == {"data": {"a": 1, "b": [2]}}
        response = await client.post("/", body=b"a=1&c=2", headers=URLENCODED)
        assert response.json() == error({"c": ["Unknown field"]})


class Renamed(pydantic.BaseModel):
    many: list[int] = pydantic.Field(alias="number")


async def test_an_alias_is_the_name_in_the_form(serve: Any) -> None:
    async with Client(serve(Annotated[Renamed, FORM])) as client:
        assert (await client.post("/", body=b"number=1", headers=URLENCODED)).json() == {"data": {"many": [1]}}


class Between(Struct):
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("the low is above the high")


async def test_a_check_of_the_class_belongs_to_the_whole(serve: Any, error: Any) -> None:
    async with Client(serve(Annotated[Between, FORM])) as client:
        response = await client.post("/", body=b"low=2&high=1", headers=URLENCODED)
    assert response.json() == error({"*": ["the low is above the high"]})


NAMES = st.sampled_from(["a", "b", "b[]", "c", "d", "d[]"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["", "on", "1"]))))
def test_every_name_of_any_form_is_taken_once(pairs: list[tuple[str, str]]) -> None:
    taken = FormFields({"a": bool, "b": list[int], "c": str}).taken(Fields(pairs))
    assert {name for name, _ in pairs} - {"a", "b", "b[]"} <= taken.keys() <= {name for name, _ in pairs} | {"b"}
    assert isinstance(taken.get("b", []), list)
    assert taken.get("a") in (None, "true", "1")
