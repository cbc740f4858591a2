"""JSON Schema of a Data class: what a client has to send (draft 2020-12).

Nested classes stand inside; only one that contains itself is put into "$defs" and referred to.
"""

from collections.abc import Callable, Sequence
from inspect import getdoc
from typing import Any

from kernel_data.declaration import fields_of, option

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema_of(data_class: type, field_types: Sequence[int | None] = ()) -> Schema:
    """Return the schema of the fields, or of those of the given types."""
    definitions: Schema = {}
    schema = described(data_class, field_types, (), definitions)
    return {**schema, "$defs": definitions} if definitions else schema


def described(data_class: type, field_types: Sequence[Any], outer: tuple[type, ...], definitions: Schema) -> Schema:
    """Return the schema of a class inside the classes *outer*; what is met again goes to *definitions*."""
    if data_class in outer:
        name = data_class.__name__
        if name not in definitions:
            definitions[name] = {}  # before it is described: it refers to itself
            definitions[name] = described(data_class, (), (), definitions)
        return {"$ref": f"#/$defs/{name}"}
    inner = nesting((*outer, data_class), definitions)
    fields = fields_of(data_class)
    chosen = {
        field.data_name or attribute: field
        for attribute, field in fields.items()
        if not field_types or field.type in field_types
    }
    schema: Schema = {
        "title": data_class.__name__,
        "type": "object",
        "properties": {key: field.describe(inner) for key, field in chosen.items()},
    }
    required = [key for key, field in chosen.items() if field.required and field.default is None]
    extra: Schema = {"required": required} if required else {}
    if option(data_class, "strict"):
        extra["additionalProperties"] = False
    text = getdoc(data_class) if "__doc__" in vars(data_class) and data_class.__doc__ else None
    return {**schema, **extra, **({"description": text} if text else {})}


def nesting(outer: tuple[type, ...], definitions: Schema) -> Callable[[type], Schema]:
    """Return what describes the classes inside *outer*."""
    return lambda data_class: described(data_class, (), outer, definitions)
