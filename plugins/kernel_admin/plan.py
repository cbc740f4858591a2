"""`kernel plan`: the compiled plan as text, and how it would change."""

import sys
from pathlib import Path

import click

from kernel import Kernel
from kernel_admin.difference import as_data as changes_as_data, difference, told
from kernel_admin.faults import Fault
from kernel_admin.project import compiled, safe
from kernel_admin.snapshot import Snapshot, as_data, lines, parsed, taken
from kernel_admin.tables import as_json, dump
from kernel_admin.trial import Edit, applied, attempted, edits


@click.command()
@click.option(
    "--diff",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Compare with a plan kept in a file.",
)
@click.option("--with", "more", multiple=True, metavar="NAME", help="Show what this plugin or app would change.")
@click.option(
    "--without", "less", multiple=True, metavar="NAME", help="Show what the lack of this plugin or app would change."
)
@as_json
def plan(file: Path | None, more: tuple[str, ...], less: tuple[str, ...], as_json: bool) -> None:
    """Show what the project was compiled to; the same text for the same project, to be kept and compared.

    With --diff, --with or --without: what is gained (+), lost (-), changed below (~) or moved (>);
    exits 1 if anything is, and if the project would not boot.
    """
    project = safe()
    compiled(project)
    now = taken(project)
    if not (file or more or less):
        dump(as_data(now)) if as_json else click.echo("\n".join(lines(now)))
        return
    wanted = tried(project, more, less) if more or less else now
    changes = difference(kept(file) if file else now, wanted)
    if as_json:
        dump(changes_as_data(changes))
    else:
        click.echo("\n".join(told(changes)) or "no difference")
    sys.exit(1 if changes else 0)


def kept(file: Path) -> Snapshot:
    """Return the plan in a file.

    Raises:
        Fault: it holds none.
    """
    try:
        return parsed(file.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise Fault.one(
            "plan.unreadable", f"this is no plan: {error}", "'kernel plan > FILE' writes one", str(file)
        ) from None


def tried(project: Kernel, more: tuple[str, ...], less: tuple[str, ...]) -> Snapshot:
    """Return the plan with *more* and without *less*.

    Raises:
        Fault: that would not boot.
    """
    wanted: list[Edit] = [
        edit for on, names in ((True, more), (False, less)) for name in names for edit in edits(project, name, on)
    ]
    other = attempted(applied(project, wanted))
    if other.problems.fatal:
        raise Fault([problem for problem in other.problems if problem.level == "error"])
    return taken(other)
