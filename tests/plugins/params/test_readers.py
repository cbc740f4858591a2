"""One text as a value of one type."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, Literal, NewType
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from kernel_params.readers import READERS, reader


class Colour(Enum):
    RED = "red"
    ONE = 1


class Size(IntEnum):
    SMALL = 1


UserId = NewType("UserId", int)
IDENTIFIER = "12345678-1234-5678-1234-567812345678"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (str, "", ""),
        (str, "null", "null"),
        (int, "12", 12),
        (int, "-12", -12),
        (int, "+0012", 12),
        (UserId, "7", 7),
        (float, "5", 5.0),
        (float, "-1.5e3", -1500.0),
        (bool, "TRUE", True),
        (bool, "1", True),
        (bool, "yes", True),
        (bool, "On", True),
        (bool, "false", False),
        (bool, "0", False),
        (bool, "no", False),
        (bool, "off", False),
        (Decimal, "1.10", Decimal("1.10")),
        (Decimal, "1e999999", Decimal("1e999999")),
        (UUID, IDENTIFIER, UUID(IDENTIFIER)),
        (date, "2024-02-29", date(2024, 2, 29)),
        (datetime, "2024-02-29T01:02:03Z", datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC)),
        (datetime, "0", datetime(1970, 1, 1, tzinfo=UTC)),
        (Colour, "red", Colour.RED),
        (Colour, "1", Colour.ONE),
        (Size, "1", Size.SMALL),
        (Literal["a", 2], "a", "a"),
        (Literal["a", 2], "2", 2),
    ],
)
def test_a_text_that_fits_is_read(kind: Any, text: str, value: Any) -> None:
    read = reader(kind)
    assert read is not None
    assert (read(text), type(read(text))) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (int, "", "Expected an integer"),
        (int, "x", "Expected an integer"),
        (int, "1.0", "Expected an integer"),
        (int, "1_0", "Expected an integer"),
        (int, " 1", "Expected an integer"),
        (int, "1\n", "Expected an integer"),
        (int, "\u0661", "Expected an integer"),
        (int, "\u00b2", "Expected an integer"),
        (int, "9" * 5000, "Integer value out of range"),
        (int, "-" + "9" * 5000, "Integer value out of range"),
        (float, "x", "Expected a number"),
        (float, "nan", "Expected a finite number"),
        (float, "-inf", "Expected a finite number"),
        (float, "1e999", "Expected a number"),
        (Decimal, "NaN", "Expected a finite number"),
        (Decimal, "sNaN", "Expected a finite number"),
        (Decimal, "x", "Expected a number"),
        (bool, "2", "Expected true or false"),
        (bool, "", "Expected true or false"),
        (UUID, "x", "Invalid UUID"),
        (date, "2024-02-30", "Invalid RFC3339 encoded date"),
        (datetime, "yesterday", "Invalid RFC3339 encoded datetime"),
        (Colour, "RED", "Expected one of red, 1"),
        (Literal["a", 2], "3", "Expected one of a, 2"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(kind: Any, text: str, problem: str) -> None:
    read = reader(kind)
    assert read is not None
    with pytest.raises(ValueError, match=f"^{problem}$"):
        read(text)


@pytest.mark.parametrize("kind", [bytes, dict, list, None, object, "int", list[int], int | str, type])
def test_other_types_have_no_reader(kind: Any) -> None:
    assert reader(kind) is None


@pytest.mark.parametrize("kind", [*READERS, Colour, Literal[1, "x"]])
@given(text=st.text() | st.from_regex(r"[+-]?[0-9.eEinfaN:TZ-]{0,30}", fullmatch=True))
def test_no_text_raises_anything_but_a_value_error(kind: Any, text: str) -> None:
    read = reader(kind)
    assert read is not None
    with suppress(ValueError):
        read(text)
