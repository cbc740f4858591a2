"""What is told about a body that cannot be decoded, for any type and any JSON."""

import enum
import json as stdlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, NewType, TypedDict, TypeVar
from uuid import UUID

import pydantic
import pytest
from hypothesis import example, given, strategies as st
from kernel_bodies.messages import told
from kernel_bodies.models import ModelBody
from kernel_bodies.structs import StructBody
from kernel_bodies.unexpected import UnexpectedBody
from msgspec import Meta, Struct, ValidationError, convert, json, structs

from kernel.errors import HTTPException

T = TypeVar("T")
Percent = NewType("Percent", int)


class Leaf(Struct):
    name: str


class Node(Struct):
    leaf: Leaf
    next: "Node | None" = None


class Cat(Struct, tag="cat"):
    lives: int


class Dog(Struct, tag="dog"):
    tricks: list[str]


class One(Struct, tag=1, tag_field="kind"):
    a: int


class Two(Struct, tag=2, tag_field="kind"):
    a: str


class Array(Struct, array_like=True):
    a: int
    b: str


class Box(Struct, Generic[T], rename="camel"):
    inner_value: T


@dataclass
class Pair(Generic[T]):
    left: T
    right: list[T]


class Person(TypedDict):
    name: str


class Colour(enum.Enum):
    RED = "red"


class Price(Struct):
    net: float
    rate: float = 0


class Checked(Struct):
    size: int
    name: str = ""

    def __post_init__(self) -> None:
        if self.size > 9:
            raise ValueError(f"{self.size} is too large for {self.name}" if self.name else "too large")


def faults(hint: Any, sent: Any, most: int = 100) -> Any:
    body, text = StructBody(hint), json.encode(sent)
    with pytest.raises(ValidationError):
        body.decode(text)
    refused: Any = body.refused(text, 64, most)
    return refused.data


@pytest.mark.parametrize(
    ("hint", "sent", "told"),
    [
        (Node, {"leaf": {"name": "a"}, "next": {"leaf": {}}}, {"next": {"leaf": {"name": "Required"}}}),
        (Node, {"leaf": {"name": "a"}, "next": 1}, {"next": ["Expected `object | null`, got `int`"]}),
        (Cat | Dog, {"type": "cat", "lives": "x"}, {"lives": ["Expected `int`, got `str`"]}),
        (Cat | Dog, {"lives": 1}, {"type": "Required"}),
        (Cat | Dog, {"type": "cow"}, {"type": ["Expected one of cat, dog"]}),
        (Cat | Dog, {"type": ["cat"]}, {"type": ["Expected one of cat, dog"]}),
        (One | Two, {"kind": 2, "a": 1}, {"a": ["Expected `str`, got `int`"]}),
        (One | Two | None, {"kind": 3, "a": 1}, {"kind": ["Expected one of 1, 2"]}),
        (Cat, {"type": "dog", "lives": 1}, {"*": ["Invalid value"]}),
        (list[Leaf] | Leaf, [{}], {"0": {"name": "Required"}}),
        (list[Leaf] | Leaf, {}, {"name": "Required"}),
        (dict[str, Leaf], {"k" * 200: {}}, {"k" * 100 + "…": {"name": "Required"}}),
        (dict[int, Leaf], {"x": {"name": "a"}}, {"x": ["Expected `int`, got `str`"]}),
        (dict[str, Leaf] | None, 1, {"*": ["Expected `object | null`, got `int`"]}),
        (dict[str, Leaf], [], {"*": ["Expected `object`, got `array`"]}),
        (
            Annotated[dict[str, Leaf], Meta(max_length=1)],
            {"a": {"name": "a"}, "b": {"name": "b"}},
            {"*": ["Expected `object` of length <= 1"]},
        ),
        (tuple[Leaf, int], [{}, "x"], {"0": {"name": "Required"}, "1": ["Expected `int`, got `str`"]}),
        (tuple[Leaf, int], [{"name": "a"}, 1, 2], {"*": ["Expected `array` of length 2, got 3"]}),
        (Annotated[list[Leaf], Meta(min_length=2)], [{"name": "a"}], {"*": ["Expected `array` of length >= 2"]}),
        (Sequence[Leaf], [{}], {"0": {"name": "Required"}}),
        (Mapping[str, Leaf], {"a": {}}, {"a": {"name": "Required"}}),
        (Box[int], {"innerValue": "x"}, {"innerValue": ["Expected `int`, got `str`"]}),
        (Pair[int], {"left": "x", "right": [1]}, {"left": ["Expected `int`, got `str`"]}),
        (Pair[Leaf], {"left": {}, "right": [{}]}, {"left": {"name": "Required"}, "right": {"0": {"name": "Required"}}}),
        (Person, {"name": 1}, {"name": ["Expected `str`, got `int`"]}),
        (list[Array], [[1, 2]], {"0": ["Expected `str`, got `int`"]}),
        (list[Leaf] | None, "x", {"*": ["Expected `array | null`, got `str`"]}),
        (
            Price,
            {"net": 9**500, "rate": "x"},
            {"net": ["Number out of range"], "rate": ["Expected `float`, got `str`"]},
        ),
        (Price, {"net": 1, "rate": None}, {"rate": ["Expected `float`, got `null`"]}),
        (Checked, {"size": 10}, {"*": ["too large"]}),
        (Checked, {"size": 10, "name": "sup3rsecret"}, {"*": ["Invalid value"]}),
        (list[Checked], [{"size": 1}, {"size": 10}], {"1": ["too large"]}),
    ],
)
def test_every_fault_is_told_where_it_stands(hint: Any, sent: Any, told: Any) -> None:
    assert faults(hint, sent) == told


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize(
    ("hint", "sent"),
    [
        (list[int] | Leaf, ["x"] * 9),
        (dict[str, Leaf], {str(n): {} for n in range(9)}),
        (Person, {"name": 1}),
        (list[Leaf], [{}] * 9),
    ],
)
def test_as_many_faults_are_told_as_wanted(hint: Any, sent: Any, most: int) -> None:
    assert len(faults(hint, sent, most)) == min(most, len(sent))


