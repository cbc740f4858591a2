"""What one chain has that another has not: steps gained, lost, moved, and met in another way."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

SIGNS = {"lost": "-", "gained": "+", "moved": ">", "changed": "~"}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `kind` is lost, gained, moved or changed; `details` say how."""

    kind: str
    step: Row
    details: str = ""


def compared(before: Sequence[Row], after: Sequence[Row]) -> list[Change]:
    """Return what turns the steps *before* into *after*; what moved may have changed too."""
    old, new = keyed(before), keyed(after)
    found = [Change("lost", row) for key, row in old.items() if key not in new]
    found += [Change("gained", row) for key, row in new.items() if key not in old]
    common, there = [key for key in old if key in new], [key for key in new if key in old]
    found += [Change("moved", new[key], place(new, neighbour)) for key, neighbour in moved(common, there)]
    for key in common:
        details = differences(old[key], new[key])
        found += [Change("changed", new[key], "; ".join(details))] if details else []
    return found


def differences(before: Row, after: Row) -> list[str]:
    """Return what is not the same of two steps; the line of a function may be another."""
    files = [one["where"].rpartition(":")[0] for one in (before, after)]
    found = [f"now from {after['where'] or 'nowhere'}"] if files[0] != files[1] else []
    found += ["now async" if after["async"] else "now sync"] if before["async"] != after["async"] else []
    return [*found, *([f"now {after['status']}"] if before["status"] != after["status"] else [])]


def keyed(rows: Sequence[Row]) -> dict[tuple[Any, ...], Row]:
    """Return steps by what they are; of several that are the same each has its number."""
    seen: Counter[tuple[Any, ...]] = Counter()
    found = {}
    for row in rows:
        key = tuple(row[name] for name in ("phase", "callable", "plugin", "level"))
        seen[key] += 1
        found[*key, seen[key]] = row
    return found


def moved(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield (key, what stands before it now) of as few as explain the other order."""
    for kind, _, _, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind in ("insert", "replace"):
            yield from ((after[at], after[at - 1] if at else None) for at in range(start, end))


def place(rows: dict[tuple[Any, ...], Row], neighbour: Any) -> str:
    """Return where a step stands now."""
    return f"now after {rows[neighbour]['phase']} {rows[neighbour]['callable']}" if neighbour else "now first"


def as_data(changes: Iterable[Change]) -> dict[str, list[Row]]:
    """Return the steps of changes by their kind, as JSON takes them; with `details` where there are some."""
    found: dict[str, list[Row]] = {kind: [] for kind in SIGNS}
    for change in changes:
        found[change.kind].append({**change.step, **({"details": change.details} if change.details else {})})
    return found


def told(changes: Sequence[Change]) -> Iterator[str]:
    """Yield a line for each change."""
    for change in changes:
        row = change.step
        owner = ", ".join(filter(None, (row["plugin"], row["level"])))
        status = "" if row["status"] == "active" or change.kind == "changed" else row["status"]
        more = "; ".join(filter(None, (status, change.details)))
        yield f"{SIGNS[change.kind]} {row['phase']} {row['callable']} ({owner}){f': {more}' if more else ''}"
