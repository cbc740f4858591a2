"""What the calls of each step took so far, added up."""

from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

SECOND = 1_000_000_000
"""In nanoseconds, the unit of every time inside this package."""


class Key(NamedTuple):
    """A step: who brought it, what it is, its name, and the route it was compiled for.

    `route` is "GET /path", or nothing for what stands around all routes.
    """

    plugin: str
    phase: str
    callable: str
    route: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What the calls of one step took, in seconds of wall time.

    `own` is `total` without the measured calls inside; `max` is the longest call, those included.
    """

    count: int
    total: float
    own: float
    max: float


class Timings:
    """The figures of one kernel since its boot; the service "trace"."""

    def __init__(self) -> None:
        self._rows: dict[Key, tuple[int, int, int, int]] = {}
        self._lock = Lock()  # sync hooks are measured in worker threads

    def add(self, key: Key, total: int, own: int) -> None:
        """Count one call, in nanoseconds."""
        with self._lock:
            count, totals, owns, most = self._rows.get(key, (0, 0, 0, 0))
            self._rows[key] = count + 1, totals + total, owns + own, max(most, total)

    def snapshot(self) -> dict[Key, Figures]:
        """Return the figures of every step that was called, as they are now."""
        with self._lock:
            rows = dict(self._rows)
        return {key: Figures(row[0], *(time / SECOND for time in row[1:])) for key, row in rows.items()}
