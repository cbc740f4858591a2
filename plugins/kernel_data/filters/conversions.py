"""Texts into objects."""

import base64
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from kernel_data.filters.filter import Filter
from kernel_data.validators.numbers import MOST_DIGITS, number_of
from kernel_data.validators.texts import DATE_TIME, moment

BOOLEANS: dict[Any, bool] = {True: True, False: False, "true": True, "1": True, "false": False, "0": False}
_whole = re.compile(r"([+-]?[0-9]+)(?:\.[0-9]*)?").fullmatch


class DecodeBase64(Filter):
    """Decode base64, of the standard alphabet only (RFC 4648 §4)."""

    message = "Invalid base64 data"

    def apply(self, value: Any) -> Any:
        """Return the bytes."""
        return base64.b64decode(value, validate=True)

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the encoding."""
        schema["contentEncoding"] = "base64"


class ParseDateTime(Filter):
    """Read a datetime, without a time zone unless the format holds one."""

    def __init__(self, format: str = DATE_TIME, message: str | None = None) -> None:  # public name
        self.message = f"Invalid datetime format (must be {format})"
        super().__init__(message)
        self._format = format

    def apply(self, value: Any) -> datetime:
        """Return the datetime."""
        found = moment(value, self._format)
        if found is None:
            raise ValueError("not such a datetime")
        return found


class ToStringObject(Filter):
    """Make a text of any value, as `str` does."""

    converts = True

    def apply(self, value: Any) -> str:
        """Return the text."""
        return str(value)


class ToIntegerObject(Filter):
    """Make an integer; decimals are cut off: "5.9" is 5."""

    message = "Must be integer"
    converts = True

    def apply(self, value: Any) -> int:
        """Return the integer."""
        if isinstance(value, Decimal) and abs(value.adjusted()) > MOST_DIGITS:
            raise ValueError("too large")
        if not isinstance(value, str):
            return int(value)
        match = _whole(value) if len(value) <= MOST_DIGITS else None
        if not match:
            raise ValueError("no integer")
        return int(match[1])


class ToFloatObject(Filter):
    """Make a finite float."""

    message = "Must be numeric"
    converts = True

    def apply(self, value: Any) -> float:
        """Return the float."""
        return float(known(number_of(value)))


class ToDecimalObject(Filter):
    """Make a finite Decimal, exactly as a text writes it."""

    message = "Must be numeric"
    converts = True

    def apply(self, value: Any) -> Decimal:
        """Return the Decimal."""
        known(number_of(value))
        return Decimal(str(value))


def known(number: Any) -> Any:
    """Return *number*; raise ValueError for None."""
    if number is None:
        raise ValueError("no number")
    return number


class ToBooleanObject(Filter):
    """Make True of true, 1, "true" and "1", and False of false, 0, "false" and "0"."""

    message = "Must be boolean"
    converts = True

    def apply(self, value: Any) -> bool:
        """Return the truth value."""
        return BOOLEANS[value]
