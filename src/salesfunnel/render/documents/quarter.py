"""Documents of slippage, coverage and calls, of exchange rates and fiscal calendars."""

from __future__ import annotations

from datetime import timedelta

import attrs

from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.history import FieldHistory
from salesfunnel.data.rates import Rates
from salesfunnel.i18n import FORMS, text
from salesfunnel.i18n._money import short_amount
from salesfunnel.pipeline import (
    CallRecord,
    CommitBias,
    Coverage,
    CoverageRow,
    Slippage,
    SlipRate,
    TypedDates,
)
from salesfunnel.render.model import Block, Column, Document, KeyFigures, Paragraph, Table
from salesfunnel.render.words.figures import day_text, faults_block, shown, span

_DEALS = 15
_YEAR = 2027
HALF_A_DAY = 0.5
"""Days up to which a win counts as on time."""


def _heads(names: tuple[str, ...], locale: Locale, *, left: int = 1) -> list[Column]:
    return [
        Column(text(f"pipeline.{name}", locale), align="right" if i >= left else "left")
        for i, name in enumerate(names)
    ]


def slippage_document(found: Slippage, locale: Locale) -> Document:
    """Return figures, the typed date against ours, slip rates, and the likeliest deals to slip."""
    day = FORMS["date"](found.as_of.date(), locale)
    slips = float(found.p_slip.sum())
    items = [
        (text("pipeline.open-dated", locale), FORMS["count"](len(found.deals), locale)),
        (
            text("pipeline.expected-slips", locale),
            FORMS["deals"](slips, locale),
        ),
        (text("pipeline.ever-pushed", locale), f"{found.pushed_deals:,} / {found.pushed_all:,}"),
    ]
    blocks: list[Block] = [KeyFigures(items)]
    if found.typed is not None:
        blocks.extend(_typed(found.typed, locale))
    if found.deals:
        blocks.append(likely_table(found, locale))
    if found.rates:
        blocks.append(_slip_rates(found.rates, locale))
    blocks.append(faults_block(found.faults, locale))
    return Document(text("pipeline.slippage-title", locale, day=day), blocks, locale=locale)


def _typed(typed: TypedDates, locale: Locale) -> list[Block]:
    blocks: list[Block] = [
        Paragraph(
            text(
                "pipeline.typed", locale, n=typed.deals, kept=typed.kept, said=typed.said,
                typed=typed.brier_typed, ours=typed.brier_said,
            )
        )
    ]  # fmt: skip
    if typed.days_late is not None:
        late = typed.days_late
        key = "on-time" if abs(late) < HALF_A_DAY else "late" if late > 0 else "early"
        blocks.append(Paragraph(text(f"pipeline.typed-{key}", locale, days=abs(late))))
    return blocks


def likely_table(found: Slippage, locale: Locale, *, most: int = _DEALS) -> Table:
    """Return the open deals that are likeliest to slip."""
    columns = found.columns()
    names = ("p_won", "p_lost", "p_pushed", "p_overdue")
    rows = [
        [
            str(columns["deal"][i]),
            str(columns["owner"][i]),
            day_text(columns["expected"][i], locale),
            FORMS["count"](int(columns["pushes"][i]), locale),
            *(FORMS["chance"](float(columns[name][i]), locale) for name in names),
        ]
        for i in range(min(len(found.deals), most))
    ]
    heads = ("deal", "owner", "close-date", "pushes", "p-won", "p-lost", "p-pushed", "p-overdue")
    caption = text("pipeline.likely", locale)
    return Table(_heads(heads, locale, left=2), rows, caption=caption)


def _slip_rates(rates: tuple[SlipRate, ...], locale: Locale) -> Table:
    rows = []
    for rate in rates:
        group = rate.group
        if rate.dimension == "size":
            group = text(f"pipeline.{group}", locale)
        if rate.dimension == "all":
            group = ""
        rows.append(
            [
                text(f"pipeline.by-{rate.dimension}", locale),
                group,
                FORMS["count"](rate.dates, locale),
                FORMS["count"](rate.slipped, locale),
                FORMS["percent"](rate.rate, locale),
                span(rate.interval.low, rate.interval.high, "percent", locale),
                FORMS["percent"](rate.shrunk, locale),
            ]
        )
    heads = ("group", "value", "dates", "slipped", "rate", "interval", "shrunk")
    return Table(_heads(heads, locale, left=2), rows, caption=text("pipeline.rates", locale))


def slip_rate_document(rate: SlipRate, locale: Locale) -> Document:
    """Return one slip rate as a table."""
    return Document(
        text("pipeline.rates", locale),
        [attrs.evolve(_slip_rates((rate,), locale), caption="")],
        locale=locale,
    )


def typed_document(typed: TypedDates, locale: Locale) -> Document:
    """Return the typed date against ours in words."""
    return Document(text("pipeline.close-date", locale), _typed(typed, locale), locale=locale)


