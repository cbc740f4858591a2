"""Fields of one type each."""

import enum
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from kernel_data import Boolean, Choice, Date, DateTime, Decimal, File, Float, Integer

pytestmark = pytest.mark.anyio
NO_DATE, NO_MOMENT = "Invalid date (must be ISO 8601)", "Invalid datetime (must be ISO 8601)"


class Size(enum.Enum):
    SMALL = "s"
    ONE = 1


@pytest.mark.parametrize(
    ("field", "sent", "result"),
    [
        (Integer(), "12", 12),
        (Integer(), -3, -3),
        (Integer(), None, None),
        (Float(), "1.5", 1.5),
        (Float(), 2, 2.0),
        (Decimal(), "1.10", D("1.10")),
        (Decimal(), 1.1, D("1.1")),
        (Boolean(), "true", True),
        (Boolean(), 0, False),
        (Date(), "2024-02-29", date(2024, 2, 29)),
        (DateTime(), "2024-02-29T12:00:00Z", datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (Choice(Size), "s", Size.SMALL),
        (Choice(Size), "1", Size.ONE),
        (Choice(["a", 1]), 1, 1),
        (Choice([{"a": 1}]), {"a": 1}, {"a": 1}),
    ],
)
async def test_a_value_is_converted(field: Any, sent: Any, result: Any, cleaned: Any) -> None:
    value = await cleaned(field, sent)
    assert (value, type(value)) == (result, type(result))


@pytest.mark.parametrize(
    ("field", "sent", "message"),
    [
        (Integer(), "1.0", "Must be integer"),
        (Integer(), True, "Must be integer"),
        (Integer(), "9" * 5000, "Must be integer"),
        (Integer(), [1], "Must be integer"),
        (Float(), "nan", "Must be numeric"),
        (Float(), "1e999", "Must be numeric"),
        (Float(), 10**400, "Must be numeric"),
        (Float(), {}, "Must be numeric"),
        (Decimal(), "inf", "Must be numeric"),
        (Decimal(), "1_0", "Must be numeric"),
        (Boolean(), "yes", "Must be boolean"),
        (Boolean(), [], "Must be boolean"),
        (Date(), "2024-02-30", NO_DATE),
        (Date(), 20240229, NO_DATE),
        (Date(), "2" * 10_000, NO_DATE),
        (DateTime(), "noon", NO_MOMENT),
        (Choice(Size), "m", "Value error"),
        (Choice([True]), 1, "Value error"),
        (Choice(Size), {}, "Value error"),
        (File(), "text", "Must be a file"),
    ],
)
async def test_what_does_not_fit_is_an_error_of_the_field(field: Any, sent: Any, message: str, cleaned: Any) -> None:
    assert await cleaned(field, sent) == [message]
