"""The one handler on the root logger: put there once, shared by kernels, taken away by the last.

A program that has a handler on the root logger keeps it, and its levels: then nothing is touched.
"""

import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

Release = Callable[[], None]


class Shared(logging.Handler):
    """A handler of ours: how many kernels hold it, and the levels that loggers had before, by name."""

    holders = 0
    levels_before: dict[str, int] = {}


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


def hold(make: Callable[[], Shared], levels: Mapping[str, str]) -> Release | None:
    """Share the handler of this process, made by *make* if there is none; return what lets it go.

    None if the root logger has handlers of somebody else.

    Args:
        make: returns the handler.
        levels: level by name of a logger, "" for the root logger; another one that has a level keeps it.
    """
    root = logging.getLogger()
    handler = next((one for one in root.handlers if isinstance(one, Shared)), None)
    if handler is None:
        if root.handlers:
            return None
        handler = make()
        loggers = {name: logging.getLogger(name) for name in levels}
        handler.levels_before = {name: one.level for name, one in loggers.items() if one is root or not one.level}
        root.addHandler(handler)
        for name in handler.levels_before:
            loggers[name].setLevel(levels[name])
    handler.holders += 1
    return lambda: release(handler)


def release(handler: Shared) -> None:
    """Let the handler go; the last one to do so takes it away and restores the level."""
    handler.holders -= 1
    if not handler.holders:
        logging.getLogger().removeHandler(handler)
        for name, level in handler.levels_before.items():
            logging.getLogger(name).setLevel(level)
        handler.close()


def coloured(choice: str) -> bool:
    """Tell whether records are painted: on a terminal, unless NO_COLOR is set (no-color.org)."""
    if choice == "auto":
        return sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    return choice == "always"
