"""Read one text as a value of one type.

A reader takes a str and returns the value, or raises ValueError with a text for the client that does
not repeat what was sent. Readers are chosen and compiled once, at boot.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, Literal, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec

Reader = Callable[[str], Any]
N = TypeVar("N", float, Decimal)
BOOLEANS = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)
_integer = re.compile(r"[+-]?[0-9]+").fullmatch


def read_int(text: str) -> int:
    """Return an integer of ASCII digits, as many as Python converts."""
    if not (text.isdecimal() and text.isascii()) and not _integer(text):
        raise ValueError("Expected an integer")
    try:
        return int(text)
    except ValueError:  # more digits than sys.get_int_max_str_digits()
        raise ValueError("Integer value out of range") from None


def read_bool(text: str) -> bool:
    """Return a truth value: true, 1, yes, on, or false, 0, no, off, in any case."""
    try:
        return BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError("Expected true or false") from None


def read_converted(text: str, kind: type) -> Any:
    """Return what msgspec reads; a time stamp is ISO 8601 or a number of seconds."""
    return msgspec.convert(text, kind, strict=False)


def read_float(text: str) -> float:
    """Return a number that is neither infinite nor NaN: JSON could not say those."""
    return finite(text, float, math.isfinite)


def read_decimal(text: str) -> Decimal:
    """Return a decimal number, exactly as written; neither infinite nor NaN."""
    return finite(text, Decimal, Decimal.is_finite)


def finite(text: str, kind: type[N], test: Callable[[N], bool]) -> N:
    """Return a number for which *test* holds."""
    try:
        value = msgspec.convert(text, kind, strict=False)
    except ValueError:
        raise ValueError("Expected a number") from None
    if not test(value):
        raise ValueError("Expected a finite number")
    return value


def read_choice(text: str, choices: Mapping[str, Any]) -> Any:
    """Return the choice that is written as *text*."""
    try:
        return choices[text]
    except KeyError:
        raise ValueError(f"Expected one of {', '.join(choices)}") from None


READERS: dict[Any, Reader] = {
    str: str,
    int: read_int,
    bool: read_bool,
    float: read_float,
    Decimal: read_decimal,
    UUID: partial(read_converted, kind=UUID),
    date: partial(read_converted, kind=date),
    datetime: partial(read_converted, kind=datetime),
}


def reader(kind: Any) -> Reader | None:
    """Return the reader of a type; None for one that is no single value of a text."""
    kind = getattr(kind, "__supertype__", kind)  # typing.NewType
    if get_origin(kind) is Literal:
        return partial(read_choice, choices={str(choice): choice for choice in get_args(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return partial(read_choice, choices={str(member.value): member for member in kind})
    return READERS.get(kind)
