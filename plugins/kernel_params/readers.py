"""Read one text as a value of one type.

A reader takes a str and returns the value, or raises ValueError with a text for the client that does
not repeat what was sent.
"""

import math
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, NewType, Union, get_args, get_origin
from types import NoneType, UnionType
from uuid import UUID

import msgspec

Reader = Callable[[str], Any]
BOOLEANS = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)
_integer = re.compile(r"[+-]?[0-9]+").fullmatch


def read_int(text: str) -> int:
    """Return a decimal integer; ASCII digits only, as many as Python converts."""
    if not _integer(text):
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
