"""The picture of a pipeline bridge: every bar an amount, with the number of its deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.pipeline.doubts import OF_AMOUNTS
from salesfunnel.render.charts.bind._words import day
from salesfunnel.render.charts.bind.ahead import currency_of
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import money_column, period_words, plus
from salesfunnel.render.charts.kinds.waterfalls import WaterfallRow, waterfall
from salesfunnel.render.charts.marks import ChartScale
from salesfunnel.render.words.figures import days_between, fault_item

if TYPE_CHECKING:
    from salesfunnel.pipeline import PipelineBridge

BARS: tuple[tuple[str, int], ...] = (
    ("new", 1),
    ("pulled_in", 1),
    ("pushed_in", 1),
    ("reopened", 1),
    ("transferred_in", 1),
    ("increased", 1),
    ("exchange", 1),
    ("decreased", -1),
    ("pushed_out", -1),
    ("pulled_out", -1),
    ("transferred_out", -1),
    ("removed", -1),
    ("lost", -1),
    ("won", -1),
)
"""The bars between start and end, in their fixed order, with their signs."""


def bridge(found: PipelineBridge, locale: Locale) -> Chart:
    """Return what moved the open pipeline from its start to its end; the bars add up exactly."""
    currency = currency_of(found)
    start, end = float(found.start), float(found.end)
    amounts = [sign * float(getattr(found, bar)) for bar, sign in BARS]
    said = money_column([start, *amounts, end], locale, currency)
    rows = [WaterfallRow(
        name=text("chart.bridge-start", locale), key="start", amount=start, part="total",
        figure=said[0],
    )]  # fmt: skip
    for (bar, _), amount, figure in zip(BARS, amounts, said[1:-1], strict=True):
        if not amount:
            continue
        rows.append(WaterfallRow(
            name=text(f"chart.bridge-{bar.replace('_', '-')}", locale), key=bar, amount=amount,
            figure=plus(figure), good=amount > 0 or bar == "won",
            note=_number(found, bar, locale),
        ))  # fmt: skip
    rows.append(WaterfallRow(
        name=text("chart.bridge-end", locale), key="end", amount=end, part="sum",
        figure=said[-1],
    ))  # fmt: skip
    closing = getattr(found, "closing", None)
    due = (
        text("chart.bridge-closing", locale, period=period_words(closing, locale))
        if closing
        else ""
    )
    first, last = days_between(found.since, found.until)
    return waterfall(
        rows, locale, kind="bridge",
        title=text("chart.bridge-of", locale, start=said[0], end=said[-1]),
        subtitle=text(
            "chart.bridge-subtitle", locale, closing=due, since=day(first, locale),
            until=day(last, locale),
        ),
        note=" ".join(
            fault_item(fault, locale).text for fault in found.faults if fault.code in OF_AMOUNTS
        ),
        scale=ChartScale(kind="money", currency=currency),
    )  # fmt: skip


def _number(found: PipelineBridge, bar: str, locale: Locale) -> str:
    """Return the number of deals of a bar in words."""
    deals = found.deals(bar)
    columns = deals if isinstance(deals, dict) else deals.columns()
    n = len(columns["deal"])
    return text("chart.bridge-deals" if n != 1 else "chart.bridge-deal", locale, n=n)