def coverage_document(found: Coverage, locale: Locale) -> Document:
    """Return quotas, coverage, chances, and the pipeline that they take."""
    day = FORMS["date"](found.as_of.date(), locale)
    title = text("pipeline.coverage-title", locale, day=day, horizon=found.horizon)
    blocks: list[Block] = [
        _quotas(found.rows, found.currency, found.level, locale),
        Paragraph(text("pipeline.coverage-note", locale, level=found.level), mark="muted"),
        faults_block(found.faults, locale),
    ]
    return Document(title, blocks, locale=locale)


def _quotas(rows: tuple[CoverageRow, ...], currency: str, level: float, locale: Locale) -> Table:
    def multiple(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}×"

    cells = [
        [
            row.name or text("pipeline.everybody", locale),
            short_amount(row.quota, currency, locale),
            short_amount(row.left, currency, locale),
            short_amount(row.open_value, currency, locale),
            multiple(row.coverage),
            shown(row.share_won, "share", locale),
            shown(row.probability, "chance", locale),
            multiple(row.multiple_even),
            multiple(row.multiple_safe),
        ]
        for row in rows
    ]
    names = (
        "owner",
        "quota",
        "left",
        "open-value",
        "coverage",
        "yield",
        "probability",
        "needed-even",
    )
    safe = Column(text("pipeline.needed-safe", locale, level=level), align="right")
    return Table([*_heads(names, locale), safe], cells)


def coverage_row_document(row: CoverageRow, locale: Locale) -> Document:
    """Return one quota as a table."""
    return Document(
        text("pipeline.coverage", locale), [_quotas((row,), "", 0.8, locale)], locale=locale
    )


def calls_document(found: CommitBias, locale: Locale) -> Document:
    """Return what was called and what came, by owner and category."""
    title = text("pipeline.calls-title", locale, n=len(found.periods))
    blocks: list[Block] = [
        _calls(found.rows, found.currency, locale),
        Paragraph(text("pipeline.calls-note", locale), mark="muted"),
        faults_block(found.faults, locale),
    ]
    return Document(title, blocks, locale=locale)


def _calls(rows: tuple[CallRecord, ...], currency: str, locale: Locale) -> Table:
    cells = []
    for row in rows:
        bias = "–" if row.bias is None else f"{row.bias:.2f}"
        cells.append(
            [
                row.owner or text("pipeline.everybody", locale),
                row.category,
                FORMS["count"](row.called, locale),
                FORMS["count"](row.came, locale),
                FORMS["percent"](row.shrunk, locale),
                short_amount(row.called_value, currency, locale),
                short_amount(row.came_value, currency, locale),
                bias,
                text(f"pipeline.{row.verdict}", locale),
            ]
        )
    heads = (
        "owner",
        "category",
        "called",
        "came",
        "shrunk",
        "called-amount",
        "came-amount",
        "bias",
        "verdict",
    )
    *numbers, verdict = _heads(heads, locale, left=2)
    return Table([*numbers, attrs.evolve(verdict, align="left")], cells)


def call_document(row: CallRecord, locale: Locale) -> Document:
    """Return the calls of one owner in one category as a table."""
    title = text("pipeline.called", locale)
    return Document(title, [_calls((row,), "", locale)], locale=locale)


def rates_document(rates: Rates, locale: Locale) -> Document:
    """Return the currencies, how many rates each has, and the last one."""
    rows = []
    for code, table in rates.table.items():
        first, last = table[0][0], table[-1][0]
        always = text("pipeline.always", locale)
        rows.append(
            [
                code,
                f"{len(table):,}",
                *(day_text(one, locale) if one else always for one in (first, last)),
                f"{table[-1][1]:g}",
            ]
        )
    heads = _heads(("currency", "rows", "first", "last", "last-rate"), locale)
    title = text("pipeline.rates-title", locale, base=rates.base)
    return Document(title, [Table(heads, rows)], locale=locale)


def fiscal_document(fiscal: Fiscal, locale: Locale) -> Document:
    """Return the calendar, and the quarters of one year as an example."""
    items = [
        (text("pipeline.fiscal-start", locale), str(fiscal.start)),
        (text("pipeline.fiscal-pattern", locale), fiscal.pattern),
    ]
    starts = [*fiscal.starts(_YEAR), fiscal.year_start(_YEAR + 1)]
    rows = [
        [
            fiscal.name(_YEAR, k),
            FORMS["date"](starts[k], locale),
            FORMS["date"](starts[k + 1] - timedelta(days=1), locale),
        ]
        for k in range(4)
    ]
    caption = text("pipeline.fiscal-example", locale, year=fiscal.name(_YEAR, 0, "year"))
    table = Table(_heads(("period", "begins", "ends"), locale, left=3), rows, caption=caption)
    return Document(
        text("pipeline.fiscal-title", locale), [KeyFigures(items), table], locale=locale
    )


def field_document(found: FieldHistory, locale: Locale) -> Document:
    """Return the first changes of a field."""
    columns = found.columns()
    rows = [
        [
            str(columns["deal"][i]),
            day_text(columns["time"][i], locale, hour=True),
            str(columns["value"][i]),
        ]
        for i in range(min(len(found), _DEALS))
    ]
    title = text("pipeline.field-title", locale, n=len(found))
    return Document(
        title, [Table(_heads(("deal", "when", "value"), locale, left=3), rows)], locale=locale
    )
