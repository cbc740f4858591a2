"""Tell which files changed: with watchfiles where it is installed, else by looking again and again."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import sleep
from typing import Any

WATCHED = frozenset({".py", ".ini", ".html", ".htm", ".jinja", ".jinja2", ".j2", ".txt", ".xml"})
IGNORED = frozenset({"__pycache__", "node_modules", "venv", "site-packages"})
PAUSE = 0.3
"""Seconds between two looks."""


def changes(folders: Iterable[Path]) -> Iterator[set[str]]:
    """Return an endless iterator: the paths that changed since its last step, mostly none, three times a second."""
    paths = [folder for folder in folders if folder.is_dir()]
    try:
        import watchfiles
    except ImportError:
        return polled(paths)
    options: dict[str, Any] = {"rust_timeout": int(PAUSE * 1000), "yield_on_timeout": True, "debounce": 100, "step": 50}
    batches = watchfiles.watch(*paths, watch_filter=lambda _, path: watched(path), raise_interrupt=False, **options)
    return ({path for _, path in batch} for batch in batches)


def polled(folders: Iterable[Path]) -> Iterator[set[str]]:
    """Yield changes by comparing times of modification."""
    folders = list(folders)
    before = times(folders)
    while True:
        sleep(PAUSE)
        now = times(folders)
        yield {path for path, _ in before.items() ^ now.items()}
        before = now


def times(folders: Iterable[Path]) -> dict[str, int]:
    """Return the time of modification of each watched file, in nanoseconds."""
    found: dict[str, int] = {}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names[:] = [name for name in names if name not in IGNORED and name[0] != "."]
            for path in (os.path.join(parent, file) for file in files):
                try:
                    found |= {path: os.stat(path).st_mtime_ns} if watched(path) else {}
                except OSError:  # gone meanwhile
                    continue
    return found


def watched(path: str) -> bool:
    """Tell whether a change of this file matters."""
    parts = Path(path).parts
    return os.path.splitext(path)[1] in WATCHED and IGNORED.isdisjoint(parts[:-1])
