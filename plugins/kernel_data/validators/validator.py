"""Validators: `await validator(value, meta)` returns None, or the message that says what is wrong.

Derive from `Validator` and override `check`, sync or async, or `__call__`. `meta` is a mapping: the
field's `name`, `received_data` (the raw values of all fields), the `request` and the `app`.
"""

from collections.abc import Mapping
from inspect import isawaitable
from types import MappingProxyType
from typing import Any

Meta = Mapping[str, Any]
BLANK = (str, bytes)
NOTHING: Meta = MappingProxyType({})


class Validator:
    """The base of all validators.

    Args:
        message: what the client is told, in place of the validator's own text.
    """

    message = "Value error"
    judges_type = False
    """Whether it decides on the type of the value, so that a String leaves that to it."""
    library: tuple[str, str] | None = None
    """The module it needs and the distribution to install, checked at boot."""

    def __init__(self, message: str | None = None) -> None:
        if message is not None:
            self.message = message

    async def __call__(self, value: Any, meta: Meta = NOTHING) -> Any:
        """Return None, or what is wrong with *value*."""
        result = self.check(value, meta)
        return await result if isawaitable(result) else result

    def check(self, value: Any, meta: Meta) -> Any:
        """Return None, or what is wrong with *value*; override it, sync or async."""
        raise NotImplementedError(f"{type(self).__name__} overrides neither 'check' nor '__call__'")

    def describe(self, schema: dict[str, Any]) -> None:
        """Add what is demanded to the JSON Schema of the field."""


class Condition(Validator):
    """A validator that asks `accepts(value)`; None, '' and b'' pass."""

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message unless the value is blank or accepted."""
        if not value and (value is None or type(value) in BLANK):
            return None
        return None if self.accepts(value) else self.message

    def accepts(self, value: Any) -> bool:
        """Tell whether a value that is not blank is right; never raises."""
        raise NotImplementedError(f"{type(self).__name__} does not override 'accepts'")
