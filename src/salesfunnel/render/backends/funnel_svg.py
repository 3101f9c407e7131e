"""The funnel picture as SVG: a bar a step, the way between with its rate and its loss."""

from __future__ import annotations

from salesfunnel.render.backends.scale import fractions, is_log
from salesfunnel.render.backends.svg import MARKS, label, n, svg, words
from salesfunnel.render.model import FunnelPicture, FunnelStep

__all__ = ["funnel_svg"]

WIDE = 460.0
_MIDDLE = WIDE / 2
_HALF = 220.0
_BAR, _WAY = 40.0, 40.0
_TOP = 34.0


def funnel_svg(picture: FunnelPicture, *, titled: bool = True) -> str:
    """Return the picture as one ``<svg>`` element that needs nothing from outside.

    Without `titled` its title is not drawn, as where a caption stands above it.

    Bars are centred; a bar's label and count stand in it, on it where it is narrow. Between two
    bars stand the rate, its interval and how many are lost; a marked step is drawn in the colour
    of its mark. On a logarithmic scale a note says so.
    """
    steps = picture.steps
    shares = fractions([step.count for step in steps])
    halves = [None if share is None else max(share * _HALF, 2.0) for share in shares]
    parts = [words(0, 18, label(picture.title, 60), size=15, weight=600)]
    parts = parts if picture.title and titled else []
    y = _TOP if titled else 4.0
    for i, step in enumerate(steps):
        if i:
            parts.append(_way(step, halves[i - 1], halves[i], y))
            y += _WAY
        parts.append(_bar(step, halves[i], y))
        y += _BAR
    if picture.scale_note and is_log([step.count for step in steps]):
        parts.append(
            words(_MIDDLE, y + 18, picture.scale_note, size=11, anchor="middle", opacity=0.7)
        )
        y += 22
    return svg("".join(parts), WIDE, y + 6, picture.title, _description(steps))


def _bar(step: FunnelStep, half: float | None, y: float) -> str:
    if half is None:
        shape = (
            f'<rect x="{n(_MIDDLE - 60)}" y="{n(y)}" width="120" height="{n(_BAR)}" rx="4" '
            f'fill="none" stroke="currentColor" stroke-dasharray="4 4" opacity=".5"/>'
        )
    else:
        shape = (
            f'<rect x="{n(_MIDDLE - half)}" y="{n(y)}" width="{n(2 * half)}" height="{n(_BAR)}" '
            f'rx="4" fill="#2f7fbf" fill-opacity=".28"/>'
            f'<rect x="{n(_MIDDLE - half)}" y="{n(y)}" width="{n(2 * half)}" height="4" rx="2" '
            f'fill="{MARKS[step.mark]}"/>'
        )
    return (
        shape
        + words(_MIDDLE, y + 18, label(step.label, 44), size=13.5, anchor="middle", opacity=0.85)
        + words(_MIDDLE, y + 34, step.shown, size=14, anchor="middle", weight=600)
    )


def _way(step: FunnelStep, above: float | None, below: float | None, y: float) -> str:
    shape = ""
    if above is not None and below is not None:
        corners = (
            (_MIDDLE - above, y),
            (_MIDDLE + above, y),
            (_MIDDLE + below, y + _WAY),
            (_MIDDLE - below, y + _WAY),
        )
        points = " ".join(f"{n(px)},{n(py)}" for px, py in corners)
        colour = MARKS[step.mark]
        strong = ".22" if step.mark else ".09"
        shape = f'<polygon points="{points}" fill="{colour}" fill-opacity="{strong}"/>'
    first = f"↓ {step.rate}" if step.rate else ""
    if step.interval:
        first += f"  [{step.interval}]"
    second = " · ".join(part for part in (step.lost, step.note) if part)
    return (
        shape
        + words(_MIDDLE, y + 17, label(first, 54), size=13.5, anchor="middle", weight=600)
        + words(_MIDDLE, y + 32, label(second, 60), size=12, anchor="middle", opacity=0.8)
    )


def _description(steps: tuple[FunnelStep, ...]) -> str:
    parts = []
    for step in steps:
        ways = (step.rate, step.interval and f"[{step.interval}]", step.lost, step.note)
        way = ", ".join(part for part in ways if part)
        parts.append(f"{step.label}: {step.shown}" + (f" ({way})" if way else ""))
    return "; ".join(parts)
