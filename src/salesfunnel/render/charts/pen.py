"""Marks as pieces of SVG: eight functions, on places that are px or percent of the width."""

from __future__ import annotations

from html import escape

import attrs

from salesfunnel._core.safe_text import clean
from salesfunnel.render.backends.width import width
from salesfunnel.render.charts.palette import LIGHT, Palette
from salesfunnel.render.charts.scales import Axis

__all__ = ["Pen", "n", "text_width", "text_svg"]

LETTER = 6.7
"""Mean width in px of a letter of 12 px type; a Chinese one takes two."""


def n(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if "." in f"{value:.2f}" else f"{value:.2f}"


def text_width(words: str, size: float = 12) -> float:
    """Return roughly how many px a text takes."""
    return max((width(line) for line in words.split("\n")), default=0) * LETTER * size / 12


@attrs.frozen(kw_only=True)
class Pen:
    """Where and in which colours to draw.

    Parameters
    ----------
    x, y : Axis
    left, wide : float or None
        Of a picture of fixed width: where the plot begins, and how wide it is, in px. None: places
        are percent of a width that is not known.
    top, high : float
        Where the plot begins, and how high it is, in px.
    colours : Palette or None
        None: colours are variables of the page's style.
    half : float
        Half the height of a bar in a row of categories, or half the width of a column (fixed).
    row : str or None
        Draw only the marks of this category of `y`, in the middle.
    """

    x: Axis
    y: Axis
    left: float = 0.0
    wide: float | None = None
    top: float = 0.0
    high: float = 0.0
    colours: Palette | None = None
    half: float = 8.0
    row: str | None = None

    def colour(self, name: str) -> str:
        """Return a colour of the theme, or the variable that holds it."""
        if self.colours is None:
            return f"var(--sf-{name.replace('_', '-')},{getattr(LIGHT, name)})"
        found: str = getattr(self.colours, name)
        return found

    def px(self, place: float) -> str:
        """Return a horizontal place."""
        return f"{n(place * 100)}%" if self.wide is None else n(self.left + place * self.wide)

    def span(self, length: float) -> str:
        """Return a horizontal length."""
        return f"{n(length * 100)}%" if self.wide is None else n(length * self.wide)

    def py(self, place: float) -> float:
        """Return a vertical place: categories run down, numbers run up."""
        if self.row is not None:
            return self.top + self.high / 2
        return self.top + (place if self.y.categorical else 1 - place) * self.high

    def path(self, points: list[tuple[float, float]], style: str, *, closed: bool = False) -> str:
        """Return a line through points of (place, px), which keeps its width when it is scaled."""
        scale, left = (1000.0, 0.0) if self.wide is None else (self.wide, self.left)
        steps = "L".join(f"{n(left + p * scale)} {n(q)}" for p, q in points)
        return self._stretched(f'<path d="M{steps}{"Z" if closed else ""}" {style}/>')

    def points(self, points: list[tuple[float, float]], style: str) -> str:
        """Return points of (place, px) as one path of lines without length."""
        scale, left = (1000.0, 0.0) if self.wide is None else (self.wide, self.left)
        steps = "".join(f"M{n(left + p * scale)} {n(q)}h0" for p, q in points)
        return self._stretched(f'<path d="{steps}" {style}/>')

    def _stretched(self, shape: str) -> str:
        if self.wide is not None:
            return shape
        size = n(self.top + self.high)
        return (
            f'<svg x="0" y="0" width="100%" height="{size}" viewBox="0 0 1000 {size}" '
            f'preserveAspectRatio="none" style="width:100%;height:{size}px;overflow:visible">'
            f"{shape}</svg>"
        )


def text_svg(
    pen: Pen, x: str, y: float, words: str, *, anchor: str = "start", size: float = 12,
    weight: int = 400, colour: str = "ink", dx: float = 0, halo: bool = False,
) -> str:  # fmt: skip
    """Return a text of one or more lines; with `halo`, readable upon lines."""
    style = f"font-size:{n(size)}px;fill:{pen.colour(colour)}"
    if weight != 400:
        style += f";font-weight:{weight}"
    if halo:
        style += f";paint-order:stroke;stroke:{pen.colour('back')};stroke-width:3px"
    end = f' text-anchor="{anchor}"' if anchor != "start" else ""
    lines = clean_lines(words)
    shift = f' dx="{n(dx)}"' if dx else ""
    start = f'<text x="{x}" y="{n(y)}"{shift}{end} style="{style}"'
    if len(lines) == 1:
        return f"{start}>{escape(lines[0])}</text>"
    body = "".join(
        f'<tspan x="{x}"{shift} dy="{n(0 if i == 0 else size * 1.25)}">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    return f"{start}>{body}</text>"


def clean_lines(words: str) -> list[str]:
    """Return the lines of a text without characters that act."""
    return [clean(line) for line in words.split("\n")]
