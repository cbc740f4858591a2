"""Types that a Config may use beside str, int, float, bool, enums, literals and lists of these."""

import re
from sys import maxsize
from typing import Any

UNITS = {"": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
SIZES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


class Duration(float):
    """Seconds; written as 30, 30s, 500ms, 2m, 1h or 1d."""

    def __new__(cls, value: Any) -> "Duration":
        """Parse a number of seconds, or one with a unit."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)", str(value))
        if not match:
            raise ValueError("expected a duration like 30s or 500ms")
        return super().__new__(cls, float(match[1]) * UNITS[match[2]])


UNLIMITED = "unlimited"


class Size(int):
    """Bytes; written as 512, 10KiB, 10MiB or 1GiB, or as "unlimited"."""

    def __new__(cls, value: Any) -> "Size":
        """Parse a number of bytes, or one with a unit."""
        if value == UNLIMITED:
            return super().__new__(cls, maxsize)
        match = re.fullmatch(r"(\d+)\s*(?:([kmg])i?b?|b|)", str(value).lower())
        if not match:
            raise ValueError("expected a size like 512 or 10MiB")
        return super().__new__(cls, int(match[1]) * SIZES[match[2] or ""])


class Count(int):
    """How many at most; written as a number, or as "unlimited"."""

    def __new__(cls, value: Any) -> "Count":
        """Take a number that is not below 0."""
        if value == UNLIMITED:
            return super().__new__(cls, maxsize)
        if not re.fullmatch(r"\d{1,18}", str(value), re.A):
            raise ValueError("expected a number, or unlimited")
        return super().__new__(cls, value)


class Secret(str):
    """A text that does not show itself in a repr, so in no log and on no page."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('********')"
