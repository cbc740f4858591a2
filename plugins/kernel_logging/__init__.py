"""Loggers, and where their records go.

    from kernel_logging import get_logger

    logger = get_logger(__name__)

Importing this configures nothing: loggers are those of the standard library and pass their records
on to the root logger. The plugin puts one handler there, unless the program has one already.
"""

import logging
from logging import CRITICAL, DEBUG, ERROR, INFO, NOTSET, WARNING, Logger

__all__ = ["CRITICAL", "DEBUG", "ERROR", "INFO", "NOTSET", "WARNING", "Logger", "get_logger", "logging"]


def get_logger(name: str, level: int | str | None = None) -> Logger:
    """Return the logger of *name*, with its level set if one is given."""
    logger = logging.getLogger(name)
    if level is not None:
        logger.setLevel(level)
    return logger
