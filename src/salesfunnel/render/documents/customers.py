"""Documents of existing customers: lifecycle, RFM grid, cohort triangle, candidates, values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Locale
from salesfunnel.customers import (
    BgNbd,
    GammaGamma,
    LifetimeValue,
    RepurchaseCurve,
    Rfm,
    Sbg,
    UpsellCandidates,
)
from salesfunnel.data.purchases import Purchases
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    Grid,
    KeyFigures,
    Line,
    Lines,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import cohort_name, day_text, faults_block, shown, span

_ROWS, _CURVE = 20, 12
_RFM = ("group", "customers", "share-of-customers", "amount", "share-of-amount")


def heads(names: Sequence[str], locale: Locale, *, left: int = 1) -> list[Column]:
    """Return columns by the keys of their headings, the first ones to the left."""
    return [
        Column(text(f"ahead.{name}", locale), align="right" if i >= left else "left")
        for i, name in enumerate(names)
    ]


def rows_of(shown_rows: int, everything: int, locale: Locale) -> str:
    """Return that not all rows are shown; "" if they are."""
    if everything <= shown_rows:
        return ""
    return text("report.rows-shown", locale, shown=shown_rows, all=everything)


def purchases_document(bought: Purchases, locale: Locale) -> Document:
    """Return how many purchases of how many customers, and what could not be read."""
    known = bought.amount[np.isfinite(bought.amount)]
    days = bought.time.astype("datetime64[D]")
    ends = (days.min(), days.max()) if len(bought) else ()
    dates = " – ".join(day_text(one, locale) for one in ends) or "–"
    items = [
        (text("ahead.purchases", locale), shown(len(bought), "count", locale)),
        (text("ahead.customers", locale), shown(len(bought.customers), "count", locale)),
        (
            text("ahead.amount", locale),
            shown(float(known.sum()) if known.size else None, "money", locale),
        ),
        (text("ahead.span", locale), dates),
    ]
    blocks: list[Block] = [KeyFigures(items), faults_block(bought.faults, locale)]
    return Document(text("ahead.purchases-of", locale), blocks, locale=locale)


def rfm_document(table: Rfm, locale: Locale) -> Document:
    """Return the grid of recency and frequency, and the groups with what they paid."""
    title = text("ahead.rfm", locale, day=FORMS["date"](table.as_of, locale))
    grid = table.grid[::-1]
    cells = [[None if n == 0 else float(n) for n in row] for row in grid.tolist()]
    words = [["" if n == 0 else shown(n, "count", locale) for n in row] for row in grid.tolist()]
    total = float(np.nansum(table.amount))
    rows = []
    names = np.array(table.groups)
    for name, n in table.counts.items():
        if not n:
            continue
        paid = float(np.nansum(table.amount[names == name]))
        rows.append(
            [
                text(f"ahead.group-{name}", locale),
                shown(n, "count", locale),
                shown(n / len(table), "percent", locale),
                shown(paid, "money", locale),
                shown(paid / total if total > 0 else None, "percent", locale),
            ]
        )
    blocks: list[Block] = [
        Grid(
            text("ahead.rfm-grid", locale),
            [text("ahead.f", locale, score=f) for f in range(1, 6)],
            [text("ahead.r", locale, score=r) for r in range(5, 0, -1)],
            cells,
            words,
            corner=text("ahead.r-f", locale),
        ),
        Table(
            heads(_RFM, locale),
            rows,
        ),
        Paragraph(text("ahead.rfm-note", locale), mark="muted"),
    ]
    return Document(title, blocks, locale=locale)


def curve_document(curve: RepurchaseCurve, locale: Locale) -> Document:
    """Return the shares within windows, the curve with its band, and the cohort triangle."""
    title = text("ahead.curve", locale, day=FORMS["date"](curve.as_of, locale))
    rows = [
        [
            FORMS["duration"](float(window), locale),
            shown(int(curve.entered[i]), "count", locale),
            shown(int(curve.returned[i]), "count", locale),
            shown(curve.rate(window), "percent", locale),
            _span(float(curve.low[i]), float(curve.high[i]), locale),
        ]
        for i, window in enumerate(curve.windows)
    ]
    names = ("window", "entered", "returned", "share", "interval")
    blocks: list[Block] = [Table(heads(names, locale), rows, caption=text("ahead.windows", locale))]
    if curve.days.size:
        blocks.append(_curve(curve, locale))
    if curve.cohorts:
        blocks.append(_triangle(curve, locale))
    blocks.append(Paragraph(text("ahead.curve-note", locale), mark="muted"))
    return Document(title, blocks, locale=locale)


def _span(low: float, high: float, locale: Locale) -> str:
    return span(low, high, "percent", locale)


def _curve(curve: RepurchaseCurve, locale: Locale) -> Lines:
    days = np.linspace(0, float(curve.days[-1]), _CURVE + 1)
    at = np.searchsorted(curve.days, days, "right")

    def read(values: object, first: float) -> list[float | None]:
        found = np.concatenate([[first], values])[at].tolist()
        return [None if value != value else value for value in found]  # noqa: PLR0124 - NaN

    line = Line(
        text("ahead.came-back", locale),
        read(curve.share, 0.0),
        low=read(curve.share_low, 0.0),
        high=read(curve.share_high, 0.0),
        band=text("ahead.band-interval", locale, level=0.95),
    )
    labels = [text("ahead.day", locale, day=round(day)) for day in days.tolist()]
    return Lines(text("ahead.curve-title", locale), labels, [line], form="percent")


def _triangle(curve: RepurchaseCurve, locale: Locale) -> Grid:
    share = curve.triangle("windows").tolist()
    cells = [[None if v != v else v for v in row] for row in share]  # noqa: PLR0124 - NaN
    return Grid(
        text("ahead.triangle", locale),
        [FORMS["duration"](float(window), locale) for window in curve.windows],
        [
            cohort_name(name, int(n), locale)
            for name, n in zip(curve.cohorts, curve.cohort_entered, strict=True)
        ],
        cells,
        [["" if v is None else shown(v, "percent", locale) for v in row] for row in cells],
        corner=text("ahead.cohort", locale),
    )


def upsell_document(found: UpsellCandidates, locale: Locale) -> Document:
    """Return the customers who could buy more, the greatest potential first."""
    title = text("ahead.upsell", locale, day=FORMS["date"](found.as_of, locale))
    rows = [
        [
            found.customers[i],
            found.item[i] or "–",
            shown(int(found.orders[i]), "count", locale),
            shown(float(found.amount[i]), "money", locale),
            shown(float(found.peer_amount[i]), "money", locale),
            shown(float(found.potential[i]), "money", locale),
            shown(float(found.item_share[i]), "percent", locale),
        ]
        for i in range(min(len(found), _ROWS))
    ]
    names = ("customer", "item", "orders", "amount-of-order", "peers", "potential", "item-share")
    blocks: list[Block] = [
        Table(heads(names, locale, left=2), rows, caption=rows_of(_ROWS, len(found), locale)),
        Paragraph(text("ahead.upsell-note", locale), mark="muted"),
    ]
    return Document(title, blocks, locale=locale)


def value_document(worth: LifetimeValue, locale: Locale) -> Document:
    """Return what the customers are worth, those worth most first."""
    title = text("ahead.clv", locale, months=worth.months)
    first = np.argsort(-worth.value, kind="stable")[:_ROWS].tolist()
    rows = [
        [
            worth.customers[i],
            FORMS["chance"](float(worth.p_alive[i]), locale),
            shown(round(float(worth.purchases[i]), 2), "number", locale),
            shown(float(worth.amount[i]), "money", locale),
            shown(float(worth.value[i]), "money", locale),
        ]
        for i in first
    ]
    names = ("customer", "alive", "purchases-to-come", "amount-of-order", "worth")
    items = [
        (text("ahead.worth-all", locale), shown(worth.total, "money", locale)),
        (text("ahead.customers", locale), shown(len(worth), "count", locale)),
        (text("ahead.margin", locale), shown(worth.margin, "percent", locale)),
        (text("ahead.discount", locale), shown(worth.discount, "percent", locale)),
    ]
    blocks: list[Block] = [
        KeyFigures(items),
        Table(heads(names, locale), rows, caption=rows_of(_ROWS, len(worth), locale)),
        faults_block(worth.faults, locale),
    ]
    return Document(title, blocks, locale=locale)


def model_document(model: BgNbd | GammaGamma | Sbg, locale: Locale) -> Document:
    """Return the parameters of a fitted model with their intervals, and its verdict."""
    kind = type(model).__name__.lower()
    names = {"bgnbd": ("r", "alpha", "a", "b"), "gammagamma": ("p", "q", "v")}.get(
        kind, ("alpha", "beta")
    )
    rows = []
    for name in names:
        limits: Interval | None = None if isinstance(model, Sbg) else model.interval(name)
        rows.append(
            [
                name,
                f"{getattr(model, name):.4g}",
                "–" if limits is None else f"{limits.low:.4g}–{limits.high:.4g}",
            ]
        )
    good = model.verdict == "ok"
    blocks: list[Block] = [
        Paragraph(text(f"ahead.fit-{model.verdict}", locale), mark="good" if good else "warn"),
        KeyFigures([(text("ahead.customers", locale), shown(model.customers, "count", locale))]),
        Table(heads(("parameter", "estimate", "interval"), locale), rows),
    ]
    if isinstance(model, Sbg):
        seen = model.observed
        ahead = model.survival(max(len(seen) + 4, 8)).tolist()
        labels = [str(t) for t in range(len(ahead))]
        lines = [
            Line(text("ahead.model", locale), ahead, dashed=True),
            Line(text("ahead.observed", locale), [*seen, *[None] * (len(ahead) - len(seen))]),
        ]
        blocks.append(Lines(text("ahead.still-customers", locale), labels, lines, form="percent"))
    blocks.append(faults_block(model.faults, locale))
    return Document(text(f"ahead.model-{kind}", locale), blocks, locale=locale)
