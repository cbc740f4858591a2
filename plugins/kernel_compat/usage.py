"""What each plugin uses of the hook API, and what speaks against that."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kernel import API, App, Plugin, Problem
from kernel.boot.plan import Member
from kernel.layers import as_tuple, where
from kernel.types import Application
from kernel_compat.specification import Specification, Version, specifications


@dataclass(frozen=True, slots=True)
class Use:
    """A plugin answers a hook; with `argument`, it takes that argument."""

    member: Member
    specification: Specification
    function: Callable[..., Any]
    argument: str = ""

    @property
    def name(self) -> str:
        """The words for it: "kernel_bind", "kernel_bind(route)"."""
        return f"{self.specification.name}({self.argument})" if self.argument else self.specification.name

    @property
    def since(self) -> Version:
        """The version that has it first."""
        return self.specification.since(self.argument)

    @property
    def instead(self) -> str:
        """What to do instead, "" if it is not deprecated."""
        return self.specification.instead(self.argument)

    @property
    def implied(self) -> bool:
        """Whether it is an argument that is as old as its hook, which says all."""
        return bool(self.argument) and self.since <= self.specification.since()

    @property
    def newer(self) -> bool:
        """Whether it is newer than what the plugin says it was written for."""
        return self.specification.ours and not self.implied and self.since > api(self.member.plugin)

    @property
    def where(self) -> str:
        """The place of the answer as "file:line"."""
        plugin = self.member.plugin
        return plugin.where if isinstance(plugin, App) else where(self.function)


def uses(kernel: Application, known: Iterable[Specification]) -> Iterator[Use]:
    """Yield what the active plugins and apps use of the hooks *known*."""
    members, registry = {member.name: member for member in kernel.plan.active}, kernel.booted.registry
    for one in known:
        for name, function, arguments in registry.implementations(one.name) if one.name in registry.specs else ():
            yield Use(members[name], one, function)
            yield from (Use(members[name], one, function, argument) for argument in arguments)


def api(plugin: Any) -> Version:
    """Return the version of the hook API that a plugin was written for; ours if it does not say."""
    return as_tuple(getattr(plugin, "api", API))


def declares(plugin: Any) -> bool:
    """Tell whether a plugin says itself which version it was written for."""
    classes = [one for one in type(plugin).__mro__ if one not in (Plugin, App)]
    return any("api" in vars(one) for one in (*classes, *([plugin] if hasattr(plugin, "__dict__") else [])))


def problems(kernel: Application) -> Iterator[Problem]:
    """Yield a warning for what is newer than a plugin says, and for what is deprecated."""
    lowest = min((api(member.plugin) for member in kernel.plan.active), default=API)
    suspect = [one for one in specifications(kernel) if one.deprecated or (one.ours and one.newest > lowest)]
    for use in uses(kernel, suspect):
        who, what = f"{use.member.kind} '{use.member.name}'", "argument" if use.argument else "hook"
        if use.newer:
            there, said = dotted(use.since), dotted(api(use.member.plugin))
            message = f"{who}: {what} '{use.name}' is there since hook API {there}, and it says api {said}"
            hint = f"write api = {use.since}, so that an older kernel refuses it in plain words"
            yield Problem("api.newer", "warning", message, hint, use.where)
        if use.instead:
            yield Problem(
                "api.deprecated", "warning", f"{who}: {what} '{use.name}' is deprecated", use.instead, use.where
            )


def dotted(version: Version) -> str:
    """Return "1.0" of (1, 0)."""
    return ".".join(map(str, version))
