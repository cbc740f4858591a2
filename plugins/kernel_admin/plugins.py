"""`kernel plugins`: what is installed, what runs, why, and in which order; each command imported when it is called."""

from importlib import import_module
from typing import Any

import click

from kernel_admin.project import told
from kernel_admin.rows import LIST, row
from kernel_admin.tables import as_json, emit

COMMANDS = {
    "explain": ("contents:explain", "Show everything that one plugin or app contributes."),
    "why": ("why:why", "Tell why a thing is there, in this place, or not there."),
    "order": ("order:order", "Show the order in which plugins are asked, and what forces it."),
    "graph": ("graph:graph", "Draw who requires whom."),
    "enable": ("switch:enable", "Switch a plugin or an app on in config.ini."),
    "disable": ("switch:disable", "Switch a plugin or an app off in config.ini."),
    "lock": ("lock:lock", "Write down what the project runs with, in plugins.lock."),
    "verify": ("lock:verify", "Refuse what differs from plugins.lock."),
    "requirements": ("lock:requirements", "Print what has to be installed, as pip reads it."),
    "compat": ("compat:compat", "Tell what each plugin uses of the hook API, and whether it fits."),
    "contract": ("contract:contract", "Hold a plugin to what every plugin has to keep."),
}
"""Name: (module and command, what the help says)."""


class Lazy(click.Group):
    """The table, after the commands that stand here."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*super().list_commands(ctx), *COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"kernel_admin.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing what it names."""
        own: list[Any] = [(name, command.get_short_help_str(80)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((name, text) for name, (_, text) in COMMANDS.items())])


@click.group(cls=Lazy)
def plugins() -> None:
    """Look at plugins and apps, and switch them."""


@plugins.command("list")
@as_json
def listing(as_json: bool) -> None:
    """List what is installed or named, broken ones with their reason."""
    project = told()
    emit([row(project, member) for member in project.plan.members], LIST, as_json, "nothing is installed")
