"""A grid of coloured cells as SVG: an RFM grid, a cohort triangle."""

from __future__ import annotations

import math

from salesfunnel.render._svg import COLOURS, label, n, svg, words
from salesfunnel.render.model import Grid

__all__ = ["grid_svg"]

SIDE, HIGH, CELL = 130.0, 30.0, 74.0


def grid_svg(block: Grid) -> str:
    """Return the grid; the deeper the colour, the greater the value among those shown."""
    known = [v for row in block.values for v in row if v is not None and math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    wide = SIDE + CELL * len(block.columns) + 10
    parts = [words(10, 20, label(block.corner, 14), size=12, weight=600)]
    for c, name in enumerate(block.columns):
        x = SIDE + CELL * (c + 0.5)
        parts.append(words(x, 20, label(name, 10), size=12, anchor="middle", weight=600))
    for r, name in enumerate(block.rows):
        y = HIGH * (r + 1)
        parts.append(words(10, y + 20, label(name, 18), size=12, weight=600))
        for c, value in enumerate(block.values[r]):
            if value is None or not math.isfinite(value):
                continue
            depth = 0.12 + 0.58 * ((value - low) / (high - low) if high > low else 0.5)
            x = SIDE + CELL * c
            parts.append(
                f'<rect x="{n(x + 1)}" y="{n(y + 1)}" width="{n(CELL - 2)}" height="{n(HIGH - 2)}" '
                f'rx="3" fill="{COLOURS[0]}" fill-opacity="{n(depth)}"/>'
            )
            parts.append(words(x + CELL / 2, y + 20, block.shown[r][c], size=12, anchor="middle"))
    described = "; ".join(
        f"{name}: " + ", ".join(cell or "–" for cell in block.shown[r])
        for r, name in enumerate(block.rows)
    )
    return svg("".join(parts), wide, HIGH * (len(block.rows) + 1) + 8, block.title, described)
