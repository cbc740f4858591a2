"""Bodies that msgspec decodes and validates in one pass: Struct, dataclass, TypedDict, attrs."""

from typing import Any

import msgspec
from kernel_errors import Error, base_errors
from kernel_requests.json import decode
from msgspec import ValidationError, inspect

from kernel_bodies.certainty import certain_pairs, inside
from kernel_bodies.faults import Finder
from kernel_bodies.messages import INVALID, told

UNEXPECTED_DATA = base_errors[1002]


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

    def refused(self, text: bytes, depth: int, most: int) -> Exception:
        """Return what to answer for a *text* that could not be decoded.

        Args:
            depth: how deep JSON may nest.
            most: how many faults are told.

        Raises:
            HTTPException: 400, the text is malformed.
        """
        value = decode(text, depth)
        return UnexpectedBody(self._find(value, [most]) or self._first(text, value))

    def _first(self, text: bytes, value: Any) -> Any:
        """Return what decoding says, for a fault that is not found in the parts."""
        try:
            self.decode(text)
        except ValidationError as error:
            return [told(error, value, self.hint)]
        return [INVALID]

    def schema(self, template: str) -> dict[str, Any]:
        """Return the JSON Schema."""
        (schema,), components = msgspec.json.schema_components([self.hint], ref_template=template)
        return {**schema, "$defs": components} if components else schema


class UnexpectedBody(Error):
    """Answers 1002 with the faults of a body as `data`."""

    # What Error does for any code is done once for this one: a refusal has to be cheap.
    code, status, detail = UNEXPECTED_DATA.code, UNEXPECTED_DATA.status, UNEXPECTED_DATA.message
    headers, message_data, compress = (), None, False

    def __init__(self, faults: Any) -> None:
        self.data = faults
