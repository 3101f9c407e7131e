"""Pieces of fragments: the frame, tables with pictures in their cells, small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import e
from salesfunnel.render.backends.style import FRAGMENT
from salesfunnel.render.charts.pen import n

__all__ = [
    "ROWS", "SCROLL", "Picture", "bullet", "folded", "frame", "note", "spark", "table", "whisker",
]  # fmt: skip

ROWS = 12
"""Rows of a fragment's table at most."""
SCROLL = '<div class="sf-scroll" tabindex="0" role="group"'
"""What a table stands in: where it is wider than its cell, keys can move it."""


@attrs.frozen
class Picture:
    """A cell that is HTML already."""

    html: str


def frame(title: str, muted: str, *parts: str, locale: Locale) -> str:
    """Return a fragment: its style, a line that names it, its parts."""
    lang = "zh-CN" if locale == "zh" else "en"
    more = f"<span>{e(muted)}</span>" if muted else ""
    return (
        f'<div class="sf" lang="{lang}"><style>{FRAGMENT}</style>'
        f'<div class="sf-h"><b>{e(title)}</b>{more}</div>{"".join(parts)}</div>'
    )


def note(words: str) -> str:
    """Return a note below a table."""
    return f'<div class="sf-note">{e(words)}</div>' if words else ""


def folded(summary: str, *parts: str) -> str:
    """Return parts that are folded until asked for."""
    inner = "".join(parts)
    return f"<details><summary>{e(summary)}</summary>{inner}</details>" if inner else ""


def table(
    heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[str | Picture]], *, locale: Locale,
    marks: Sequence[str] = (), total: int | None = None, wide: int | None = None,
) -> str:  # fmt: skip
    """Return a table of at most `ROWS` rows.

    Parameters
    ----------
    heads : sequence of (str, str)
        Title and class of each column: ``""`` left, ``"sf-r"`` right, ``"sf-s"`` in one line.
    rows : iterable of sequences
        Words, or pictures.
    marks : sequence of str
        A class for each row.
    total : int, optional
        Rows there are, where they are more than those given.
    wide : int, optional
        The column of pictures, which takes the room that is left.
    """
    shown = list(rows)
    size = len(shown) if total is None else total
    head = "".join(
        f'<th scope="col" class="{kind}"'
        + (' style="width:34%"' if place == wide else "")
        + f">{e(title)}</th>"
        if title
        else "<td></td>"  # a heading without words is none
        for place, (title, kind) in enumerate(heads)
    )
    body = []
    for place, row in enumerate(shown[:ROWS]):
        mark = marks[place] if place < len(marks) else ""
        first, *others = zip(row, heads, strict=True)
        cells = [f'<th scope="row" class="{first[1][1]}">{_cell(first[0])}</th>']
        cells += [f'<td class="{kind}">{_cell(cell)}</td>' for cell, (_, kind) in others]
        kind = f' class="{mark}"' if mark else ""
        body.append(f"<tr{kind}>{''.join(cells)}</tr>")
    left = size - min(len(shown), ROWS)
    more = note(text("page.more-rows", locale, n=f"{left:,}")) if left > 0 else ""
    named = e(", ".join(title for title, _ in heads if title))
    return (
        f'{SCROLL} aria-label="{named}"><table class="sf-t"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>{more}"
    )


def _cell(cell: str | Picture) -> str:
    return cell.html if isinstance(cell, Picture) else e(cell)


def _svg(body: str, high: int) -> Picture:
    return Picture(
        f'<svg width="100%" height="{high}" aria-hidden="true" '
        f'style="width:100%;height:{high}px;display:block;overflow:visible">{body}</svg>'
    )


def colour(name: str) -> str:
    """Return the variable that holds a colour."""
    return f"var(--sf-{name})"


def bullet(
    value: float | None, mark: float | None, *, top: float = 1.0, bad: bool = False
) -> Picture:
    """Return a bar with a mark to compare with."""
    if value is None or top <= 0:
        return Picture("")
    wide = min(max(value / top, 0.0), 1.0) * 100
    body = (
        f'<rect x="0" y="6" width="100%" height="6" fill="{colour("line")}"/>'
        f'<rect x="0" y="6" width="{n(wide)}%" height="6" '
        f'fill="{colour("alert" if bad else "main")}"/>'
    )
    if mark is not None:
        place = n(min(max(mark / top, 0.0), 1.0) * 100)
        body += (
            f'<line x1="{place}%" y1="2" x2="{place}%" y2="16" stroke="{colour("ink")}" '
            'stroke-width="2"/>'
        )
    return _svg(body, 18)


def whisker(
    middle: float | None, low: float | None, high: float | None, ends: tuple[float, float], *,
    role: str = "main", rule: float | None = None,
) -> Picture:  # fmt: skip
    """Return a dot with its range on a line from one end to the other."""
    first, last = ends
    wide = (last - first) or 1.0

    def at(value: float) -> str:
        return n(min(max((value - first) / wide, 0.0), 1.0) * 100)

    body = f'<line x1="0" y1="9" x2="100%" y2="9" stroke="{colour("line")}"/>'
    if rule is not None:
        body += (
            f'<line x1="{at(rule)}%" y1="1" x2="{at(rule)}%" y2="17" stroke="{colour("muted")}" '
            'stroke-dasharray="3 3"/>'
        )
    if low is not None and high is not None:
        body += (
            f'<line x1="{at(low)}%" y1="9" x2="{at(high)}%" y2="9" stroke="{colour(role)}" '
            'stroke-width="2"/>'
        )
    if middle is not None:
        body += f'<circle cx="{at(middle)}%" cy="9" r="4" fill="{colour(role)}"/>'
    return _svg(body, 18)


def spark(values: Sequence[float | None]) -> Picture:
    """Return a line through values, its last one as a dot."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return Picture("")
    low, high = min(known), max(known)
    wide, size = (high - low) or 1.0, len(values) - 1
    points = [
        (i / size * 1000, 15 - 12 * (v - low) / wide) for i, v in enumerate(values) if v is not None
    ]
    path = "L".join(f"{n(x)} {n(y)}" for x, y in points)
    x, y = points[-1]
    body = (
        '<svg x="0" y="0" width="100%" height="18" viewBox="0 0 1000 18" '
        'preserveAspectRatio="none" style="width:100%;height:18px;overflow:visible">'
        f'<path d="M{path}" fill="none" stroke="{colour("main")}" stroke-width="1.5" '
        'vector-effect="non-scaling-stroke"/></svg>'
        f'<circle cx="{n(x / 10)}%" cy="{n(y)}" r="2.5" fill="{colour("main")}"/>'
    )
    return _svg(body, 18)
