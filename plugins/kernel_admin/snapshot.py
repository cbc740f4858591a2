"""A plan as text: the same for the same project in every process and on every machine; it is read back and compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import Kernel
from kernel.boot.plan import Step
from kernel_admin.provenance import Contribution, commands, errors, listeners, named, services, templates
from kernel_admin.routes import served
from kernel_admin.safety import Lenient

TITLE = "# plan of an asgi-kernel project, format 1"
INDENT = "    "


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a plan, and the lines below it."""

    text: str
    details: tuple[str, ...] = ()


Snapshot = Mapping[str, Sequence[Entry]]
"""Sections by name, each in its order; line numbers and versions of files are no part of it."""


def taken(project: Kernel) -> Snapshot:
    """Return the plan of a booted project."""
    plan, answering = project.plan, {id(route) for route, _ in served(project)}
    return {
        "plugins": [Entry(member(one)) for one in plan.active if one.kind == "plugin" and one.name != Lenient.name],
        "apps": [Entry(member(one)) for one in plan.active if one.kind == "app"],
        "left out": sorted((Entry(f"{one.name}: {one.state}") for one in left_out(project)), key=lambda e: e.text),
        "layers": [Entry(f"{layer.level} {layer.name} ({layer.plugin})") for layer in plan.layers],
        "application": [Entry(step(one)) for one in plan.application],
        "services": [Entry(owned(one)) for one in sorted(services(project), key=lambda one: one.name)],
        "listeners": list(heard(project)),
        "errors": [Entry(f"{one.name} {one.detail} ({one.owner})") for one in errors(project)],
        "templates": [Entry(one.detail) for one in templates(project) if one.kind == "template"],
        "commands": [Entry(owned(one)) for one in sorted(commands(project), key=lambda one: one.name)],
        "routes": [
            Entry(f"{route!r} -> {named(route.handler)} ({route.app})", tuple(map(step, steps)))
            for route, steps in plan.routes
            if id(route) in answering
        ],
    }


def left_out(project: Kernel) -> Iterator[Any]:
    """Yield the members that are named and do not run."""
    return (one for one in project.plan.members if one.state not in ("active", "discovered"))


def member(one: Any) -> str:
    """Return an active member with its distribution."""
    return f"{one.name} ({one.distribution} {one.version})" if one.distribution else one.name


def step(one: Step) -> str:
    """Return what a request meets there."""
    owner = f" ({one.plugin})" if one.plugin else ""
    status = "" if one.status == "active" else f", {one.status}"
    return f"{one.phase} {one.callable}{owner}, {one.level}{status}"


def owned(one: Contribution) -> str:
    """Return a contribution with its owner."""
    return f"{one.name} ({one.owner})"


def heard(project: Kernel) -> Iterator[Entry]:
    """Yield each event that somebody listens to, and who, in calling order."""
    found: dict[str, list[str]] = {}
    for one in listeners(project):
        found.setdefault(one.name, []).append(f"{one.thing.label} ({one.owner})")
    return (Entry(event, tuple(some)) for event, some in found.items())


def lines(snapshot: Snapshot) -> list[str]:
    """Return a plan as lines of text."""
    found = [TITLE]
    for section, entries in snapshot.items():
        found += ["", section]
        for entry in entries:
            found += [f"{INDENT}{entry.text}", *(f"{INDENT}{INDENT}{detail}" for detail in entry.details)]
    return found


def parsed(text: str) -> Snapshot:
    """Return the plan that a text tells.

    Raises:
        ValueError: it is no plan, or one of another format.
    """
    first, *rest = text.splitlines() or [""]
    if first != TITLE:
        raise ValueError(f"it begins with {first[:60]!r}, not with {TITLE!r}")
    found: dict[str, list[Entry]] = {}
    entries: list[Entry] = []
    for line in filter(None, rest):
        if not line.startswith(INDENT):
            entries = found.setdefault(line, [])
        elif not line.startswith(INDENT * 2):
            entries.append(Entry(line.removeprefix(INDENT)))
        elif not entries:
            raise ValueError(f"a detail stands below nothing: {line.strip()[:60]!r}")
        else:
            entries[-1] = Entry(entries[-1].text, (*entries[-1].details, line.removeprefix(INDENT * 2)))
    return found


def as_data(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """Return a plan as JSON takes it."""
    return {
        section: [{"text": entry.text, "details": list(entry.details)} for entry in entries]
        for section, entries in snapshot.items()
    }
