"""A form as the object that a type is made of: which fields are lists, and what a blank text says."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from kernel_bodies.annotations import OBJECTS, is_array, is_record, members

CHECKBOX = {"on": "true", "off": "false"}
"""What a browser sends for a checkbox without a value of its own."""


class FormFields:
    """Takes the fields of a type out of a form.

    Args:
        hints: the annotation of each field by its name in the form.

    Raises:
        TypeError: a field is an object, which a form cannot hold.
    """

    def __init__(self, hints: Mapping[str, Any]) -> None:
        for name, hint in hints.items():
            if any(map(is_object, parts(hint))):
                raise TypeError(f"field '{name}' is an object, and a form holds texts and files only")
        self._lists = {name for name, hint in hints.items() if is_array(hint)}
        self._texts = {name for name, hint in hints.items() if str in members(hint) or Any in members(hint)}
        self._switches = {name for name, hint in hints.items() if members(hint) == (bool,)}
        self._names = tuple(hints)

    def taken(self, form: Any) -> dict[str, Any]:
        """Return the object: a list for each field of several values, else the last value.

        A blank text of a field that is no text lacks. Names that are no field are kept, for types
        that refuse them.
        """
        values = {name: form.getlist(name)[-1] for name in form}
        for name in self._names:
            if name in self._lists:
                values.pop(f"{name}[]", None)
                values[name] = form.getlist(name) or form.getlist(f"{name}[]")
                if not values[name]:
                    del values[name]
            elif values.get(name) == "" and name not in self._texts:
                del values[name]
            elif name in self._switches and name in values:
                values[name] = CHECKBOX.get(values[name], values[name])
        return values


def parts(hint: Any) -> list[Any]:
    """Return what a field, or each value of one with several, may be."""
    inner = [
        part for member in members(hint) if is_array(member) for item in get_args(member) for part in members(item)
    ]
    return [*members(hint), *inner]


def is_object(kind: Any) -> bool:
    """Tell whether a type is an object with fields or keys."""
    origin = get_origin(kind) or kind
    return origin in OBJECTS or is_record(origin)


def is_file(kind: Any) -> bool:
    """Tell whether a class is that of an uploaded file."""
    return hasattr(kind, "save_to")
