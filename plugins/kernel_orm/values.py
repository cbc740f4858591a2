"""Values that clients send, as values that a column can hold: what fits no column is in no row."""

import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from sqlalchemy import Column

ABSENT: Any = object()
"""In place of a value that no row can hold."""
WIDEST = 64
PARSED: dict[type, Callable[[Any], Any]] = {int: int, float: float, Decimal: Decimal, UUID: UUID}
"""Types whose values may come as text."""
NUMBERS = (int, float, Decimal)


def fold(text: str) -> str:
    """Return the key under which texts are equal that differ in case or in compatible characters only.

    It is in NFKC, and as in Unicode 3.13, D146: normalised, case folded, and both again.
    """
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", once.casefold())


def fitting(column: "Column[Any]", value: Any, dialect: str) -> Any:
    """Return *value* as *column* holds it, or ABSENT; a driver would raise for one that does not fit."""
    from sqlalchemy import TypeDecorator

    if isinstance(column.type, TypeDecorator):  # whose values only itself knows
        return value
    try:
        kind = column.type.python_type
    except NotImplementedError:
        return value
    if kind is not object:  # which is what types say that do not know
        value = converted(kind, value)
    if isinstance(value, str):
        return value if storable(value) else ABSENT
    if isinstance(value, int):
        most = 2 ** (bits(column, dialect) - 1)
        return value if -most <= value < most else ABSENT
    return value


def converted(kind: type, value: Any) -> Any:
    """Return *value* as an instance of *kind*, or ABSENT."""
    if isinstance(value, bool) or kind is bool:
        return value if isinstance(value, kind) and kind is bool else ABSENT
    if isinstance(value, kind):
        return value
    if kind not in PARSED or not isinstance(value, (str, *(NUMBERS if kind in NUMBERS else ()))):
        return ABSENT
    try:
        made = PARSED[kind](value)
    except (ValueError, ArithmeticError):
        return ABSENT
    return made if isinstance(value, str) or made == value else ABSENT


def storable(text: str) -> bool:
    """Tell whether databases take a text: no NUL, no half of a surrogate pair."""
    try:
        return "\0" not in text and bool(text.encode() or True)
    except UnicodeEncodeError:
        return False


def bits(column: "Column[Any]", dialect: str) -> int:
    """Return the size of a column for whole numbers; SQLite has one for all."""
    from sqlalchemy import BigInteger, Integer, SmallInteger

    if dialect == "sqlite" or isinstance(column.type, BigInteger) or not isinstance(column.type, Integer):
        return WIDEST
    return 16 if isinstance(column.type, SmallInteger) else 32
