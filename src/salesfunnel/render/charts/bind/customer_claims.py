"""Titles of pictures of customers: what is to be seen in each, from the result's own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind.claims import FEW
from salesfunnel.render.charts.figures import money_words, percent_range, whole_percent

if TYPE_CHECKING:
    from salesfunnel.customers import (
        CohortRetention,
        Lifecycle,
        LifetimeValue,
        RepurchaseCurve,
        Rfm,
        UpsellCandidates,
    )

GOOD = 4
"""Scores of recency and frequency from which a customer bought lately and often."""


def rfm_title(scores: Rfm, locale: Locale) -> str:
    """Return how many customers bought lately and often."""
    grid = np.asarray(scores.grid)
    n, best = len(scores.customers), int(grid[GOOD - 1 :, GOOD - 1 :].sum())
    if n < FEW:
        return text("chart.rfm-few", locale, n=n)
    return text("chart.rfm-of", locale, n=f"{n:,}", best=f"{best:,}")


def states_title(cycle: Lifecycle, locale: Locale) -> str:
    """Return how many customers are active, and how many may leave."""
    counts = cycle.counts
    n = sum(counts.values())
    if not n:
        return text("chart.states-title", locale)
    active, risk = (f"{counts[state]:,}" for state in ("active", "at-risk"))
    return text("chart.states-of", locale, n=f"{n:,}", active=active, risk=risk)


def curve_title(curve: RepurchaseCurve, locale: Locale) -> str:
    """Return how many bought again within the longest time that enough customers had."""
    known = [(w, n, k) for w, n, k in zip(
        curve.windows, curve.entered.tolist(), curve.returned.tolist(), strict=True) if n >= FEW
    ]  # fmt: skip
    if not known:
        return text("chart.curve-few", locale)
    days, n, again = known[-1]
    return text("chart.curve-of", locale, share=whole_percent(again / n), days=days)


def cohorts_title(curve: RepurchaseCurve, locale: Locale) -> str:
    """Return between which shares the cohorts lie at the longest time that two of them had."""
    sizes = curve.cohort_entered
    for place in reversed(range(len(curve.windows))):
        shares = np.asarray(curve.triangle("windows"))[:, place]
        known = shares[np.isfinite(shares) & (sizes >= FEW)]
        if known.size > 1:
            low, high = float(known.min()), float(known.max())
            return text("chart.cohorts-between", locale, days=curve.windows[place],
                        span=percent_range(low, high) + "%")  # fmt: skip
    return text("chart.cohorts-few", locale)


def retention_title(kept: CohortRetention, locale: Locale) -> str:
    """Return how many of all customers bought in the period after their first order."""
    if len(kept.cohorts) > 1:
        over = kept.over[:, 1]
        n, again = int(kept.entered[over].sum()), int(kept.active[over, 1].sum())
        if n >= FEW:
            share = whole_percent(again / n)
            return text(f"chart.retention-{kept.by}", locale, n=f"{n:,}", share=share)
    return text("chart.retention-few", locale)


def potential_title(found: UpsellCandidates, locale: Locale) -> str:
    """Return how much all of them could buy more a year."""
    amount = np.nan_to_num(np.asarray(found.potential, dtype=float))
    if not len(found.customers) or amount.sum() <= 0:
        return text("chart.potential-none", locale)
    one = "-one" if len(found.customers) == 1 else ""
    return text(f"chart.potential-of{one}", locale, n=f"{len(found.customers):,}",
                value=money_words(float(amount.sum()), locale))  # fmt: skip


def worth_title(found: LifetimeValue, shown: int, locale: Locale) -> str:
    """Return the share of the value that the customers shown make up."""
    value = np.sort(np.nan_to_num(np.asarray(found.value, dtype=float)))[::-1]
    total = float(value.sum())
    if total <= 0:
        return text("chart.worth-title", locale)
    if len(value) <= shown:
        amount = money_words(total, locale)
        return text("chart.worth-all", locale, n=f"{len(value):,}", value=amount)
    share = whole_percent(float(value[:shown].sum()) / total)
    return text("chart.worth-of", locale, n=shown, all=f"{len(value):,}", share=share)
