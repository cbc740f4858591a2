"""`kernel new`: write a project, an app or a plugin that runs, with a test that passes."""

from pathlib import Path

import click

from kernel_admin.scaffold import checked, tree, write

NEXT = {
    "project": ("cd {name}", "kernel run", "# then open http://127.0.0.1:8000/hello-world"),
    "app": ("cd {name}", "pip install -e .[test] && pytest", "# then name it in [apps] active of a config.ini"),
    "plugin": ("cd {name}", "pip install -e .[test] && pytest", "# then name it in [plugins] active of a config.ini"),
}
"""What to do then."""
FULL = {
    "project": ("cd {name}", "kernel db create", "kernel init", "kernel run", "# then open http://127.0.0.1:8000/"),
    "app": ("cd {name}", "pip install -e .[test] && pytest", "# then add it to a project, as its README.md says"),
}
"""What to do with the result of --full, if that differs."""


@click.group()
def new() -> None:
    """Write a new project, app or plugin into a folder of its name."""


def command(kind: str, text: str) -> click.Command:
    """Return the command that writes one kind."""

    @click.argument("name")
    @click.option("--full", is_flag=True, help="Show more of what there is.")
    @click.option("--dry-run", is_flag=True, help="Only tell what would be written.")
    def run(name: str, full: bool, dry_run: bool) -> None:
        files = tree(kind, checked(name, kind), full)
        steps = FULL.get(kind, NEXT[kind]) if full else NEXT[kind]
        if not dry_run:
            write(Path.cwd() / name, files)
        click.echo(f"{'would write' if dry_run else 'wrote'} {kind} '{name}'")
        click.echo("\n".join(f"    {name}/{path}" for path in sorted(files)))
        click.echo("next:")
        click.echo("\n".join(f"    {step.format(name=name)}" for step in steps))

    return click.command(kind, help=text)(run)


new.add_command(command("project", "Write a project: a folder with its config.ini and one app."))
new.add_command(command("app", "Write an app as a distribution of its own."))
new.add_command(command("plugin", "Write a plugin as a distribution of its own."))
