"""Find the best route for a list of segments: a trie of literals, and at its nodes what goes on from there.

A route is kept at the node of the literals before its first variable. A lookup walks down as far as the
literals go, one node a segment, and then asks the nodes it met from the deepest to the root: each once.
The deepest comes first because a literal beats a variable at the first position where they differ.
"""

from collections.abc import Iterable, Sequence

from kernel_router.paths import Variable
from kernel_router.survey import ANY, Answering, Entry
from kernel_router.table import Fork, Row

Found = tuple[Entry, dict[str, str]]
"""The best entry and the values of its variables."""


class Node:
    """What lies behind the same literals: further literals, routes that go on with a variable, a mount."""

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self.literals: dict[str, Node] = {}
        self.rows: list[Row] = []
        self.fork: Fork | None = None
        self.mount: Entry | None = None

    def add(self, methods: Sequence[str], entry: Entry) -> None:
        """Keep *entry* at the node where it belongs below this one."""
        node = self
        for part in entry.parts:
            if isinstance(part, Variable):
                node.rows.append(Row(methods, entry.parts[node.depth :], entry))
                return
            node = node.literals.setdefault(part, Node(node.depth + 1))
        node.mount = entry

    def finish(self) -> None:
        """Compile what was added."""
        nodes = [self]
        while nodes:
            node = nodes.pop()
            node.fork = Fork(node.rows) if node.rows else None
            nodes += node.literals.values()

    def on_the_way(self, segments: Iterable[str]) -> list["Node"]:
        """Return the nodes that hold something for *segments*, from the root on."""
        node, nodes = self, []
        for segment in segments:
            if node.fork or node.mount:
                nodes.append(node)
            below = node.literals.get(segment)
            if below is None:
                return nodes
            node = below
        return [*nodes, node]

    def find(self, segments: Sequence[str], method: str, allowed: set[str]) -> Found | None:
        """Return the best match; without one, *allowed* has been given the methods that would match."""
        for node in reversed(self.on_the_way(segments)):
            if node.fork and "" not in segments:  # an empty segment fits no variable
                entry = node.fork.find(segments[node.depth :], method, allowed)
                if entry:
                    return entry, values(entry, segments)
            if node.mount:
                return node.mount, {}
        return None


def trie(entries: Iterable[Answering]) -> Node:
    """Return the trie of all routes with variables and of all mounts."""
    root = Node()
    for methods, entry in entries:
        if entry.method == ANY or any(isinstance(part, Variable) for part in entry.parts):
            root.add(methods, entry)
    root.finish()
    return root


def values(entry: Entry, segments: Sequence[str]) -> dict[str, str]:
    """Return the variables of *entry*; one of type `path` takes what the other parts leave."""
    found = {}
    for name, place in entry.singles:
        found[name] = segments[place]
    if entry.reaching:
        name, place = entry.reaching
        found[name] = "/".join(segments[place : place + 1 + len(segments) - len(entry.parts)])
    return found
