"""Tables as text: columns as wide as their words need; too narrow, one row below the other."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel._core.safe_text import clean
from salesfunnel.render import model
from salesfunnel.render.backends.width import pad, pieces, width, wrap

__all__ = ["MARKS", "table_lines"]

LONGEST, SHORT, NARROW = 20, 13, 8
"""Widths in a table: what one word may claim, what stays in one line, the least of Chinese."""
STEP = 12
"""What the longer name of a step may claim."""
TALLEST = 6
"""Lines of a cell above which the rows of a table stand one below the other."""
MARKS = {"good": "+", "warn": "!", "bad": "!!", "muted": "", "": ""}
"""Signs for marks, readable without colour."""


def table_lines(block: model.Table, columns: int) -> list[str]:
    """Return a table as lines: side by side where that can be read, else one block a row."""
    marked = any(block.marks)
    heads = [clean(column.title) for column in block.columns]
    rows = [[clean(cell) for cell in row] for row in block.rows]
    aligns = [column.align for column in block.columns]
    if marked:
        heads, aligns = ["", *heads], ["left", *aligns]
        rows = [[MARKS[m], *row] for m, row in zip(block.marks, rows, strict=True)]
    lines = wrap(clean(block.caption), columns) if block.caption else []
    if not rows:
        return lines
    found = _sizes(heads, rows, columns)
    if found is None or _tall(rows, found[0]):
        return [*lines, *_records(heads, rows, columns)]
    sizes, gap = found
    lines += _row(heads, sizes, aligns, gap)
    lines.append(gap.join("─" * size for size in sizes))
    shown = [_row(row, sizes, aligns, gap) for row in rows]
    for before, row in zip([[], *shown], shown, strict=False):
        tall = max(len(before), len(row)) > 2
        lines += [""] * bool(before and tall) + row
    return lines


def _sizes(heads: list[str], rows: list[list[str]], columns: int) -> tuple[list[int], str] | None:
    """Return the width of each column, and the gap; None if they cannot stand side by side.

    Each column gets what its longest word or figure needs; what is left goes, column by column, to
    the one whose cells would be the tallest.
    """
    natural = [max(map(width, cells)) for cells in zip(*rows, strict=True)]
    words = [max(map(_longest, cells)) for cells in zip(heads, *rows, strict=True)]
    for least in (SHORT, 0):  # short cells stay in one line where there is room for that
        sizes = [
            max(word, size if size <= least else 0)
            for size, word in zip(natural, words, strict=True)
        ]
        gap = "  " if sum(sizes) + 2 * (len(sizes) - 1) <= columns else " "
        room = columns - len(gap) * (len(sizes) - 1) - sum(sizes)
        if room >= 0:
            break
    else:
        return None
    natural = [max(n, width(head)) for n, head in zip(natural, heads, strict=True)]
    while room > 0:
        lines = [
            full / size if full > size else 0.0 for full, size in zip(natural, sizes, strict=True)
        ]
        if not any(lines):
            break
        sizes[lines.index(max(lines))] += 1
        room -= 1
    return sizes, gap


def _longest(cell: str) -> int:
    """Return the width that a cell needs at least: of a figure or a word, all of it."""
    longest = max((width(piece.rstrip()) for piece in pieces(cell)), default=0)
    first, arrow, second = cell.partition(" → ")
    if arrow:
        longest = max(longest, min(max(width(first) + 2, width(second)), STEP))
    wide = width(cell) if width(cell) > len(cell) else 0  # one Chinese word is not a column
    return min(max(longest, min(wide, NARROW)), LONGEST)


def _tall(rows: list[list[str]], sizes: list[int]) -> bool:
    """Whether cells of a table would be too tall to be read across."""
    return any(
        len(wrap(cell, size)) > TALLEST
        for row in rows
        for cell, size in zip(row, sizes, strict=True)
        if width(cell) > size
    )


def _records(heads: list[str], rows: list[list[str]], columns: int) -> list[str]:
    """Return a table that is too wide as one block a row: the names of the columns at the left."""
    left = min(max(map(width, heads), default=0), columns // 3)
    lines: list[str] = []
    for number, row in enumerate(rows):
        if number:
            lines.append("")
        mark = ""
        for head, said in zip(heads, row, strict=True):
            if not head and said in MARKS.values():
                mark = f"{said} " * bool(said)
                continue
            cell, mark = mark + said, ""
            if not cell or not head:
                lines += [cell] * bool(cell)
                continue
            names, words = wrap(head, left), wrap(cell, columns - left - 2)
            for i in range(max(len(names), len(words))):
                name = names[i] if i < len(names) else ""
                lines.append(f"{pad(name, left)}  {words[i] if i < len(words) else ''}".rstrip())
    return lines


def _row(cells: Sequence[str], sizes: Sequence[int], aligns: Sequence[str], gap: str) -> list[str]:
    wrapped = [wrap(cell, size) for cell, size in zip(cells, sizes, strict=True)]
    height = max(map(len, wrapped), default=1)
    lines = []
    for i in range(height):
        parts = [
            pad(lines_of[i] if i < len(lines_of) else "", size, align)
            for lines_of, size, align in zip(wrapped, sizes, aligns, strict=True)
        ]
        lines.append(gap.join(parts).rstrip())
    return lines
