"""The commands that plugins add to `kernel`."""

from collections.abc import Mapping

import click

from kernel import Kernel, Plugin, Problem, hookimpl
from kernel.boot.config import locate
from kernel.errors import BootError, KernelError
from kernel.layers import as_tuple
from kernel_admin.faults import tell

ENOUGH = Problem("help.enough", "error", "commands are known by now", "nothing has to be done")


class Configured(Plugin):
    """Ends a boot once every plugin is configured: to list commands takes no more, and checks cost."""

    name = "configured"

    @hookimpl(trylast=True)
    def kernel_configure(self) -> None:
        """Forbid the rest."""
        raise BootError([ENOUGH])


def configured() -> Kernel | None:
    """Return the project with nothing but its plugins configured, or None if even that has findings."""
    project = Kernel(lambda: locate()[0], plugins=[Configured()])
    return project if project.problems == [ENOUGH] else None


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
