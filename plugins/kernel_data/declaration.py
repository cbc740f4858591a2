"""What a Data class declares: its fields, its options, and what is wrong with them."""

from collections.abc import Iterator
from typing import Any

from kernel import Problem
from kernel_data.field import Field


def fields_of(data_class: type) -> dict[str, Field]:
    """Return the fields of a class and its bases by attribute, in alphabetical order."""
    found: dict[str, Field] = {}
    for base in reversed(data_class.__mro__):
        for name, value in vars(base).items():
            found.pop(name, None)
            if isinstance(value, Field):
                found[name] = value
    return dict(sorted(found.items()))


def option(data_class: type, name: str) -> Any:
    """Return a class attribute; a field of that name does not hide that of a base."""
    values = (vars(base).get(name) for base in data_class.__mro__)
    return next((value for value in values if value is not None and not isinstance(value, Field)), None)


def problems_of(data_class: type) -> list[Problem]:
    """Return everything that is declared wrongly in a Data class and in those nested in it."""
    return list(_problems(data_class, set()))


def _problems(data_class: type, seen: set[type]) -> Iterator[Problem]:
    seen.add(data_class)
    name = data_class.__name__
    try:
        data_class()
    except Exception as error:
        message = f"data class '{name}': it cannot be made: {type(error).__name__}: {error}"
        yield Problem("data.class", "error", message, "let its __init__ do without arguments", data_class.__module__)
    for attribute, field in fields_of(data_class).items():
        findings, who = list(field.findings()), f"data class '{name}': field '{attribute}'"
        for text in findings:
            message, _, hint = text.partition("; ")
            yield Problem("data.field", "error", f"{who}: {message}", hint, field.where)
        if field.required and field.default is not None:
            message = f"{who} is required and has a default, so that it never lacks"
            yield Problem("data.default", "warning", message, "leave out one of the two", field.where)
        for inner in () if findings else field.nested():
            if inner not in seen:
                yield from _problems(inner, seen)
