"""The command `kernel`: a table of commands, each imported only when it is called.

This room imports click and nothing of the kernel: help has to be there before a blink.
"""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "new": ("kernel_admin.new:new", "Write a new project, app or plugin."),
    "run": ("kernel_admin.run:run", "Serve the project."),
    "demo": ("kernel_admin.demo:demo", "Serve a small application to look at."),
    "check": ("kernel_admin.check:check", "Boot without serving, and tell what is wrong."),
    "doctor": ("kernel_admin.doctor:doctor", "Examine what surrounds the project."),
    "routes": ("kernel_admin.routes:routes", "List the routes."),
    "explain": ("kernel_admin.explain:explain", "Show everything that one request would meet."),
    "plan": ("kernel_admin.plan:plan", "Show what the project was compiled to, and what would change it."),
    "plugins": ("kernel_admin.plugins:plugins", "Look at plugins and apps, and switch them."),
    "errors": ("kernel_admin.errors:errors", "List the error codes."),
    "config": ("kernel_admin.config:config", "Look at the configuration."),
    "events": ("kernel_admin.events:events", "Look at events and their listeners."),
    "init": ("kernel_admin.init:init", "Run what each app wants done once."),
    "shell": ("kernel_admin.shell:shell", "Open Python with the started project at hand."),
    "request": ("kernel_admin.request:request", "Send one request in process, without a server."),
    "version": ("kernel_admin.version:version", "Tell the versions in use."),
}
"""Name: (where it is, what the help says)."""
STANDARD = {
    "db": "Create databases, and write and run migrations.",
    "static": "Work with static files.",
}
"""What the plugins of asgi-kernel add inside a project; told without importing them, and without a project."""


class Commands(click.Group):
    """The table, and after it the commands that plugins add."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; plugins are asked for what the table does not have."""
        if cmd_name in COMMANDS:
            module, _, name = COMMANDS[cmd_name][0].partition(":")
            command: click.Command = getattr(import_module(module), name)
            return command
        return self._foreign().get(cmd_name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the command that is meant.

        Raises:
            click.UsageError: there is none; with the nearest name.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.UsageError(self._unknown(name))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing what it names."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])
        chosen = _project().texts() if has_config("[plugins]") and _project().chooses_plugins() else STANDARD
        if chosen:
            with formatter.section("Commands of plugins, inside a project"):
                formatter.write_dl(list(chosen.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take --traceback wherever it stands."""
        own = args[: args.index("--")] if "--" in args else args
        rest = [word for word in own if word != "--traceback"]
        hoisted = ["--traceback"] if len(rest) < len(own) else []
        return super().parse_args(ctx, [*hoisted, *rest, *args[len(own) :]])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever it raises becomes a message and an exit code."""
        ctx.color = False if "NO_COLOR" in os.environ else None
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from kernel_admin.faults import Fault

            raise Fault.of(error, traceback=ctx.params["traceback"]) from error

    def _unknown(self, name: str) -> str:
        """Return what is wrong with a command that is not there."""
        if name in STANDARD and not has_config():
            return f"'{name}' is a command of a plugin, and works inside a project: here is no config.ini"
        from kernel.errors import did_you_mean

        return f"there is no command '{name}'{did_you_mean(name, [*COMMANDS, *self._foreign()])}"

    def _foreign(self) -> Mapping[str, click.Command]:
        commands: Mapping[str, click.Command] = _project().commands() if has_config() else {}
        return commands


def has_config(section: str = "") -> bool:
    """Tell whether there is a project here whose configuration mentions *section*, as far as a look can."""
    env = os.environ.get("KERNEL_ENV")
    path = os.environ.get("KERNEL_CONFIG") or (f"config.{env}.ini" if env else "config.ini")
    try:
        with open(os.path.join(path, "config.ini") if os.path.isdir(path) else path, "rb") as file:
            return section.encode() in file.read()
    except OSError:
        return False


def _project() -> Any:
    return import_module("kernel_admin.project")


def _version(ctx: click.Context, option: click.Parameter, wanted: bool) -> None:
    if wanted:
        import_module("kernel_admin.version").tell()
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--traceback", is_flag=True, help="Show tracebacks of errors.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Tell the version.")
def cli(traceback: bool) -> None:
    """Write, inspect and serve projects of asgi-kernel.

    A project is the folder of a config.ini; KERNEL_CONFIG names one elsewhere. Exit codes: 0 ok,
    1 failure, 2 usage, 3 the start failed, 4 workers keep dying, 78 configuration.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    cli.main(arguments, prog_name="kernel")
