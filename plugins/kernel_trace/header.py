"""The times of one request as its client sees them (W3C Server Timing §3.1, RFC 9110 §5.6)."""

import re
from collections.abc import Iterable
from functools import lru_cache

from kernel_trace.recorder import Entry
from kernel_trace.timings import SECOND, Key

MOST = 40
"""Most metrics of a header: clients and proxies refuse headers that are too long."""
LONGEST = 80
"""Most characters of a name."""
_no_token = re.compile(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_no_text = re.compile(r"[^\x20\x21\x23-\x5b\x5d-\x7e]")


def server_timing(total: int, entries: Iterable[Entry]) -> bytes:
    """Return the value of the header: the whole, then the steps in the order in which they ended.

    Times are milliseconds, `dur` with what was called inside and `own` without. Of more than MOST
    steps those are told that took most of their own.
    """
    steps: dict[Key, tuple[int, int]] = {}
    for key, time, own in entries:
        times, owns = steps.get(key, (0, 0))
        steps[key] = times + time, owns + own
    told = set(sorted(steps, key=lambda key: -steps[key][1])[:MOST])
    metrics = [metric(key, *times) for key, times in steps.items() if key in told]
    return ", ".join([f"total;dur={milliseconds(total)}", *metrics]).encode()


def metric(key: Key, total: int, own: int) -> str:
    """Return one metric."""
    name, text = words(key)
    return f'{name};dur={milliseconds(total)};own={milliseconds(own)};desc="{text}"'


@lru_cache(1024)
def words(key: Key) -> tuple[str, str]:
    """Return the name of a step, a token, and its description, without what a quoted string may not hold."""
    name = _no_token.sub("_", f"{key.plugin}.{key.phase}.{key.callable}")[:LONGEST]
    return name, _no_text.sub("_", f"{key.phase} {key.callable} of {key.plugin}")[: 2 * LONGEST]


def milliseconds(time: int) -> str:
    """Return nanoseconds as milliseconds."""
    return f"{time * 1000 / SECOND:.3f}"
