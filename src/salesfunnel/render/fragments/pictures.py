"""Fragments that are pictures: a chart, a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.backends.pictures import chart_body
from salesfunnel.render.charts import chart_of
from salesfunnel.render.charts.bind.ahead import currency_of
from salesfunnel.render.charts.figures import deals_words, money_span, money_words, period_words
from salesfunnel.render.fragments._parts import frame, note, table
from salesfunnel.render.fragments.tables import faults_folded

if TYPE_CHECKING:
    from salesfunnel.forecasting import Forecast
    from salesfunnel.render.charts import Chart


def picture(chart: Chart) -> str:
    """Return a chart's drawing with its legend and its note."""
    return f'<div class="sf-pic">{chart_body(chart)}</div>{note(chart.note)}'


def chart(found: Chart, locale: Locale) -> str:
    """Return a chart in the language of its own words."""
    del locale
    return frame(found.title, found.subtitle, picture(found), locale=found.locale)


def forecast(found: Forecast, locale: Locale) -> str:
    """Return the fan, and the months as a table."""
    fan = chart_of(found, "fan", locale=locale)
    currency = currency_of(found)
    rows = [
        [
            period_words(period, locale),
            money_words(float(found.period_expected[i]), locale, currency),
            money_span(float(found.period_low[i]), float(found.period_high[i]), locale, currency),
            deals_words(float(found.period_wins[i])),
        ]
        for i, period in enumerate(found.periods)
    ]  # fmt: skip
    heads = [
        (text("report.period", locale), ""), (text("report.value", locale), "sf-r"),
        (text("chart.interval-80", locale), "sf-r"), (text("ahead.wins", locale), "sf-r"),
    ]  # fmt: skip
    return frame(
        fan.title, fan.subtitle, picture(fan), table(heads, rows, locale=locale),
        faults_folded(found.faults, locale), locale=locale,
    )  # fmt: skip
