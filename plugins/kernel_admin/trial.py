"""The project as it would be: booted with a plugin more or less, nothing written."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kernel import Kernel, Problem
from kernel.boot.config import items, locate
from kernel.boot.selection import bare
from kernel_admin.faults import Fault
from kernel_admin.safety import environment

DEFAULTS = {("plugins", "active"): ("standard",)}


@dataclass(frozen=True, slots=True)
class Edit:
    """One item added to or removed from a list of the configuration."""

    section: str
    key: str
    item: str
    add: bool


def edits(project: Kernel, name: str, on: bool) -> list[Edit]:
    """Return what switches a plugin or an app on or off; nothing if it is as wanted.

    An app is what is installed as one, and what has a colon. A plugin that only 'standard' names
    goes off by being blocked.
    """
    section = "apps" if is_app(project, name) else "plugins"
    active = listed(project, section, "active")
    blocked = (
        [item for item in listed(project, section, "blocked") if blocks(item, name)] if section == "plugins" else []
    )
    standard = section == "plugins" and "standard" in active and is_standard(project, name)
    if on:
        wanted = [] if name in active or standard else [Edit(section, "active", name, True)]
        return [*(Edit(section, "blocked", item, False) for item in blocked), *wanted]
    gone = [Edit(section, "active", name, False)] if name in active else []
    return [*gone, *([Edit(section, "blocked", name, True)] if standard and not blocked else [])]


def blocks(item: str, name: str) -> bool:
    """Tell whether an item of [plugins] blocked, as "orm<2: loses rows", means the plugin *name*."""
    return bare(item.partition(":")[0].strip()) == name


def listed(project: Kernel, section: str, key: str) -> list[str]:
    """Return the items of a list of the configuration."""
    return [str(item) for item in items(project.config.get(section, {}).get(key, DEFAULTS.get((section, key), ())))]


def is_app(project: Kernel, name: str) -> bool:
    """Tell whether *name* means an app rather than a plugin."""
    kinds = [member.kind for member in project.plan.members if member.name == name]
    return kinds == ["app"] or (not kinds and (":" in name or name in listed(project, "apps", "active")))


def is_standard(project: Kernel, name: str) -> bool:
    """Tell whether 'standard' means a plugin too."""
    return any(member.name == name and member.standard and member.kind == "plugin" for member in project.plan.members)


def applied(project: Kernel, changes: Iterable[Edit]) -> dict[tuple[str, str], list[str]]:
    """Return the lists that *changes* lead to."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in changes:
        place = one.section, one.key
        values = found.setdefault(place, listed(project, *place))
        found[place] = [*values, one.item] if one.add else [value for value in values if value != one.item]
    return found


def attempted(lists: Mapping[tuple[str, str], list[str]]) -> Kernel:
    """Return the project booted with other lists, whatever that finds."""
    with environment({variable(*place): ", ".join(values) for place, values in lists.items()}):
        project = Kernel(lambda: locate()[0])
        project.booted  # noqa: B018  # boots while the variables are set
    return project


def variable(section: str, key: str) -> str:
    """Return the environment variable that overrides a key."""
    return f"KERNEL__{section}__{key}".upper()


def fresh(before: Kernel, after: Kernel) -> list[Problem]:
    """Return the errors that *after* has and *before* has not, wherever they stand."""
    known = {(problem.id, problem.message) for problem in before.problems}
    new = [one for one in after.problems if one.level == "error" and (one.id, one.message) not in known]
    return [replace(one, where="") if one.where.startswith("env KERNEL__") else one for one in new]


def overridden(changes: Iterable[Edit]) -> None:
    """Refuse to edit what the environment decides.

    Raises:
        Fault: a variable overrides one of the lists.
    """
    for one in changes:
        name = variable(one.section, one.key)
        if name in os.environ:
            message = f"[{one.section}] {one.key} is overridden by the environment variable {name}"
            raise Fault.one("switch.overridden", message, "change it there, or unset it")
