"""Print rows: as an aligned table for people, as JSON for programs."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
Row = Mapping[str, Any]


def emit(rows: Sequence[Row], columns: Sequence[str], as_json: bool, empty: str) -> None:
    """Print *rows* whole as a JSON list, or *columns* of them as a table, or *empty* if there are none."""
    if as_json:
        dump(rows)
    else:
        click.echo("\n".join(table(rows, columns)) if rows else empty)


def dump(value: Any) -> None:
    """Print JSON; what JSON has no word for is printed as text."""
    import json

    click.echo(json.dumps(value, indent=2, default=plain, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Return a set as a list and anything else JSON does not know as text."""
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


def table(rows: Iterable[Row], columns: Sequence[str]) -> list[str]:
    """Return the lines of a table with a heading."""
    cells = [list(columns), *([cell(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in cells]


def counted(number: int, noun: str) -> str:
    """Return a number of things: "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def cell(value: Any) -> str:
    """Return one value as it stands in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value))
    return "" if value is None else short(str(value))


def short(place: str) -> str:
    """Return a path below the working directory relative to it, anything else as it is."""
    return place.removeprefix(os.getcwd() + os.sep)
