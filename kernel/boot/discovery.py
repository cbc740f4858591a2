"""Find installed plugins and apps in metadata, import one, and put names in order."""

import os
from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from typing import Any

from kernel.boot.plan import Member
from kernel.errors import Findings

KINDS = {"kernel.plugins": "plugin", "kernel.contrib": "plugin", "kernel.apps": "app"}


def discover() -> Iterable[Member]:
    """Return what the function that KERNEL_DISCOVERY names, as "module:name", finds; else what `scan` does."""
    return load(os.environ.get("KERNEL_DISCOVERY", f"{__name__}:scan"))()  # type: ignore[no-any-return]  # by its contract


def scan() -> Iterable[Member]:
    """Yield a member for each entry point of our groups in the metadata of every distribution."""
    from importlib_metadata import distributions

    # a look at the text tells which few are ours; `metadata` would import a parser of mail for two lines
    for dist in [dist for dist in distributions() if "[kernel." in (dist.read_text("entry_points.txt") or "")]:
        text = dist.read_text("METADATA") or dist.read_text("PKG-INFO") or ""
        head = dict(line.partition(": ")[::2] for line in text.partition("\n\n")[0].split("\n"))
        for entry in [entry for entry in dist.entry_points if entry.group in KINDS]:
            own = head["Name"].lower().replace("_", "-") == "asgi-kernel" and entry.group == "kernel.plugins"
            yield Member(entry.name, KINDS[entry.group], entry.value, head["Name"], head["Version"], own)


def load(value: str) -> Any:
    """Import and return the object at "module:attribute"; what its module raises passes through.

    Raises:
        LookupError: there is no such module, or it has no such attribute.
    """
    module, _, attribute = value.partition(":")
    try:
        thing: Any = import_module(module)
    except ModuleNotFoundError as error:
        if f"{module}.".startswith(f"{error.name}."):
            raise LookupError(f"there is no module '{error.name}'") from error
        raise
    if attribute and not hasattr(thing, attribute):
        raise LookupError(f"module '{module}' has no '{attribute}'")
    return getattr(thing, attribute) if attribute else thing


def sort(ranked: Sequence[str], edges: Iterable[tuple[str, str]], first: Sequence[str] = ()) -> list[str]:
    """Return *ranked* so that for every edge (one, other) one comes before the other.

    Edges that name something absent are ignored. Among those free to come next, the earliest in
    *ranked* does, so the order is the same in every process. *first* is an operator's own list: it beats edges.

    Raises:
        graphlib.CycleError: no such order exists; `args[1]` is the path, closed by its first name.
    """
    graph: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(ranked, ()))
    place = {name: number for number, name in enumerate(first)}
    for one, other in [*edges, *zip(first, first[1:], strict=False)]:
        if one in ranked and other in ranked and place.get(one, -1) <= place.get(other, len(place)):
            graph.add(other, one)
    graph.prepare()
    ready, order = set[str](), list[str]()
    while graph.is_active():
        ready |= set(graph.get_ready())
        order.append(min(ready, key=ranked.index))
        ready.remove(order[-1])
        graph.done(order[-1])
    return order


def settled(kind: str, problems: Findings, ranked: Sequence[str], edges: Any, first: Sequence[str] = ()) -> list[str]:
    """Return *ranked* as `sort` does; as it is with a finding where no such order exists."""
    try:
        return sort(ranked, edges, first)
    except CycleError as error:
        message = f"{kind}s wait for one another: {' -> '.join(error.args[1])}"
        problems.error(f"{kind}.cycle", message, "drop one requires, after or before among them")
        return list(ranked)
