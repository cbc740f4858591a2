"""Find everything that is wrong with a value, for the client; only run when decoding has failed.

A fault is a list of messages, "Required" for a field that lacks, or a mapping of names or indexes
to faults. Functions for each part of a type are compiled at boot.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct, ValidationError, convert, inspect, structs

from kernel_bodies.annotations import ARRAYS, OBJECTS, bare, is_record, members
from kernel_bodies.messages import named, told

ATOMS: dict[Any, tuple[type, ...]] = {str: (str,), int: (int,), bool: (bool,), float: (float,)}
"""What JSON is decoded to that is right for a type without asking further."""


OUT_OF_RANGE = "Number out of range"
JSON_NAMES = {str: "str", int: "int", float: "float", bool: "bool", type(None): "null", list: "array", dict: "object"}


Room = list[int]
"""How many faults may still be told: one number, shared by all that look for them."""
Find = Callable[[Any, Room], Any]
Field = tuple[str, bool, tuple[type, ...], Find]


class Finder:
    """Compiles what finds the faults of a value of a type: `(value, room) -> fault`, None for no fault.

    Args:
        strict: whether texts are no numbers; those of a form are.
    """

    def __init__(self, strict: bool = True) -> None:
        self._strict = strict
        self._known: dict[Any, Find] = {}

    def of(self, hint: Any) -> Find:
        """Return the function for a hint."""
        inner, whole = bare(hint), self._whole(hint)
        kind = get_origin(inner) or inner
        if is_record(kind):
            return self._record(inner)
        if len(members(inner)) > 1 or members(inner) != (inner,):
            return self._union(inner, whole)
        arguments = get_args(inner)
        if kind in ARRAYS and arguments:
            return each(self._items(kind, arguments), whole)
        if kind in OBJECTS and arguments:
            return pairs(self._whole(dict.__class_getitem__((arguments[0], Any))), self.of(arguments[1]), whole)
        return whole

    def _whole(self, hint: Any) -> Find:
        """Return what converts a value in one piece; it tells the first fault only."""
        if self._strict and hint in ATOMS:
            return atom(hint)
        strict = self._strict

        def find(value: Any, room: Room) -> Any:
            try:
                convert(value, hint, strict=strict, str_keys=True)
            except ValidationError as error:
                room[0] -= 1
                return [told(error, value, hint)]
            return None

        return find

    def _items(self, kind: Any, arguments: tuple[Any, ...]) -> Callable[[int], Find]:
        if kind is tuple and arguments[-1] is not ...:
            finds = [self.of(argument) for argument in arguments]
            return lambda index: finds[index] if index < len(finds) else lambda value, room: None
        find = self.of(arguments[0])
        return lambda index: find

    def _union(self, hint: Any, whole: Find) -> Find:
        """Return what looks into the only member that an object, or an array, can be."""
        kinds = members(hint)
        records = [kind for kind in kinds if is_record(get_origin(kind) or kind) or get_origin(kind) in OBJECTS]
        arrays = [kind for kind in kinds if get_origin(kind) in ARRAYS]
        by_class: dict[type, Find] = {}
        if len(records) == 1:
            by_class[dict] = self.of(records[0])
        elif records:
            by_class[dict] = tagged({tag(kind): self.of(kind) for kind in records}, tag_field(records[0]), whole)
        if len(arrays) == 1:
            by_class[list] = self.of(arrays[0])
        return lambda value, room: by_class.get(value.__class__, whole)(value, room)

    def _record(self, hint: Any) -> Find:
        if hint in self._known:  # begun, and perhaps not finished: a class may hold itself
            return lambda value, room: self._known[hint](value, room)
        self._known[hint] = whole = self._whole(hint)
        info: Any = inspect.type_info(hint)
        if getattr(info, "array_like", False):
            return whole
        hints = field_hints(hint)
        fields = [
            (field.encode_name, field.required, ATOMS.get(hints[field.name], ()), self.of(hints[field.name]))
            for field in info.fields
        ]
        kind = get_origin(hint) or hint
        checked = any(hasattr(kind, name) for name in ("__post_init__", "__attrs_attrs__"))
        checked = checked or getattr(info, "tag", None) is not None
        allowed = {name for name, *_ in fields} | {getattr(info, "tag_field", None)}
        closed = getattr(info, "forbid_unknown_fields", False)
        self._known[hint] = record(fields, allowed if closed else None, whole, checked)
        return self._known[hint]


def atom(kind: type) -> Find:
    """Return what finds a value of another class than JSON has for *kind*; it tells what msgspec tells, sooner."""
    right = ATOMS[kind]
    also = {int} if kind is float else ()
    messages = {other: f"Expected `{kind.__name__}`, got `{name}`" for other, name in JSON_NAMES.items()}

    def find(value: Any, room: Room) -> Any:
        given = type(value)
        if given in right or (given in also and abs(value) <= sys.float_info.max):
            return None
        room[0] -= 1
        return [OUT_OF_RANGE if given in also else messages[given]]

    return find


def record(fields: Sequence[Field], allowed: set[Any] | None, whole: Find, checked: bool) -> Find:
    """Return what finds the faults of an object.

    Args:
        fields: name, whether it is required, classes that are right, and what finds the faults of others.
        allowed: all names there may be; None if others are passed over.
        whole: converts the object.
        checked: whether the class has a check of its own, which runs when the fields are right.
    """
    inside = {name: (required, inner) for name, required, _, inner in fields}
    usual = [(name, right) for name, _, right, _ in fields]

    def find(value: Any, room: Room) -> Any:
        if type(value) is not dict:
            return whole(value, room)
        faults: dict[str, Any] = {}
        for name, right in usual:
            if type(value.get(name)) in right:
                continue  # most fields of most bodies
            required, inner = inside[name]
            if name in value:
                fault = inner(value[name], room)
            elif required:
                fault = lacking(room)
            else:
                continue
            if fault is not None:
                faults[name] = fault
            if room[0] <= 0:
                return faults
        if allowed is not None:
            faults |= unknown(value, allowed, room)
        return faults or (whole(value, room) if checked else None)

    return find


def lacking(room: Room) -> str:
    """Return the fault of a field that is not there."""
    room[0] -= 1
    return "Required"


def unknown(value: Mapping[str, Any], allowed: set[Any], room: Room) -> dict[str, Any]:
    """Return the faults of fields that may not be there, as many as there is room for."""
    names = [name for name in value if name not in allowed][: room[0]]
    room[0] -= len(names)
    return {named(name): ["Unknown field"] for name in names}


def each(item: Callable[[int], Find], whole: Find) -> Find:
    """Return what finds the faults of an array, by index."""

    def find(value: Any, room: Room) -> Any:
        if value.__class__ is not list:
            return whole(value, room)
        told = ((str(index), item(index)(inner, room)) for index, inner in enumerate(value))
        return as_many(told, room) or whole(value, room)

    return find


def pairs(key: Find, item: Find, whole: Find) -> Find:
    """Return what finds the faults of an object with any keys."""

    def find(value: Any, room: Room) -> Any:
        if value.__class__ is not dict:
            return whole(value, room)
        told = ((named(name), key({name: None}, room) or item(inner, room)) for name, inner in value.items())
        return as_many(told, room) or whole(value, room)

    return find


def as_many(told: Iterable[tuple[str, Any]], room: Room) -> dict[str, Any]:
    """Return faults by name, as many as there is room for."""
    faults: dict[str, Any] = {}
    for name, fault in told:
        if fault is not None:
            faults[name] = fault
            if room[0] <= 0:
                break
    return faults


def tagged(finds: Mapping[Any, Find], field: str, whole: Find) -> Find:
    """Return what finds the faults of an object whose class its field *field* names."""

    def find(value: Any, room: Room) -> Any:
        if field not in value:
            room[0] -= 1
            return {field: "Required"}
        name = value[field]
        inner = finds.get(name) if isinstance(name, (str, int)) else None
        if inner is not None:
            return inner(value, room)
        room[0] -= 1
        return {field: [f"Expected one of {', '.join(map(str, finds))}"]}

    return find


def tag(kind: Any) -> Any:
    """Return what names a class in a union."""
    return getattr(inspect.type_info(kind), "tag", None)


def tag_field(kind: Any) -> str:
    """Return the name of the field that names the class."""
    return getattr(inspect.type_info(kind), "tag_field", None) or "type"


def field_hints(hint: Any) -> dict[str, Any]:
    """Return the annotations of a class with fields, type variables replaced."""
    kind = get_origin(hint) or hint
    if issubclass(kind, Struct):
        return {field.name: field.type for field in structs.fields(hint)}
    filled = dict(zip(getattr(kind, "__parameters__", ()), get_args(hint), strict=False))
    return {name: replaced(inner, filled) for name, inner in get_type_hints(kind, include_extras=True).items()}


def replaced(hint: Any, filled: Mapping[Any, Any]) -> Any:
    """Return a hint with its type variables replaced."""
    if isinstance(hint, TypeVar):
        return filled.get(hint, Any)
    variables = getattr(hint, "__parameters__", ()) if not isinstance(hint, type) else ()
    return hint[tuple(filled.get(variable, Any) for variable in variables)] if variables else hint
