"""The specifications of all hooks: who specifies each, since when it is there, and what of it is deprecated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import getmembers, isfunction
from typing import Any

from kernel.boot.plan import Member
from kernel.hookspecs import Specs
from kernel.types import Application

Version = tuple[int, ...]
OURS = "asgi-kernel"


@dataclass(frozen=True, slots=True)
class Specification:
    """One hook: its name, the plugin that specifies it ("kernel" for the kernel), and the method that does.

    `ours` tells whether it came with asgi-kernel, so that its versions are those of the hook API.
    """

    name: str
    owner: str
    ours: bool
    function: Callable[..., Any]

    def since(self, argument: str = "") -> Version:
        """Return the version that has the hook, or an argument of it, first."""
        first: Version = getattr(self.function, "since", (1, 0))
        later: Version | None = getattr(self.function, "since_args", {}).get(argument)
        return later or first

    def instead(self, argument: str = "") -> str:
        """Return what to do instead of answering the hook, or of taking an argument, "" if that is not deprecated."""
        options = vars(self.function)["kernel_spec"]
        warning = (options["warn_on_impl_args"] or {}).get(argument) if argument else options["warn_on_impl"]
        return str(warning) if warning else ""

    @property
    def firstresult(self) -> bool:
        """Whether only the first answer counts."""
        return bool(vars(self.function)["kernel_spec"]["firstresult"])

    @property
    def deprecated(self) -> bool:
        """Whether something of it is deprecated."""
        options = vars(self.function)["kernel_spec"]
        return bool(options["warn_on_impl"] or options["warn_on_impl_args"])

    @property
    def newest(self) -> Version:
        """The version of what came last, the hook or an argument."""
        return max(self.since(), *getattr(self.function, "since_args", {}).values(), (1, 0))


def specifications(kernel: Application) -> Iterator[Specification]:
    """Yield the hooks of the kernel and of its active plugins."""
    yield from specified("kernel", Specs, ours=True)
    for member in kernel.plan.active:
        for specs in member.names("specs"):
            yield from specified(member.name, specs, ours=is_ours(member))


def specified(owner: str, specs: type, ours: bool) -> Iterator[Specification]:
    """Yield the hooks of one class."""
    for name, function in getmembers(specs, isfunction):
        if "kernel_spec" in vars(function):
            yield Specification(name, owner, ours, function)


def is_ours(member: Member) -> bool:
    """Tell whether a plugin came with asgi-kernel."""
    return member.distribution.lower().replace("_", "-") == OURS
