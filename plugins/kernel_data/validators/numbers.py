"""Numbers, and texts that are numbers: ASCII digits, no spaces, neither infinite nor NaN."""

import math
import re
from decimal import Decimal
from typing import Any

from kernel_data.validators.validator import Condition

MOST_DIGITS = 4300
Number = int | float | Decimal
_integer = re.compile(r"[+-]?[0-9]+").fullmatch
_number = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch


def integer_of(value: Any) -> int | None:
    """Return an int, or the text of one as an int; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MOST_DIGITS and _integer(value):
        return int(value)
    return None


def number_of(value: Any) -> Number | None:
    """Return a finite number, or the text of one as a number; None for anything else."""
    if isinstance(value, str):
        if len(value) > MOST_DIGITS or not _number(value):
            return None
        value = int(value) if _integer(value) else float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    return value if isinstance(value, int) or math.isfinite(value) else None


class Numeric(Condition):
    """Accept finite numbers and, with *allow_string*, their texts."""

    message = "Must be numeric"
    judges_type = True

    def __init__(self, allow_string: bool = True, message: str | None = None) -> None:
        super().__init__(message)
        self._texts = allow_string

    def accepts(self, value: Any) -> bool:
        """Tell whether it is a number."""
        return number_of(value) is not None and (self._texts or not isinstance(value, str))

    def describe(self, schema: dict[str, Any]) -> None:
        """Demand a number."""
        schema["type"] = "number"


class Integer(Condition):
    """Accept integers and, with *allow_string*, their texts; *allow_zero_decimal* adds 1.0, "1.0" and "1e2"."""

    message = "Must be integer"
    judges_type = True

    def __init__(self, allow_string: bool = True, allow_zero_decimal: bool = False, message: str | None = None) -> None:
        super().__init__(message)
        self._texts, self._decimals = allow_string, allow_zero_decimal

    def accepts(self, value: Any) -> bool:
        """Tell whether it is an integer."""
        if isinstance(value, str) and not self._texts:
            return False
        if integer_of(value) is not None:
            return True
        number = number_of(value) if self._decimals else None
        return number is not None and number % 1 == 0

    def describe(self, schema: dict[str, Any]) -> None:
        """Demand an integer."""
        schema["type"] = "integer"


class Limit(Condition):
    """Accept numbers, or texts of numbers, from *min* to *max*, both included."""

    judges_type = True

    def __init__(self, min: Any = None, max: Any = None, message: str | None = None) -> None:  # public names
        self.message = "Value limit error" + bounds(min, max)
        super().__init__(message)
        self._min, self._max = min, max

    def accepts(self, value: Any) -> bool:
        """Tell whether it is a number within the limits."""
        number = number_of(value)
        if number is None:
            return False
        return (self._min is None or number >= self._min) and (self._max is None or number <= self._max)

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the limits."""
        if schema.get("type") != "integer":
            schema["type"] = "number"
        given = {"minimum": self._min, "maximum": self._max}
        schema.update({key: value for key, value in given.items() if value is not None})


def bounds(least: Any, most: Any) -> str:
    """Return " min: N max: N" of what is given."""
    return "".join(f" {name}: {value}" for name, value in (("min", least), ("max", most)) if value is not None)


class Boolean(Condition):
    """Accept true, false, 0, 1 and the texts "true", "false", "0" and "1"."""

    message = "Must be boolean"
    judges_type = True

    def accepts(self, value: Any) -> bool:
        """Tell whether it is a truth value."""
        return value in (True, False, "true", "false", "0", "1")

    def describe(self, schema: dict[str, Any]) -> None:
        """Demand a boolean."""
        schema["type"] = "boolean"
