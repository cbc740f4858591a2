"""A value that no column can hold is in no row; a driver is never asked about it."""

import unicodedata
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from kernel_orm import fold
from kernel_orm.values import ABSENT, fitting
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.types import NullType, UserDefinedType


class Money(TypeDecorator[int]):
    impl = Integer
    cache_ok = True


class Point(UserDefinedType[Any]):
    pass


class Shy(UserDefinedType[Any]):
    @property
    def python_type(self) -> Any:
        raise NotImplementedError


ONE = UUID(int=1)
FITTING = [
    (Integer, 1, 1),
    (Integer, "1", 1),
    (Integer, 1.0, 1),
    (Integer, Decimal(1), 1),
    (Float, 1, 1.0),
    (Float, "1.5", 1.5),
    (Numeric, "1.50", Decimal("1.50")),
    (Uuid, str(ONE), ONE),
    (Uuid, ONE, ONE),
    (String, "a", "a"),
    (Boolean, True, True),
    (Money, "whatever", "whatever"),
    (Point, "0,0", "0,0"),
    (Point, True, True),
    (Shy, "0,0", "0,0"),
    (BigInteger, 2**40, 2**40),
    (Integer, -(2**31), -(2**31)),
]
STRANGE = [
    (Integer, "x"),
    (Integer, "1.5"),
    (Integer, 1.5),
    (Integer, True),
    (Integer, 2**31),
    (Integer, -(2**31) - 1),
    (SmallInteger, 2**15),
    (BigInteger, 2**63),
    (Integer, []),
    (Integer, {}),
    (Integer, b"1"),
    (Integer, float("nan")),
    (Integer, float("inf")),
    (Numeric, "x"),
    (Uuid, "x"),
    (Uuid, 1),
    (String, 1),
    (String, "a\0b"),
    (String, "\ud800"),
    (Point, "a\0b"),
    (Boolean, 1),
    (Boolean, "true"),
    (Date, "2026-01-01"),
    (String, True),
]


@pytest.mark.parametrize(("kind", "value", "expected"), FITTING)
def test_a_value_becomes_one_of_its_column(kind: Any, value: Any, expected: Any) -> None:
    fit = fitting(Column("x", kind()), value, "postgresql")
    assert (fit, type(fit)) == (expected, type(expected))


@pytest.mark.parametrize(("kind", "value"), STRANGE)
def test_a_value_that_no_row_can_hold_is_absent(kind: Any, value: Any) -> None:
    assert fitting(Column("x", kind()), value, "postgresql") is ABSENT


def test_sqlite_has_one_size_of_whole_numbers() -> None:
    assert fitting(Column("x", SmallInteger()), 2**40, "sqlite") == 2**40
    assert fitting(Column("x", SmallInteger()), 2**63, "sqlite") is ABSENT


def test_a_column_without_a_type_takes_anything() -> None:
    assert fitting(Column("x", NullType()), [1], "sqlite") == [1]


@pytest.mark.parametrize(
    "pair", [("Alice", "ALICE"), ("ﬃ", "FFI"), ("straße", "STRASSE"), ("É", "e\u0301"), ("\uff21", "a")]
)
def test_texts_that_differ_in_case_or_compatible_characters_have_one_key(pair: tuple[str, str]) -> None:
    assert fold(pair[0]) == fold(pair[1])


@given(st.text())
def test_a_key_is_its_own_key(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFKC", fold(text))
