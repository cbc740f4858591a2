"""What is wrong with a value, as it goes to the client, and its two shapes.

By default the shape tells what kind of field failed: "Required" for one that lacks, a list with the
first message, {index: errors} for a list and {name: errors} for a dict. The uniform shape is flat:
{"address.country": ["Required"], "tags.2": ["Must be integer", ...]}.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MOST_ERRORS = 100
LONGEST_NAME = 100


class Invalid(Exception):
    """Raise it in a validator, filter, field or check to refuse a value.

    Args:
        errors: a message, a list of messages, or a mapping of indexes or names to such.
    """

    def __init__(self, errors: Any) -> None:
        super().__init__(errors)
        self.errors = normal(errors)

    @classmethod
    def of(cls, errors: Any) -> "Invalid":
        """Return an Invalid of errors that are in their final shape."""
        invalid = cls.__new__(cls)
        invalid.errors = errors
        return invalid


def normal(errors: Any) -> Any:
    """Return *errors* as a list of texts, or as a dict of such."""
    if isinstance(errors, Mapping):
        return {name: normal(error) for name, error in errors.items()}
    if isinstance(errors, Iterable) and not isinstance(errors, str):
        return [str(error) for error in errors]
    return [str(errors)]


def flat(errors: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield (path, messages) for every leaf of *errors*."""
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from flat(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, [errors] if isinstance(errors, str) else errors


def pruned(errors: Mapping[Any, Any], limit: int) -> dict[Any, Any]:
    """Return *errors* with the first *limit* messages."""
    return _pruned(errors, [limit])


def _pruned(errors: Mapping[Any, Any], left: list[int]) -> dict[Any, Any]:
    kept: dict[Any, Any] = {}
    for name, error in errors.items():
        if left[0] <= 0:
            break
        if isinstance(error, dict):
            kept[name] = _pruned(error, left)
            continue
        kept[name] = error if isinstance(error, str) else error[: left[0]]
        left[0] -= 1 if isinstance(error, str) else len(error)
    return kept
