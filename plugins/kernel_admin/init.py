"""`kernel init`: what each app wants done once, before the project serves."""

import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import click

from kernel import Kernel, Problem
from kernel.boot.registry import blame, innermost
from kernel_admin.faults import Fault, tell
from kernel_admin.project import strict

PROGRESS = ".kernel-init.json"
"""The file beside config.ini that says which apps are done, as long as others are not."""


@click.command()
@click.option("--restart", is_flag=True, help="Forget what an earlier call did, and run every app again.")
@click.pass_context
def init(ctx: click.Context, restart: bool) -> None:
    """Run the init function of every app, in order.

    One that fails does not hold up the others; called again, only those that failed run. Exits 1 if
    one failed. The project is not started around it.
    """
    project = strict()
    functions = project.collect("kernel_init_func")
    progress = Progress(project.config.root / PROGRESS)
    if restart:
        progress.forget()
    if not functions:
        click.echo("nothing to do: no active app or plugin has an init function")
    failed = anyio.run(run, project, functions, progress, ctx.find_root().params["traceback"])
    if failed:
        click.echo(f"call 'kernel init' again to run {' and '.join(failed)} only", err=True)
        sys.exit(1)
    progress.forget()


class Progress:
    """The apps that are done, kept in a file while some are not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def done(self) -> list[str]:
        """Return the names of the apps that are done.

        Raises:
            Fault: the file cannot be read.
        """
        try:
            return list(json.loads(self._path.read_text("utf-8"))) if self._path.exists() else []
        except (OSError, ValueError) as error:
            hint = "'kernel init --restart' forgets it"
            raise Fault.one("init.progress", f"'{self._path.name}': {error}", hint, str(self._path)) from error

    def keep(self, names: list[str]) -> None:
        """Remember that the apps *names* are done."""
        self._path.write_text(json.dumps(names) + "\n", "utf-8")

    def forget(self) -> None:
        """Begin anew the next time."""
        self._path.unlink(missing_ok=True)


async def run(
    project: Kernel, functions: list[tuple[str, Callable[..., Any]]], progress: Progress, traceback: bool
) -> list[str]:
    """Run what is not done yet; tell each result and return the names of those that failed."""
    done, failed = progress.done(), []
    for name, function in functions:
        if name in done:
            click.echo(f"{name}: done before")
            continue
        try:
            result = function(project.config)
            if inspect.isawaitable(result):
                await result
        except Exception as error:
            failed.append(name)
            if traceback:
                Fault.of(error, traceback=True)
            tell(Problem("init.failed", "error", f"app '{name}': {blame(error)}", "mend it", innermost(error)))
        else:
            done.append(name)
            progress.keep(done)
            click.echo(f"{name}: done")
    return failed
