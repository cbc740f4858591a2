"""What one chain has that another has not: steps gained, lost, moved, and met in another way."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kernel_admin.difference import SIGNS, moved

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
    for key, before_it in moved(common, there):
        place = f"now after {named(new[before_it])}" if before_it else "now first"
        found.append(Change("moved", new[key], place))
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


def keyed(rows: Iterable[Row]) -> dict[str, Row]:
    """Return steps by what they are; of several that are the same each has its number."""
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        key = named(row)
        seen[key] += 1
        found[f"{key} {seen[key]}"] = row
    return found


def named(row: Row) -> str:
    """Return what a step is, in words."""
    owner = ", ".join(filter(None, (row["plugin"], row["level"])))
    return f"{row['phase']} {row['callable']} ({owner})"


def as_data(changes: Iterable[Change]) -> dict[str, list[Row]]:
    """Return the steps of changes by their kind, as JSON takes them; with `details` where there are some."""
    found: dict[str, list[Row]] = {kind: [] for kind in SIGNS}
    for change in changes:
        found[change.kind].append({**change.step, **({"details": change.details} if change.details else {})})
    return found


def told(changes: Sequence[Change]) -> Iterator[str]:
    """Yield a line for each change."""
    for change in changes:
        status = "" if change.step["status"] == "active" or change.kind == "changed" else change.step["status"]
        more = "; ".join(filter(None, (status, change.details)))
        yield f"{SIGNS[change.kind]} {named(change.step)}{f': {more}' if more else ''}"
