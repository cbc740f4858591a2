"""The read-only result of a boot: what runs, in which order, and who brought it from where."""

from dataclasses import dataclass, field
from typing import Any

from kernel.layers import Layer, Route, as_tuple


@dataclass(frozen=True, slots=True)
class Member:
    """A plugin or an app that is installed or named: one line of `kernel plugins list`.

    `kind` is plugin or app; `value` is "module:attribute"; `state` is discovered (installed, not
    named), blocked, failed or active, and `reason` says why; `standard` marks the plugins of our
    own distribution.
    """

    name: str
    kind: str
    value: str = ""
    distribution: str = ""
    version: str = ""
    standard: bool = False
    state: str = "discovered"
    reason: str = "installed, but not named in [plugins] active"
    plugin: Any = field(default=None, repr=False)

    def names(self, attribute: str) -> tuple[str, ...]:
        """Return `requires`, `after`, `before` or `provides` of the plugin."""
        return as_tuple(getattr(self.plugin, attribute, ()))

    # The capabilities that the plugin provides, as others require them.
    given = property(lambda self: [f"cap:{name}" for name in self.names("provides")])


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a request meets, outer to inner.

    `phase` is layer, guard, before_request, bind, handler, render, after_request, rescue,
    after_response or on_finish; `status` is active, skipped or overridden, with the reason.
    """

    phase: str
    callable: str
    plugin: str
    level: str
    where: str
    is_async: bool
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the kernel compiled, read-only."""

    members: tuple[Member, ...] = ()
    layers: tuple[Layer, ...] = ()
    replaced: tuple[Layer, ...] = ()
    application: tuple[Step, ...] = ()
    routes: tuple[tuple[Route, tuple[Step, ...]], ...] = ()

    def claims(self, *sides: tuple[str, str]) -> str:
        """Return who claim one thing, each side as (member, "file:line" or ""), with their distributions."""
        origins = {member.name: f"{member.distribution} {member.version}".strip() for member in self.members}
        told = [f"'{who}' ({', '.join(filter(None, (place, origins.get(who))))})" for who, place in sides]
        return " and by ".join(told).replace(" ()", "")

    # The members that run, in order.
    active = property(lambda self: [member for member in self.members if member.state == "active"])
