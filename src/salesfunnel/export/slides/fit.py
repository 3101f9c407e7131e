"""Text that fits its box: as large as it can be, cut with a mark where it cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence

from salesfunnel._core.safe_text import clean
from salesfunnel.render.backends.width import width, wrap

__all__ = ["cut", "fitting", "lines_of", "row_height", "table_fitting"]

_LETTER, _BOLD = 0.56, 0.64
"""Ems that a column takes across, so that fonts that stand in for Calibri fit as well."""
_LEADING = 1.25
_SIDES, _PADDING = 0.25, 0.16
"""Inches that a cell of a table keeps free across and down."""


def lines_of(text: str, size: float, across: float, *, bold: bool = False) -> int:
    """Return how many lines a text takes at a size (points) in so many inches."""
    room = _columns(size, across, bold)
    return sum(len(wrap(line, room)) if width(line) > room else 1 for line in text.split("\n"))


def _columns(size: float, across: float, bold: bool) -> int:
    return max(int(across * 72 / (size * (_BOLD if bold else _LETTER))), 4)


def fitting(
    texts: Sequence[str],
    across: float,
    down: float,
    sizes: Sequence[float],
    *,
    gap: float = 0.0,
    bold: bool = False,
) -> tuple[float, list[str]]:
    """Return the largest size at which all paragraphs fit, and the paragraphs.

    At the smallest size what does not fit is cut, and a mark says so.
    """
    for size in sizes:
        if _height(texts, size, across, gap, bold) <= down:
            return size, list(texts)
    size, kept = sizes[-1], list[str]()
    room, left = _columns(size, across, bold), down
    for text in texts:
        lines = int(left * 72 / (size * _LEADING))
        if lines < 1:
            kept[-1:] = [cut(f"{line} …", max(width(line), 3)) for line in kept[-1:]]
            break
        if lines_of(text, size, across, bold=bold) > lines:
            kept.append(_shortened(text, lines, size, across, bold, room))
            break
        kept.append(text)
        left -= _height([text], size, across, 0, bold) + gap
    return size, kept


def _shortened(text: str, lines: int, size: float, across: float, bold: bool, room: int) -> str:
    short = cut(text.replace("\n", " "), lines * room)
    while lines_of(short, size, across, bold=bold) > lines and width(short) > room // 2:
        short = cut(short, width(short) - 3)
    return short


def _height(texts: Sequence[str], size: float, across: float, gap: float, bold: bool) -> float:
    lines = sum(lines_of(text, size, across, bold=bold) for text in texts)
    return lines * size * _LEADING / 72 + gap * max(len(texts) - 1, 0)


def cut(text: str, columns: int) -> str:
    """Return a text of at most so many columns; a mark says that it was cut."""
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for char in text:
        used += width(char)
        if used > max(math.floor(columns) - 1, 1):
            break
        kept += char
    return kept.rstrip() + "…"


def table_fitting(
    rows: Sequence[Sequence[str]], widths: Sequence[float], down: float
) -> tuple[float, list[list[str]]]:
    """Return the size at which a table fits, and its cells; at the smallest size they are cut."""
    cells = [[clean(str(cell)) or " " for cell in row] for row in rows]
    sizes = (18, 16, 15, 14, 13, 12, 11)
    for size in sizes:
        if sum(row_height(row, widths, size, head=not i) for i, row in enumerate(cells)) <= down:
            return size, cells
    size = sizes[-1]
    each = (down / len(cells) - _PADDING) * 72 / (size * _LEADING)
    lines = max(int(each), 1)
    done = [
        [
            fitting(
                [cell], wide - _SIDES, (lines + 0.1) * size * _LEADING / 72, (size,), bold=not i
            )[1][0]
            for cell, wide in zip(row, widths, strict=True)
        ]
        for i, row in enumerate(cells)
    ]
    return size, done


def row_height(
    row: Sequence[str], widths: Sequence[float], size: float, *, head: bool = False
) -> float:
    """Return the inches that a row of a table takes down."""
    lines = max(
        lines_of(cell, size, wide - _SIDES, bold=head)
        for cell, wide in zip(row, widths, strict=True)
    )
    return lines * size * _LEADING / 72 + _PADDING
