"""Bodies that msgspec decodes and validates in one pass: Struct, dataclass, TypedDict, attrs."""

from collections.abc import Callable
from typing import Any

import msgspec
from kernel_requests.json import decode_ambiguous
from msgspec import ValidationError, inspect

from kernel_bodies.annotations import bare
from kernel_bodies.certainty import certain_pairs, inside, levels
from kernel_bodies.defaults import completed
from kernel_bodies.faults import Finder, field_hints
from kernel_bodies.formdata import FormFields, is_file
from kernel_bodies.messages import INVALID, told
from kernel_bodies.unexpected import UnexpectedBody


class StructBody:
    """Decodes a JSON body of one type.

    `certain` pairs prove a body harmless, at most `levels` deep, see `certainty`; others are read once more, exactly.

    Raises:
        TypeError: msgspec cannot decode the type.
    """

    def __init__(self, hint: Any) -> None:
        self.hint = hint
        info = inspect.type_info(hint)
        self.decode = completed(msgspec.json.Decoder(hint).decode, info)
        refuse_strangers(info, "in JSON")
        self.certain, self.levels = certain_pairs(info), levels(info)
        self._find = Finder().of(hint)

    def refused(self, text: bytes, depth: int, most: int) -> Exception:
        """Return what to answer for a *text* that could not be decoded.

        Args:
            depth: how deep JSON may nest.
            most: how many faults are told.

        Raises:
            HTTPException: 400, the text is malformed.
        """
        value = decode_ambiguous(text, depth)
        return UnexpectedBody(self._find(value, [most]) or [INVALID])

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return schema_of(self.hint)


class StructForm:
    """Converts a form to one type; texts are read as numbers, dates and truth values.

    Raises:
        TypeError: msgspec cannot convert to the type, or a form cannot hold it.
    """

    def __init__(self, hint: Any) -> None:
        self.hint = hint
        msgspec.json.Decoder(hint)  # only to hear now what is wrong with it
        info: Any = inspect.type_info(bare(hint))
        refuse_strangers(info, "as text", is_file)
        hints = field_hints(bare(hint))
        self._convert = completed(msgspec.convert, info)
        self.fields = FormFields({field.encode_name: hints[field.name] for field in info.fields})
        self._find = Finder(strict=False).of(hint)

    def convert(self, values: dict[str, Any], most: int) -> Any:
        """Return the value of the type; raises UnexpectedBody."""
        try:
            return self._convert(values, self.hint, strict=False)
        except ValidationError as error:
            fault = [told(error, values, self.hint)]
        raise UnexpectedBody(self._find(values, [most]) or fault)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return schema_of(self.hint)


def refuse_strangers(info: Any, where: str, known: Callable[[type], bool] = lambda kind: False) -> None:
    """Raise TypeError for a class inside a type that has no form *where*, and is not *known* to need none."""
    for part in inside(info):
        if isinstance(part, inspect.CustomType) and not known(part.cls):
            raise TypeError(f"type '{part.cls.__qualname__}' has no form {where}")


def schema_of(hint: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type; a file, the only class without a form of its own, is binary text."""
    (schema,), parts = msgspec.json.schema_components(
        [hint], ref_template="#/$defs/{name}", schema_hook=lambda kind: {"type": "string", "format": "binary"}
    )
    return {**schema, "$defs": parts} if parts else schema
