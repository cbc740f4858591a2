from collections import deque, namedtuple
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import pytest
from kernel_responses import Stream
from kernel_responses.rendering import encoder
from kernel_testing import Client, make_kernel
from pydantic import BaseModel

from kernel import App
from kernel.layers import Route

pytestmark = pytest.mark.anyio


@dataclass
class Book:
    title: str


class Author(msgspec.Struct):
    name: str


class Attrs:
    __attrs_attrs__ = ()


class Level(IntEnum):
    HIGH = 2


class Word(StrEnum):
    ONE = "one"


class Colour(Enum):
    RED = "red"


Place = namedtuple("Place", "row seat")
TEXT, OCTETS, JSON = "text/plain; charset=utf-8", "application/octet-stream", "application/json"


@pytest.mark.parametrize(
    ("value", "kind", "body"),
    [
        ("grüß", TEXT, "grüß".encode()),
        (Word.ONE, TEXT, b"one"),
        (b"\xff", OCTETS, b"\xff"),
        (bytearray(b"a"), OCTETS, b"a"),
        (memoryview(b"a"), OCTETS, b"a"),
        ({"a": None}, JSON, b'{"a":null}'),
        ([1, "null"], JSON, b'[1,"null"]'),
        ((1,), JSON, b"[1]"),
        (Place(1, 2), JSON, b"[1,2]"),
        (1, JSON, b"1"),
        (1.5, JSON, b"1.5"),
        (True, JSON, b"true"),
        (Level.HIGH, JSON, b"2"),
        (Colour.RED, JSON, b'"red"'),
        (Book("b"), JSON, b'{"title":"b"}'),
        (Author("a"), JSON, b'{"name":"a"}'),
        (date(2024, 1, 2), JSON, b'"2024-01-02"'),
        (Decimal("1.0"), JSON, b'"1.0"'),
        (UUID(int=0), JSON, b'"00000000-0000-0000-0000-000000000000"'),
        ({1}, JSON, b"[1]"),
        (MappingProxyType({"a": 1}), JSON, b'{"a":1}'),
        (deque([1]), JSON, b"[1]"),
        ({"a": 1}.keys(), JSON, b'["a"]'),
    ],
)
async def test_plain_values_are_rendered(ask: Any, value: Any, kind: str, body: bytes) -> None:
    encode = encoder(type(value))
    assert encode is not None
    sent = await ask(encode(value))
    assert (sent.status, sent.get("content-type"), sent.body) == (200, kind, body)


async def test_text_that_encodes_itself_does_so() -> None:
    class Latin(str):
        __slots__ = ()

        def encode(self, encoding: str = "latin-1", errors: str = "strict") -> bytes:
            return super().encode(encoding, errors)

    handler: Any = lambda request: Latin("ü")  # noqa: E731
    async with Client(make_kernel(apps=[App(name="shop", routes=[Route("/", "GET", handler)])])) as client:
        assert (await client.get("/")).body == b"\xfc"


@pytest.mark.parametrize("trace", [False, True])
@pytest.mark.parametrize("value", ["\ud800", float("nan")])
async def test_a_value_that_cannot_be_sent_is_reported_with_who_renders_it(
    trace: bool, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    handler: Any = lambda request: value  # noqa: E731
    apps, config = [App(name="shop", routes=[Route("/", "GET", handler)])], {"trace": {"enabled": trace}}
    kernel = make_kernel(apps=apps, config=config)
    async with Client(kernel) as client:
        assert (await client.get("/")).status == 500
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert record.getMessage().startswith("GET '/' failed in plugin 'responses' (error ")


async def test_none_is_204_without_type_and_length(ask: Any) -> None:
    encode = encoder(type(None))
    assert encode is not None
    sent = await ask(encode(None))
    assert (sent.status, sent.names, sent.body) == (204, [], b"")


async def later() -> AsyncIterator[str]:
    yield "a"
    yield "b"


def now() -> Iterator[str]:
    yield "a"
    yield "b"


class Again:
    def __aiter__(self) -> AsyncIterator[str]:
        return later()


@pytest.mark.parametrize("make", [later, now, Again, lambda: iter(["a", "b"]), lambda: map(str, "ab")])
async def test_iterators_are_streamed(ask: Any, make: Any) -> None:
    value = make()
    encode = encoder(type(value))
    assert encode is Stream
    assert (await ask(encode(value))).chunks == [b"a", b"b", b""]


@pytest.mark.parametrize("kind", [object, type, type(lambda: 0), type(later), complex, Exception])
def test_types_that_are_not_known_are_left_to_others(kind: type) -> None:
    assert encoder(kind) is None


def test_a_coroutine_is_left_to_others() -> None:
    step: Any = later().__anext__()
    assert encoder(type(step)) is None
    step.close()


def test_models_of_pydantic_are_json_by_themselves_and_inside() -> None:
    class Bill(BaseModel):
        due: date

    bill, one, many = Bill(due=date(2024, 5, 1)), encoder(Bill), encoder(list)
    assert one is many
    assert one is not None
    assert (one(bill).body, one([bill]).body) == (b'{"due":"2024-05-01"}', b'[{"due":"2024-05-01"}]')


def test_classes_of_attrs_are_json() -> None:
    assert encoder(Attrs) is encoder(dict)


@pytest.mark.parametrize("value", [{"a": float("nan")}, [float("inf")], float("-inf"), (float("nan"),)])
def test_nan_is_an_error_and_never_sent(value: Any) -> None:
    encode = encoder(type(value))
    assert encode is not None
    with pytest.raises(ValueError, match="NaN or an infinity"):
        encode(value)


def test_a_change_of_one_answer_does_not_touch_the_next() -> None:
    encode = encoder(str)
    assert encode is not None
    encode("a").headers.append((b"x-a", b"b"))
    assert encode("a").headers == [(b"content-type", TEXT.encode())]
