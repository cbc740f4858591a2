"""Fields of one type each: the value is converted first, then processed.

Texts are converted too, so that a field means the same in JSON, a form, the query, the path and a header.
"""

import decimal
import enum
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from kernel_data.field import Field
from kernel_data.filters.conversions import BOOLEANS
from kernel_data.invalid import Invalid
from kernel_data.validators.numbers import Number, integer_of, number_of
from kernel_data.validators.texts import LONGEST_MOMENT

T = TypeVar("T")


class Integer(Field):
    """An int, or its text; true and false are none."""

    base = {"type": "integer"}

    def parse(self, value: Any) -> int:
        """Return the int."""
        return known(integer_of(value), "Must be integer")


class Float(Field):
    """A finite float: a number, or its text."""

    base = {"type": "number"}

    def parse(self, value: Any) -> float:
        """Return the float."""
        number: Number = known(number_of(value), "Must be numeric")  # type: ignore[assignment]  # mypy joins the three
        try:
            return float(number)
        except OverflowError:
            raise Invalid("Must be numeric") from None


class Decimal(Field):
    """A finite decimal.Decimal: a number, or its text, exactly as it is written."""

    base = {"type": "number"}

    def parse(self, value: Any) -> decimal.Decimal:
        """Return the Decimal."""
        known(number_of(value), "Must be numeric")
        return decimal.Decimal(str(value))


class Boolean(Field):
    """A bool, or one of 1, 0, "true", "false", "1", "0"."""

    base = {"type": "boolean"}

    def parse(self, value: Any) -> bool:
        """Return the bool."""
        return known(BOOLEANS.get(value) if isinstance(value, (bool, int, str)) else None, "Must be boolean")


class Date(Field):
    """A datetime.date, from a text in ISO 8601."""

    base = {"type": "string", "format": "date"}

    def parse(self, value: Any) -> date:
        """Return the date."""
        return known(iso(value, date.fromisoformat), "Invalid date (must be ISO 8601)")


class DateTime(Field):
    """A datetime.datetime, from a text in ISO 8601 (RFC 3339)."""

    base = {"type": "string", "format": "date-time"}

    def parse(self, value: Any) -> datetime:
        """Return the datetime, with a time zone if the text has one."""
        return known(iso(value, datetime.fromisoformat), "Invalid datetime (must be ISO 8601)")


class Choice(Field):
    """One of some values, or a member of an Enum, sent as its value.

    Args:
        choices: an Enum class, or the values; the other arguments are those of Field.
    """

    def __init__(self, choices: Iterable[Any], name: str | None = None, **options: Any) -> None:
        super().__init__(name, **options)
        members = isinstance(choices, type) and issubclass(choices, enum.Enum)
        self._pairs = [(one.value if members else one, one) for one in choices]
        self.base = {"enum": [sent for sent, _ in self._pairs]}

    def parse(self, value: Any) -> Any:
        """Return the choice; a text may stand for the number that it says."""
        for sent, one in self._pairs:
            if sent == value and isinstance(sent, bool) is isinstance(value, bool):
                return one
        said = [one for sent, one in self._pairs if isinstance(value, str) and str(sent) == value]
        return known(said[0] if said else None, "Value error")


class File(Field):
    """An uploaded file: `filename`, `content_type`, `size`, `await read()`, `await save_to(folder)`."""

    base = {"type": "string", "format": "binary"}
    takes_file = True

    def parse(self, value: Any) -> Any:
        """Return the file."""
        if not hasattr(value, "filename"):
            raise Invalid("Must be a file")
        return value


def known(value: T | None, message: str) -> T:
    """Return *value*; None is refused with *message*."""
    if value is None:
        raise Invalid(message)
    return value


def iso(value: Any, read: Callable[[str], T]) -> T | None:
    """Return what a text says in ISO 8601, or None."""
    if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
        return None
    try:
        return read(value)
    except ValueError:
        return None
