"""Plugins and apps as rows: what the commands tell of each."""

from typing import Any

from kernel import Kernel
from kernel.boot.plan import Member
from kernel.boot.selection import bare
from kernel.errors import did_you_mean
from kernel_admin.faults import Fault
from kernel_admin.safety import complaint

LIST = ("name", "kind", "state", "distribution", "version", "where", "reason")
FACTS = ("name", "kind", "state", "distribution", "version", "value", "standard", "reason")
PROJECT = "what the project itself listens to"


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


def required_by(project: Kernel, member: Member) -> list[str]:
    """Return who requires a member."""
    capabilities = {f"cap:{name}" for name in member.names("provides")}
    return [
        f"required by '{one.name}' as '{wish}'"
        for one in project.plan.members
        for wish in one.names("requires")
        if bare(wish) == member.name or wish in capabilities
    ]
