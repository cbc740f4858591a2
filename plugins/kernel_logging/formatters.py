"""One record, one line.

Control characters inside a record, line breaks and terminal escapes among them, are written as
escapes, so that data cannot forge a record or paint the terminal. As text, a traceback stands on
lines of its own, each behind a "  | " that no record begins with; as JSON it is inside the line.
"""

import logging
import re
from datetime import UTC, datetime

BAR = "  | "
RESET = "\x1b[0m"
COLOURS = {
    logging.DEBUG: "\x1b[34m",
    logging.INFO: "\x1b[32m",
    logging.WARNING: "\x1b[38;5;208m",
    logging.ERROR: "\x1b[31m",
    logging.CRITICAL: "\x1b[31m",
}
# C0 and C1, the line separators of Unicode, what turns the direction of text, and lone surrogates
_unsafe = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    """Return *text* with every control character as its Python escape."""
    return _unsafe.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class TextFormatter(logging.Formatter):
    """Time, level, logger and message; the level in colour if *colour*."""

    def __init__(self, colour: bool = False) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*, and those of its traceback."""
        level = f"{record.levelname:<8}"
        if self._colour:
            level = f"{COLOURS.get(record.levelno, '')}{level}{RESET}"
        line = f"{self.formatTime(record)} {level} {escaped(record.name)}: {escaped(record.getMessage())}"
        trace = traceback(self, record)
        return "\n".join([line, *(BAR + escaped(more) for more in trace.split("\n") if trace)])


class JSONFormatter(logging.Formatter):
    """An object with time (ISO 8601, UTC), level, logger, message and, if there is one, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of *record*."""
        content = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        import json  # needed only where logs are JSON

        trace = traceback(self, record)
        return json.dumps({**content, "traceback": trace} if trace else content)


def traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    """Return the traceback and the stack of *record*, or ""."""
    info = record.exc_info
    error = formatter.formatException(info) if info and info[1] else ""
    stack = formatter.formatStack(record.stack_info) if record.stack_info else ""
    return "\n".join(filter(None, (error, stack)))
