"""Documents of a forecast and of its back-test: the fan, months, owners, deals, scores."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Locale
from salesfunnel.forecasting import Backtest, Forecast
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.charts.figures import day_words
from salesfunnel.render.documents.forecast_groups import changed_blocks, groups_table
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    KeyFigures,
    Line,
    Lines,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import (
    day_text,
    estimate_text,
    faults_block,
    money_span,
    money_text,
    period_text,
    shown,
    signed,
    span,
)
from salesfunnel.render.words.names import labels_of

_DEALS = 15
FLAT = 0.01
"""Spread of the factors of the months below which there is no season to tell of."""


def forecast_document(forecast: Forecast, locale: Locale) -> Document:
    """Return key figures, the fan, months, owners and the deals that bring most."""
    day = FORMS["date"](forecast.as_of.date(), locale)
    title = text("ahead.forecast", locale, day=day, horizon=forecast.horizon)
    unit = forecast.currency
    opened = estimate_text(forecast.expected_open, unit, locale)
    fresh = estimate_text(forecast.expected_new, unit, locale)
    items = [
        (text("ahead.expected", locale), estimate_text(forecast.expected, unit, locale)),
        (text("ahead.interval", locale), _amounts(forecast.interval, forecast.currency, locale)),
        (text("ahead.wins", locale), FORMS["deals"](forecast.wins, locale)),
        (text("ahead.wins-interval", locale), _range(forecast.wins_interval, "number", locale)),
        (text("ahead.expected-open", locale), opened),
        (text("ahead.expected-new", locale), fresh),
    ]
    blocks: list[Block] = [KeyFigures(items), _fan(forecast, locale), _months(forecast, locale)]
    if forecast.quarters:
        blocks.append(_months(forecast, locale, of="quarter"))
    if forecast.arrival_season.size and np.ptp(forecast.arrival_season) > FLAT:
        blocks.append(_season(forecast, locale))
    blocks += changed_blocks(forecast, locale)
    if forecast.owners:
        blocks.append(_owners(forecast, locale))
    blocks += [groups_table(group, forecast.currency, locale) for group in forecast.groups]
    if forecast.deals:
        blocks.append(_deals(forecast, locale))
    blocks.append(Paragraph(text(f"ahead.basis-{forecast.basis}", locale), mark="muted"))
    blocks.append(faults_block(forecast.faults, locale))
    return Document(title, blocks, locale=locale)


def _amounts(interval: Interval, currency: str, locale: Locale) -> str:
    return money_span(interval.low, interval.high, currency, locale)


def _range(interval: Interval, form: str, locale: Locale) -> str:
    return span(interval.low, interval.high, form, locale)


def _fan(forecast: Forecast, locale: Locale) -> Lines:
    start = forecast.as_of.date()
    labels = [
        day_words(start + timedelta(days=round(day)), "day", locale)
        for day in forecast.path_days.tolist()
    ]
    low, quarter, middle, three, high = forecast.path.tolist()
    name = text("ahead.middle", locale)
    lines = [
        Line(name, middle, low=low, high=high, band=text("ahead.band-80", locale)),
        Line(name, middle, low=quarter, high=three, band=text("ahead.band-50", locale)),
    ]
    return Lines(text("ahead.fan", locale), labels, lines, form="money")


def _months(forecast: Forecast, locale: Locale, *, of: str = "period") -> Table:
    """Return the months, or the whole quarters, of a forecast."""
    columns = [getattr(forecast, f"{of}_{name}") for name in ("expected", "low", "high")]
    wins = getattr(forecast, f"{of}_wins")
    rows = [
        [
            period_text(period, locale),
            *(estimate_text(float(column[i]), forecast.currency, locale) for column in columns),
            shown(float(wins[i]), "deals", locale),
        ]
        for i, period in enumerate(getattr(forecast, f"{of}s"))
    ]
    return Table(
        _heads(("period", "expected", "low", "high", "wins"), locale),
        rows,
        caption=text("ahead.by-month-of" if of == "period" else "ahead.by-quarter-of", locale),
    )


def _season(forecast: Forecast, locale: Locale) -> Paragraph:
    season = forecast.arrival_season.tolist()
    parts = [
        f"{period_text(period, locale)} {shown(season[int(period[5:7]) - 1], 'share', locale)}"
        for period in forecast.periods
    ]
    between = "、" if locale == "zh" else ", "
    return Paragraph(text("ahead.arrival-season", locale, months=between.join(parts)), mark="muted")


def _heads(names: tuple[str, ...], locale: Locale, *, left: int = 1) -> list[Column]:
    return [
        Column(text(f"ahead.{name}", locale), align="right" if i >= left else "left")
        for i, name in enumerate(names)
    ]


def _owners(forecast: Forecast, locale: Locale) -> Table:
    rows = [
        [
            name or text("ahead.nobody", locale),
            *(
                estimate_text(float(column[i]), forecast.currency, locale)
                for column in (forecast.owner_expected, forecast.owner_low, forecast.owner_high)
            ),
            shown(float(forecast.owner_wins[i]), "deals", locale),
        ]
        for i, name in enumerate(forecast.owners)
    ]
    return Table(
        _heads(("owner", "expected", "low", "high", "wins"), locale),
        rows,
        caption=text("ahead.by-owner", locale),
    )


def _deals(forecast: Forecast, locale: Locale) -> Table:
    labels = labels_of(forecast.funnel, forecast.deal_stage, locale)
    brings = forecast.deal_chance * forecast.deal_value
    first = np.argsort(-brings, kind="stable")[:_DEALS].tolist()
    rows = [
        [
            forecast.deals[i],
            labels[forecast.deal_stage[i]],
            FORMS["duration"](float(forecast.deal_age[i]), locale),
            FORMS["chance"](float(forecast.deal_chance[i]), locale),
            money_text(float(forecast.deal_value[i]), forecast.currency, locale),
            estimate_text(float(brings[i]), forecast.currency, locale),
        ]
        for i in first
    ]
    names = ["deal", "stage", "age", "chance", "value", "expected"]
    if forecast.deal_raised.size:
        names.append("next-chance")
        for row, i in zip(rows, first, strict=True):
            there = float(forecast.deal_raised[i])
            row.append(FORMS["chance"](there, locale) if forecast.deal_next[i] else "–")
    heads = _heads(tuple(names), locale, left=2)
    key = "ahead.top-deals" if len(first) < len(forecast.deals) else "ahead.all-deals"
    caption = text(key, locale, shown=len(first), all=len(forecast.deals))
    return Table(heads, rows, caption=caption)


def backtest_document(done: Backtest, locale: Locale) -> Document:
    """Return the scores of every way to forecast, and the forecasts with what came."""
    title = text("ahead.backtest", locale, n=len(done.origins), horizon=done.horizon)
    names = ("way", "scope", "wape", "bias", "coverage", "crps", "pinball", "log-loss")
    rows = [
        [
            text(f"ahead.way-{score.way}", locale),
            text(f"ahead.scope-{score.scope}", locale),
            shown(score.wape, "percent", locale),
            signed(score.bias, "percent", locale),
            shown(score.coverage, "share", locale),
            shown(score.crps, "money", locale),
            shown(score.pinball, "money", locale),
            "–" if score.log_loss is None else f"{score.log_loss:.3f}",
        ]
        for score in done.scores
    ]
    lines = [
        Line(text("ahead.came", locale), done.actual.tolist()),
        Line(
            text("ahead.way-age-conditioned", locale),
            done.expected.tolist(),
            low=done.low.tolist(),
            high=done.high.tolist(),
            dashed=True,
            band=text("ahead.band-80", locale),
        ),
        Line(text("ahead.way-static-win-rate", locale), done.static.tolist(), dashed=True),
    ]
    labels = [day_text(day, locale) for day in done.origins.tolist()]
    blocks: list[Block] = [
        Table(_heads(names, locale, left=2), rows, caption=text("ahead.scores", locale)),
        Lines(text("ahead.beside", locale), labels, lines, form="money"),
        faults_block(done.faults, locale),
    ]
    return Document(title, blocks, locale=locale)
