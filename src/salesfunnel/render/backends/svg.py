"""Pieces of SVG: numbers short, text escaped and cut to what fits."""

from __future__ import annotations

from html import escape

from salesfunnel._core.safe_text import clean
from salesfunnel.render.backends.width import width

BLUE, PALE, RED, AMBER, GREEN = "#2f7fbf", "#2f7fbf33", "#d1495b", "#b07d00", "#2e9e6b"
COLOURS = (BLUE, "#c8622a", GREEN, "#8b6bb8", AMBER)
DASHES = ("", "7 4", "2 3", "9 3 2 3", "1 5")
"""A pattern a line, so that lines can be told apart without their colours."""
MARKS = {"": BLUE, "good": GREEN, "warn": AMBER, "bad": RED, "muted": "#8a94a0"}
SANS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',"
    "'Noto Sans CJK SC',sans-serif"
)


def n(value: float) -> str:
    """Return a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def label(text: str, columns: int) -> str:
    """Return a text cut to `columns` of a monospaced terminal, which is close to its width."""
    text = clean(text)
    if width(text) <= columns:
        return text
    kept = ""
    for char in text:
        if width(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def words(
    x: float,
    y: float,
    text: str,
    *,
    size: float = 13,
    anchor: str = "start",
    weight: int = 400,
    opacity: float = 1,
    fill: str = "currentColor",
) -> str:
    """Return a text element."""
    faint = f' opacity="{n(opacity)}"' if opacity != 1 else ""
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}" text-anchor="{anchor}" '
        f'fill="{fill}"{bold}{faint}>{escape(clean(text))}</text>'
    )


def svg(body: str, wide: float, high: float, title: str, description: str) -> str:
    """Return a picture that scales and that a screen reader can read."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(wide)} {n(high)}" role="img" '
        f'aria-label="{escape(clean(title), quote=True)}" '
        f'width="{n(wide)}" height="{n(high)}" font-family="{SANS}">'
        f"<title>{escape(clean(title))}</title><desc>{escape(clean(description))}</desc>"
        f"{body}</svg>"
    )
