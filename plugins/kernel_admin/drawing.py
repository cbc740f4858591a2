"""Draw a graph without cycles as SVG, in columns: what comes first stands left.

A node stands one column right of the last one it follows (longest path). An edge over several
columns gets a place in each, so that it runs between the nodes. Columns are then sorted by where
their neighbours stand (barycentre method), which undoes most crossings.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape

Arrow = tuple[str, str, str]
"""(from, to, style): solid, dashed or dotted."""
Columns = list[list[str]]
CHARACTER, ROW, GAP, MARGIN, SWEEPS = 8, 40, 90, 24, 12
DASHES = {"solid": "", "dashed": ' stroke-dasharray="6 4"', "dotted": ' stroke-dasharray="2 3"'}
COLORS = {"plugin": ("#eef3fb", "#3b5b92"), "app": ("#fdf1e0", "#a8640f")}
TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="tip" d="M0 0 8 4 0 8z"/></marker>'
)
LEGEND = (("solid", "requires"), ("dashed", "after, before"), ("dotted", "[order]"))


def picture(nodes: Sequence[tuple[str, str]], arrows: Sequence[Arrow]) -> str:
    """Return the SVG of *nodes*, (name, plugin or app), and the *arrows* between them."""
    kinds = dict(nodes)
    at = columns_of(kinds, arrows)
    ways = {(one, other): way(one, other, at) for one, other, _ in arrows}
    columns = sorted_columns(
        filled(at, ways.values()), [pair for one in ways.values() for pair in zip(one, one[1:], strict=False)]
    )
    widths = [max((len(name) for name in column if name in kinds), default=4) * CHARACTER + 24 for column in columns]
    lefts = [MARGIN + sum(widths[:number]) + GAP * number for number in range(len(columns))]
    heights = placed(columns, [pair for one in ways.values() for pair in zip(one, one[1:], strict=False)])
    spot = {name: (lefts[n], heights[name], widths[n]) for n, column in enumerate(columns) for name in column}
    bottom = max(heights.values(), default=0) + ROW + MARGIN
    lines = [curve([spot[name] for name in ways[one, other]], style) for one, other, style in arrows]
    boxes = [box(name, kinds[name], spot[name]) for name in kinds]
    width = lefts[-1] + widths[-1] + MARGIN if columns else 2 * MARGIN
    return page(max(width, 540), bottom + ROW, [*lines, *boxes, *legend(bottom)])


def columns_of(names: Iterable[str], arrows: Iterable[Arrow]) -> dict[str, int]:
    """Return the column of each node: one more than the greatest of those before it; *names* are in order."""
    before: dict[str, list[str]] = {}
    for one, other, _ in arrows:
        before.setdefault(other, []).append(one)
    at: dict[str, int] = {}
    for name in names:
        at[name] = 1 + max((at[one] for one in before.get(name, ())), default=-1)
    return at


def way(one: str, other: str, at: Mapping[str, int]) -> list[str]:
    """Return the places an edge runs through, its ends included; a place between has a name no node can have."""
    return [one, *(f"\0{one}\0{other}\0{column}" for column in range(at[one] + 1, at[other])), other]


def filled(at: Mapping[str, int], ways: Iterable[Sequence[str]]) -> Columns:
    """Return the nodes and the places of edges in their columns."""
    columns: Columns = [[] for _ in range(max(at.values(), default=-1) + 1)]
    for name, column in at.items():
        columns[column].append(name)
    for one in ways:
        for name in one[1:-1]:
            columns[int(name.rpartition("\0")[2])].append(name)
    return columns


def sorted_columns(columns: Columns, pairs: Sequence[tuple[str, str]]) -> Columns:
    """Return *columns*, each sorted by the mean place of its neighbours, in sweeps to and fro."""
    left, right = neighbours(pairs)
    for sweep in range(SWEEPS):
        sides, order = (left, range(len(columns))) if sweep % 2 == 0 else (right, reversed(range(len(columns))))
        for number in order:
            rank = {name: place for column in columns for place, name in enumerate(column)}
            columns[number] = sorted(
                columns[number], key=lambda name: mean([rank[one] for one in sides.get(name, ())], rank[name])
            )
    return columns


def neighbours(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return what stands left and what stands right of each name."""
    left: dict[str, list[str]] = {}
    right: dict[str, list[str]] = {}
    for one, other in pairs:
        left.setdefault(other, []).append(one)
        right.setdefault(one, []).append(other)
    return left, right


