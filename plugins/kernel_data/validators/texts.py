"""Lengths, forms and names; patterns match the whole text, and lengths are looked at first."""

import re
from datetime import datetime
from typing import Any

from kernel_data.validators.numbers import bounds
from kernel_data.validators.patterns import refuse_if_slow
from kernel_data.validators.validator import Condition, Meta, Validator

LONGEST_MOMENT = 100
DATE_TIME = "%Y-%m-%d %H:%M:%S"
SIZES = {"array": "Items", "object": "Properties"}
_uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
_user_name = re.compile(r"[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*").fullmatch


class Length(Validator):
    """Accept texts, bytes, lists and dicts of *equal*, or of *min* to *max*, elements; null passes."""

    def __init__(
        self,
        equal: int | None = None,
        min: int | None = None,  # public names
        max: int | None = None,
        message: str | None = None,
    ) -> None:
        self.message = "Length error" + (bounds(min, max) if equal is None else f" acceptable: {equal}")
        super().__init__(message)
        self._least, self._most = (min, max) if equal is None else (equal, equal)

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message for another length, or for what has none."""
        if value is None:
            return None
        try:
            size, least, most = len(value), self._least, self._most
        except TypeError:
            return self.message
        return self.message if (least is not None and size < least) or (most is not None and size > most) else None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the lengths."""
        unit = SIZES.get(schema.get("type", ""), "Length")
        given = {f"min{unit}": self._least, f"max{unit}": self._most}
        schema.update({key: value for key, value in given.items() if value is not None})


class UUID(Condition):
    """Accept a UUID of version 4 as text: lower case, with hyphens (RFC 9562)."""

    message = "Invalid UUID"

    def accepts(self, value: Any) -> bool:
        """Tell whether it is one."""
        return isinstance(value, str) and _uuid(value) is not None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the format."""
        schema["format"] = "uuid"


class UserNamePolicy(Condition):
    """Accept 3 to 64 of A-Z a-z 0-9 . _ where . and _ stand alone between others."""

    message = "Not acceptable username"

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a name."""
        return isinstance(value, str) and 3 <= len(value) <= 64 and _user_name(value) is not None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give lengths and pattern."""
        schema.update(minLength=3, maxLength=64, pattern="^[A-Za-z0-9]+(?:[._][A-Za-z0-9]+)*$")


class DateTime(Condition):
    """Accept a text that `datetime.strptime` reads with *format*."""

    default_format = DATE_TIME

    def __init__(self, format: str | None = None, message: str | None = None) -> None:  # public name
        self.format = format or self.default_format
        self.message = f"Invalid datetime format (must be {self.format})"
        super().__init__(message)

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a moment."""
        return isinstance(value, str) and moment(value, self.format) is not None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the format, if JSON Schema has a name for it."""
        known = {"%Y-%m-%d": "date", "%Y-%m-%dT%H:%M:%S%z": "date-time"}
        if self.format in known:
            schema["format"] = known[self.format]


class Date(DateTime):
    """Accept a date as text; the name of DateTime in earlier manuals."""

    default_format = "%Y-%m-%d"


def moment(text: str, form: str) -> datetime | None:
    """Return what *text* says in the format *form*, or None; only printable text is read."""
    if len(text) > LONGEST_MOMENT or not text.isprintable():
        return None
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


class MatchRegex(Condition):
    """Accept a text that *pattern* matches as a whole.

    Args:
        pattern: a regular expression; the empty one accepts everything.
        max_length: most characters looked at; longer texts are refused.
        trusted: do not look whether the pattern may take exponential time.

    Raises:
        ValueError: the pattern may take exponential time (see `patterns`).
    """

    message = "Invalid format"

    def __init__(
        self,
        pattern: str | re.Pattern[str],
        message: str | None = None,
        max_length: int = 1000,
        trusted: bool = False,
    ) -> None:
        super().__init__(message)
        compiled = re.compile(pattern)
        if not trusted:
            refuse_if_slow(compiled)
        self.pattern, self._matches, self._most = compiled.pattern, compiled.fullmatch, max_length

    def accepts(self, value: Any) -> bool:
        """Tell whether the pattern matches."""
        if not self.pattern:
            return True
        return isinstance(value, str) and len(value) <= self._most and self._matches(value) is not None

    def describe(self, schema: dict[str, Any]) -> None:
        """Give the pattern."""
        if self.pattern:
            schema.update(pattern=f"^(?:{self.pattern})$", maxLength=self._most)
