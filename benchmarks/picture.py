"""A picture of figures: bars in groups, on a logarithmic scale, as SVG."""

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

COLOURS = ("#d6336c", "#1c7ed6", "#2f9e44", "#f08c00", "#7048e8", "#868e96", "#0c8599")
BAR, GAP, LEFT, WIDTH, TOP = 9, 10, 260, 560, 40
"""Heights of a bar and between groups, room for names, for the greatest bar and for the legend, in pixels."""


def bars(figures: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> str:
    """Return the figures of each row, at least 1, one bar a name."""
    most = log10(max(max(row.values(), default=10) for row in figures.values()) + 1)
    parts, y = [*legend(names)], TOP
    for row, found in figures.items():
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + BAR * len(names) / 2 + 4:.0f}" text-anchor="end">{escape(row)}</text>'
        )
        for name, colour in zip(names, COLOURS, strict=False):
            if name in found:
                width = max(log10(max(found[name], 1)) / most * WIDTH, 1)
                parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR - 1}" fill="{colour}"/>')
                number = f'<text x="{LEFT + width + 4:.0f}" y="{y + BAR - 1}" font-size="9">{found[name]:.2f}</text>'
                parts.append(number)
            y += BAR
        y += GAP
    size = f'width="{LEFT + WIDTH + 60}" height="{y}"'
    style = 'font-family="sans-serif" font-size="12" fill="#212529"'
    back = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{back}\n' + "\n".join(parts) + "\n</svg>\n"


def legend(names: Sequence[str]) -> list[str]:
    """Return the names beside their colours."""
    return [
        f'<rect x="{10 + 115 * place}" y="12" width="12" height="12" fill="{colour}"/>'
        f'<text x="{26 + 115 * place}" y="22">{escape(name)}</text>'
        for place, (name, colour) in enumerate(zip(names, COLOURS, strict=False))
    ]
