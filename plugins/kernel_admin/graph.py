"""`kernel plugins graph`: who requires whom, as text for drawing programs, or drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click

from kernel import Kernel
from kernel_admin.ordering import Edge, plugin_edges
from kernel_admin.project import safe
from kernel_admin.tables import as_json, dump

STYLES = {"requires": "solid", "after": "dashed", "before": "dashed", "order": "dotted"}
ARROWS = {"solid": "-->", "dashed": "-.->", "dotted": "==>"}


@dataclass(frozen=True, slots=True)
class Graph:
    """The active plugins and apps, and what orders them: an edge leads from what comes first."""

    nodes: Sequence[tuple[str, str]]
    """(name, kind), in their order."""
    edges: Sequence[Edge]


@click.command()
@click.option("--dot", "form", flag_value="dot", help="As Graphviz reads it.")
@click.option("--mermaid", "form", flag_value="mermaid", default=True, help="As Mermaid reads it; the default.")
@click.option("--svg", "form", flag_value="svg", help="As a picture: kernel plugins graph --svg > plugins.svg")
@click.option("--all", "every", is_flag=True, help="Also draw edges that follow from others.")
@as_json
def graph(form: str, every: bool, as_json: bool) -> None:
    """Draw who requires whom, and what else puts plugins in order.

    Arrows lead from what comes first: solid for requires, dashed for after and before, dotted for
    the operator's [order].
    """
    found = drawn(safe(), every)
    if as_json:
        edges = [{"from": edge.one, "to": edge.other, "kind": edge.kind} for edge in found.edges]
        dump({"nodes": [{"name": name, "kind": kind} for name, kind in found.nodes], "edges": edges})
    else:
        click.echo(FORMS[form](found))


def drawn(project: Kernel, every: bool) -> Graph:
    """Return what is to be drawn: one edge between two, and without *every* none that follows from others."""
    best: dict[tuple[str, str], Edge] = {}
    for edge in plugin_edges(project):
        known = best.get((edge.one, edge.other))
        if known is None or list(STYLES).index(edge.kind) < list(STYLES).index(known.kind):
            best[edge.one, edge.other] = edge
    edges = list(best.values()) if every else reduced(list(best.values()))
    return Graph([(member.name, member.kind) for member in project.plan.active], edges)


def reduced(edges: Sequence[Edge]) -> list[Edge]:
    """Return the edges between which there is no other way."""
    after: dict[str, set[str]] = {}
    for edge in edges:
        after.setdefault(edge.one, set()).add(edge.other)

    def reached(start: str, skipped: str) -> set[str]:
        found, ahead = set[str](), [one for one in after.get(start, ()) if one != skipped]
        while ahead:
            one = ahead.pop()
            if one not in found:
                found.add(one)
                ahead += after.get(one, ())
        return found

    return [edge for edge in edges if edge.other not in reached(edge.one, edge.other)]


def dot(graph: Graph) -> str:
    """Return the graph in the language of Graphviz."""
    lines = ["digraph plugins {", "  rankdir=LR;", "  node [shape=box, style=rounded, fontname=sans];"]
    lines += [f"  {quoted(name)}{' [style=filled]' if kind == 'app' else ''};" for name, kind in graph.nodes]
    lines += [f"  {quoted(e.one)} -> {quoted(e.other)} [style={STYLES[e.kind]}];" for e in graph.edges]
    return "\n".join([*lines, "}"])


def mermaid(graph: Graph) -> str:
    """Return the graph in the language of Mermaid."""
    keys = {name: f"n{number}" for number, (name, _) in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    lines += [
        f"  {keys[name]}{f'([{quoted(name)}])' if kind == 'app' else f'[{quoted(name)}]'}" for name, kind in graph.nodes
    ]
    return "\n".join([*lines, *(f"  {keys[e.one]} {ARROWS[STYLES[e.kind]]} {keys[e.other]}" for e in graph.edges)])


def quoted(name: str) -> str:
    """Return a name in quotes."""
    return '"' + name.replace("\\", "\\\\").replace('"', "'") + '"'


def svg(graph: Graph) -> str:
    """Return the graph as a picture."""
    from kernel_admin.drawing import picture

    return picture(graph.nodes, [(edge.one, edge.other, STYLES[edge.kind]) for edge in graph.edges])


FORMS: dict[str, Callable[[Graph], str]] = {"dot": dot, "mermaid": mermaid, "svg": svg}