class Bird(pydantic.BaseModel):
    kind: Literal["bird"]


class Fish(pydantic.BaseModel):
    kind: Literal["fish"]
    depth: int = 0


class Zoo(pydantic.BaseModel):
    animals: list[Annotated[Bird | Fish, pydantic.Field(discriminator="kind")]] = []
    either: dict[str, int] | list[int] = []
    other: list[int] | dict[str, int] = []
    word: str = ""
    keys: dict[int, int] = {}

    @pydantic.field_validator("word")
    @classmethod
    def check(cls, word: str) -> str:
        if word == "tiny":
            raise AssertionError("too short")
        if word:
            raise ValueError(f"'{word}' is not a word")
        return word


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (
            {"animals": [{"kind": "fish", "depth": "x"}]},
            {"animals": {"0": {"depth": ["Input should be a valid integer, unable to parse string as an integer"]}}},
        ),
        (
            {"animals": [{"kind": "sup3rsecret"}, {}]},
            {"animals": {"0": ["Invalid value"], "1": ["Unable to extract tag using discriminator 'kind'"]}},
        ),
        (
            {"either": {"k": None}, "other": {"k": None}},
            {"either": {"k": ["Input should be a valid integer"]}, "other": {"k": ["Input should be a valid integer"]}},
        ),
        ({"either": 1}, {"either": ["Input should be an object", "Input should be a valid array"]}),
        ({"word": "sup3rsecret"}, {"word": ["Invalid value"]}),
        ({"word": "tiny"}, {"word": ["too short"]}),
        (
            {"keys": {"x": 1}},
            {"keys": {"x": ["Input should be a valid integer, unable to parse string as an integer"]}},
        ),
        ({"keys": {str(n): None for n in range(10_001)}}, {"*": ["Invalid value"]}),
        (1, {"*": ["Input should be an object"]}),
    ],
)
def test_the_errors_of_pydantic_are_told_in_the_same_shape(sent: Any, told: Any) -> None:
    refused: Any = ModelBody(Zoo).refused(json.encode(sent), 64, 100)
    assert refused.data == told


