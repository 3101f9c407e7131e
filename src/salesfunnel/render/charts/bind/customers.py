"""Pictures of customers: the RFM grid, repurchase curves and cohorts, states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.charts.bind.customer_claims import (
    cohorts_title,
    curve_title,
    potential_title,
    retention_title,
    rfm_title,
    states_title,
    worth_title,
)
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import money_words, period_words
from salesfunnel.render.charts.kinds.curves import survival as survival_chart
from salesfunnel.render.charts.kinds.grids import cells
from salesfunnel.render.charts.kinds.waterfalls import WaterfallRow, waterfall
from salesfunnel.render.charts.marks import ChartScale

if TYPE_CHECKING:
    from salesfunnel.customers import (
        CohortRetention,
        Lifecycle,
        LifetimeValue,
        RepurchaseCurve,
        Rfm,
        UpsellCandidates,
    )

COHORTS = 24
"""Cohorts in a triangle at most: the latest."""


def rfm(scores: Rfm, locale: Locale) -> Chart:
    """Return how many customers have each recency and frequency."""
    grid = scores.grid
    ranks = [str(5 - i) for i in range(5)]
    recency, frequency = ("R ", "F ") if locale == "en" else ("近度", "频度")
    values = grid[::-1].tolist()
    return cells(
        [f"{recency}{r}" for r in ranks], [f"{frequency}{i + 1}" for i in range(5)],
        values, [[f"{n:,}" for n in row] for row in values], locale,
        title=rfm_title(scores, locale), subtitle=text("chart.rfm-subtitle", locale),
        names=("recency", "frequency"),
    )  # fmt: skip


def survival(curve: RepurchaseCurve, locale: Locale) -> Chart:
    """Return the share that bought again by days since the first order."""
    return survival_chart(
        curve.days.tolist(),
        {
            text("report.all", locale): {
                "share": curve.share.tolist(), "low": curve.share_low.tolist(),
                "high": curve.share_high.tolist(),
            }
        },
        locale, title=curve_title(curve, locale),
        subtitle=text("chart.curve-subtitle", locale),
    )  # fmt: skip


def cohorts(curve: RepurchaseCurve, locale: Locale) -> Chart:
    """Return the share of each cohort that bought again within each window; immature ones empty."""
    names = curve.cohorts[-COHORTS:]
    triangle = np.asarray(curve.triangle("windows"))[-COHORTS:]
    days = "{} d" if locale == "en" else "{}天"
    values = [[None if not np.isfinite(v) else float(v) for v in row] for row in triangle]
    return cells(
        [period_words(name, locale) for name in names], [days.format(w) for w in curve.windows],
        values, [["" if v is None else f"{v * 100:.0f}%" for v in row] for row in values], locale,
        kind="cohorts", title=cohorts_title(curve, locale),
        subtitle=text("chart.cohorts-subtitle", locale), names=("cohort", "window"),
    )  # fmt: skip


def states(cycle: Lifecycle, locale: Locale) -> Chart:
    """Return how many customers are in each state."""
    names = [text(f"ahead.state-{state}", locale) for state in cycle.counts]

    rows = [
        WaterfallRow(name=name, key=state, amount=float(n), part="total")
        for name, (state, n) in zip(names, cycle.counts.items(), strict=True)
    ]
    return waterfall(rows, locale, title=states_title(cycle, locale), kind="states")


def retention(kept: CohortRetention, locale: Locale) -> Chart:
    """Return the share of each cohort that bought in each later period; those to come empty."""
    names = kept.cohorts[-COHORTS:]
    triangle = np.asarray(kept.triangle())[-COHORTS:, :COHORTS]
    values = [[None if not np.isfinite(v) else float(v) for v in row] for row in triangle]
    return cells(
        [period_words(name, locale) for name in names],
        [str(i) for i in range(triangle.shape[1])], values,
        [["" if v is None else f"{v * 100:.0f}%" for v in row] for row in values], locale,
        kind="cohorts", title=retention_title(kept, locale),
        subtitle=text("chart.retention-subtitle", locale), names=("cohort", "window"),
    )  # fmt: skip


def potential(found: UpsellCandidates, locale: Locale) -> Chart:
    """Return the customers who could buy more, the largest potential first."""
    money = ChartScale(kind="money", low=0.0)
    return _largest(
        found.customers, found.potential, money, locale, kind="potential", notes=found.item,
        title=potential_title(found, locale),
        subtitle=text("chart.potential-subtitle", locale),
    )  # fmt: skip


def worth(found: LifetimeValue, locale: Locale) -> Chart:
    """Return the customers of the highest expected value."""
    notes = [
        text("chart.worth-alive", locale, p=FORMS["chance"](float(p), locale))
        for p in np.asarray(found.p_alive).tolist()
    ]
    return _largest(
        found.customers, found.value, ChartScale(kind="money", low=0.0), locale, kind="worth",
        notes=notes, title=worth_title(found, COHORTS, locale),
        subtitle=text("chart.worth-subtitle", locale, months=found.months),
    )  # fmt: skip


def _largest(
    names: Sequence[str],
    amounts: npt.ArrayLike,
    scale: ChartScale,
    locale: Locale,
    *,
    notes: Sequence[str],
    **words: str,
) -> Chart:
    amount = np.asarray(amounts, dtype=float)
    order = np.argsort(-np.nan_to_num(amount), kind="stable")[:COHORTS].tolist()
    rows = [
        WaterfallRow(
            name=names[i] or str(i), key=names[i], amount=float(np.nan_to_num(amount[i])),
            part="total", figure=money_words(float(np.nan_to_num(amount[i])), locale, digits=3),
            note=notes[i],
        )
        for i in order
    ]  # fmt: skip
    return waterfall(rows, locale, scale=scale, **words)
