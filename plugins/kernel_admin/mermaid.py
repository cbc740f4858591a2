"""Write a chain in the language of Mermaid: nested boxes, and one arrow through all of them in the order of time."""

from collections.abc import Iterable, Sequence

from kernel_admin.chain import Met
from kernel_admin.journey import AROUND, journey


def written(title: str, chain: Sequence[Met], answered: bool = True) -> str:
    """Return the flow chart; what is left out stands beside it, without an arrow."""
    places = {id(met): number for number, met in enumerate(chain)}
    nodes: dict[int, list[str]] = {number: [] for number in places.values()}
    names = ["request"]
    for number, (met, way) in enumerate(journey(chain, answered), 1):
        names += ["response"] if way == "after" and "response" not in names else []
        names.append(f"t{number}")
        nodes[places[id(met)]].append(f'{names[-1]}["{number} {quoted(caption(met, way))}"]')
    names += ["response"] if "response" not in names else []
    lines = ["flowchart TB", f'  request(["{quoted(title)}"])', "  response([response])"]
    lines += nested(chain, nodes)
    lines += [f'  s{n}["{quoted(absent(met))}"]:::absent' for n, met in enumerate(chain) if not nodes[n]]
    lines += [f"  {one} --> {other}" for one, other in zip(names, names[1:], strict=False)]
    return "\n".join([*lines, "  classDef absent stroke-dasharray:4 3,opacity:0.6"])


def nested(chain: Sequence[Met], nodes: dict[int, list[str]]) -> Iterable[str]:
    """Yield the nodes of each step, those of a layer in a box that holds all further in."""
    depth = 1
    for number, met in enumerate(chain):
        if nodes[number] and met.step.phase in AROUND:
            step = met.step
            yield f'{"  " * depth}subgraph b{number}["{quoted(f"{step.callable} ({step.level})")}"]'
            depth += 1
        yield from (f"{'  ' * depth}{node}" for node in nodes[number])
    yield from (f"{'  ' * number}end" for number in range(depth - 1, 0, -1))


def caption(met: Met, way: str) -> str:
    """Return the text of one moment."""
    step = met.step
    return f"{step.callable} {way}" if step.phase in AROUND else f"{step.phase} {step.callable}"


def absent(met: Met) -> str:
    """Return the text of a step that is not met, or only when something fails."""
    return f"{met.step.phase} {met.step.callable}, {met.why if met.active else met.step.status}"


def quoted(text: str) -> str:
    """Return *text* as it may stand between quotes."""
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
