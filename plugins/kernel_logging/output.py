"""The one handler on the root logger: shared by kernels, taken away by the last, remade at a swap.

A program that has a handler on the root logger keeps it, and its levels: then nothing is touched.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

Release = Callable[[], None]


@dataclass(frozen=True, eq=False)
class Holder:
    """Somebody who holds the handler: what it is to be, the levels by name of a logger, and for whom."""

    make: Callable[[], "Shared"]
    levels: Mapping[str, str]
    who: object


class Shared(logging.Handler):
    """A handler of ours: who hold it, of whom the last says what it is, and the levels of loggers before, by name."""

    holders: list[Holder]
    levels_before: dict[str, int]


class StreamOutput(Shared, logging.StreamHandler[TextIO]):
    """Write to the standard error stream, except what a logger of a server has written there itself."""

    def filter(self, record: logging.LogRecord) -> Any:
        """Let a record pass that stands on no screen yet."""
        return super().filter(record) if not on_screen(record) else False


class FileOutput(Shared, logging.FileHandler):
    """Append to a file, which the first record opens; a file that cannot be opened stops nobody."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)


def on_screen(record: logging.LogRecord) -> bool:
    """Tell whether a logger below the root has a handler of its own that writes *record* to a standard stream."""
    logger, streams = logging.getLogger(record.name), (sys.stderr, sys.stdout)
    while logger.parent:
        for handler in logger.handlers:
            if getattr(handler, "stream", None) in streams and record.levelno >= handler.level:
                return True
        logger = logger.parent
    return False


def hold(make: Callable[[], Shared], levels: Mapping[str, str], who: object = None) -> Release | None:
    """Hold the handler of this process, which is made if there is none; return what lets it go.

    It is as its first holder says; a later one of the same *who* takes over from that, until it lets go.
    None if the root logger has handlers of somebody else.

    Args:
        make: returns the handler.
        levels: level by name of a logger, "" for the root logger; another one that has a level keeps it.
        who: whom it is held for, the same for all generations of a kernel.
    """
    handler = installed()
    if handler is None and logging.getLogger().handlers:
        return None
    holders = handler.holders if handler else []
    last = max((number for number, one in enumerate(holders, 1) if one.who is who), default=0) if who else 0
    holders.insert(last, holder := Holder(make, levels, who))
    if holders[-1] is holder:
        install(holders)
    return partial(release, holders, holder)


def held(who: object) -> bool:
    """Tell whether the handler of this process is held for *who*."""
    handler = installed()
    return handler is not None and any(one.who is who for one in handler.holders)


def installed() -> Shared | None:
    """Return the handler of this process, if there is one."""
    return next((one for one in logging.getLogger().handlers if isinstance(one, Shared)), None)


def install(holders: list[Holder]) -> None:
    """Have the handler and the levels be as the last of *holders* says, and as they were before if there is none."""
    root, old = logging.getLogger(), installed()
    before, levels = old.levels_before if old else {}, holders[-1].levels if holders else {}
    for logger in map(logging.getLogger, levels):
        if logger is root or not logger.level:
            before.setdefault("" if logger is root else logger.name, logger.level)
    if holders:
        new = holders[-1].make()
        new.holders, new.levels_before = holders, before
        root.handlers[:] = [new if one is old else one for one in root.handlers] if old else [new]
    elif old:
        root.removeHandler(old)
    for name, level in before.items():
        logging.getLogger(name).setLevel(levels.get(name, level))
    if old:
        old.close()


def release(holders: list[Holder], holder: Holder) -> None:
    """Let the handler go: it is as the holder before says, and none without any."""
    last = holders[-1] is holder
    holders.remove(holder)
    if last:
        install(holders)


def coloured(choice: str) -> bool:
    """Tell whether records are painted: on a terminal, unless NO_COLOR is set (no-color.org)."""
    if choice == "auto":
        return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return choice == "always"
