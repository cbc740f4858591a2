"""Defaults of dataclasses: decoding leaves them on the class, where encoding does not look for them."""

import dataclasses
from collections.abc import Callable
from typing import Any

from msgspec import inspect

from kernel_bodies.certainty import inside

SERIES = (list, tuple, set, frozenset)
Gaps = dict[type, tuple[tuple[str, Any], ...]]


def completed(decode: Callable[..., Any], info: Any) -> Callable[..., Any]:
    """Return *decode*; for a type with dataclasses that have plain defaults one that puts these into the instances."""
    parts = [part for part in inside(info) if isinstance(part, (inspect.StructType, inspect.DataclassType))]
    gaps = {part.cls: gaps_of(part.cls) for part in parts}
    if not any(gaps.values()):
        return decode
    names = {part.cls: [field.name for field in part.fields] for part in parts}

    def decode_and_fill(*source: Any, **options: Any) -> Any:
        value = decode(*source, **options)
        fill(value, gaps, names)
        return value

    return decode_and_fill


def gaps_of(kind: type) -> tuple[tuple[str, Any], ...]:
    """Return the defaults of a class that its instances may lack; with slots there are none."""
    if not dataclasses.is_dataclass(kind) or "__slots__" in vars(kind):
        return ()
    return tuple((one.name, one.default) for one in dataclasses.fields(kind) if one.default is not dataclasses.MISSING)


def fill(value: Any, gaps: Gaps, names: dict[type, list[str]]) -> None:
    """Put the defaults into every instance inside a value."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        kind = item.__class__
        if kind in names:
            for name, default in gaps[kind]:
                item.__dict__.setdefault(name, default)
            waiting.extend(getattr(item, name) for name in names[kind])
        elif kind is dict:
            waiting.extend(item.values())
        elif kind in SERIES:
            waiting.extend(item)
