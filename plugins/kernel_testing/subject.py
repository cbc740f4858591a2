"""What is held to the contract: an installed plugin or app, or an object, and the kernels to try it in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel import Kernel
from kernel.boot.discovery import load, scan
from kernel.boot.plan import Member
from kernel.boot.selection import bare
from kernel.errors import did_you_mean
from kernel.layers import as_tuple

Config = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Subject:
    """What is held to the contract: an installed entry point, a "module:attribute", or an object.

    `config` are sections it needs, as a project would have them.
    """

    name: str
    kind: str = "plugin"
    target: str = ""
    thing: Any = None
    config: Config = field(default_factory=dict)
    installed: tuple[Member, ...] = ()

    @property
    def plugin(self) -> Any:
        """The plugin or app itself."""
        thing = self.thing if self.thing is not None else load(self.target)
        return thing() if isinstance(thing, type) else thing

    @property
    def own(self) -> str:
        """The name by which a kernel knows it."""
        return getattr(self.plugin, "name", "") or self.name

    @property
    def is_app(self) -> bool:
        """Whether it is an App; what cannot be loaded is none."""
        try:
            return hasattr(self.plugin, "answers")
        except Exception:  # told by the clause "entry point"
            return False

    def kernel(self, active: Iterable[str]) -> Kernel:
        """Return a kernel with it and the plugins named *active*, and nothing else that is installed."""
        wanted, apps, objects = list(active), [], []
        if self.thing is not None:
            objects = [self.thing]
        elif self.kind == "app" or self.name not in [one.name for one in self.installed if one.kind == "plugin"]:
            apps = [self.target if ":" in self.name else self.name]
        elif self.name not in wanted and not ("standard" in wanted and self.name in standard(self.installed)):
            wanted.append(self.name)
        sections = {name: dict(keys) for name, keys in self.config.items()}
        sections["plugins"] = {**sections.get("plugins", {}), "active": wanted}
        sections["apps"] = {**sections.get("apps", {}), "active": apps}
        given: dict[str, Any] = {f"{self.kind}s": objects}
        return Kernel(sections, discover=lambda: self.installed, **given)


def standard(installed: Iterable[Member]) -> list[str]:
    """Return the names of the plugins that every project has."""
    return [one.name for one in installed if one.standard]


def subject(thing: Any, config: Config | None = None) -> Subject:
    """Return what a name, a "module:attribute", a class or an object means.

    Raises:
        LookupError: nothing of that name is installed; with the nearest name.
    """
    installed = tuple(scan())
    if not isinstance(thing, str):
        name = getattr(thing, "name", "") or getattr(thing, "__name__", type(thing).__name__).lower()
        kind = "app" if hasattr(thing, "answers") else "plugin"
        return Subject(name, kind, "", thing, config or {}, installed)
    known = next((one for one in installed if one.name == thing), None)
    if known:
        return Subject(thing, known.kind, known.value, None, config or {}, installed)
    if ":" in thing:
        return Subject(thing, "app", thing, None, config or {}, installed)
    guess = did_you_mean(thing, [one.name for one in installed])
    raise LookupError(
        f"no plugin or app '{thing}' is installed{guess or ': pip install -e . in its folder installs it'}"
    )


def needed(subject: Subject) -> list[str]:
    """Return the plugins that it requires, and those they require."""
    known = {one.name: one for one in subject.installed if one.kind == "plugin"}
    found, ahead = list[str](), [*as_tuple(getattr(subject.plugin, "requires", ())), "router"]
    while ahead:
        wish = ahead.pop(0)
        names = [bare(wish)] if not wish.startswith("cap:") else providers(wish[4:], known)
        for name in [name for name in names if name in known and name not in found]:
            found.append(name)
            ahead += as_tuple(getattr(load(known[name].value), "requires", ()))
    return found


def owners(subject: Subject, names: Iterable[str]) -> set[str]:
    """Return the sections of a plugin, and those of the plugins *names*."""
    known = {one.name: load(one.value) for one in subject.installed if one.kind == "plugin" and one.name in names}
    return {getattr(one, "section", "") or name for name, one in {**known, subject.own: subject.plugin}.items()}


def providers(capability: str, known: Mapping[str, Member]) -> list[str]:
    """Return the standard plugins that provide a capability."""
    return [
        name
        for name, one in known.items()
        if one.standard and capability in as_tuple(getattr(load(one.value), "provides", ()))
    ]
