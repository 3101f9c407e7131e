"""Pictures of causes: what a shortfall is made of, and a step group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.periods import common_frequency
from salesfunnel._core.vocabulary import Locale
from salesfunnel._kernels.intervals import wilson
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import first_day
from salesfunnel.render.charts.bind.claims import split_title, stated_title
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import deals_words, period_words, whole_percent
from salesfunnel.render.charts.kinds.leading import SharePoint
from salesfunnel.render.charts.kinds.leading import leading as leading_chart
from salesfunnel.render.charts.kinds.rates import StepRate
from salesfunnel.render.charts.kinds.rates import rates as rates_chart
from salesfunnel.render.charts.kinds.spans import EffectRow, effects
from salesfunnel.render.charts.kinds.waterfalls import WaterfallRow, waterfall
from salesfunnel.render.words.findings import title_of
from salesfunnel.render.words.names import action_names

if TYPE_CHECKING:
    from salesfunnel.diagnosis import Diagnosis, Finding

NAMED = 6
"""Causes with a bar of their own at most; the others are one bar."""
LEAST = 3
"""Periods from which a share over time says something."""


def deals_of(finding: Finding) -> float:
    """Return the deals that a finding explains, 0 if they are not known."""
    return float(finding.contribution or 0.0)


def causes(
    found: Diagnosis,
    locale: Locale,
    *,
    expected: float | None = None,
    advanced: float | None = None,
) -> Chart:
    """Return the parts of a shortfall: named causes, the small ones as one, what nothing explains.

    The bars add up to the shortfall to the last digit: the small part is what is left.
    """
    shortfall = float(found.shortfall or 0.0)
    unexplained = found.unexplained
    parts = sorted(
        (f for f in found if f.contribution is not None and f.explains),
        key=lambda f: -deals_of(f),
    )
    named = [f for f in parts if deals_of(f) >= max(0.05 * abs(shortfall), 0.05)][:NAMED]
    left = shortfall - sum(deals_of(f) for f in named)
    rest = left if unexplained is None else float(unexplained) - float(found.small_parts)
    small = left - rest
    names = action_names(getattr(found, "funnel", None), locale)
    rows = [
        WaterfallRow(
            name=title_of(f, locale, names), key=f.code, amount=-deals_of(f), alert=True,
            low=None if f.interval is None else -float(f.interval.high),
            high=None if f.interval is None else -float(f.interval.low), note=shares(f, locale),
        )
        for f in named
    ]  # fmt: skip
    if abs(small) >= 0.05:
        rows.append(WaterfallRow(
            name=text("chart.causes-other", locale), key="other", amount=-small,
            note=text("chart.causes-other-note", locale),
        ))  # fmt: skip
    key = "chart.causes-everywhere-note" + ("-good" if rest < 0 else "")
    if abs(rest) >= 0.05:
        rows.append(WaterfallRow(
            name=text("chart.causes-everywhere", locale), key="unexplained", amount=-rest,
            part="unexplained", note=text(key, locale),
        ))  # fmt: skip
    known = expected is not None and advanced is not None
    rows.append(WaterfallRow(
        name=text("chart.causes-sum", locale), key="shortfall", amount=-shortfall, part="sum",
        note=text(
            "chart.causes-sum-note", locale, advanced=deals_words(advanced or 0),
            expected=deals_words(expected or 0),
        ) if known else "",
    ))  # fmt: skip
    return waterfall(
        rows, locale, title=text("chart.causes-of", locale, n=deals_words(shortfall)),
        subtitle=text("chart.causes-subtitle", locale), note=text("chart.causes-note", locale),
    )  # fmt: skip


def shares(finding: Finding, locale: Locale) -> str:
    """Return how the share of deals concerned changed, in words."""
    before, now = finding.evidence.exposure_before, finding.evidence.exposure
    if before is None or now is None:
        return ""
    return text("page.share-moved", locale, before=whole_percent(before), now=whole_percent(now))


def stated(found: Diagnosis, locale: Locale) -> Chart:
    """Return the reasons of loss that people stated more often than before, in deals."""
    rows = [
        EffectRow(
            name=text(f"finding.{f.code}.stated", locale, default=title_of(f, locale), **f.params),
            key=f.code, middle=f.contribution,
            low=None if f.interval is None else f.interval.low,
            high=None if f.interval is None else f.interval.high, weak=f.grade != "strong",
        )
        for f in sorted(found.stated, key=lambda f: -(f.contribution or 0.0))[:NAMED]
    ]  # fmt: skip
    return effects(
        rows, locale, kind="stated", title=stated_title(rows, locale),
        subtitle=text("page.stated-subtitle", locale),
    )  # fmt: skip


def split(finding: Finding, locale: Locale, *, baseline: float | None = None) -> Chart:
    """Return the rate of each group that a finding compares, and what it was before."""
    rows = [
        StepRate(
            name=str(group.name), rate=group.rate, entered=float(group.entered), advanced=None,
            baseline=group.rate_before if baseline is None else baseline,
            alert=group.rate is not None and group.rate_before is not None
            and group.rate < group.rate_before * 0.9,
            figure="" if group.rate is None
            else f"{whole_percent(group.rate)} · {group.entered:,}",
        )
        for group in finding.evidence.groups
    ]  # fmt: skip
    key = "chart.split-subtitle" if rows else "chart.split-subtitle-pooled"
    pooled = not rows
    rows = rows or _exposed(finding, locale)
    title = split_title(rows, pooled, title_of(finding, locale), locale)
    return rates_chart(
        rows, locale, title=title, kind="split",
        subtitle=text(key, locale),
    )  # fmt: skip


def leading(finding: Finding, locale: Locale, *, since: str | None = None) -> Chart:
    """Return how many deals a cause touches, period by period: it moves before the rate does.

    `since` is the first period of the drop.
    """
    points = []
    evidence = finding.evidence
    over = evidence.over_time
    by = common_frequency(tuple(p.period for p in over)) if over else "none"
    low, high = wilson([p.exposed for p in over], [p.known for p in over], 0.8)
    for i, one in enumerate(over):
        at = first_day(one.period, by)
        if at is not None:
            points.append(SharePoint(
                period=one.period, words=period_words(one.period, locale), at=at, known=one.known,
                touched=one.exposed, low=float(low[i]), high=float(high[i]),
                since=since is not None and one.period >= since,
            ))  # fmt: skip
    cause = title_of(finding, locale)
    before, now = evidence.exposure_before, evidence.exposure
    if not points:
        title = text("chart.leading-none", locale, cause=cause)
    elif before is None or now is None:
        title = text("chart.leading-title", locale, cause=cause)
    else:
        ends = {"before": whole_percent(before), "now": whole_percent(now)}
        title = text("chart.leading-title-moved", locale, cause=cause, **ends)
    return leading_chart(points, locale, title=title, before=before, frequency=by)


def _exposed(finding: Finding, locale: Locale) -> list[StepRate]:
    """Return the two groups of a 2x2 table: (exposed won, lost, other won, lost), all strata."""
    table = finding.evidence.table
    if len(table) < 4:
        return []
    pairs = (("page.exposed", table[0], table[1]), ("page.not-exposed", table[2], table[3]))
    from salesfunnel.stats import rate_interval

    rows = []
    for key, won, lost in pairs:
        n = won + lost
        ends = rate_interval(won, n, level=0.8) if n else None
        rows.append(StepRate(
            name=text(key, locale, cause=title_of(finding, locale)), entered=float(n),
            advanced=float(won), rate=won / n if n else None,
            low=None if ends is None else float(ends.low),
            high=None if ends is None else float(ends.high), alert=key == "page.exposed",
            figure=f"{whole_percent(won / n)} · {won:,}/{n:,}" if n else "–",
        ))  # fmt: skip
    return rows
