"""Choose and import the members of a project: what config.ini names, in a stable order."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from kernel.boot.config import Config, items
from kernel.boot.discovery import load, settled
from kernel.boot.plan import Member
from kernel.boot.registry import Registry, blame, innermost
from kernel.errors import Problem, did_you_mean
from kernel.layers import as_tuple
from kernel.plugin import API


class Selection:
    """The members by name, what is wrong with them, and their order.

    The same entry point met twice, as with a left-over egg-info, is one; two distributions that
    claim one name are a finding that names both.
    """

    def __init__(self, config: Config, discover: Callable[[], Iterable[Member]], registry: Registry) -> None:
        self._config, self._registry, self._problems = config, registry, registry.problems
        self.members: dict[str, Member] = {}
        self._found: dict[str, dict[str, Member]] = {"plugin": {}, "app": {}}
        for new in discover() if self._named("plugins", "standard") or self._named("apps") else ():
            known = self._found[new.kind].setdefault(new.name, new)
            if known.value != new.value:
                both = " and by ".join(f"{one.value}, from {one.distribution} {one.version}" for one in (known, new))
                message = f"{new.kind} '{new.name}' is claimed by {both}"
                self._problems.error("plugin.duplicate", message, "uninstall one of the two distributions")

    def _named(self, section: str, default: Any = (), key: str = "active") -> list[str]:
        return items(self._config.get(section, {}).get(key, default))

    # The members that run.
    active = property(lambda self: [member for member in self.members.values() if member.state == "active"])

    def add_plugins(self) -> None:
        """Load the plugins that the configuration names, unless it blocks them: `acme`, or `acme<2: why`."""
        found, blocked = self._found["plugin"], [item.partition(":") for item in self._named("plugins", (), "blocked")]
        standard = [name for name, member in found.items() if member.standard] or ["standard"]
        for name in self._named("plugins", "standard"):
            for one in standard if name == "standard" else [name]:
                member = found.get(one, Member(one, "plugin"))
                if bars := [colon + why for wish, colon, why in blocked if fits(wish, member)]:
                    self.members[one] = replace(member, state="blocked", reason=f"named in [plugins] blocked{bars[0]}")
                elif one not in self.members:
                    self._load(member, [member.value] if one in found else [])

    def add_apps(self) -> None:
        """Load the apps that the configuration names: entry point, package or module:attribute."""
        for name in dict.fromkeys(self._named("apps")):
            places = [name] if ":" in name else [f"{name}:app", f"{name}.main:app"]
            known = self._found["app"].get(name)
            self._load(known or Member(name, "app", places[0]), [known.value] if known else places)

    def add_objects(self, kind: str, objects: Iterable[Any]) -> None:
        """Add plugins or apps that were handed over as objects or classes."""
        for number, thing in enumerate(objects, 1):
            name = getattr(thing, "__name__", type(thing).__name__).lower()
            name = f"{name}{number}" if kind == "app" and name in self.members else name
            self._accept(Member(name, kind, getattr(thing, "where", "")), thing)

    def _load(self, member: Member, places: Sequence[str]) -> None:
        """Import a member from the first of *places* that exists."""
        reasons, hint = [] if places else ["is not installed"], f"install it, or mend [{member.kind}s] active"
        self._registry.turn(member.name)
        for place in places:
            try:
                return self._accept(replace(member, value=place), load(place))
            except LookupError as error:
                reasons.append(f"cannot be found: {error.args[0]}")
            except Exception as error:  # whatever a stranger's module raises
                return self._fail(member, f"cannot be imported: {blame(error)}", "mend it", innermost(error))
        guess = did_you_mean(member.name, ["standard", *self._found[member.kind]])
        self._fail(member, "; ".join(f"{reason}{guess}" for reason in dict.fromkeys(reasons)), hint)

    def _accept(self, member: Member, thing: Any) -> None:
        plugin = thing() if isinstance(thing, type) else thing
        api, name = as_tuple(getattr(plugin, "api", API)), getattr(plugin, "name", "") or member.name
        twin = next((one for one in self.active if one.name == name), None)
        if api[:1] != API[:1] or api > API:
            hint = f"this kernel offers {API[0]}.{API[1]}; install a version that fits"
            self._fail(member, f"was written for hook API {'.'.join(map(str, api))}", hint)
        elif twin and twin.kind == member.kind:
            taken = "'project' is the name of the project itself: " if name == "project" else ""
            message = f"{twin.kind} '{name}' stands twice: {twin.value or twin.plugin!r} and {member.value or plugin!r}"
            self._problems.error("plugin.duplicate", message, f"{taken}give one of them another name")
        else:
            name = f"{member.kind}:{name}" if twin else name
            self.members[name] = replace(member, name=name, state="active", reason="", plugin=plugin)

    def _fail(self, member: Member, why: str, hint: str = "", place: str = "") -> None:
        optional = member.name in self._named("plugins", (), "optional")
        level = "warning" if optional or "disable" in self._named("plugins", (), "on_error") else "error"
        where = place or self._config.origin(f"{member.kind}s", "active") or member.value
        self._problems.append(Problem("plugin.failed", level, f"{member.kind} '{member.name}' {why}", hint, where))  # type: ignore[arg-type]  # one of two words
        self.members[member.name] = replace(member, state="failed", reason=why)

    def require(self) -> None:
        """Fail every member whose requirement is not active, until nothing changes."""
        while lacking := [(m, wish) for m in self.active for wish in m.names("requires") if not self._has(wish)]:
            member, wish = lacking[0]
            ways = {"failed": "mend that one first", "blocked": "remove it from [plugins] blocked"}
            hint = ways.get(getattr(self.members.get(wish), "state", ""), f"add '{wish}' to [plugins] active")
            self._fail(member, f"requires '{wish}', which is not active", hint)

    def _has(self, wish: str) -> bool:
        return any(fits(wish, member) or (wish[:4] == "cap:" and wish in member.given) for member in self.active)

    def sort(self) -> None:
        """Put the members in order: requirements, soft edges, the operator's list, then the config."""
        self.members = {**self.members, **self._found["plugin"], **self._found["app"], **self.members}
        edges = []
        for member in self.active:
            edges += [(bare(wish), member.name) for wish in (*member.names("requires"), *member.names("after"))]
            edges += [(member.name, name) for name in member.names("before")]
            edges += [(member.name, o.name) for cap in member.given for o in self.active if cap in o.names("requires")]
        names = [member.name for member in self.active]
        order = settled("plugin", self._problems, names, edges, self._named("order", (), "plugins"))
        self.members = {name: self.members[name] for name in dict.fromkeys([*order, *self.members])}


def fits(wish: str, member: Member) -> bool:
    """Tell whether a member is what a requirement like "orm" or "orm>=2" wants."""
    if wish.isidentifier() or (name := bare(wish)) == wish or name != member.name:
        return wish == member.name
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(wish[len(name) :]).contains(member.version or "0", prereleases=True)


def bare(wish: str) -> str:
    """Return the name in a requirement like "orm>=2"."""
    return re.split("[<>=!~ ]", wish, maxsplit=1)[0]
