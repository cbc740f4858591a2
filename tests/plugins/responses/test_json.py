import json
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from kernel_responses import JSON, Status, Success
from kernel_responses.json import encode

NAN, INF = float("nan"), float("inf")


class Colour(Enum):
    RED = "red"


class Size(StrEnum):
    SMALL = "s"


class Point(msgspec.Struct):
    x: float
    raw: msgspec.Raw = msgspec.Raw(b"null")


@dataclass
class Pair:
    left: Any
    right: Any


class Degrees(float):
    pass


class Markup(str):
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), '"2024-01-02T03:04:05Z"'),
        (date(2024, 1, 2), '"2024-01-02"'),
        (timedelta(days=1), '"P1D"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (Decimal("1.10"), '"1.10"'),
        (Colour.RED, '"red"'),
        (Size.SMALL, '"s"'),
        (Point(1.5), '{"x":1.5,"raw":null}'),
        (Pair(None, [Point(2.0)]), '{"left":null,"right":[{"x":2.0,"raw":null}]}'),
        (MappingProxyType({"a": None}), '{"a":null}'),
        (OrderedDict(a=1), '{"a":1}'),
        (deque([1, None]), "[1,null]"),
        ((1, None), "[1,null]"),
        (range(2), "[0,1]"),
        ({1}, "[1]"),
        (Degrees(1.5), "1.5"),
        (Markup("<b>"), '"<b>"'),
        ("null", '"null"'),
        ({"a": None, "b": 1.5, "c": True}, '{"a":null,"b":1.5,"c":true}'),
        (2**70, str(2**70)),
        ("é", '"é"'),
    ],
)
def test_values_become_json(value: Any, text: str) -> None:
    assert encode(value).decode() == text


@pytest.mark.parametrize("number", [NAN, INF, -INF, Degrees("nan")])
def test_nan_and_infinity_are_refused_wherever_they_stand(number: float) -> None:
    """R28."""
    for value in (number, [number], (1, number), {"a": {"b": number}}, Point(number), Pair(0, [Pair(number, 1)])):
        with pytest.raises(ValueError, match="NaN or an infinity"):
            JSON(value)
    with pytest.raises(ValueError, match="NaN or an infinity"):
        Success({number})


@pytest.mark.parametrize("value", [Path("x"), object(), 1j, (n for n in "a")])
def test_what_has_no_form_in_json_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        JSON(value)


@pytest.mark.parametrize("key", [(1, 2), True, frozenset("a")])
def test_what_cannot_be_a_key_is_refused(key: Any) -> None:
    with pytest.raises(TypeError, match=f"a value of type '{type(key).__name__}' cannot be a key in JSON"):
        JSON({key: 1})


def test_the_refusal_names_the_type() -> None:
    with pytest.raises(TypeError, match="a value of type 'PosixPath' has no form in JSON"):
        JSON(Path("x"))


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        JSON("\ud800")


def test_text_and_bytes_are_values_and_not_json() -> None:
    assert JSON('{"a":1}').body == b'"{\\"a\\":1}"'
    assert JSON(b"ab").body == b'"YWI="'


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(plain)
@settings(max_examples=40)
def test_what_is_sent_is_always_strict_json(value: Any) -> None:
    try:
        body = encode(value)
    except ValueError:
        with pytest.raises(ValueError, match="Out of range"):
            json.dumps(value, allow_nan=False)
    else:
        assert json.loads(body) == value


@pytest.mark.parametrize(
    ("response", "status", "body"),
    [
        (Success(), 200, {"status": "success"}),
        (Success(None), 200, {"status": "success"}),
        (Success("Successful login!"), 200, {"status": "success", "data": "Successful login!"}),
        (Success([], status=Status.CREATED), 201, {"status": "success", "data": []}),
        (Success(0), 200, {"status": "success", "data": 0}),
        (Success({"id": None}), 200, {"status": "success", "data": {"id": None}}),
    ],
)
def test_success_holds_data_unless_there_is_none(response: Success, status: int, body: Any) -> None:
    assert (response.status, json.loads(response.body)) == (status, body)
    assert response.pairs == ((b"content-type", b"application/json"),)
