"""`kernel plugins`: what is installed, what runs, why, and in which order."""

from typing import Any

import click

from kernel import Kernel
from kernel.boot.config import items
from kernel.boot.plan import Member
from kernel.boot.selection import bare
from kernel.errors import did_you_mean
from kernel.layers import where
from kernel_admin.faults import Fault
from kernel_admin.project import readable, safe, told
from kernel_admin.safety import complaint
from kernel_admin.tables import Row, as_json, cell, dump, emit

LIST = ("name", "kind", "state", "distribution", "version", "where", "reason")
FACTS = ("name", "kind", "state", "distribution", "version", "value", "standard", "reason")
PROJECT = "what the project itself listens to"


@click.group()
def plugins() -> None:
    """Look at plugins and apps."""


@plugins.command("list")
@as_json
def listing(as_json: bool) -> None:
    """List what is installed or named, broken ones with their reason."""
    project = told()
    emit([row(project, member) for member in project.plan.members], LIST, as_json, "nothing is installed")


@plugins.command()
@click.argument("name")
@as_json
def explain(name: str, as_json: bool) -> None:
    """Show what one plugin or app contributes."""
    project, first = safe(), readable()
    member = find(first, name)
    facts = {**row(first, member), **contributions(project, member)}
    dump(facts) if as_json else click.echo("\n".join(described(facts)))


@plugins.command()
@click.argument("name")
@as_json
def why(name: str, as_json: bool) -> None:
    """Tell why a plugin or app is in its state; exits 1 for what does not exist."""
    project = told()
    member = find(project, name)
    facts = {**row(project, member), "named": named(project, member), "required_by": required_by(project, member)}
    if as_json:
        dump(facts)
        return
    reason = f": {facts['reason']}" if facts["reason"] else ""
    click.echo(f"{member.kind} '{member.name}' is {facts['state']}{reason}")
    click.echo("\n".join(f"    {text}" for text in [*facts["named"], *facts["required_by"]]))


@plugins.command()
@as_json
def order(as_json: bool) -> None:
    """Show the order in which plugins are asked, and what forces it."""
    project = told()
    active = project.plan.active
    rows = [
        {"position": n, "name": member.name, "kind": member.kind, "because": because(project, member)}
        for n, member in enumerate(active, 1)
    ]
    emit(rows, ("position", "name", "kind", "because"), as_json, "nothing is active")


def find(project: Kernel, name: str) -> Member:
    """Return one member by name.

    Raises:
        Fault: there is none; with the nearest name.
    """
    members = {member.name: member for member in project.plan.members}
    if name not in members:
        message = f"there is no plugin or app '{name}'{did_you_mean(name, members)}"
        raise Fault.one("plugin.unknown", message, "'kernel plugins list' shows what is installed")
    return members[name]


def row(project: Kernel, member: Member) -> dict[str, Any]:
    """Return one member; a finding that names it makes it failed.

    What no distribution brought shows where it is; so does the App of the project's own listeners.
    """
    facts = {name: getattr(member, name) for name in FACTS}
    facts["where"] = "" if member.distribution else member.value
    if member.name == "project" and member.value == getattr(member.plugin, "where", None):
        facts |= {"where": str(project.config.path or project.config.root), "reason": PROJECT}
    elif member.state == "discovered":
        facts["reason"] = member.reason.replace("[plugins]", f"[{member.kind}s]")
    against = complaint(project, member) if member.state == "active" else ""
    return facts | ({"state": "failed", "reason": against} if against else {})


def named(project: Kernel, member: Member) -> list[str]:
    """Return the places of the configuration that name a member."""
    section, lines = f"{member.kind}s", []
    for key in ("active", "blocked", "optional"):
        values = project.config.get(section, {}).get(key, ())
        place = project.config.origin(section, key)
        if member.name.removeprefix("app:") in items(values):
            lines.append(f"named in [{section}] {key}{f' ({place})' if place else ''}")
        elif key == "active" and member.standard and member.state != "discovered":
            lines.append(f"belongs to 'standard', which [{section}] active {f'names ({place})' if place else 'is'}")
    return lines


def required_by(project: Kernel, member: Member) -> list[str]:
    """Return who requires a member."""
    capabilities = {f"cap:{name}" for name in member.names("provides")}
    return [
        f"required by '{one.name}' as '{wish}'"
        for one in project.plan.members
        for wish in one.names("requires")
        if bare(wish) == member.name or wish in capabilities
    ]


def because(project: Kernel, member: Member) -> list[str]:
    """Return the edges that put something before *member*."""
    active = {one.name for one in project.plan.active}
    edges = [
        f"{kind} '{wish}'" for kind in ("requires", "after") for wish in member.names(kind) if bare(wish) in active
    ]
    edges += [f"'{one.name}' is before it" for one in project.plan.active if member.name in one.names("before")]
    first = items(project.config.get("order", {}).get("plugins", ()))
    return edges + [
        f"[order] plugins: after '{one}'" for one, two in zip(first, first[1:], strict=False) if two == member.name
    ]


def contributions(project: Kernel, member: Member) -> dict[str, Any]:
    """Return what an active member brings."""
    registry, plan, schema = project.booted.registry, project.plan, getattr(member.plugin, "Config", None)
    answers = getattr(member.plugin, "answers", {})
    return {
        **{name: list(member.names(name)) for name in ("requires", "after", "before", "provides")},
        "section": (getattr(member.plugin, "section", "") or member.name) if schema else None,
        "keys": sorted(getattr(schema, "__annotations__", {})),
        "hooks": [
            {"hook": hook, "where": where(function) if not answers else getattr(member.plugin, "where", "")}
            for hook in registry.specs
            for name, function, _ in registry.implementations(hook)
            if name == member.name
        ],
        "services": sorted(key for key, (owner, _) in project.booted.services.items() if owner == member.name),
        "layers": [layer.name for layer in plan.layers if layer.plugin == member.name],
        "routes": [repr(route) for route, _ in plan.routes if route.app == member.name],
    }


def described(facts: Row) -> list[str]:
    """Return the facts as lines, one for each that says something."""
    lines = []
    for name, value in facts.items():
        if name == "hooks":
            lines += [f"{'hook':14}{hook['hook']}  {cell(hook['where'])}" for hook in value]
        elif value not in ("", None, [], False):
            lines.append(f"{name:14}{cell(value)}")
    return lines
