"""The order of rows as a client asks for it: by columns that are listed, and by no others."""

from collections.abc import Mapping
from typing import Any

from kernel_data.validators.validator import Meta, Validator
from kernel_errors import Error
from sqlalchemy import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import ColumnOperators

UNEXPECTED_DATA = 1002
DESCENDING = "-"


class Sorting(Validator):
    """The orders that a client may ask for: "name,-added" is by name, and of one name the latest first.

        SORTING = Sorting({"name": Note.name, "added": Note.added}, default="-added")

        select(Note).order_by(*SORTING.order(sort))

    What a client sends is looked up, and never becomes a part of a statement. As a processor of a
    field it judges the same way.

    Args:
        columns: attributes of models, or other expressions, by the names that clients know.
        default: the order where none is asked for; without it there is none.
        message: what the client is told; otherwise it is told the names.

    Raises:
        TypeError: something that is no column, such as a text.
        ValueError: a name that nobody could ask for, or a default that clients could not ask for.
    """

    def __init__(self, columns: Mapping[str, Any], default: str = "", message: str | None = None) -> None:
        told = f"Expected one or more of {', '.join(columns)}, each once, with {DESCENDING} before it to descend"
        super().__init__(message or told)
        self._clauses: dict[str, Any] = {}
        for name, column in columns.items():
            self._clauses |= both(name, column)
        if default and not self.accepts(default):
            raise ValueError(f"Sorting: the default '{default}' is no order of {', '.join(columns)}")
        self.default = default

    def order(self, text: str | None, field: str = "sort") -> list[ColumnElement[Any]]:
        """Return the clauses of an ORDER BY; a blank *text* is the default.

        Args:
            text: names of columns with commas between them, "-" before one that descends.
            field: what it is called in the answer to a *text* that is refused.

        Raises:
            Error: 1002, it is neither blank nor an order that may be asked for.
        """
        chosen = text or self.default
        if not chosen:
            return []
        if not self.accepts(chosen):
            raise Error(UNEXPECTED_DATA, data={field: [self.message]})
        return [self._clauses[term] for term in chosen.split(",")]

    def check(self, value: Any, meta: Meta) -> Any:
        """Return the message unless the value is blank, or an order that may be asked for."""
        return None if value in (None, "") or (isinstance(value, str) and self.accepts(value)) else self.message

    def accepts(self, text: str) -> bool:
        """Tell whether *text* names listed columns, and each of them once."""
        terms = text.split(",", len(self._clauses))  # which are two of each column, so one too many is seen
        names = {term.removeprefix(DESCENDING) for term in terms}
        return len(names) == len(terms) and self._clauses.keys() >= set(terms)


def both(name: str, column: Any) -> dict[str, Any]:
    """Return the two clauses of one column by what clients call them; raises as Sorting."""
    if not name or name.startswith(DESCENDING) or "," in name:
        raise ValueError(f"Sorting: nobody can ask for a column called '{name}'")
    if isinstance(column, UnaryExpression) and column.modifier is not None:
        raise TypeError(f"Sorting: '{name}' has a direction already; write Model.attribute")
    try:
        if isinstance(column, ColumnOperators):
            return {name: column.asc(), DESCENDING + name: column.desc()}
    except NotImplementedError:  # a relationship
        pass
    raise TypeError(f"Sorting: '{name}' is {column!r} and no column; write Model.attribute")
