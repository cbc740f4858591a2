"""Bodies that msgspec decodes and validates in one pass: Struct, dataclass, TypedDict, attrs."""

from collections.abc import Mapping
from typing import Any

import msgspec
from kernel_errors import Error
from kernel_requests.json import decode
from msgspec import ValidationError, inspect

from kernel_bodies.certainty import certain_pairs, inside
from kernel_bodies.faults import Finder, Room
from kernel_bodies.messages import told

UNEXPECTED_DATA = 1002


class StructBody:
    """Decodes a body of one type.

    `certain` pairs prove a body harmless, see `certainty`; others are read once more, exactly.

    Raises:
        TypeError: msgspec cannot decode the type.
    """

    def __init__(self, hint: Any) -> None:
        self.hint = hint
        self.decode = msgspec.json.Decoder(hint).decode
        info = inspect.type_info(hint)
        for part in inside(info):
            if isinstance(part, inspect.CustomType):
                raise TypeError(f"type '{part.cls.__qualname__}' has no form in JSON")
        self.certain = certain_pairs(info)
        self._find = Finder().of(hint)

    def refuse(self, text: bytes, error: Exception, depth: int, most: int) -> Exception:
        """Return what to answer for a *text* that could not be decoded.

        Args:
            depth: how deep JSON may nest.
            most: how many faults are told.

        Raises:
            HTTPException: 400, the text is malformed.
        """
        value = decode(text, depth)
        return unexpected(self._find(value, Room(most)) or [told(error, value, self.hint)])

    def schema(self, template: str) -> dict[str, Any]:
        """Return the JSON Schema."""
        (schema,), components = msgspec.json.schema_components([self.hint], ref_template=template)
        return {**schema, "$defs": components} if components else schema


def unexpected(faults: Any) -> Error:
    """Return the error that tells *faults*."""
    return Error(UNEXPECTED_DATA, data=faults)
