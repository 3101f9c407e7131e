"""Pictures of flows: where deals go, what adds up to a change, a ladder of targets."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import deals_words, whole_percent
from salesfunnel.render.charts.kinds.rates import FIGURES, unique
from salesfunnel.render.charts.marks import ChartMark, ChartScale, Role

__all__ = ["FunnelRow", "funnel"]

WIDE = 100.0
"""Ratio of the largest stage to the smallest beyond which bars show shares."""


@attrs.frozen(kw_only=True)
class FunnelRow:
    """Deals of one stage by outcome.

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
    rate : float or None
        The share that is shown; advanced ÷ entered by default.
    exposed : float or None
        Of those who entered, how many had time to advance; all of them by default.
    since : str
        Since when the rate is counted, in words, where it is of more months than the counts.
    key : str
    """

    name: str
    entered: float
    advanced: float | None = None
    lost: float | None = None
    open: float | None = None
    baseline: float | None = None
    alert: bool = False
    rate: float | None = None
    exposed: float | None = None
    since: str = ""
    key: str = ""

    @property
    def usual(self) -> float:
        """How many would have advanced at the baseline, of those who had time."""
        n = self.entered if self.exposed is None else self.exposed
        return (self.baseline or 0.0) * n


def funnel(
    rows: Sequence[FunnelRow], locale: Locale, *, title: str, subtitle: str = "", note: str = "",
    kind: str = "funnel",
) -> Chart:  # fmt: skip
    """Return the funnel: a bar a stage from one zero, split by what became of its deals.

    Where the first stage has more than `WIDE` times the deals of the smallest one, bars of counts
    could not be seen: each bar then is all of its stage, split by shares.
    """
    sizes = [row.entered for row in rows if row.entered > 0]
    shares = bool(sizes) and max(sizes) > WIDE * min(sizes)
    if shares:
        between = "" if locale == "zh" else " "
        subtitle = (subtitle + between + text("chart.funnel-of-stage", locale)).strip()
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
            short = min(max(row.usual - done, 0.0), lost)
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
            rules.append((name, row.usual))
    size = {n: (row.entered or 1.0) if shares else 1.0 for n, row in zip(names, rows, strict=True)}
    styles: dict[str, tuple[Role, bool]] = {
        "advanced": ("main", False), "end": ("main", False), "short": ("alert", True),
        "rest": ("lost", False), "lost": ("lost", False), "open": ("open", False),
    }  # fmt: skip
    marks = [
        ChartMark(
            shape="bar", role=styles[part][0], hatched=styles[part][1],
            name="" if part == "end" else text(f"chart.funnel-{part}", locale),
            x=[a / size[n] for n, a, _, _ in bars], x2=[b / size[n] for n, _, b, _ in bars],
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
            x=[at / size[n] for n, at in rules], y=[name for name, _ in rules],
            tip=[f"{text('chart.baseline-short', locale)} {deals_words(at)}" for _, at in rules],
        ))  # fmt: skip
    marks.append(ChartMark(
        shape="label", role="context", y=names,
        text=[_funnel_words(row, locale) for row in rows],
    ))  # fmt: skip
    for role, alert in FIGURES:
        part = [(n, row) for n, row in zip(names, rows, strict=True) if row.alert is alert]
        marks.append(ChartMark(
            shape="label", role=role, y=[n for n, _ in part],
            text=[_share(row, locale) for _, row in part],
        ))  # fmt: skip
    return Chart(
        kind=kind, title=title, subtitle=subtitle, note=note, locale=locale,
        data={
            "stage": [row.key or row.name for row in rows],
            **{
                field: [getattr(row, field) for row in rows]
                for field in ("entered", "advanced", "lost", "open", "baseline")
            },
            "rate": [_rate(row) for row in rows],
        },
        x=ChartScale(kind="percent", low=0.0, high=1.0) if shares else (
            ChartScale(low=0.0, high=max([*sizes, 1]))),
        y=ChartScale(kind="category", order=names), marks=marks,
        alt=text("chart.list-alt", locale, title=title, items=_listed(rows, locale)),
    )  # fmt: skip


def _rate(row: FunnelRow) -> float | None:
    if row.advanced is None or not row.entered:
        return None
    return row.advanced / row.entered if row.rate is None else row.rate


def _share(row: FunnelRow, locale: Locale) -> str:
    rate = _rate(row)
    if rate is None:
        return deals_words(row.entered)
    words = whole_percent(rate)
    if row.since:
        words = text("chart.rate-since", locale, rate=words, since=row.since)
    return f"▼ {words}" if row.alert else words


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
