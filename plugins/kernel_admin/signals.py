"""Signals: the first one asks for an orderly end, the second one ends the process at once."""

import os
import signal
from collections.abc import Callable
from typing import Any

CODES = (signal.SIGINT, signal.SIGTERM)


def stopping() -> tuple[signal.Signals, ...]:
    """Return the signals that ask one process for an orderly end: a closed terminal too, unless it is to be ignored.

    SIGHUP that comes otherwise asks for the configuration of now.
    """
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return CODES if ignored else (*CODES, signal.SIGHUP)


def has_terminal() -> bool:
    """Tell whether this process has a terminal; one that was closed is none."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def last(handler: Callable[[int, Any], None]) -> None:
    """Let *handler* have what comes after the first signal."""
    for number in CODES:
        signal.signal(number, handler)


def once_more(number: int, frame: Any = None) -> None:
    """Let a signal pass: the end under way was asked for by the application itself, so this is the first one."""
    last(at_once)


def at_once(number: int, frame: Any = None) -> None:
    """End this process now, with the exit code of the signal: 130 or 143."""
    os._exit(128 + number)


class Signals:
    """For a process that only watches children: remembers the first signal in `received`."""

    def __init__(self, last: Callable[[], None]) -> None:
        self.received, self._last = 0, last
        for number in CODES:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: Any) -> None:
        if self.received:
            self._last()
            at_once(number)
        self.received = number
