"""`kernel shell`: Python with the started project at hand."""

import ast
import code
import inspect
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from types import CodeType, FunctionType
from typing import Any

import click
from anyio.from_thread import BlockingPortal, start_blocking_portal

from kernel import Kernel
from kernel_admin.project import strict

AWAITING = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


@click.command()
@click.option("-c", "--command", "text", default=None, metavar="CODE", help="Run this, and end.")
@click.option("--no-start", is_flag=True, help="Only boot the project.")
def shell(text: str | None, no_start: bool) -> None:
    """Open Python with the started project at hand.

    `app` is the kernel, `config` its sections; `await` works at the prompt. The project is stopped
    when the shell ends.
    """
    project = strict()
    around = nullcontext() if no_start else started(project)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(around):
        failed = converse(Console(portal, {"app": project, "config": project.config}), text, banner(project))
    sys.exit(int(failed))


@asynccontextmanager
async def started(project: Kernel) -> AsyncIterator[None]:
    """Start the project around the block; in one task, as what a lifespan opens asks for."""
    await project.start()
    try:
        yield
    finally:
        await project.stop()


def banner(project: Kernel) -> str:
    """Return what is said first."""
    names = ", ".join(member.name for member in project.plan.active if member.kind == "app") or "none"
    return f"asgi-kernel, Python {sys.version.split()[0]}\napps: {names}\nat hand: app, config; await works here"


class Console(code.InteractiveInterpreter):
    """Runs statements on the event loop of the project, so that they may await; `failed` tells of an exception."""

    def __init__(self, portal: BlockingPortal, names: Mapping[str, Any]) -> None:
        super().__init__(dict(names, __name__="__console__"))
        self.compile.compiler.flags |= AWAITING
        self.failed, self._portal = False, portal

    def runcode(self, code: CodeType) -> None:
        """Run compiled code; what it raises is shown."""
        function: Callable[[], Any] = FunctionType(code, self.locals)
        try:
            result = function()
            if inspect.iscoroutine(result):
                result = self._portal.call(finished, result)
            if isinstance(result, SystemExit):
                raise result
        except Exception:
            self.failed = True
            self.showtraceback()

    def showsyntaxerror(self, filename: str | None = None) -> None:
        """Show what does not parse."""
        self.failed = True
        super().showsyntaxerror(filename)


async def finished(work: Awaitable[Any]) -> SystemExit | None:
    """Await *work*; the wish to leave is returned, since raised it would break the event loop."""
    try:
        await work
    except SystemExit as wish:
        return wish
    return None


def converse(console: Console, text: str | None, greeting: str) -> bool:
    """Run *text*, or what is typed until the end of input; tell whether *text* failed."""
    if text is not None:
        console.runsource(text, "<command>", "exec")
        return console.failed
    interactive = code.InteractiveConsole(console.locals)
    interactive.compile, interactive.runcode = console.compile, console.runcode  # type: ignore[method-assign]
    complete(console.locals)
    interactive.interact(greeting, "")
    return False


def complete(names: Mapping[str, Any]) -> None:
    """Complete names with the tab key, where the terminal can."""
    try:
        import readline
    except ImportError:  # pragma: no cover  # not on every platform
        return
    import rlcompleter

    readline.set_completer(rlcompleter.Completer(dict(names)).complete)
    readline.parse_and_bind("tab: complete")
