"""What one plan has that another has not, and what changed its place."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from kernel_admin.snapshot import Entry, Snapshot

SIGNS = {"gained": "+", "lost": "-", "moved": ">", "changed": "~"}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `kind` is gained, lost, moved or changed; `details` are the lines below with their sign."""

    section: str
    kind: str
    text: str
    details: tuple[str, ...] = ()


def difference(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what turns the plan *before* into *after*, section by section."""
    sections = dict.fromkeys([*before, *after])
    return [one for name in sections for one in compared(name, before.get(name, ()), after.get(name, ()))]


def compared(section: str, before: Sequence[Entry], after: Sequence[Entry]) -> Iterator[Change]:
    """Yield the changes of one section: lost, gained, changed below, then what stands elsewhere."""
    old, new = {entry.text: entry for entry in before}, {entry.text: entry for entry in after}
    yield from (Change(section, "lost", text) for text in old if text not in new)
    yield from (Change(section, "gained", entry.text, entry.details) for entry in after if entry.text not in old)
    for text in [text for text in new if text in old and new[text] != old[text]]:
        yield Change(section, "changed", text, tuple(signed(old[text].details, new[text].details)))
    common = [text for text in old if text in new]
    for text, neighbour in moved(common, [text for text in new if text in old]):
        yield Change(section, "moved", f"{text}: now {f'after {neighbour}' if neighbour else 'first'}")


def signed(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines of two lists that differ, with - and +; a line that moved has both."""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (f"- {line}" for line in before[a:b])
            yield from (f"+ {line}" for line in after[c:d])


def moved(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (text, what stands before it now) of as few texts as explain the other order."""
    for kind, _, _, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind in ("insert", "replace"):
            yield from ((after[at], after[at - 1] if at else "") for at in range(c, d))


def told(changes: Sequence[Change]) -> list[str]:
    """Return changes as lines, a heading for each section."""
    found, section = [], ""
    for change in changes:
        found += [change.section] if change.section != section else []
        section = change.section
        found.append(f"  {SIGNS[change.kind]} {change.text}")
        found += [f"      {detail}" for detail in change.details]
    return found


def as_data(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as JSON takes them."""
    return [asdict(change) for change in changes]
