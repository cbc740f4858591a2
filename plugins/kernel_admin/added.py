"""The commands that plugins add to `kernel`."""

from collections.abc import Mapping

import click

from kernel import Kernel, Plugin, Problem, hookimpl
from kernel.boot.config import locate
from kernel.errors import BootError, KernelError
from kernel.layers import as_tuple, where
from kernel_admin.faults import tell
from kernel_admin.main import COMMANDS

OUT = "rename one of the two, switch one off, or let one win on purpose: command.replaces = 'plugin'"
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


class Adding(click.Group):
    """The commands so far; of two with one name the first stays, unless the other says replaces=.

    Args:
        project: whose plugins are asked; `owner` is the one that adds at the moment.
    """

    def __init__(self, project: Kernel) -> None:
        super().__init__("kernel")
        self._plan, self.owner = project.plan, ""
        self._owners: dict[str, str] = {}

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add one command."""
        word = name or cmd.name or ""
        known, taken = self.commands.get(word), word in COMMANDS
        holder = self._owners.get(word, "kernel" if taken else self.owner)
        if not taken and (known is None or getattr(cmd, "replaces", "") == holder):
            self._owners[word] = self.owner
            super().add_command(cmd, word)
        elif getattr(known, "replaces", "") != self.owner:
            both = self._plan.claims(
                (holder, where(getattr(known, "callback", None))), (self.owner, where(cmd.callback))
            )
            tell(
                Problem("command.duplicate", "warning", f"command '{word}' is added by {both}; the first is kept", OUT)
            )


def added(project: Kernel) -> Mapping[str, click.Command]:
    """Ask every plugin of a project."""
    registry, group = project.booted.registry, Adding(project)
    for name, _, _ in list(registry.implementations("kernel_commands")):
        group.owner = name
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
