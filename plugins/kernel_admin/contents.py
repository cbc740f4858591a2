"""`kernel plugins explain NAME`: everything one plugin or app contributes, each with its place."""

from typing import Any

import click
from kernel_compat.usage import api, dotted

from kernel import Kernel
from kernel.boot.plan import Member
from kernel_admin.project import readable, safe
from kernel_admin.provenance import Contribution, contributions, section
from kernel_admin.rows import find, row
from kernel_admin.tables import as_json, cell, dump, short

TITLES = {
    "specification": "hooks it adds",
    "hook": "hooks it answers",
    "service": "services",
    "layer": "layers",
    "route": "routes",
    "listener": "listeners",
    "error": "error codes",
    "template folder": "template folders",
    "template": "templates",
    "command": "commands",
    "key": "configuration keys",
}


@click.command()
@click.argument("name")
@as_json
def explain(name: str, as_json: bool) -> None:
    """Show everything that one plugin or app contributes, with file and line."""
    project, first = safe(), readable()
    member = find(first, name)
    mine = [one for one in contributions(project) if one.owner == name]
    if as_json:
        dump({**row(first, member), **relations(member), **grouped(mine)})
        return
    click.echo("\n".join([*heading(first, member), *told(mine)]))


def relations(member: Member) -> dict[str, Any]:
    """Return what a member says of others, and its section."""
    names = {name: list(member.names(name)) for name in ("requires", "after", "before", "provides")}
    schema = getattr(member.plugin, "Config", None)
    written = dotted(api(member.plugin)) if member.plugin is not None else None
    return {**names, "section": section(member) if schema else None, "api": written}


def grouped(mine: list[Contribution]) -> dict[str, Any]:
    """Return contributions by kind: short lists of names, and `contributions` with the places."""
    names = {kind: [one.name for one in mine if one.kind == kind] for kind in TITLES}
    rows = [{"kind": one.kind, "name": one.name, "where": one.where, "detail": one.detail} for one in mine]
    return {
        "hooks": [{"hook": one.name, "where": one.where} for one in mine if one.kind == "hook"],
        "keys": sorted(name.rpartition(".")[2] for name in names["key"]),
        "services": sorted(names["service"]),
        "layers": names["layer"],
        "routes": names["route"],
        "listeners": names["listener"],
        "errors": names["error"],
        "template_dirs": names["template folder"],
        "commands": names["command"],
        "contributions": rows,
    }


def heading(project: Kernel, member: Member) -> list[str]:
    """Return the facts of a member as lines, one for each that says something."""
    facts = {**row(project, member), **relations(member)}
    return [f"{name:14}{cell(value)}" for name, value in facts.items() if value not in ("", None, [], False)]


def told(mine: list[Contribution]) -> list[str]:
    """Return contributions as a list for each kind, in columns."""
    lines = []
    for kind, title in TITLES.items():
        some = [one for one in mine if one.kind == kind]
        width = max((len(one.name) for one in some), default=0)
        lines += [f"\n{title}"] if some else []
        lines += [f"    {one.name:{width}}  {short(one.where)}  {one.detail}".rstrip() for one in some]
    return lines
