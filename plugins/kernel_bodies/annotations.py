"""Which annotations say "the body": those in which a class with fields stands, alone or in a container."""

from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping, MutableSequence, Sequence, Set
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin

from msgspec import Struct

FORM = "form"
"""Says in `Annotated[NewOrder, FORM]` that the body is a form: JSON is what bodies are otherwise."""
SAID = (Annotated, Required, NotRequired)
UNIONS = (Union, UnionType)
ARRAYS = (list, tuple, set, frozenset, Sequence, MutableSequence, Collection, Iterable, Set)
OBJECTS = (dict, Mapping, MutableMapping)


def bare(hint: Any) -> Any:
    """Return a hint without what only says something about it: Annotated, Required, NewType, an alias."""
    while True:
        if get_origin(hint) in SAID:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            return hint


def is_form(hint: Any) -> bool:
    """Tell whether a hint says that the body is a form."""
    return get_origin(hint) is Annotated and FORM in hint.__metadata__


def members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, without None; else the bare hint alone."""
    hint = bare(hint)
    if get_origin(hint) not in UNIONS:
        return (hint,)
    return tuple(inner for member in get_args(hint) if member is not NoneType for inner in members(member))


def is_model(kind: Any) -> bool:
    """Tell whether a class is validated by pydantic; nothing is imported to find out."""
    return isinstance(kind, type) and hasattr(kind, "__pydantic_validator__")


def is_record(kind: Any) -> bool:
    """Tell whether a class has named, typed fields: Struct, dataclass, TypedDict, attrs or pydantic."""
    if not isinstance(kind, type):
        return False
    typed_dict = issubclass(kind, dict) and hasattr(kind, "__total__")
    return (
        issubclass(kind, Struct)
        or is_dataclass(kind)
        or typed_dict
        or hasattr(kind, "__attrs_attrs__")
        or is_model(kind)
    )


def records(hint: Any) -> Iterator[type]:
    """Yield the classes with fields that stand in a hint, in unions and containers too."""
    for member in members(hint):
        kind = get_origin(member) or member
        if is_record(kind):
            yield kind
        elif kind in ARRAYS or kind in OBJECTS:
            for inner in get_args(member):
                yield from records(inner)


def is_array(hint: Any) -> bool:
    """Tell whether a hint is, or may be, a container of several values."""
    return any((get_origin(member) or member) in ARRAYS for member in members(hint))
