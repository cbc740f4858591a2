"""`kernel plugins order`: who is asked after whom, and the edge that forced each position."""

import click

from kernel import Kernel
from kernel.errors import did_you_mean
from kernel_admin.faults import Fault
from kernel_admin.ordering import Place, hook_rows, layer_places, plugin_places
from kernel_admin.project import told
from kernel_admin.tables import Row, as_json, emit

COLUMNS = ("position", "name", "kind", "forced_by", "because")


@click.command()
@click.option("--hook", help="Show who answers one hook instead; for kernel_layers also the layers.")
@as_json
def order(hook: str | None, as_json: bool) -> None:
    """Show the order in which plugins are asked, and what forces it.

    `forced_by` is the edge without which the position would be an earlier one; without it the
    configuration and the other plugins alone decide. `because` are all edges that lead there.
    """
    project = told()
    if hook is None:
        kinds = {member.name: member.kind for member in project.plan.active}
        rows = [row(place, kinds[place.name]) for place in plugin_places(project)]
        emit(rows, COLUMNS, as_json, "nothing is active")
        return
    rows = hook_order(project, hook)
    emit(rows, ("position", "name", "because"), as_json, f"nobody answers '{hook}'")
    if hook == "kernel_layers" and not as_json:
        click.echo("\nlayers, outer to inner")
        emit([row(place, "layer") for place in layer_places(project)], COLUMNS, as_json, "none")


def row(place: Place, kind: str) -> Row:
    """Return one position as a row."""
    forced = place.forced_by.of(place.name) if place.forced_by else None
    because = [edge.of(place.name) for edge in place.edges]
    return {"position": place.position, "name": place.name, "kind": kind, "forced_by": forced, "because": because}


def hook_order(project: Kernel, hook: str) -> list[Row]:
    """Return who answers *hook*.

    Raises:
        Fault: no active plugin specifies it; with the nearest name.
    """
    specs = project.booted.registry.specs
    if hook not in specs:
        message = f"no active plugin specifies the hook '{hook}'{did_you_mean(hook, specs)}"
        raise Fault.one("hook.unknown", message, "docs/hooks.md lists the hooks of the kernel")
    return list(hook_rows(project, hook))
