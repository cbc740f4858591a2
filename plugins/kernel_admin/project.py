"""The project that a command looks at, and the commands its plugins add."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import click

import kernel
from kernel import Kernel
from kernel.boot.config import items, locate, read
from kernel.boot.discovery import load
from kernel.boot.plan import Member
from kernel.boot.registry import blame
from kernel.errors import ConfigError
from kernel_admin.added import added, configured
from kernel_admin.faults import Fault, tell
from kernel_admin.safety import without


def strict() -> Kernel:
    """Return the booted project.

    Raises:
        BootError: with every finding.
    """
    explain_imports(kernel.app)
    return kernel.app.boot()


def safe() -> Kernel:
    """Return the project booted as far as possible: what is broken is left out and told on stderr.

    Raises:
        BootError: the configuration cannot be read.
    """
    project = told()
    if project.booted.compiled or not project.booted.problems.fatal:
        return project
    again, out = without(project)
    failed = [member.name for member in project.plan.members if member.state == "failed"]
    names = " and ".join(map(repr, dict.fromkeys([*failed, *out])))
    click.echo(f"what follows is {f'without {names}' if names else 'with defaults in that place'}", err=True)
    return again


def told() -> Kernel:
    """Return the project as its one boot left it, with the findings told on stderr if one is an error.

    Raises:
        BootError: the configuration cannot be read.
    """
    project = readable()
    for problem in project.problems if project.booted.problems.fatal else ():
        tell(problem)
    return project


def readable() -> Kernel:
    """Return the project as its one boot left it.

    Raises:
        BootError: the configuration cannot be read.
    """
    explain_imports(kernel.app)
    return kernel.app if kernel.app.plan.members else kernel.app.boot()


def compiled(project: Kernel) -> Any:
    """Return what the project's requests meet.

    Raises:
        Fault: it could not be compiled, not even without what is broken.
    """
    if not project.booted.compiled:
        raise Fault([], Fault.of(_error(project)).exit_code)  # the findings are told already
    return project.booted.compiled


def _error(project: Kernel) -> Exception:
    try:
        project.boot()
    except Exception as error:
        return error
    raise AssertionError("a boot without findings compiles")  # pragma: no cover  # cannot be


def explain_imports(project: Kernel) -> None:
    """With --traceback, import again what could not be, and show why."""
    context = click.get_current_context(silent=True)
    if not context or not context.find_root().params.get("traceback"):
        return
    for member in project.plan.members:
        if member.state == "failed" and member.value:
            reason = unimportable(member)
            if reason:
                Fault.of(reason, traceback=True)


def unimportable(member: Member) -> Exception | None:
    """Return why a member cannot be imported: what its own module raises, rather than that a place is not there."""
    package = member.value.removesuffix(":app") if member.value == f"{member.name}:app" else ""
    reasons = []
    for place in (member.value, f"{package}.main:app") if package else (member.value,):
        try:
            load(place)
        except LookupError as error:
            reasons.append(error)
        except Exception as error:  # whatever a stranger's module raises
            return error
        else:
            return None
    return reasons[-1]


def chooses_plugins() -> bool:
    """Tell whether the configuration names other plugins than the standard ones, or fewer."""
    try:
        section = read(locate()[0]).get("plugins", {})
    except ConfigError:
        return False
    return items(section.get("active", "standard")) != ["standard"] or bool(items(section.get("blocked", ())))


def texts() -> Mapping[str, str]:
    """Return what help says of each command that plugins add, at the least cost."""
    project = configured()
    found = added(project) if project else commands()
    return {name: command.get_short_help_str(80) for name, command in found.items()}


@cache
def commands() -> Mapping[str, click.Command]:
    """Return the commands that plugins add to `kernel`; what fails is told and left out."""
    try:
        return added(safe())
    except Exception as error:
        click.echo(f"warning: the project adds no commands: {blame(error)}", err=True)
        return {}