class Everything(Struct, forbid_unknown_fields=True):
    a: int
    b: str | None
    c: float
    d: list[int | str]
    e: dict[str, Leaf]
    f: Colour
    g: Literal[1, "x"]
    h: date
    i: Decimal
    j: UUID
    k: Percent
    l: tuple[int, ...]  # noqa: E741  # the next letter
    m: Annotated[str, Meta(pattern="^a+$", max_length=5)]
    n: Cat | Dog
    o: bytes
    p: set[int]
    q: datetime | int
    r: bool
    s: Node | list[Node] | None
    t: Any


class EverythingModel(pydantic.BaseModel):
    a: int
    b: str | None
    c: float
    d: list[int | str]
    e: dict[str, list[int]]
    f: Colour
    g: Literal[1, "x"]
    h: date
    i: Decimal
    j: UUID
    l: tuple[int, str]  # noqa: E741  # the next letter
    n: "EverythingModel | None"
    o: bytes
    p: set[int]
    q: datetime | int
    r: bool
    t: Any


NAMES = st.sampled_from([*Everything.__struct_fields__, "name", "type", "leaf", "next", "lives"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5),
    st.sampled_from(["red", "x", "cat", "dog", "2024-05-01", "aaa", "1", 10**40]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)),
    max_leaves=30,
)  # fmt: skip


@pytest.mark.parametrize("body", [StructBody(Everything), ModelBody(EverythingModel)], ids=["struct", "model"])
@given(sent=st.dictionaries(NAMES, VALUES) | VALUES)
def test_any_json_is_decoded_or_refused_with_faults(body: Any, sent: Any) -> None:
    text = json.encode(sent)
    try:
        body.decode(text)
    except ValueError:
        refused = body.refused(text, 64, 100)
        assert isinstance(refused, UnexpectedBody)
        assert messages_of(refused.data)


def messages_of(data: Any) -> list[str]:
    """Return all messages, having looked at the shape of *data*."""
    assert isinstance(data, dict)
    found: list[str] = []
    for name, fault in data.items():
        assert isinstance(name, str)
        assert fault
        found += messages_of(fault) if isinstance(fault, dict) else [fault] if fault == "Required" else fault
    assert all(isinstance(message, str) for message in found)
    return found


class Order(Struct):
    product: str
    quantity: int
    price: float
    gift: bool
    due: date
    note: str = ""
    weight: float = 0


def faults_one_by_one(sent: Mapping[str, Any], most: int) -> dict[str, Any]:
    """Return the faults of an order as one finds them who looks at each field alone."""
    found: dict[str, Any] = {}
    for field in structs.fields(Order):
        if field.name not in sent:
            found |= {field.name: "Required"} if field.required else {}
            continue
        try:
            convert(sent[field.name], field.type)
        except ValidationError as error:
            found[field.name] = [told(error, sent[field.name], field.type)]
    return dict(list(found.items())[:most])


ORDER_NAMES = st.sampled_from([*Order.__struct_fields__, "other"])


@given(st.dictionaries(ORDER_NAMES, VALUES | st.just(10**400)), st.integers(1, 8))
@example({"product": 1, "quantity": 10**400, "price": 10**400, "gift": None, "due": "2024-05-01", "note": []}, 8)
def test_the_faults_of_a_record_are_those_of_its_fields_in_their_order(sent: dict[str, Any], most: int) -> None:
    wanted = faults_one_by_one(sent, most)
    refused: Any = StructBody(Order).refused(stdlib.dumps(sent).encode(), 64, most)
    assert list(refused.data.items()) == list(wanted.items() if wanted else {"*": ["Invalid value"]}.items())


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_refused_as_malformed_or_with_faults(text: bytes) -> None:
    body = StructBody(Everything)
    try:
        refused: Any = body.refused(text, 64, 100)
    except HTTPException as error:
        refused = error
    assert (refused.status, type(refused) in (UnexpectedBody, HTTPException)) == (400, True)


@pytest.mark.parametrize("hint", [Leaf, Everything])
def test_telling_faults_takes_linear_time(hint: Any, grows_linearly: Any) -> None:
    body = StructBody(dict[str, hint])
    grows_linearly(
        lambda text: body.refused(text, 64, 10**9), lambda n: json.encode({str(number): {} for number in range(n)}), 50
    )