def mean(values: Sequence[float], default: float) -> float:
    """Return the mean of *values*, *default* of none."""
    return sum(values) / len(values) if values else default


def placed(columns: Columns, pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Return the height of each name in pixels: near its neighbours, a row apart from the one above."""
    left, right = neighbours(pairs)
    at = {name: float(MARGIN + ROW * number) for column in columns for number, name in enumerate(column)}
    for sweep in range(SWEEPS):
        sides = left if sweep % 2 == 0 else right
        for column in columns:
            wanted = [mean([at[one] for one in sides.get(name, ())], at[name]) for name in column]
            at |= dict(zip(column, spread(wanted), strict=True))
    top = min(at.values(), default=0) - MARGIN
    return {name: height - top for name, height in at.items()}


def spread(wanted: Sequence[float]) -> list[float]:
    """Return heights at least a row apart, in the same order, as a whole as near to *wanted* as they were."""
    found: list[float] = []
    for height in wanted:
        found.append(max(height, found[-1] + ROW) if found else height)
    shift = (sum(found) - sum(wanted)) / len(found) if found else 0
    return [height - shift for height in found]


def curve(places: Sequence[tuple[float, float, float]], style: str) -> str:
    """Return an arrow through *places*: (left, top, width) of each."""
    x, y = places[0][0] + places[0][2], places[0][1] + ROW / 2 - 5
    path = f"M{x:.0f} {y:.0f}"
    for number, (left, top, width) in enumerate(places[1:], 2):
        to, last = top + ROW / 2 - 5, number == len(places)
        end = left - 3 if last else left
        path += f" C{x + GAP / 2:.0f} {y:.0f} {end - GAP / 2:.0f} {to:.0f} {end:.0f} {to:.0f}"
        path += "" if last else f" H{left + width:.0f}"
        x, y = left + width, to
    return f'<path class="{style}" d="{path}"{DASHES[style]} marker-end="url(#tip)"/>'


def box(name: str, kind: str, spot: tuple[float, float, float]) -> str:
    """Return one node."""
    (left, top, width), (fill, line) = spot, COLORS[kind]
    size = f'x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{ROW - 10}" rx="6"'
    frame = f'<rect {size} fill="{fill}" stroke="{line}"/>'
    return f'{frame}<text x="{left + width / 2:.0f}" y="{top + ROW / 2:.0f}">{escape(name)}</text>'


def legend(top: float) -> list[str]:
    """Return what the lines mean."""
    found = []
    for number, (style, text) in enumerate(LEGEND):
        x = MARGIN + number * 170
        found.append(f'<path d="M{x} {top:.0f} h28"{DASHES[style]} marker-end="url(#tip)"/>')
        found.append(f'<text class="legend" x="{x + 38}" y="{top + 5:.0f}">{text}</text>')
    return found


def page(width: float, height: float, parts: Iterable[str]) -> str:
    """Return the whole picture."""
    style = "text{font:13px ui-monospace,monospace;text-anchor:middle;fill:#1c2733}.legend{text-anchor:start}"
    style += "path{fill:none;stroke:#7b8794;stroke-width:1.3}.tip{fill:#7b8794;stroke:none}rect{stroke-width:1.3}"
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="plugins">'
    ground = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>'
    return "\n".join([head, f"<defs>{TIP}<style>{style}</style></defs>", ground, *parts, "</svg>"])
