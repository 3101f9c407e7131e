"""Pictures of what adds up: waterfalls, and the ladder of a target."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import deals_words, plus
from salesfunnel.render.charts.kinds.rates import FIGURES, unique
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["LadderRow", "WaterfallRow", "ladder", "waterfall"]


@attrs.frozen(kw_only=True)
class WaterfallRow:
    """One bar of a waterfall.

    Parameters
    ----------
    name, note : str
    amount : float
        The change, or for a total the level itself.
    part : {"total", "change", "unexplained", "sum"}
        A total stands on zero; a sum stands on zero and ends the bars.
    low, high : float or None
        Interval of the change.
    alert : bool
        Whether it is what brings the figure below its baseline.
    figure : str
        Words at its right; the signed amount by default.
    key : str
    """

    name: str
    amount: float
    part: str = "change"
    low: float | None = None
    high: float | None = None
    alert: bool = False
    good: bool = False
    note: str = ""
    figure: str = ""
    key: str = ""


def waterfall(
    rows: Sequence[WaterfallRow], locale: Locale, *, title: str, subtitle: str = "",
    note: str = "", kind: str = "causes", scale: ChartScale | None = None,
) -> Chart:  # fmt: skip
    """Return bars that add up: each starts where the one before ends; totals stand on zero."""
    names = unique([row.name for row in rows])
    level = 0.0
    starts, ends = [], []
    for row in rows:
        if row.part in {"total", "sum"}:
            starts.append(0.0)
            ends.append(row.amount)
            level = row.amount
        else:
            starts.append(level)
            level += row.amount
            ends.append(level)
    places = list(zip(names, rows, starts, ends, strict=True))
    plain = all(row.part == "total" for row in rows)  # no ends of a sum, but what was observed
    marks: list[ChartMark] = []
    looks: tuple[tuple[Role, bool, Callable[[WaterfallRow], bool]], ...] = (
        ("main" if plain else "total", False, lambda r: r.part in {"total", "sum"}),
        ("context", True, lambda r: r.part == "unexplained"),
        ("alert", False, lambda r: r.part == "change" and r.alert),
        ("main", False, lambda r: r.part == "change" and r.good and not r.alert),
        ("context", False, lambda r: r.part == "change" and not r.good and not r.alert),
    )
    for role, hatched, pick in looks:
        part = [place for place in places if pick(place[1])]
        if part:
            marks.append(ChartMark(
                shape="bar", role=role, hatched=hatched, x=[a for *_, a, _ in part],
                x2=[b for *_, b in part], y=[name for name, *_ in part],
                tip=[f"{row.name}: {_amount(row)}" for _, row, *_ in part],
            ))  # fmt: skip
    sure = [p for p in places if p[1].low is not None and p[1].high is not None]
    marks.append(ChartMark(
        shape="whisker", role="target", y=[name for name, *_ in sure],
        x=[a + (row.low or 0.0) for _, row, a, _ in sure],
        x2=[a + (row.high or 0.0) for _, row, a, _ in sure],
    ))  # fmt: skip
    for role, alert in FIGURES:
        part = [p for p in places if p[1].alert is alert]
        marks.append(ChartMark(
            shape="label", role=role, y=[name for name, *_ in part],
            text=[_amount(row) for _, row, *_ in part],
        ))  # fmt: skip
    noted = [p for p in places if p[1].note]
    marks.append(ChartMark(
        shape="label", role="context", y=[name for name, *_ in noted],
        text=[row.note for _, row, *_ in noted],
    ))  # fmt: skip
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    items = join.join(f"{row.name}{colon}{_amount(row)}" for row in rows)
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "name": [row.key or row.name for row in rows], "start": starts, "end": ends,
            "amount": [row.amount for row in rows], "low": [row.low for row in rows],
            "high": [row.high for row in rows], "part": [row.part for row in rows],
        },
        x=ChartScale(kind="number") if scale is None else scale,
        y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=items),
    )  # fmt: skip


def _amount(row: WaterfallRow) -> str:
    if row.figure:
        return row.figure
    words = deals_words(row.amount)
    return words if row.part in {"total", "sum"} else plus(words)


@attrs.frozen(kw_only=True)
class LadderRow:
    """One rung of a target: how many a stage needs, and how many it had lately."""

    name: str
    need: float
    have: float | None = None
    key: str = ""


def ladder(
    rows: Sequence[LadderRow], locale: Locale, *, title: str, subtitle: str = "", note: str = ""
) -> Chart:
    """Return what every stage needs for the target, beside what it has now."""
    names = unique([row.name for row in rows])
    pairs = list(zip(names, rows, strict=True))
    short = [(n, r) for n, r in pairs if r.have is not None and r.have < r.need]
    known = [(n, r) for n, r in pairs if r.have is not None]
    marks = [
        ChartMark(
            shape="bar", x=[0.0] * len(known), x2=[r.have for _, r in known],
            y=[n for n, _ in known], name=text("chart.ladder-have", locale),
            text=[deals_words(r.have or 0.0) for _, r in known],
        ),
        ChartMark(
            shape="bar", role="alert", hatched=True, x=[r.have for _, r in short],
            x2=[r.need for _, r in short], y=[n for n, _ in short],
            name=text("chart.ladder-short", locale),
        ),
        ChartMark(
            shape="rule", role="target", x=[r.need for _, r in pairs], y=names,
            name=text("chart.ladder-need", locale),
        ),
        ChartMark(
            shape="label", role="total", y=names, text=[deals_words(r.need) for _, r in pairs]
        ),
    ]  # fmt: skip
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    return Chart(
        kind="ladder", title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "stage": [row.key or row.name for row in rows], "need": [row.need for row in rows],
            "have": [row.have for row in rows],
        },
        x=ChartScale(kind="number", low=0.0), y=ChartScale(kind="category", order=names),
        marks=marks,
        alt=text(
            "chart.list-alt", locale, title=title,
            items=join.join(f"{row.name}{colon}{deals_words(row.need)}" for row in rows),
        ),
    )  # fmt: skip
