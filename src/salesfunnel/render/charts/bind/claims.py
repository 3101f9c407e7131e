"""Titles of pictures of the quarter, of targets, tests and causes: what is to be seen in each.

Every function takes the result and returns a sentence made from its own figures, or one that says
that there are too few.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.charts.figures import (
    MINUS,
    deals_words,
    period_words,
    whole_percent,
)

if TYPE_CHECKING:
    from salesfunnel.conversion import ArmComparison
    from salesfunnel.forecasting import Backtest
    from salesfunnel.monitoring import MetricWatch
    from salesfunnel.pipeline import CommitBias, Coverage, Slippage
    from salesfunnel.render.charts.kinds.rates import StepRate
    from salesfunnel.render.charts.kinds.spans import EffectRow
    from salesfunnel.render.charts.kinds.waterfalls import LadderRow
    from salesfunnel.targets import TargetProgress
    from salesfunnel.timing import StaleDeals

FEW = 10
"""Dates, calls or customers below which a share is not stated as a finding."""
HALF = 0.5
"""Chance below which a quota is more likely missed than met."""


def _say(key: str, locale: Locale, **figures: int | str) -> str:
    return text(f"chart.{key}", locale, default=None, **figures)


def coverage_title(found: Coverage, locale: Locale) -> str:
    """Return the chance of all to meet the quota, and how many owners are below one half."""
    every = next((row for row in found.rows if row.kind == "all"), None)
    owners = [row for row in found.rows if row.kind == "owner"]
    low = sum(row.probability < HALF for row in owners)
    if every is None:
        return _say("coverage-owners", locale, n=low, all=len(owners)) if owners else _say(
            "coverage-title", locale)  # fmt: skip
    chance = FORMS["chance"](every.probability, locale)
    if len(owners) > 1:
        return _say("coverage-of", locale, chance=chance, n=low, all=len(owners))
    return _say("coverage-all", locale, chance=chance)


def slips_title(found: Slippage, locale: Locale) -> str:
    """Return how many of the dates that came due slipped."""
    every = next((row for row in found.rates if row.dimension == "all"), None)
    dates = 0 if every is None else every.dates
    if every is None or dates < FEW:
        return _say("slips-few", locale, n=dates)
    return _say("slips-of", locale, n=f"{every.slipped:,}", all=f"{dates:,}",
                rate=whole_percent(every.rate))  # fmt: skip


def calls_title(found: CommitBias, locale: Locale) -> str:
    """Return how many of the calls of the surest category came."""
    every = [row for row in found.rows if not row.owner]
    if not every:
        return _say("calls-title", locale)
    row = next((one for one in every if one.category == found.commit), every[0])
    key = "calls-few" if row.called < FEW else "calls-of"
    return _say(key, locale, category=row.category, n=f"{row.came:,}", all=f"{row.called:,}",
                rate=whole_percent(row.rate))  # fmt: skip


def ageing_title(found: StaleDeals, locale: Locale) -> str:
    """Return how many open deals are stale, and the oldest of them."""
    n = len(found.deals)
    if not n:
        return _say("ageing-none", locale, all=f"{found.open:,}")
    oldest = int(np.argmax(found.age))
    return _say("ageing-of", locale, n=f"{n:,}", all=f"{found.open:,}", deal=found.deals[oldest],
                days=_say("days-words", locale, n=round(float(found.age[oldest]))))  # fmt: skip


def arms_title(found: ArmComparison, locale: Locale) -> str:
    """Return the arm that differs from the control, or that none does yet."""
    control = found.rows[0]
    told = [row for row in found.rows[1:] if row.verdict in {"better", "worse"}]
    rate = "–" if control.rate is None else whole_percent(control.rate)
    if not told or control.rate is None:
        return _say("arms-none", locale, control=control.arm, rate=rate)
    base = control.rate
    row = max(told, key=lambda one: abs((one.rate or 0.0) - base))
    return _say(f"arms-{row.verdict}", locale, arm=row.arm, control=control.arm, base=rate,
                rate=whole_percent(row.rate or 0.0))  # fmt: skip


def points_words(value: float) -> str:
    """Return a difference of rates in points, with its sign."""
    return f"{value * 100:+.1f}".replace("-", MINUS)


def differences_title(found: ArmComparison, locale: Locale) -> str:
    """Return the largest difference that is certain, or that none is yet."""
    first = found.rows[0].rate
    known = [(row, row.rate - first) for row in found.rows[1:]
             if first is not None and row.rate is not None]  # fmt: skip
    told = [pair for pair in known if pair[0].verdict in {"better", "worse"}]
    if not known:
        return _say("differences-title", locale)
    row, points = max(told or known, key=lambda pair: abs(pair[1]))
    key = "differences-of" if told else "differences-none"
    return _say(key, locale, arm=row.arm, points=points_words(points), control=found.rows[0].arm)


def lowest_title(key: str, rows: Sequence[StepRate], locale: Locale, *, most: bool = False) -> str:
    """Return the row of the lowest rate (or the highest), by the words ``<key>-lowest``."""
    known = [(row.rate, row.name) for row in rows if row.rate is not None]
    if not known:
        return _say(f"{key}-title", locale)
    rate, name = max(known) if most else min(known)
    if most and not rate:
        return _say(f"{key}-none", locale)
    if len(known) == 1:
        return _say(f"{key}-one", locale, name=name, rate=whole_percent(rate))
    if len({rate for rate, _ in known}) == 1:
        return _say(f"{key}-alike", locale, rate=whole_percent(rate))
    return _say(f"{key}-lowest", locale, name=name, rate=whole_percent(rate))


def watch_title(found: MetricWatch, names: Sequence[str], locale: Locale) -> str:
    """Return which metrics got worse, or that none did."""
    n = len(found.rows)
    worse = [name for name, row in zip(names, found.rows, strict=True) if row.verdict == "worse"]
    if worse:
        key = "watch-some" if len(worse) > 1 else "watch-one" if n > 1 else "watch-only"
        return _say(key, locale, n=len(worse), all=n, name=worse[0])
    blind = sum(row.verdict == "not-enough-data" for row in found.rows)
    return _say("watch-few" if blind == n else "watch-none", locale, all=n, blind=blind)


def gap_title(progress: TargetProgress, labels: dict[str, str], locale: Locale) -> str:
    """Return what was planned and what came, and the step that took most."""
    planned, actual = int(progress.planned[-1]), int(progress.actual[-1])
    ends = {"planned": f"{planned:,}", "actual": f"{actual:,}"}
    worst = progress.largest_gap
    if actual >= planned or worst is None:
        return _say("gap-met", locale, **ends)
    return _say("gap-of", locale, step=labels[worst], **ends)


def progress_title(progress: TargetProgress, rows: Sequence[LadderRow], locale: Locale) -> str:
    """Return how many stages have what the plan asked for by now."""
    met = sum((row.have or 0.0) >= row.need for row in rows)
    return _say("progress-of", locale, n=met, all=len(rows),
                period=period_words(progress.through, locale))  # fmt: skip


def ladder_title(rows: Sequence[LadderRow], locale: Locale) -> str:
    """Return how many must enter for the target, and how many do."""
    if not rows:
        return _say("ladder-title", locale)
    first = rows[0]
    need, have = deals_words(first.need), deals_words(first.have or 0.0)
    key = "ladder-met" if (first.have or 0.0) >= first.need else "ladder-of"
    return _say(key, locale, stage=first.name, need=need, have=have)


def backtest_title(done: Backtest, locale: Locale) -> str:
    """Return how often what came lay inside its interval."""
    n = len(done.actual)
    if not n:
        return _say("backtest-title", locale)
    inside = int(((done.low <= done.actual) & (done.actual <= done.high)).sum())
    return _say("backtest-of", locale, n=inside, all=n)


def change_title(
    names: Sequence[str], amounts: Sequence[float], ends: Sequence[str], words: Sequence[str],
    locale: Locale,
) -> str:  # fmt: skip
    """Return the two ends and the factor that moved the output most in the direction it moved."""
    before, after = ends
    known = [(a, name, word) for a, name, word in zip(amounts, names, words, strict=True)
             if np.isfinite(a) and a]  # fmt: skip
    total = sum(a for a, *_ in known)
    if not known or not total:
        return _say("change-title", locale)
    amount, name, word = max(known, key=lambda one: one[0] * (1 if total > 0 else -1))
    key = "change-up" if amount > 0 else "change-down"
    return _say(key, locale, before=before, after=after, name=name, amount=word)


def within_title(name: str, days: Sequence[float], share: Sequence[float], locale: Locale) -> str:
    """Return the share of a stage that went on within the days that are known."""
    if not len(days):
        return _say("durations-few", locale, name=name)
    key = "durations-of" if name else "durations-all"
    return _say(key, locale, name=name, share=whole_percent(float(share[-1])),
                days=round(float(days[-1])))  # fmt: skip


def stated_title(rows: Sequence[EffectRow], locale: Locale) -> str:
    """Return the reason that is stated more often than before beyond chance, if one is."""
    known = [(row.middle, row.name) for row in rows if row.middle and row.low and row.low > 0]
    if not known:
        return _say("stated-none", locale)
    n, name = max(known)
    return _say("stated-of", locale, name=name.strip("“”"), n=deals_words(n))


def split_title(rows: Sequence[StepRate], pooled: bool, cause: str, locale: Locale) -> str:
    """Return the rates of the two groups, or between which the groups lie."""
    known = [row for row in rows if row.rate is not None]
    if len(known) < 2:
        return _say("split-none", locale, cause=cause)
    if pooled:
        return _say("split-two", locale, name=known[0].name, rate=whole_percent(known[0].rate or 0),
                    other=whole_percent(known[1].rate or 0))  # fmt: skip
    low = min(known, key=lambda row: row.rate or 0.0)
    high = max(known, key=lambda row: row.rate or 0.0)
    return _say("split-groups", locale, low=low.name, rate=whole_percent(low.rate or 0),
                high=high.name, other=whole_percent(high.rate or 0))  # fmt: skip
