"""Why something stands where it stands: the edges between members or layers, and the one that forced a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import Kernel
from kernel.boot.config import items
from kernel.boot.discovery import scan, sort
from kernel.boot.registry import Registry
from kernel.boot.selection import Selection, bare
from kernel.layers import as_tuple


@dataclass(frozen=True, slots=True)
class Edge:
    """*one* comes before *other*; `kind` is requires, after, before or order, `wish` the words that say so."""

    one: str
    other: str
    kind: str
    wish: str

    def of(self, name: str) -> str:
        """Return the edge as *name*, which it puts later, would tell it."""
        ways = {"before": f"'{self.one}' is before it", "order": f"{self.wish}: after '{self.one}'"}
        return ways.get(self.kind, f"{self.kind} '{self.wish}'")


@dataclass(frozen=True, slots=True)
class Place:
    """One position of an order: the edges that lead there, and the one that forced it, if any."""

    position: int
    name: str
    edges: tuple[Edge, ...]
    forced_by: Edge | None


def operator(project: Kernel, key: str) -> list[str]:
    """Return the operator's own list: [order] plugins or [order] layers."""
    return items(project.config.get("order", {}).get(key, ()))


def plugin_edges(project: Kernel) -> list[Edge]:
    """Return what orders the active members; what is absent, or beaten by [order], is left out."""
    active, found = project.plan.active, list[Edge]()
    for member in active:
        for kind in ("requires", "after"):
            found += [Edge(bare(wish), member.name, kind, wish) for wish in member.names(kind)]
        found += [Edge(member.name, name, "before", name) for name in member.names("before")]
        given = {f"cap:{name}": member.name for name in member.names("provides")}
        found += [
            Edge(given[w], one.name, "requires", w) for one in active for w in one.names("requires") if w in given
        ]
    return obeyed(found, [member.name for member in active], operator(project, "plugins"), "[order] plugins")


def layer_edges(project: Kernel) -> list[Edge]:
    """Return what orders the layers of plugins."""
    layers, found = project.plan.layers, list[Edge]()
    for layer in layers:
        for other in layers:
            names = (other.name, other.plugin)
            found += [Edge(other.name, layer.name, "after", wish) for wish in as_tuple(layer.after) if wish in names]
            found += [Edge(layer.name, other.name, "before", wish) for wish in as_tuple(layer.before) if wish in names]
    return obeyed(found, [layer.name for layer in layers], operator(project, "layers"), "[order] layers")


def obeyed(edges: Iterable[Edge], names: Sequence[str], first: Sequence[str], said: str) -> list[Edge]:
    """Return the edges that count, as `kernel.boot.discovery.sort` reads them, those of the operator among them."""
    place = {name: number for number, name in enumerate(first)}
    every = [*edges, *(Edge(one, two, "order", said) for one, two in zip(first, first[1:], strict=False))]
    known = [edge for edge in every if edge.one in names and edge.other in names and edge.one != edge.other]
    return [edge for edge in known if place.get(edge.one, -1) <= place.get(edge.other, len(place))]


def ranks(project: Kernel) -> list[str]:
    """Return the active members as the configuration names them, before anything orders them."""
    again = Selection(project.config, scan, Registry())
    again.add_plugins()
    again.add_apps()
    ranked = [member.name for member in again.active]
    active = [member.name for member in project.plan.active]
    return [*(name for name in ranked if name in active), *(name for name in active if name not in ranked)]


def layer_ranks(project: Kernel) -> list[str]:
    """Return the layers in the order in which their plugins are asked."""
    asked = [name for name, _, _ in project.booted.registry.implementations("kernel_layers")]
    return [layer.name for layer in sorted(project.plan.layers, key=lambda layer: asked.index(layer.plugin))]


def places(order: Sequence[str], ranked: Sequence[str], edges: Sequence[Edge]) -> list[Place]:
    """Return the positions of *order*; an edge forced one if without it the name would come earlier."""
    at = {name: number for number, name in enumerate(order)}
    found = []
    for number, name in enumerate(order, 1):
        mine = tuple(edge for edge in edges if edge.other == name)
        free = [(edge.one, edge.other) for edge in edges if edge.other != name]
        forced = bool(mine) and sort(ranked, free).index(name) < at[name]
        found.append(Place(number, name, mine, max(mine, key=lambda edge: at[edge.one]) if forced else None))
    return found


def plugin_places(project: Kernel) -> list[Place]:
    """Return the position of every active member."""
    return places([member.name for member in project.plan.active], ranks(project), plugin_edges(project))


def layer_places(project: Kernel) -> list[Place]:
    """Return the position of every layer that a plugin brings."""
    return places([layer.name for layer in project.plan.layers], layer_ranks(project), layer_edges(project))


def hook_rows(project: Kernel, hook: str) -> list[dict[str, Any]]:
    """Return who answers a hook, in the order they are asked, and what put them there."""
    rows = []
    for number, (name, function, _) in enumerate(project.booted.registry.implementations(hook), 1):
        options = getattr(function, "kernel_impl", None) or {}
        flags = [flag for flag in ("tryfirst", "trylast") if options.get(flag)]
        rows.append({"position": number, "name": name, "because": flags or ["the order of plugins"]})
    return rows
