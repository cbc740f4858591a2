"""The plugin: it sends the records of the whole process to one place, in one form."""

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from kernel import Plugin, Problem, hookimpl
from kernel.types import Application
from kernel_logging.formatters import JSONFormatter, TextFormatter
from kernel_logging.output import FileOutput, Release, Shared, StreamOutput, coloured, held, hold

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Level(str):
    """The name of a level, in any case."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Level":
        """Return the name in upper case; ValueError for one that does not exist."""
        if text.upper() not in LEVELS:
            raise ValueError(f"expected one of {', '.join(LEVELS)}")
        return super().__new__(cls, text.upper())


INFO = Level("INFO")


@dataclass(frozen=True)
class LoggingConfig:
    """Section [logging]."""

    level: Annotated[Level, "records below it are dropped: DEBUG, INFO, WARNING, ERROR, CRITICAL"] = INFO
    libraries: Annotated[Level, "the same for loggers of libraries, where it is higher"] = INFO
    format: Annotated[Literal["text", "json"], "text, or one JSON object a line"] = "text"
    colour: Annotated[Literal["auto", "always", "never"], "auto paints on a terminal only"] = "auto"
    file: Annotated[Path | None, "file to append to, relative to config.ini; default standard error"] = None


class Logging(Plugin):
    """Put one handler on the root logger, unless the program has one already."""

    name = "logging"
    requires = ("settings",)
    before = ("events",)
    Config = LoggingConfig

    def __init__(self) -> None:
        self._release: Release | None = None

    @hookimpl
    def kernel_configure(self, kernel: Application, config: LoggingConfig) -> None:
        """Begin with the boot: its findings are records too."""
        self._config = config
        settings: Any = kernel.config  # its folder is no part of a mapping
        self._file = settings.root / config.file if config.file else None
        self._make, self._levels = partial(output, config, self._file), levels(config, own(kernel, settings.root))
        self._who = kernel.front
        if not held(self._who):  # else another generation of the kernel serves: it goes on until this one takes over
            self._begin()

    @hookimpl(tryfirst=True)
    def kernel_lifespan(self) -> AbstractAsyncContextManager[None]:
        """Take the handler away at the end of an orderly stop, after all others: what they say is to be written."""
        return self._lifespan()

    @hookimpl
    def kernel_checks(self, kernel: Application, deploy: bool) -> Iterable[Problem]:
        """Report a file whose folder does not exist and, for production, a level that tells too much."""
        if deploy and self._config.level == "DEBUG":
            message = "[logging] level = DEBUG writes what libraries see, values and statements among it, and is slow"
            where = kernel.config.origin("logging", "level")
            yield Problem("logging.level", "warning", message, "write INFO, or WARNING", where)
        if self._file and not self._file.parent.is_dir():
            message = f"[logging] file: there is no folder '{self._file.parent}'"
            yield Problem("logging.file", "error", message, "create it, or change the path", "[logging] file")

    @hookimpl(optionalhook=True)
    def kernel_doctor(self) -> dict[str, Callable[[], Iterable[Problem]]]:
        """Have the file examined, if records go to one."""
        return {"log file": partial(unwritable, self._file)} if self._file else {}

    def _begin(self) -> None:
        if self._release is None:
            self._release = hold(self._make, self._levels, self._who)

    @asynccontextmanager
    async def _lifespan(self) -> AsyncIterator[None]:
        self._begin()
        try:
            yield
        except BaseException:  # after a failed start the reasons are still to be logged: as before it, if something was
            self._end()
            if not held(self._who):
                self._begin()
            raise
        self._end()

    def _end(self) -> None:
        if self._release:
            self._release()
            self._release = None


def levels(config: LoggingConfig, names: Iterable[str]) -> dict[str, str]:
    """Return the level of the root logger and, if they are to tell more than others, of those of *names*."""
    ours, others = (logging.getLevelNamesMapping()[level] for level in (config.level, config.libraries))
    if ours >= others:
        return {"": config.level}
    return {"": config.libraries, **dict.fromkeys(names, config.level)}


def own(kernel: Application, root: Path) -> Iterator[str]:
    """Yield the first parts of the names of our loggers: of the kernel, the members, and modules in *root*."""
    yield from ("kernel", "__main__")
    for member in kernel.plan.active:
        module = "" if os.sep in member.value else member.value.partition(":")[0]
        yield (module or type(member.plugin).__module__).partition(".")[0]
    yield from (path.parent.name for path in (root / "__init__.py", *root.glob("*/__init__.py")) if path.is_file())
    yield from (path.stem for path in root.glob("*.py"))


def unwritable(file: Path) -> Iterable[Problem]:
    """Report a file, or else the folder it is to be made in, that cannot be written."""
    place = file if file.exists() else file.parent
    if not os.access(place, os.W_OK):
        message = f"[logging] file: '{place}' cannot be written"
        yield Problem("logging.unwritable", "error", message, "change its owner or its mode, or the path", str(file))


def output(config: LoggingConfig, file: Path | None) -> Shared:
    """Return the handler that the configuration describes."""
    handler = FileOutput(file) if file else StreamOutput()
    colour = coloured(config.colour) if file is None else config.colour == "always"
    handler.setFormatter(JSONFormatter() if config.format == "json" else TextFormatter(colour))
    return handler
