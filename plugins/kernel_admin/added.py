"""The commands that plugins add to `kernel`."""

from collections.abc import Mapping
from functools import cache

import click

from kernel import Kernel, Plugin, Problem, hookimpl
from kernel.boot.config import items, locate, read
from kernel.boot.registry import blame
from kernel.errors import BootError, ConfigError, KernelError
from kernel.layers import as_tuple
from kernel_admin.faults import tell
from kernel_admin.project import safe

ENOUGH = Problem("help.enough", "error", "commands are known by now", "nothing has to be done")


class Configured(Plugin):
    """Ends a boot once every plugin is configured: to list commands takes no more, and checks cost."""

    name = "configured"

    @hookimpl(trylast=True)
    def kernel_configure(self) -> None:
        """Forbid the rest."""
        raise BootError([ENOUGH])


def chooses_plugins() -> bool:
    """Tell whether the configuration names other plugins than the standard ones, or fewer."""
    try:
        section = read(locate()[0]).get("plugins", {})
    except ConfigError:
        return False
    return items(section.get("active", "standard")) != ["standard"] or bool(items(section.get("blocked", ())))


def texts() -> Mapping[str, str]:
    """Return what help says of each command, at the least cost."""
    project = Kernel(lambda: locate()[0], plugins=[Configured()])
    found = added(project) if project.problems == [ENOUGH] else commands()
    return {name: command.get_short_help_str(80) for name, command in found.items()}


@cache
def commands() -> Mapping[str, click.Command]:
    """Return the commands; what fails is told and left out."""
    try:
        return added(safe())
    except Exception as error:
        click.echo(f"warning: the project adds no commands: {blame(error)}", err=True)
        return {}


def added(project: Kernel) -> Mapping[str, click.Command]:
    """Ask every plugin of a project."""
    group, registry = click.Group("kernel"), project.booted.registry
    for name, _, _ in list(registry.implementations("kernel_commands")):
        try:
            answers = dict(registry.collect("kernel_commands", only=name, cli=group))
        except KernelError as error:
            tell(Problem("command.failed", "warning", str(error), "mend it; its commands are left out"))
            continue
        for command in as_tuple(answers.get(name)):
            if isinstance(command, click.Command):
                group.add_command(command)
            else:
                message = f"'{name}': hook 'kernel_commands' answered {command!r}, which is no click command"
                tell(Problem("command.wrong", "warning", message, "use cli.add_command"))
    return group.commands
