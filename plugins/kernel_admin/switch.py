"""`kernel plugins enable|disable NAME`: show what changes in the plan, then change the one list in config.ini."""

import os
import shutil
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

import click

from kernel import Kernel
from kernel_admin.difference import Change, as_data, difference, told
from kernel_admin.editing import Uneditable, edited
from kernel_admin.faults import Fault, tell
from kernel_admin.project import readable
from kernel_admin.snapshot import taken
from kernel_admin.tables import as_json, dump, short
from kernel_admin.trial import applied, attempted, edits, fresh, overridden

dry_run = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")


@click.command()
@click.argument("name")
@dry_run
@as_json
def enable(name: str, dry_run: bool, as_json: bool) -> None:
    """Switch a plugin or an app on in config.ini.

    Shows what the plan gains and loses first; refuses what would not boot. Comments, order and
    line ends of the file stay.
    """
    switch(name, True, dry_run, as_json)


@click.command()
@click.argument("name")
@dry_run
@as_json
def disable(name: str, dry_run: bool, as_json: bool) -> None:
    """Switch a plugin or an app off in config.ini.

    What only 'standard' names is blocked. Shows what the plan gains and loses first; refuses what
    would not boot. Comments, order and line ends of the file stay.
    """
    switch(name, False, dry_run, as_json)


def switch(name: str, on: bool, dry_run: bool, as_json: bool) -> None:
    """Show and make the change.

    Raises:
        Fault: the project would have errors that it has not now, or the file cannot be edited.
    """
    project = readable()
    wanted = edits(project, name, on)
    overridden(wanted)
    lists = applied(project, wanted)
    path, before, after = rewritten(project, lists)
    trial = attempted(lists)
    if problems := fresh(project, trial):
        raise Fault(problems, 1)
    changes = difference(taken(project), taken(trial))
    report(path, before, after, changes, as_json, dry_run)
    for problem in trial.problems if not as_json else ():
        tell(problem)
    if not dry_run and after != before:
        write(path, after)


def rewritten(project: Kernel, lists: Mapping[tuple[str, str], list[str]]) -> tuple[Path, str, str]:
    """Return the file, its text, and the text it is to have.

    Raises:
        Fault: there is no file, or it cannot be changed with care.
    """
    path = project.config.path
    if path is None:
        raise Fault.one(
            "switch.nowhere", "the project has no config.ini to change", "'kernel new project NAME' writes one"
        )
    text = before = path.read_bytes().decode("utf-8")
    for (section, key), values in lists.items():
        try:
            if (section, key) in project.config.secrets:
                raise Uneditable(f"[{section}] {key} is a reference")
            text = edited(text, section, key, values)
        except Uneditable as error:
            hint = f"write by hand: {key} = {', '.join(values)}"
            raise Fault.one(
                "switch.uneditable", str(error), hint, project.config.origin(section, key) or str(path)
            ) from None
    return path, before, text


def report(path: Path, before: str, after: str, changes: list[Change], as_json: bool, dry_run: bool) -> None:
    """Print the change of the plan and that of the file."""
    lines = [line.rstrip("\r") for line in unified(before, after)]
    if as_json:
        facts: dict[str, Any] = {"file": str(path), "written": not dry_run and before != after}
        dump({**facts, "plan": as_data(changes), "edit": lines})
        return
    click.echo("\n".join(told(changes)) or "no difference in the plan")
    click.echo(
        f"\n{'would change' if dry_run else 'changed'} {short(str(path))}"
        if lines
        else f"\n{short(str(path))} stays as it is"
    )
    click.echo("".join(f"  {line}\n" for line in lines), nl=False)


def unified(before: str, after: str) -> list[str]:
    """Return the lines of a text that differ, with - and +."""
    found = unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0)
    return [line for line in found if line[:3] not in ("---", "+++") and line[:2] != "@@"]


def write(path: Path, text: str) -> None:
    """Replace a file at once, so that nobody reads half of it; its mode and a link to it stay."""
    path = path.resolve()
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(text.encode("utf-8"))
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
