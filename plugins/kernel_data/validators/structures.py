"""Dicts, and lists of dicts."""

from collections.abc import Iterable
from typing import Any

from msgspec import to_builtins
from msgspec.json import encode

from kernel_data.validators.validator import Condition


class DictInnerTypes(Condition):
    """Accept a dict whose keys and values are exactly of the given types; no types are any types."""

    judges_type = True

    def __init__(
        self, key_types: Iterable[type] = (), value_types: Iterable[type] = (), message: str | None = None
    ) -> None:
        self._keys, self._values = tuple(key_types), tuple(value_types)
        self.message = f"Must be a mapping of <{named(self._keys)}>:<{named(self._values)}>"
        super().__init__(message)

    def accepts(self, value: Any) -> bool:
        """Tell whether it is such a dict."""
        return isinstance(value, dict) and all(
            (not self._keys or type(key) in self._keys) and (not self._values or type(item) in self._values)
            for key, item in value.items()
        )

    def describe(self, schema: dict[str, Any]) -> None:
        """Demand an object."""
        schema["type"] = "object"


def named(types: tuple[type, ...]) -> str:
    """Return the names of *types*, "Any" for none."""
    return "|".join(kind.__name__ for kind in types) or "Any"


class NoDuplicateDictItemValueInList(Condition):
    """Accept a list of dicts in which the values of *key* differ; a dict without it duplicates none."""

    def __init__(self, key: Any, message: str | None = None) -> None:
        self.message = f'Duplicate "{key}" value in data'
        super().__init__(message)
        self._key = key

    def accepts(self, value: Any) -> bool:
        """Tell whether it is a list of dicts without a duplicate."""
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return False
        marks = [mark(item[self._key]) for item in value if self._key in item]
        return len(marks) == len(set(marks))


def mark(value: Any) -> Any:
    """Return what is equal for equal values and can be hashed."""
    try:
        hash(value)
    except TypeError:
        return encode(to_builtins(value, order="deterministic"))
    return (isinstance(value, bool), value)
