"""JSON bodies of every kind of class, asked through a kernel."""

import enum
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Generic, Literal, NotRequired, TypedDict, TypeVar

import attrs
import pydantic
import pytest
from kernel_router import Routes
from kernel_testing import Client
from msgspec import Meta, Struct, json

from kernel import App, Kernel, Request

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class Street(Struct):
    name: str
    number: int = 1


class OrderStruct(Struct):
    product: str
    quantity: int
    tags: list[str] = []
    street: Street | None = None


@dataclass
class OrderDataclass:
    product: str
    quantity: int
    tags: list[str] = field(default_factory=list)
    street: Street | None = None


class OrderDict(TypedDict):
    product: str
    quantity: int
    tags: NotRequired[list[str]]
    street: NotRequired[Street | None]


@attrs.define
class OrderAttrs:
    product: str
    quantity: int
    tags: list[str] = attrs.field(factory=list)
    street: Street | None = None


class StreetModel(pydantic.BaseModel):
    name: str
    number: int = 1


class OrderModel(pydantic.BaseModel):
    product: str
    quantity: int
    tags: list[str] = []
    street: StreetModel | None = None


KINDS = [OrderStruct, OrderDataclass, OrderDict, OrderAttrs, OrderModel]
SENT = {"product": "tea", "quantity": 2, "tags": ["a"], "street": {"name": "High", "number": 5}}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_body_that_fits_is_handed_over(kind: Any, serve: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", json=SENT | {"unknown": 1})
    assert (response.status, response.json()) == (200, {"data": SENT})


WRONG = {"quantity": "x", "tags": ["a", 1, 2], "street": {"number": None}}


@pytest.mark.parametrize("kind", KINDS)
async def test_everything_that_is_wrong_is_told_in_one_shape(kind: Any, serve: Any, error: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", json=WRONG)
    data = response.json().pop("data")
    assert (response.status, response.json() | {"data": {}}) == (400, error({}))
    assert (data["product"], data["street"]["name"]) == ("Required", "Required")
    messages = [data["quantity"], data["tags"]["1"], data["tags"]["2"], data["street"]["number"]]
    assert all(isinstance(one, list) and len(one) == 1 and isinstance(one[0], str) for one in messages)
    assert "0" not in data["tags"]


async def test_the_messages_name_the_type_that_is_due(serve: Any, error: Any) -> None:
    async with Client(serve(OrderStruct)) as client:
        response = await client.post("/", json=WRONG | {"product": "tea"})
    assert response.json() == error(
        {
            "quantity": ["Expected `int`, got `str`"],
            "tags": {"1": ["Expected `str`, got `int`"], "2": ["Expected `str`, got `int`"]},
            "street": {"name": "Required", "number": ["Expected `int`, got `null`"]},
        }
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [[], "a", 1, None, True])
async def test_a_body_that_is_no_object_is_told_under_a_star(kind: Any, sent: Any, serve: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", body=json.encode(sent), headers={"content-type": "application/json"})
    assert (response.status, list(response.json()["data"])) == (400, ["*"])


MALFORMED = [
    b"",
    b"{",
    b'{"product": "a" "b"}',
    b"\xff",
    b'{"quantity": NaN}',
    b'{"quantity": 1} x',
    b'{"a": "\\ud800"}',
]


@pytest.mark.parametrize("kind", [OrderStruct, OrderModel])
@pytest.mark.parametrize("body", MALFORMED)
async def test_malformed_json_is_a_bad_request(kind: Any, body: bytes, serve: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", body=body, headers={"content-type": "application/json"})
    assert (response.status, response.json()["code"]) == (400, 1002)
    assert response.json()["message"].startswith("the body is not valid JSON")


DEEP = b'{"product":"a","quantity":1,"more":' + b"[" * 70 + b"]" * 70 + b"}"
TWICE = b'{"product":"a","quantity":1,"product":"b"}'


@pytest.mark.parametrize("kind", [OrderStruct, OrderModel])
@pytest.mark.parametrize(
    ("body", "message"), [(DEEP, "deeper than 64"), (TWICE, "repeats a key"), (b"[" * 100_000, "deeper than 64")]
)
async def test_ambiguous_and_deep_json_is_a_bad_request(kind: Any, body: bytes, message: str, serve: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", body=body, headers={"content-type": "application/json"})
    assert (response.status, response.json()["code"]) == (400, 1002)
    assert message in response.json()["message"]


@pytest.mark.parametrize("kind", [OrderStruct, OrderModel])
@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_media_type_other_than_json_is_415(kind: Any, media_type: Any, serve: Any) -> None:
    headers = {"content-type": media_type} if media_type else {}
    async with Client(serve(kind)) as client:
        assert (await client.post("/", body=json.encode(SENT), headers=headers)).status == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/Problem+JSON"])
async def test_json_under_another_name_is_taken(media_type: str, serve: Any) -> None:
    async with Client(serve(OrderStruct)) as client:
        assert (await client.post("/", body=json.encode(SENT), headers={"content-type": media_type})).status == 200


@pytest.mark.parametrize("key", ["max_json_size", "max_body_size"])
async def test_a_body_that_is_too_large_is_413(key: str, serve: Any) -> None:
    async with Client(serve(OrderStruct, config={"limits": {key: "100B"}})) as client:
        response = await client.post("/", json=SENT | {"product": "a" * 100})
    assert (response.status, response.json()["code"]) == (413, 1005)


async def test_the_configured_depth_holds(serve: Any) -> None:
    async with Client(serve(OrderStruct, config={"limits": {"max_json_depth": "1"}})) as client:
        assert (await client.post("/", json={"product": "a", "quantity": 1})).status == 200
        assert (await client.post("/", json=SENT)).status == 400


class Closed(Struct, forbid_unknown_fields=True):
    a: int


class ClosedModel(pydantic.BaseModel, extra="forbid"):
    a: int


@pytest.mark.parametrize("kind", [Closed, ClosedModel])
async def test_a_class_may_refuse_unknown_fields(kind: Any, serve: Any, error: Any) -> None:
    async with Client(serve(kind)) as client:
        response = await client.post("/", json={"a": 1, "b": 2, "c" * 1000: 3})
    assert response.json() == error({"b": ["Unknown field"], "c" * 100 + "…": ["Unknown field"]})


class Page(Struct, Generic[T]):
    items: list[T]
    total: Annotated[int, Meta(ge=0)]


@pytest.mark.parametrize(
    ("hint", "sent", "faults"),
    [
        (list[Street], [{"name": "a"}, {}], {"1": {"name": "Required"}}),
        (dict[str, Street], {"x": {"name": 1}}, {"x": {"name": ["Expected `str`, got `int`"]}}),
        (Page[Street], {"items": [{"name": "a"}, 5], "total": -1}, None),
        (Page[int], {"items": ["x"], "total": 1}, {"items": {"0": ["Expected `int`, got `str`"]}}),
        (Annotated[Street, "told of it"], {"name": 1}, {"name": ["Expected `str`, got `int`"]}),
        (list[StreetModel], [{"name": "a"}, {}], {"1": {"name": "Required"}}),
    ],
)
async def test_classes_stand_in_containers_and_generics(hint: Any, sent: Any, faults: Any, serve: Any) -> None:
    total = {"items": {"1": ["Expected `object`, got `int`"]}, "total": ["Expected `int` >= 0"]}
    async with Client(serve(hint)) as client:
        assert (await client.post("/", json=sent)).json()["data"] == faults or total


async def test_a_body_may_be_left_out_where_it_has_a_default(serve: Any) -> None:
    async with Client(serve(Street | None, default=None)) as client:
        assert (await client.post("/")).json() == {"data": None}
        assert (await client.post("/", json={"name": "a"})).json() == {"data": {"name": "a", "number": 1}}
        assert (await client.post("/", json={})).json()["data"] == {"name": "Required"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Many(Struct):
    colour: Colour
    size: Literal["s", "m"]
    day: date
    code: Annotated[str, Meta(pattern="^[A-Z]+$")]


async def test_what_was_sent_is_never_told_again(serve: Any) -> None:
    sent = dict.fromkeys(("colour", "size", "day", "code"), "sup3rsecret")
    async with Client(serve(Many)) as client:
        response = await client.post("/", json=sent)
    assert b"sup3rsecret" not in response.body
    assert response.json()["data"] == {
        "colour": ["Expected one of red, blue"],
        "size": ["Expected one of s, m"],
        "day": ["Invalid RFC3339 encoded date"],
        "code": ["Expected `str` matching regex '^[A-Z]+$'"],
    }


class Span(Struct):
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("the end is before the start")


class SpanModel(pydantic.BaseModel):
    start: int
    end: int

    @pydantic.model_validator(mode="after")
    def check(self) -> "SpanModel":
        if self.end < self.start:
            raise ValueError("the end is before the start")
        return self


@pytest.mark.parametrize("kind", [Span, SpanModel])
async def test_a_check_of_the_class_belongs_to_the_whole(kind: Any, serve: Any, error: Any) -> None:
    async with Client(serve(kind)) as client:
        assert (await client.post("/", json={"start": 1, "end": 2})).status == 200
        response = await client.post("/", json={"start": 2, "end": 1})
        assert response.json() == error({"*": ["the end is before the start"]})
        assert (await client.post("/", json={"start": 2})).json() == error({"end": "Required"})


@pytest.mark.parametrize("kind", [OrderStruct, OrderModel])
@pytest.mark.parametrize(("config", "most"), [({}, 100), ({"limits": {"max_validation_errors": "3"}}, 3)])
async def test_no_more_faults_are_told_than_configured(kind: Any, config: Any, most: int, serve: Any) -> None:
    async with Client(serve(kind, config=config)) as client:
        response = await client.post("/", json=SENT | {"tags": [1] * 5000})
    assert len(response.json()["data"]["tags"]) == most


async def asked_in_parts(kernel: Any, *messages: dict[str, Any], headers: Any = ()) -> int:
    """Return the status of a POST whose body arrives in these messages."""
    sent: list[Any] = []
    left = iter(messages)

    async def receive() -> Any:
        return next(left)

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(b"host", b"localhost"), (b"content-type", b"application/json"), *headers]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": pairs}
    await kernel(scope, receive, send)
    return int(sent[0]["status"])


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_in_several_parts_is_read_whole(serve: Any) -> None:
    kernel = serve(OrderStruct)
    async with Client(kernel):
        assert await asked_in_parts(kernel, part(b'{"product":', more=True), part(b'"a","quantity":1}')) == 200


async def test_a_body_that_is_longer_than_announced_is_still_read_whole(serve: Any) -> None:
    kernel = serve(OrderStruct)
    long = json.encode({"product": "a" * 20_000, "quantity": 1})
    async with Client(kernel):
        assert await asked_in_parts(kernel, part(long), headers=[(b"content-length", b"12")]) == 200


async def test_a_body_that_was_read_before_is_not_received_again() -> None:
    routes = Routes()

    @routes.post("/", before_request=lambda request: None)
    async def order(request: Request, data: OrderStruct) -> Any:
        return {"same": await request.json() == {"product": data.product, "quantity": data.quantity}}

    kernel = Kernel({}, apps=[App(name="shop", routes=routes)])
    async with Client(kernel) as client:
        assert (await client.post("/", json={"product": "a", "quantity": 1})).json() == {"same": True}


class Node(Struct):
    inner: "Node | None"


@pytest.mark.parametrize(("depth", "status"), [(8, 200), (80, 400)])
async def test_a_type_that_holds_itself_is_bounded_by_the_configuration(serve: Any, depth: int, status: int) -> None:
    kernel = serve(Node)
    async with Client(kernel):
        body = b'{"inner":' * depth + b"null" + b"}" * depth
        assert await asked_in_parts(kernel, part(body)) == status
