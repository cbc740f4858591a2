"""`kernel events`: who listens to what, in which order."""

from typing import Any

import click

from kernel import Kernel
from kernel_admin.project import compiled, safe
from kernel_admin.tables import Row, as_json, emit

COLUMNS = ("event", "order", "listener", "owner", "where")
EVERYTHING = ("event", "carries", "about", "order", "listener", "owner", "where")


@click.group()
def events() -> None:
    """Look at events and their listeners."""


@events.command("list")
@click.option("--all", "every", is_flag=True, help="Show declared events without listeners too, and what they carry.")
@as_json
def listing(every: bool, as_json: bool) -> None:
    """List the listeners of each event in calling order; patterns stand at the end as well."""
    project = safe()
    compiled(project)
    found = rows(project) if "listeners" in project.booted.services else []
    shown = [row for row in found if every or row["listener"]]
    emit(shown, EVERYTHING if every else COLUMNS, as_json, "nobody listens to anything")


def rows(project: Kernel) -> list[Row]:
    """Return a row for each listener of each event, and one for each event without any."""
    known, found = project.service("listeners"), list[Row]()
    for name in known.known():
        declared = known.declared.get(name)
        said = {"carries": str(declared) if declared else None, "about": declared.about if declared else None}
        listeners = known.of(name)
        found += [heard(name, number, one, said) for number, one in enumerate(listeners, 1)]
        found += [] if listeners else [{**dict.fromkeys(EVERYTHING), "event": name, **said}]
    nothing = {"carries": None, "about": None}
    return found + [heard(one.event, number, one, nothing) for number, one in enumerate(known.wild, 1)]


def heard(event: str, order: int, one: Any, said: Row) -> Row:
    """Return the row of one listener."""
    return {
        "event": event,
        **said,
        "order": order,
        "listener": one.label,
        "owner": one.plugin,
        "where": one.where,
        "pattern": one.event if one.wild else None,
    }
