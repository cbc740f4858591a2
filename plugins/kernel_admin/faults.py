"""What went wrong, told as who, what, where and the next step, on stderr; and with which exit code."""

import sys
import traceback as tracebacks
from collections.abc import Iterable
from typing import IO, Any

import click

from kernel.boot.registry import blame, innermost
from kernel.errors import BootError, KernelError, Problem

COLORS = {"error": "red", "warning": "yellow"}
TOLD = "kernel_admin.told"
"""Where the context of a command keeps the findings that it has told."""


class Fault(click.ClickException):
    """Ends a command with findings and an exit code."""

    def __init__(self, problems: Iterable[Problem], code: int = 1) -> None:
        self.problems = tuple(problems)
        self.exit_code = code  # type: ignore[misc]  # click reads it from the instance
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def one(cls, kind: str, message: str, hint: str = "", where: str = "", code: int = 1) -> "Fault":
        """Return the fault of a single finding."""
        return cls([Problem(kind, "error", message, hint, where)], code)

    @classmethod
    def of(cls, error: Exception, traceback: bool = False) -> "Fault":
        """Return what to tell of any exception; with *traceback* that is printed first."""
        if traceback:
            tracebacks.print_exception(error)
        if isinstance(error, BootError):
            return cls([problem for problem in error.problems if problem not in _told()], error.exit_code)
        if isinstance(error, KernelError):
            return cls.one("start.failed", str(error), "'kernel check' looks at the rest of the project", code=3)
        return cls.one("command.failed", blame(error), "--traceback shows more", innermost(error))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print every finding on stderr."""
        for problem in self.problems:
            tell(problem, file)


def tell(problem: Problem, file: IO[Any] | None = None) -> None:
    """Print one finding, on stderr unless *file* says otherwise."""
    _told().append(problem)
    text = str(problem).removeprefix(problem.level)
    click.echo(click.style(problem.level, fg=COLORS[problem.level]) + text, file=file or sys.stderr)


def _told() -> list[Problem]:
    """Return the findings that the command under way has told already."""
    context = click.get_current_context(silent=True)
    told: list[Problem] = context.find_root().meta.setdefault(TOLD, []) if context else []
    return told
