"""Draw a chain as SVG: nested boxes, outer to inner; the way in goes down on the left, the way out up on the right.

Each step is a row; a layer opens a box that holds all rows below it. The numbers are the order of
time. What follows the last byte stands below the boxes; what is left out is dashed, in its row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from kernel_admin.chain import Met
from kernel_admin.journey import AROUND, numbered
from kernel_admin.tables import short

ROW, PAD, MARGIN, LANE, TOP, CHARACTER, LONGEST = 30, 8, 16, 40, 62, 7.3, 60
"""Pixels, but for the last: the most characters of a text."""
BEHIND, RIGHT = ("after_response", "on_finish"), ("after_request", "render")
LEVELS = ("application", "app", "group", "route")
STYLE = """
svg{--ground:#fff;--ink:#1c2733;--dim:#5d6975;--line:#b3bdc7;--way:#3b5b92}
.application{--fill:#eff2f5}.app{--fill:#e4eefb}.group{--fill:#e2f4ea}.route{--fill:#fdf2de}
@media(prefers-color-scheme:dark){
svg{--ground:#14181d;--ink:#e4e9ee;--dim:#9aa6b2;--line:#4d5965;--way:#8fb4f0}
.application{--fill:#1f252c}.app{--fill:#1a2b43}.group{--fill:#193529}.route{--fill:#3c3018}}
text{font:12px ui-monospace,monospace;fill:var(--ink)}
.phase,.gone text{fill:var(--dim)}.head{font-weight:600;font-size:13px}.end{text-anchor:end}
.number{fill:var(--ground);text-anchor:middle;font-size:10px}circle{fill:var(--way)}
rect{fill:var(--fill);stroke:var(--line)}.ground{fill:var(--ground);stroke:none}
.gone rect{fill:none;stroke-dasharray:4 3}
.way{fill:none;stroke:var(--way);stroke-width:1.6}.tip{fill:var(--way)}"""
TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    '<path class="tip" d="M0 0 8 4 0 8z"/></marker>'
)


@dataclass(frozen=True, slots=True)
class Row:
    """Where one step stands: the top, in how many boxes, how high its own is, and when it is taken."""

    met: Met
    top: float
    depth: int
    height: float
    times: tuple[int | None, int | None]


def drawn(title: str, chain: Sequence[Met], answered: bool = True) -> str:
    """Return the picture of *chain* as the text of an SVG file."""
    both = list(zip(chain, numbered(chain, answered), strict=True))
    main = [(met, times) for met, times in both if not (met.active and met.step.phase in BEHIND)]
    late = sorted((one for one in both if one not in main), key=lambda one: one[1][1] or 0)
    boxes = sum(opens(met) for met, _ in main)
    bottom = TOP + ROW * max(len(main), 1) + PAD * boxes
    rows = list(stacked(main, bottom))
    under = [Row(met, bottom + 34 + ROW * n, 0, ROW - 6, times) for n, (met, times) in enumerate(late)]
    letters = max([len(caption(met)) for met in chain], default=0) + 12
    width = max(2 * (MARGIN + LANE + PAD * boxes) + CHARACTER * letters, 2 * MARGIN + CHARACTER * (len(title) + 4), 460)
    parts = [label(MARGIN, MARGIN + 8, title, "head")]
    parts += [part for row in [*rows, *under] for part in shape(row, width)]
    parts += ways(rows, width)
    end = bottom + ROW * (len(late) + bool(late))
    parts += [label(MARGIN + LANE, bottom + 26, "when the last byte is out", "phase")] if late else []
    return page(width, end + 2 * ROW, [*parts, *legend(end + ROW)])


def opens(met: Met) -> bool:
    """Tell whether everything further in stands in the box of this step."""
    return met.active and met.step.phase in AROUND


def stacked(main: Sequence[tuple[Met, tuple[int | None, int | None]]], bottom: float) -> Iterator[Row]:
    """Yield the rows, top to bottom."""
    depth = 0
    for number, (met, times) in enumerate(main):
        top = TOP + ROW * number
        yield Row(met, top, depth, bottom - PAD * depth - top if opens(met) else ROW - 6, times)
        depth += opens(met)


def shape(row: Row, width: float) -> Iterator[str]:
    """Yield one step: its box, its numbers, its text, and what a pointer at it is told."""
    step, left = row.met.step, MARGIN + LANE + PAD * row.depth
    right, middle = width - left, row.top + ROW / 2 - 3
    told = "; ".join(filter(None, (row.met.why, nearby(step.where), "async" if step.is_async else "sync")))
    yield f'<g class="{step.level}{"" if row.met.active else " gone"}"><title>{escape(told)}</title>'
    size = f'x="{left}" y="{row.top}" width="{right - left:.0f}" height="{row.height:.0f}" rx="5"'
    yield f"<rect {size}/>"
    for time, at in zip(row.times, (left + 16, right - 16), strict=True):
        if time:
            yield f'<circle cx="{at:.0f}" cy="{middle}" r="9"/>'
            yield label(at, middle + 4, str(time), "number")
    at = right - 34 if step.phase in RIGHT else left + 34
    phase, rest = caption(row.met).split(" ", 1)
    anchor = ' class="end"' if step.phase in RIGHT else ""
    words = f'<tspan class="phase">{phase}</tspan> {escape(rest)}'
    yield f'<text{anchor} x="{at:.0f}" y="{middle + 4}">{words}</text></g>'


def nearby(place: str) -> str:
    """Return "file:line" below the working directory, else with the folder of the file alone."""
    path = short(place)
    return "/".join(path.split("/")[-2:]) if path.startswith("/") else path


def caption(met: Met) -> str:
    """Return the text of a step: its phase, its callable, whose it is, and why it is not met."""
    step = met.step
    name = step.callable.rpartition("<locals>.")[2]
    owner = f" · {step.plugin}" if step.plugin else ""
    more = met.why if step.phase == "rescue" and met.active else "" if met.active else step.status
    whole = f"{step.phase} {name}{owner}{f' · {more}' if more else ''}"
    return whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…"


def ways(rows: Sequence[Row], width: float) -> list[str]:
    """Return the way in, the way out, and where they lead."""
    left, right = MARGIN + LANE / 2, width - MARGIN - LANE / 2
    (at, turn), (off, back) = (innermost(rows, way) for way in (0, 1))
    lines = [f"M{left:.0f} {TOP - 8}V{turn}H{at:.0f}", f"M{width - off:.0f} {back}H{right:.0f}V{TOP - 12}"]
    words = [label(MARGIN, TOP - 18, "request", "phase"), label(width - MARGIN, TOP - 18, "response", "phase end")]
    return [*(f'<path class="way" d="{one}" marker-end="url(#tip)"/>' for one in lines), *words]


def innermost(rows: Sequence[Row], way: int) -> tuple[float, float]:
    """Return how far from the edge, and how far down, the innermost step of the way in (0) or out (1) stands."""
    row = next((row for row in reversed(rows) if row.times[way]), None)
    return (MARGIN + LANE + PAD * row.depth, row.top + ROW / 2 - 3) if row else (MARGIN + LANE, TOP + ROW / 2 - 3)


def legend(top: float) -> Iterator[str]:
    """Yield what the colours mean."""
    for number, level in enumerate(LEVELS):
        left = MARGIN + LANE + 120 * number
        yield f'<rect class="{level}" x="{left}" y="{top}" width="12" height="12" rx="2"/>'
        yield label(left + 18, top + 10, level, "phase")


def label(x: float, y: float, words: str, kind: str) -> str:
    """Return a text."""
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def page(width: float, height: float, parts: Iterable[str]) -> str:
    """Return the whole file."""
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="the way of a request">'
    ground = '<rect class="ground" width="100%" height="100%"/>'
    return "\n".join([head, f"<defs>{TIP}<style>{STYLE}</style></defs>", ground, *parts, "</svg>"]) + "\n"
