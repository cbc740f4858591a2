"""How many pairs of a key and a value every valid body of a type has, so that more or fewer tell something.

A body that is valid and has no more colons than its type has required fields holds each of them
once and nothing else: no key is repeated and nothing was passed over, which decoding does not check.
"""

from collections.abc import Iterator
from math import inf
from typing import Any

from msgspec import inspect

CONTAINERS = (inspect.CollectionType, inspect.TupleType, inspect.DictType)
Objects = (inspect.StructType, inspect.DataclassType, inspect.TypedDictType)


def inside(info: Any, known: set[int] | None = None) -> Iterator[Any]:
    """Yield a type and everything it is made of."""
    known = set() if known is None else known
    if id(getattr(info, "cls", info)) in known and isinstance(info, Objects):
        return
    known.add(id(getattr(info, "cls", info)))
    yield info
    for part in parts(info):
        yield from inside(part, known)


def parts(info: Any) -> tuple[Any, ...]:
    """Return the types that stand directly in a type."""
    if isinstance(info, Objects):
        return tuple(field.type for field in info.fields)
    if isinstance(info, inspect.UnionType):
        return info.types
    if isinstance(info, inspect.TupleType):
        return info.item_types
    if isinstance(info, inspect.DictType):
        return info.key_type, info.value_type
    if isinstance(info, inspect.CollectionType):
        return (info.item_type,)
    return (info.type,) if isinstance(info, inspect.Metadata) else ()


def certain_pairs(info: Any) -> int:
    """Return the number of pairs that every valid body has; -1, which no body has, if that proves nothing."""
    everything = list(inside(info))
    unread = any(isinstance(part, (inspect.RawType, inspect.AnyType)) for part in everything)
    if unread or any(getattr(part, "array_like", False) for part in everything):
        return -1
    return least(info)


def least(info: Any) -> int:
    """Return the least number of pairs that a value of a type has."""
    if isinstance(info, Objects):
        return sum(1 + least(field.type) for field in info.fields if field.required)
    if isinstance(info, (inspect.TupleType, inspect.Metadata)):
        return sum(map(least, parts(info)))
    return 0


def levels(info: Any, around: tuple[Any, ...] = ()) -> float:
    """Return how deep the values of a type nest at most; infinity for one that holds itself."""
    kind = getattr(info, "cls", None)
    if kind in around:
        return inf
    own = isinstance(info, (*Objects, *CONTAINERS))
    inner = (*around, kind) if isinstance(info, Objects) else around
    return own + max((levels(part, inner) for part in parts(info)), default=0)
