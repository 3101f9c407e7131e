"""Pictures of what is ahead: forecasts, their back-tests, targets."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.render.charts.bind._words import day, span_words
from salesfunnel.render.charts.bind.claims import backtest_title, ladder_title
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import (
    deals_words,
    money_words,
    period_words,
    value_words,
    whole_percent,
)
from salesfunnel.render.charts.kinds import curves, grids
from salesfunnel.render.charts.kinds.waterfalls import LadderRow
from salesfunnel.render.charts.kinds.waterfalls import ladder as ladder_chart
from salesfunnel.render.charts.marks import ChartScale
from salesfunnel.render.words.names import labels_of

if TYPE_CHECKING:
    from salesfunnel.forecasting import Backtest, Forecast
    from salesfunnel.targets import TargetPlan


def currency_of(result: object) -> str | None:
    """Return the code of a result's currency, None if it names none."""
    found = getattr(result, "currency", None)
    return found if isinstance(found, str) and found else None


def _scale(forecast: Forecast, currency: str | None) -> tuple[str, ChartScale]:
    """Return ``"money"`` or ``"count"``, and the scale: where no deal has a value, wins count."""
    code = currency or currency_of(forecast)
    if code is None and forecast.expected == forecast.wins:
        return "count", ChartScale(low=0.0)
    return "money", ChartScale(kind="money", low=0.0, currency=code)


def fan(
    forecast: Forecast, locale: Locale, *, target: float | None = None, currency: str | None = None
) -> Chart:
    """Return the cumulative value that is expected; the line is the median."""
    start = forecast.as_of.date()
    dates = [
        (start + timedelta(days=round(offset))).isoformat()
        for offset in forecast.path_days.tolist()
    ]
    names = ("q10", "q25", "q50", "q75", "q90")
    quantiles = dict(zip(names, forecast.path.tolist(), strict=True))
    form, scale = _scale(forecast, currency)
    end = start + timedelta(days=forecast.horizon - 1)
    if forecast.until:
        end = date.fromisoformat(forecast.until)
    middle = value_words(quantiles["q50"][-1] if dates else 0.0, scale, locale)
    subtitle = text(
        f"chart.fan-subtitle-{form}", locale, since=day(start, locale), until=day(end, locale)
    )
    if forecast.expected_open > 0:
        share = whole_percent(forecast.expected_open / forecast.expected)
        subtitle += text("chart.fan-parts", locale, share=share, n=f"{len(forecast.deals):,}")
    if forecast.quarters:  # the quarter that was asked for is not all of the time until its end
        low, high, wanted = (
            value_words(float(one[-1]), scale, locale)
            for one in (forecast.quarter_low, forecast.quarter_high, forecast.quarter_expected)
        )
        subtitle += text(
            "chart.fan-quarter", locale, period=period_words(forecast.quarters[-1], locale),
            value=wanted, low=low, high=high,
        )  # fmt: skip
    return curves.fan(
        dates, quantiles, locale, scale=scale, target=target, subtitle=subtitle,
        title=text(
            f"chart.fan-title-{form}", locale, until=day(end, locale), value=middle, wins=middle
        ),
        target_words="" if target is None
        else f"{text('chart.target', locale)} {value_words(target, scale, locale)}",
    )  # fmt: skip


def months(forecast: Forecast, locale: Locale, *, currency: str | None = None) -> Chart:
    """Return what every month is expected to bring, with its interval."""
    names = [
        period_words(p, locale) + (
            "*" if p in getattr(forecast, "partial", ()) else "") for p in forecast.periods
    ]  # fmt: skip
    return grids.months(
        names, forecast.period_expected.tolist(), locale, low=forecast.period_low.tolist(),
        high=forecast.period_high.tolist(), title=_months_title(forecast, names, currency, locale),
        subtitle=text("chart.months-subtitle", locale), scale=_scale(forecast, currency)[1],
    )  # fmt: skip


def _months_title(
    forecast: Forecast, names: list[str], currency: str | None, locale: Locale
) -> str:
    """Return what is expected of all months, and which they are."""
    if not names:
        return text("chart.months-title", locale)
    best = int(np.argmax(forecast.period_expected))
    value = value_words(
        float(forecast.period_expected[best]), _scale(forecast, currency)[1], locale
    )
    return text("chart.months-of", locale, value=value, first=names[0], last=names[-1],
                month=names[best])  # fmt: skip


def backtest(done: Backtest, locale: Locale) -> Chart:
    """Return the forecasts of past dates beside what came."""
    return curves.backtest(
        [str(one) for one in done.origins.astype("datetime64[D]").tolist()],
        {
            "forecast": done.expected.tolist(), "low": done.low.tolist(),
            "high": done.high.tolist(), "actual": done.actual.tolist(),
        },
        locale, title=backtest_title(done, locale),
        subtitle=text("chart.backtest-subtitle", locale, days=done.horizon),
        scale=ChartScale(kind="money", low=0.0, currency=currency_of(done)),
    )  # fmt: skip


def ladder(plan: TargetPlan, locale: Locale) -> Chart:
    """Return what every stage needs for the target, beside the present pace."""
    labels = labels_of(plan.funnel, plan.steps, locale)
    need = (plan.safe.sum(0) + plan.safe_before).tolist()
    have, level = [], float(plan.entrants_now)
    for s in range(len(plan.steps)):
        have.append(level)
        level *= float(plan.rates[s]) if s < len(plan.rates) else 1.0
    rows = [
        LadderRow(name=labels[step], key=step, need=float(n), have=h)
        for step, n, h in zip(plan.steps, need, have, strict=True)
    ]
    return ladder_chart(
        rows, locale, title=ladder_title(rows, locale),
        subtitle=text(
            "chart.ladder-subtitle", locale, period=span_words(plan.periods, locale),
            before=text("chart.ladder-have", locale),
        ),
    )  # fmt: skip


def target_months(plan: TargetPlan, locale: Locale) -> Chart:
    """Return the target of every month."""
    money = plan.unit == "currency"
    scale = ChartScale(kind="money" if money else "number", low=0.0, currency=currency_of(plan))
    words = money_words(plan.target, locale, scale.currency) if money else deals_words(plan.target)
    return grids.months(
        [period_words(p, locale) for p in plan.periods], plan.amounts.tolist(), locale,
        title=_target_title(plan, words, scale, locale),
        subtitle=span_words(plan.periods, locale), scale=scale,
    )  # fmt: skip


def _target_title(plan: TargetPlan, words: str, scale: ChartScale, locale: Locale) -> str:
    """Return the target and the month that has most of it."""
    amounts = plan.amounts.tolist()
    if len(amounts) < 2 or max(amounts) - min(amounts) <= 1:  # whole deals cannot be more even
        return text("chart.target-months-even", locale, value=words)
    best = int(np.argmax(plan.amounts))
    return text(
        "chart.target-months-most", locale, value=words,
        month=period_words(plan.periods[best], locale),
        amount=value_words(float(amounts[best]), scale, locale),
    )  # fmt: skip
