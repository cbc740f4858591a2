"""What ends a command of `kernel db`: one finding on stderr and exit code 1."""

import traceback
from typing import IO, Any

import click

from kernel import Problem


class Fault(click.ClickException):
    """Something that the database or the history of revisions does not allow."""

    exit_code = 1

    def __init__(self, kind: str, message: str, hint: str = "", where: str = "") -> None:
        self.problem = Problem(f"db.{kind}", "error", message, hint, where)
        context = click.get_current_context(silent=True)
        self._traceback = bool(context and context.find_root().params.get("traceback"))
        super().__init__(str(self.problem))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the finding, and with --traceback first what led to it."""
        if self._traceback and self.__cause__:
            traceback.print_exception(self.__cause__)
        text = str(self.problem).removeprefix("error")
        click.echo(click.style("error", fg="red") + text, file=file, err=file is None)
