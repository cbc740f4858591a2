"""Bodies that pydantic validates: models, pydantic's dataclasses, and what holds such.

Pydantic is imported when the first of these types is met, which cannot be before the project has
imported it.
"""

from collections.abc import Callable, Iterable
from typing import Any, get_args

from kernel_requests.json import decode

from kernel_bodies.annotations import bare
from kernel_bodies.formdata import FormFields
from kernel_bodies.messages import INVALID, named, repeats
from kernel_bodies.unexpected import UnexpectedBody

REQUIRED = "Required"
MOST_LOOKED_AT = 10_000
PREFIXES = {"value_error": "Value error, ", "assertion_error": "Assertion failed, "}
TALKATIVE = {*PREFIXES, "union_tag_invalid"}
"""Errors whose message may repeat what was sent; so may those that a project invents."""


class ModelBody:
    """Decodes a JSON body, or converts a form, of one type.

    Raises:
        TypeError: pydantic cannot validate the type.
    """

    certain, levels = -1, 0

    def __init__(self, hint: Any) -> None:
        self._adapter = adapter_of(hint)
        self.decode = self._adapter.validate_json

    def refused(self, text: bytes, depth: int, most: int) -> Exception:
        """Return what to answer for a *text* that could not be decoded, see `StructBody.refused`."""
        value = decode(text, depth)
        return refusal(lambda: self.decode(text), value, most)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        schema: dict[str, Any] = self._adapter.json_schema()
        return schema


class ModelForm(ModelBody):
    """Converts a form to one model.

    Raises:
        TypeError: pydantic cannot validate the type, or a form cannot hold it.
    """

    def __init__(self, hint: Any) -> None:
        super().__init__(hint)
        fields: Any = getattr(bare(hint), "__pydantic_fields__", {})
        self.fields = FormFields({field.alias or name: field.annotation for name, field in fields.items()})

    def convert(self, values: dict[str, Any], most: int) -> Any:
        """Return the value of the type; raises UnexpectedBody."""
        try:
            return self._adapter.validate_python(values)
        except ValueError:
            refused = refusal(lambda: self._adapter.validate_python(values), values, most)
        raise refused


def adapter_of(hint: Any) -> Any:
    """Return what validates a type."""
    from pydantic import TypeAdapter
    from pydantic.errors import PydanticUserError

    try:
        return TypeAdapter(hint)
    except PydanticUserError as error:
        raise TypeError(str(error).partition("\n")[0]) from error


def refusal(validate: Callable[[], Any], value: Any, most: int) -> UnexpectedBody:
    """Return the answer to a *value* with the faults that *validate* raises, at most *most*."""
    from pydantic import ValidationError

    try:
        validate()
    except ValidationError as error:
        if error.error_count() <= MOST_LOOKED_AT:
            told = error.errors(include_url=False, include_context=False, include_input=False)
            return UnexpectedBody(tree(told[:most], value))
    return UnexpectedBody([INVALID])


def tree(errors: Iterable[Any], value: Any) -> Any:
    """Return the errors of pydantic as faults by field and index."""
    faults: dict[str, Any] = {}
    whole: list[str] = []
    for error in errors:
        path, inner = place(error, value)
        message = REQUIRED if error["type"] == "missing" else worded(error, inner)
        if path:
            put(faults, path, message)
        else:
            whole.append(message)
    return faults or whole


def put(faults: dict[str, Any], path: list[str], message: str) -> None:
    """Add a message; the faults of the parts of a value take the place of those of the whole."""
    *outer, name = path
    for step in outer:
        if not isinstance(faults.get(step), dict):
            faults[step] = {}
        faults = faults[step]
    known = faults.get(name, [])
    if message == REQUIRED:
        faults[name] = REQUIRED
    elif isinstance(known, list) and message not in known:
        faults[name] = [*known, message]


def place(error: Any, value: Any) -> tuple[list[str], Any]:
    """Return the names and indexes that lead to an error, and what stands there.

    Pydantic also names the members of unions and the keys of objects on the way: these lead nowhere.
    """
    path: list[str] = []
    lacking = error["loc"][-1:] if error["type"] == "missing" else ()
    for step in error["loc"][: -1 if lacking else None]:
        if (isinstance(value, dict) and step in value) or (isinstance(value, list) and isinstance(step, int)):
            value = value[step]
            path.append(named(str(step)))
    return [*path, *map(str, lacking)], value


def worded(error: Any, value: Any) -> str:
    """Return the message of an error without what was sent."""
    from pydantic_core.core_schema import ErrorType

    kind, message = error["type"], error["msg"]
    message = str(message).removeprefix(PREFIXES.get(kind, ""))
    if kind == "extra_forbidden":
        return "Unknown field"
    if (kind in TALKATIVE or kind not in get_args(ErrorType)) and repeats(message, value):
        return INVALID
    return message
