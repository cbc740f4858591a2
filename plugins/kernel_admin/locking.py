"""plugins.lock: what the project runs with, written down, and what differs from it.

While KERNEL_DISCOVERY names `installed` of this module, a boot takes its plugins and apps from the
lock and reads no metadata; what is installed in another version, or with other files, ends it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kernel import Kernel, Problem
from kernel.boot.config import items, locate, read as read_config
from kernel.boot.plan import Member
from kernel.errors import BootError
from kernel_admin import records

FORMAT = 1
VARIABLE, DISCOVERY = "KERNEL_DISCOVERY", "kernel_admin.locking:installed"
HINT = "install what is locked, or accept what is installed: kernel plugins lock"
ENTRY = ("name", "kind", "value", "distribution", "version", "standard")
Row = Mapping[str, Any]


def path() -> Path:
    """Return where the lock of the project stands: beside its config.ini."""
    return locate()[0].parent / "plugins.lock"


def read() -> dict[str, Any]:
    """Return the lock.

    Raises:
        BootError: there is none, or none that can be read.
    """
    try:
        lock: dict[str, Any] = json.loads(path().read_text("utf-8"))
        if lock["format"] != FORMAT:
            raise ValueError(f"its format is {lock['format']}, known is {FORMAT}")
        return lock
    except (OSError, ValueError, KeyError, TypeError) as error:
        what = "there is no plugins.lock" if isinstance(error, OSError) else f"plugins.lock cannot be read: {error}"
        raise BootError([problem("unreadable", what, "'kernel plugins lock' writes it")]) from None


def installed() -> list[Member]:
    """Return the members that the lock holds, without a look at metadata.

    Raises:
        BootError: a distribution is not the one that is locked, or the configuration names more.
    """
    lock = read()
    if problems := [*distributions(lock), *unlocked(lock)]:
        raise BootError(problems)
    return [Member(**row) for row in lock["installed"]]


def distributions(lock: Row) -> Iterator[Problem]:
    """Yield the distributions that are not there, in another version, or with other files."""
    known = {row["distribution"]: row for row in lock["plugins"] if row["distribution"]}
    for name, row in known.items():
        folders = list(records.folders(name))
        same = [folder for folder in folders if folder.name == row["metadata"]]
        if not folders:
            yield drift(name, "is not installed", row["version"])
        elif folders[0] not in same:
            yield drift(name, f"is {records.version(folders[0]) or folders[0].name}", row["version"])
        elif records.digest(same[0]) != row["record"]:
            yield drift(name, f"{row['version']} has other files than when it was locked", "", str(same[0] / "RECORD"))


def unlocked(lock: Row) -> Iterator[Problem]:
    """Yield what the configuration names and the lock does not hold."""
    config = read_config(locate()[0])
    held = {"plugins": {"standard"}, "apps": set[str]()}
    for row in [*lock["installed"], *lock["plugins"]]:
        target = row.get("target", "")
        module = target.partition(":")[0]
        names = {row["name"], row["name"].removeprefix("app:"), target, module, module.removesuffix(".main")}
        held[f"{row['kind']}s"] |= names
    for section, known in held.items():
        for name in items(config.get(section, {}).get("active", ())):
            if name not in known:
                message = f"{section[:-1]} '{name}' is named in [{section}] active and is not locked"
                yield problem("drift", message, "kernel plugins lock", config.origin(section, "active"))


def drift(name: str, what: str, locked: str, where: str = "") -> Problem:
    """Return the finding that a distribution is not what is locked."""
    return problem("drift", f"distribution '{name}' {what}{f', locked is {locked}' if locked else ''}", HINT, where)


def problem(kind: str, message: str, hint: str, where: str = "") -> Problem:
    """Return a finding about the lock."""
    return Problem(f"lock.{kind}", "error", message, hint, where or str(path()))


def written(project: Kernel, scanned: Iterable[Member]) -> dict[str, Any]:
    """Return the lock of a booted project; *scanned* is what is installed."""
    members = [member for member in project.plan.members if member.state != "discovered"]
    values = {(member.kind, member.value) for member in members}
    entries = {(one.kind, one.name): one for one in scanned if (one.kind, one.value) in values}
    return {
        "format": FORMAT,
        "installed": [{name: getattr(one, name) for name in ENTRY} for one in entries.values()],
        "plugins": [row(project, member) for member in members if member.name != "project"],
    }


def row(project: Kernel, member: Member) -> dict[str, Any]:
    """Return what is locked of one member."""
    folder = next(records.folders(member.distribution), None) if member.distribution else None
    registry = project.booted.registry
    hooks = [hook for hook in registry.specs if member.name in [name for name, _, _ in registry.implementations(hook)]]
    return {
        "name": member.name,
        "kind": member.kind,
        "state": member.state,
        "target": member.value,
        "distribution": member.distribution,
        "version": member.version,
        "metadata": folder.name if folder else "",
        "record": records.digest(folder) if folder else "",
        "hooks": sorted(hooks),
        "config": schema(member),
    }


def schema(member: Member) -> str:
    """Return "sha256:..." of the keys a member understands, their types and defaults; "" without a section."""
    kind = getattr(member.plugin, "Config", None)
    if kind is None:
        return ""
    from kernel_admin.provenance import section
    from kernel_admin.schema import keys
    from kernel_admin.tables import plain

    rows = [key.row() for key in keys(section(member), kind)]
    text = json.dumps(rows, default=plain, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def differences(lock: Row, now: Row) -> Iterator[Problem]:
    """Yield the plugins that are more or less than locked, or are not what they were."""
    before = {(one["kind"], one["name"]): one for one in lock["plugins"]}
    after = {(one["kind"], one["name"]): one for one in now["plugins"]}
    for kind, name in dict.fromkeys([*before, *after]):
        old, new = before.get((kind, name)), after.get((kind, name))
        if old is None or new is None:
            what = "is locked and is not there" if new is None else "is there and is not locked"
            yield problem("drift", f"{kind} '{name}' {what}", HINT)
            continue
        for key, value in old.items():
            if new[key] != value:
                yield problem("drift", f"{kind} '{name}': {key} {changed(key, value, new[key])}", HINT)


def changed(key: str, old: Any, new: Any) -> str:
    """Return how a locked value differs."""
    if isinstance(old, list):
        signs = [*(f"-{one}" for one in old if one not in new), *(f"+{one}" for one in new if one not in old)]
        return f"differ: {' '.join(signs)}"
    if key in ("record", "config"):
        return "is another one: " + ("its files changed" if key == "record" else "its keys, types or defaults changed")
    return f"is '{new}', locked is '{old}'"


def booted() -> Kernel:
    """Return the project booted from its lock; children of this process will boot from it too.

    Raises:
        BootError: something is not as locked.
    """
    import kernel

    os.environ[VARIABLE] = DISCOVERY
    lock = read()
    members = installed()
    project = kernel.app.boot()
    if problems := list(differences(lock, written(project, members))):
        raise BootError(problems)
    return project
