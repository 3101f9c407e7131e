"""Pictures of flows: where deals go, what adds up to a change, a ladder of targets."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._typing import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart, ChartMark, ChartScale
from salesfunnel.render.charts.figures import deals_words, plus, whole_percent
from salesfunnel.render.charts.kinds.rates import unique

__all__ = ["FunnelRow", "LadderRow", "WaterfallRow", "funnel", "ladder", "waterfall"]


@attrs.frozen(kw_only=True)
class FunnelRow:
    """What became of the deals of one stage.

    Parameters
    ----------
    name : str
    entered : float
    advanced : float or None
        None at the last stage.
    lost, open : float or None
        None where only counts are known: all who did not advance are then drawn as one.
    baseline : float or None
        The share that advanced before, in [0, 1].
    alert : bool
        Whether this step is below its baseline.
    key : str
    """

    name: str
    entered: float
    advanced: float | None = None
    lost: float | None = None
    open: float | None = None
    baseline: float | None = None
    alert: bool = False
    key: str = ""


def funnel(
    rows: Sequence[FunnelRow], locale: Locale, *, title: str, subtitle: str = "", note: str = "",
    kind: str = "funnel",
) -> Chart:  # fmt: skip
    """Return the funnel: a bar a stage from one zero, split by what became of its deals."""
    names = unique([row.name for row in rows])
    parts: dict[str, list[tuple[str, float, float, str]]] = {
        "advanced": [], "short": [], "rest": [], "lost": [], "open": [], "end": [],
    }  # fmt: skip
    rules = []
    for name, row in zip(names, rows, strict=True):
        if row.advanced is None:
            parts["end"].append((name, 0.0, row.entered, deals_words(row.entered)))
            continue
        done = min(row.advanced, row.entered)
        parts["advanced"].append((name, 0.0, done, deals_words(row.advanced)))
        at = done
        if row.alert and row.baseline is not None:
            lost = row.lost if row.lost is not None else row.entered - done
            short = min(max(row.baseline * row.entered - done, 0.0), lost)
            words = text("chart.short-of-baseline", locale) + f" {deals_words(short)}"
            parts["short"].append((name, at, at + short, words))
            at += short
        if row.lost is None or row.open is None:
            parts["rest"].append((name, at, row.entered, ""))
        else:
            end = max(row.entered - row.open, at)
            parts["lost"].append((name, at, end, ""))
            parts["open"].append((name, end, row.entered, ""))
        if row.baseline is not None:
            rules.append((name, row.baseline * row.entered))
    styles = {
        "advanced": ("main", False), "end": ("main", False), "short": ("alert", True),
        "rest": ("lost", False), "lost": ("lost", False), "open": ("open", False),
    }  # fmt: skip
    marks = [
        ChartMark(
            shape="bar", role=styles[part][0], hatched=styles[part][1],
            name="" if part == "end" else text(f"chart.funnel-{part}", locale),
            x=[a for _, a, _, _ in bars], x2=[b for _, _, b, _ in bars],
            y=[name for name, *_ in bars],
            text=[words if part in {"advanced", "end"} else "" for *_, words in bars],
            tip=[_bar_tip(part, b - a, words, locale) for _, a, b, words in bars],
        )
        for part, bars in parts.items()
        if bars
    ]  # fmt: skip
    if rules:
        marks.append(ChartMark(
            shape="rule", role="target", name=text("chart.funnel-baseline", locale),
            x=[at for _, at in rules], y=[name for name, _ in rules],
            tip=[f"{text('chart.baseline-short', locale)} {deals_words(at)}" for _, at in rules],
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="label", role="context", y=names,
        text=[_funnel_words(row, locale) for row in rows],
    ))  # fmt: skip
    for role, alert in (("total", False), ("alert", True)):
        part = [(n, row) for n, row in zip(names, rows, strict=True) if row.alert is alert]
        marks.append(ChartMark(
            shape="label", role=role, y=[n for n, _ in part],
            text=[_share(row) for _, row in part],
        ))  # fmt: skip
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "stage": [row.key or row.name for row in rows],
            **{
                field: [getattr(row, field) for row in rows]
                for field in ("entered", "advanced", "lost", "open", "baseline")
            },
        },
        x=ChartScale(kind="number", low=0.0, title=""),
        y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=_listed(rows, locale)),
    )  # fmt: skip


def _share(row: FunnelRow) -> str:
    if row.advanced is None or not row.entered:
        return deals_words(row.entered)
    return ("▼ " if row.alert else "") + whole_percent(row.advanced / row.entered)


def _bar_tip(part: str, size: float, words: str, locale: Locale) -> str:
    if part in {"short", "end"}:
        return words
    return f"{text(f'chart.funnel-{part}', locale)} {deals_words(size)}"


def _funnel_words(row: FunnelRow, locale: Locale) -> str:
    """Return what became of the deals, in words: the bar is not the only place that says it."""
    if row.advanced is None:
        return text("chart.funnel-words-end", locale, n=deals_words(row.entered))
    if row.lost is None or row.open is None:
        return text(
            "chart.funnel-words-counts", locale, n=deals_words(row.entered),
            advanced=deals_words(row.advanced),
        )  # fmt: skip
    return text(
        "chart.funnel-words", locale, n=deals_words(row.entered),
        advanced=deals_words(row.advanced), lost=deals_words(row.lost), open=deals_words(row.open),
    )  # fmt: skip


def _listed(rows: Sequence[FunnelRow], locale: Locale) -> str:
    join, colon = ("；", "：") if locale == "zh" else ("; ", ": ")
    return join.join(f"{row.name}{colon}{_funnel_words(row, locale)}" for row in rows)


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
    marks: list[ChartMark] = []
    looks = (
        ("total", False, lambda r: r.part in {"total", "sum"}),
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
    for role, pick in (("alert", True), ("total", False)):
        part = [p for p in places if p[1].alert is pick]
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
