"""Presence, choice and equality."""

from collections.abc import Iterable
from typing import Any

from kernel_data.validators.validator import BLANK, Condition, Meta, Validator


class NotNull(Validator):
    """Refuse null."""

    message = "Null value error"

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message for None."""
        return self.message if value is None else None


class NotBlank(Validator):
    """Refuse '' and b''; of use where blank values do not become null."""

    message = "Blank value error"

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message for '' and b''."""
        return self.message if not value and type(value) in BLANK else None

    def describe(self, schema: dict[str, Any]) -> None:
        """Demand one character."""
        schema["minLength"] = max(1, schema.get("minLength", 1))


class In(Condition):
    """Accept what equals one of *values*; True and 1 are different values."""

    judges_type = True

    def __init__(self, values: Iterable[Any], message: str | None = None) -> None:
        super().__init__(message)
        self._values = Span(values) if isinstance(values, range) else Choices(values)

    def accepts(self, value: Any) -> bool:
        """Tell whether it is one of the values."""
        return value in self._values

    def describe(self, schema: dict[str, Any]) -> None:
        """List the values."""
        schema.update(self._values.schema())


class Span:
    """Integers to look others up in, without going through them."""

    def __init__(self, values: range) -> None:
        self._values = values

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int) and not isinstance(value, bool) and value in self._values

    def schema(self) -> dict[str, Any]:
        """Return what JSON Schema says of them."""
        return {"type": "integer"}


class Choices:
    """Values to look others up in: a bool equals no number, and what cannot be hashed is compared."""

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = tuple(values)
        try:
            self._known: Any = frozenset((isinstance(value, bool), value) for value in self.values)
        except TypeError:
            self._known = [(isinstance(value, bool), value) for value in self.values]

    def __contains__(self, value: object) -> bool:
        try:
            return (isinstance(value, bool), value) in self._known
        except TypeError:  # it cannot be hashed, so that it equals nothing that can
            return False

    def schema(self) -> dict[str, Any]:
        """Return what JSON Schema says of them."""
        return {"enum": list(self.values)}


class NotIn(Validator):
    """Refuse what equals one of *values*, blank ones too."""

    judges_type = True

    def __init__(self, values: Iterable[Any], message: str | None = None) -> None:
        super().__init__(message)
        self._values = Choices(values)

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message for one of the values."""
        return self.message if value in self._values else None

    def describe(self, schema: dict[str, Any]) -> None:
        """List the values."""
        schema["not"] = self._values.schema()


class IsEqualToField(Validator):
    """Demand the value that was received for another field, named by its attribute."""

    def __init__(self, another_field_name: str, message: str | None = None) -> None:
        self.message = f'The value is not equal to "{another_field_name}" field value.'
        super().__init__(message)
        self.another_field_name = another_field_name

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message if the other field lacks or differs."""
        received = meta["received_data"]
        name = self.another_field_name
        return None if name in received and received[name] == value else self.message
