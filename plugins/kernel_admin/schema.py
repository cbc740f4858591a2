"""The configuration as its schemas describe it: a row for each key, and one JSON Schema of all sections."""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from kernel_settings import Beyond, Bounds, Count, Duration, Secret, Size

from kernel import Kernel
from kernel_admin.project import readable
from kernel_admin.tables import Row

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LISTS = (tuple, list, set, frozenset)
PLAIN: Mapping[type, Mapping[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"type": "string"},
    Secret: {"type": "string", "writeOnly": True},
    NoneType: {"type": "null"},
    Count: {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]},
    Size: {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}], "description": "bytes, or as 10MiB"},
    Duration: {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}], "description": "seconds, or as 30s"},
}


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a section; `kind` is its type without what `Annotated` adds."""

    section: str
    name: str
    kind: Any
    default: Any
    help: str
    bounds: Bounds | None
    beyond: Beyond | None

    def row(self) -> Row:
        """Return it as `kernel config schema` lists it."""
        kind = name_of(self.kind)
        return {"section": self.section, "key": self.name, "type": kind, "default": self.default, "help": self.help}


def described(project: Kernel) -> dict[str, type]:
    """Return the schema of each section; it depends on no value, and a plugin that fails has told its own."""
    _, provided = project.booted.services.get("schemas", ("", {}))
    members = [member for member in readable().plan.members if getattr(member.plugin, "Config", None)]
    own = {member.plugin.section or member.name: member.plugin.Config for member in members}
    return {**provided, **{section: kind for section, kind in own.items() if section not in provided}}


def keys(section: str, kind: type) -> list[Key]:
    """Return each key of a schema: a dataclass, or a Struct."""
    hints, defaults = get_type_hints(kind, include_extras=True), default_values(kind)
    return [key_of(section, name, hint, defaults.get(name)) for name, hint in hints.items()]


def key_of(section: str, name: str, hint: Any, default: Any) -> Key:
    """Return one key of an annotation."""
    kind, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    by_type: dict[type, Any] = {type(mark): mark for mark in marks}
    return Key(section, name, kind, default, by_type.get(str, ""), by_type.get(Bounds), by_type.get(Beyond))


def default_values(kind: type) -> dict[str, Any]:
    """Return the default of each key that has one."""
    if is_dataclass(kind):
        made = {f.name: f.default_factory() for f in fields(kind) if f.default_factory is not MISSING}
        return made | {f.name: f.default for f in fields(kind) if f.default is not MISSING}
    struct: Any = kind
    count = len(struct.__struct_defaults__)
    return dict(zip(struct.__struct_fields__[-count:], struct.__struct_defaults__, strict=True)) if count else {}


def name_of(hint: Any) -> str:
    """Return a type as its author wrote it."""
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint).replace("typing.", "")


def json_schema(schemas: Mapping[str, type]) -> dict[str, Any]:
    """Return the JSON Schema of a configuration; sections that no plugin owns are free."""
    properties = {section: section_schema(keys(section, kind)) for section, kind in schemas.items()}
    return {"$schema": DIALECT, "title": "config.ini", "type": "object", "properties": properties}


def section_schema(found: Iterable[Key]) -> dict[str, Any]:
    """Return the JSON Schema of one section; it takes no other keys."""
    properties = {key.name: key_schema(key) for key in found}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def key_schema(key: Key) -> dict[str, Any]:
    """Return the JSON Schema of one key."""
    schema = dict(type_schema(key.kind))
    if key.help:
        schema["description"] = key.help
    if key.bounds:
        limits = {"minimum": key.bounds.least, "maximum": key.bounds.most}
        schema |= {name: limit for name, limit in limits.items() if limit is not None}
    return schema if key.default is None else {**schema, "default": key.default}


def type_schema(kind: Any) -> Mapping[str, Any]:
    """Return the JSON Schema of a type; an unknown one takes what its text says."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, UnionType):
        return {"anyOf": [type_schema(one) for one in arguments]}
    if origin in LISTS:
        return {"type": "array", "items": type_schema(arguments[0])}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [one.value for one in kind]}
    return PLAIN.get(kind, {"type": "string"})
