"""The picture of cohorts of deals: who is won, month by month."""

from __future__ import annotations

from typing import Any

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import span_words
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import period_words, whole_percent
from salesfunnel.render.charts.kinds.grids import cells
from salesfunnel.render.words.names import labels_of


def _so_far(found: Any) -> int:
    """Return how many deals of all months are won by the end of the last one."""
    known = [row[np.isfinite(row)] for row in found.won]
    return int(sum(row[-1] for row in known if row.size))


def deals(found: Any, locale: Locale) -> Chart:
    """Return the share of the deals of each month that is won; months to come are empty."""
    rows = [
        text("chart.deal-cohorts-row", locale, month=period_words(name, locale), n=f"{n:,}")
        for name, n in zip(found.periods, found.entered.tolist(), strict=True)
    ]
    values = [[None if not np.isfinite(v) else float(v) for v in row] for row in found.share]
    months = [text("chart.deal-cohorts-month", locale, k=k) for k in range(len(values[0]))]
    words = [["" if v is None else whole_percent(v) for v in row] for row in values]
    labels = labels_of(found.funnel, (found.source, found.target), locale)
    return cells(
        rows, months, values, words, locale, kind="cohorts", names=("cohort", "months-after"),
        title=text(
            "chart.cohorts-of", locale, won=f"{_so_far(found):,}", n=f"{found.entered.sum():,}",
            period=span_words(found.periods, locale),
        ),
        subtitle=text(
            "chart.deal-cohorts-subtitle",
            locale,
            source=labels[found.source],
            target=labels[found.target],
        ),
        note=text("chart.deal-cohorts-note", locale),
    )  # fmt: skip
