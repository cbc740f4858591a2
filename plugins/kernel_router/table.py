"""Match a list of segments against many patterns of the same length at once.

Every row of a table is one bit. Each segment is looked up in its column, which gives the bits of the
rows that accept it; what survives the AND of all columns matches. Rows are sorted by priority, so the
lowest bit is the best match. A lookup takes one step a segment, however much the patterns overlap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kernel_router.paths import Accepts, Parts, Variable
from kernel_router.survey import Entry


@dataclass(frozen=True, slots=True)
class Row:
    """What a route answers, with the parts that a table has to look at."""

    methods: Sequence[str]
    parts: Parts
    entry: Entry

    @property
    def priority(self) -> tuple[list[bool], int]:
        """Position by position a literal comes before a variable; then the first defined."""
        return [isinstance(part, Variable) for part in self.parts], self.entry.order

    @property
    def reach(self) -> int | None:
        """Where it holds a variable of type `path`."""
        return next((n for n, part in enumerate(self.parts) if isinstance(part, Variable) and part.reaches), None)

    def written_out(self, length: int) -> "Row | None":
        """Return the row for *length* segments: a variable of type `path` takes what others leave."""
        more = length - len(self.parts)
        if more == 0:
            return self
        place = self.reach
        if place is None or more < 0:
            return None
        middle = self.parts[place : place + 1] * (more + 1)
        return Row(self.methods, self.parts[:place] + middle + self.parts[place + 1 :], self.entry)


@dataclass(slots=True)
class Column:
    """The rows that accept a segment here: by its text, whatever it is, or after a check."""

    literal: dict[str, int] = field(default_factory=dict)
    free: int = 0
    checked: dict[str, tuple[Accepts, int]] = field(default_factory=dict)

    def add(self, part: str | Variable, bit: int) -> None:
        """Let the row of *bit* accept *part*."""
        if isinstance(part, str):
            self.literal[part] = self.literal.get(part, 0) | bit
        elif part.accepts is None:
            self.free |= bit
        else:
            self.checked[part.kind] = part.accepts, self.checked.get(part.kind, (None, 0))[1] | bit


class Table:
    """Rows whose parts are equally many."""

    def __init__(self, rows: Iterable[Row]) -> None:
        rows = sorted(rows, key=lambda row: row.priority)
        columns = [Column() for _ in rows[0].parts]
        self._entries = [row.entry for row in rows]
        self._methods: dict[str, int] = {}
        for number, row in enumerate(rows):
            for method in row.methods:
                self._methods[method] = self._methods.get(method, 0) | 1 << number
            for column, part in zip(columns, row.parts, strict=True):
                column.add(part, 1 << number)
        self._columns = [(n, c.literal, c.free, tuple(c.checked.values())) for n, c in enumerate(columns)]

    def find(self, segments: Sequence[str], method: str, allowed: set[str]) -> Entry | None:
        """Return the best match; without one, give *allowed* the methods that would match."""
        alive = -1
        for place, literal, here, checked in self._columns:
            segment = segments[place]
            if segment in literal:
                here |= literal[segment]
            if checked:
                for accepts, bits in checked:
                    if bits & alive and accepts(segment):
                        here |= bits
            alive &= here
            if not alive:
                return None
        best = alive & self._methods.get(method, 0)
        if best:
            return self._entries[(best & -best).bit_length() - 1]
        allowed.update(self._having(alive))
        return None

    def _having(self, rows: int) -> list[str]:
        return [method for method, bits in self._methods.items() if bits & rows]


class Fork:
    """The rows that go on with a variable behind the same literals, by their number of parts.

    A variable of type `path` is written out to every length up to `_longest`. More segments than that
    are folded: left out is the middle, which only such a variable can cover.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        reaches = [(reach, len(row.parts) - reach) for row in rows if (reach := row.reach) is not None]
        self._head = max((before for before, _ in reaches), default=0)
        self._longest = 0
        lengths = {len(row.parts) for row in rows}
        if reaches:
            self._longest = max(max(lengths) + 1, self._head + max(behind for _, behind in reaches))
            lengths = set(range(1, self._longest + 1))
        fitting = {length: [found for row in rows if (found := row.written_out(length))] for length in lengths}
        self._tables = {length: Table(found) for length, found in fitting.items() if found}

    def find(self, segments: Sequence[str], method: str, allowed: set[str]) -> Entry | None:
        """Return the best match for the segments from here on; as `Table.find`."""
        length = len(segments)
        if self._longest and length > self._longest:
            length = self._longest
            segments = [*segments[: self._head], *segments[self._head - length :]]
        table = self._tables.get(length)
        return table.find(segments, method, allowed) if table else None
