"""Documents of models of buying, and of what customers will buy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesfunnel._core.vocabulary import Locale
from salesfunnel.customers import BuyingModel, PurchasesAhead
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Block, Column, Document, KeyFigures, Paragraph, Table
from salesfunnel.render.words.figures import faults_block, shown

_ROWS = 20


def _columns(names: Sequence[str]) -> list[Column]:
    return [Column(name, align="right" if i else "left") for i, name in enumerate(names)]


def buying_document(model: BuyingModel, locale: Locale) -> Document:
    """Return the models that were compared, and the parameters of the one chosen."""
    rows = []
    for name, value in zip(model.names, model.params, strict=True):
        limits = model.interval(name)
        shape = "–" if limits is None else f"{limits.low:.4g}–{limits.high:.4g}"
        rows.append([name, f"{value:.4g}", shape])
    good = model.verdict == "ok"
    heads = [text(f"ahead.{name}", locale) for name in ("parameter", "estimate", "interval")]
    blocks: list[Block] = [
        Paragraph(text(f"ahead.fit-{model.verdict}", locale), mark="good" if good else "warn"),
        KeyFigures([(text("ahead.customers", locale), shown(model.customers, "count", locale))]),
        Table(_columns(heads), rows),
    ]
    if model.compared:
        names = (text("ahead.model", locale), text("buying.loglik", locale))
        compared = [
            [text(f"buying.name-{name}", locale), f"{value:.2f}"]
            for name, value in zip(model.compared, model.compared_loglik, strict=True)
        ]
        caption = text("buying.compared", locale, n=model.compared_on)
        blocks.append(Table(_columns(names), compared, caption=caption))
    blocks.append(faults_block(model.faults, locale))
    where = "ahead" if model.kind == "bgnbd" else "buying"
    return Document(text(f"{where}.model-{model.kind}", locale), blocks, locale=locale)


def ahead_document(found: PurchasesAhead, locale: Locale) -> Document:
    """Return what customers will buy, those who buy most first."""

    def spread(low: float, high: float, form: str) -> str:
        if not np.isfinite(low):
            return "–"
        ends = [
            FORMS["chance"](v, locale) if form == "chance" else shown(round(v, 2), "number", locale)
            for v in (low, high)
        ]
        return "–".join(dict.fromkeys(ends))  # of equal ends one says it

    first = np.argsort(-found.expected, kind="stable")[:_ROWS].tolist()
    rows = [
        [
            found.customers[i],
            FORMS["chance"](float(found.p_alive[i]), locale),
            spread(float(found.p_alive_low[i]), float(found.p_alive_high[i]), "chance"),
            shown(round(float(found.expected[i]), 2), "number", locale),
            spread(float(found.expected_low[i]), float(found.expected_high[i]), "number"),
            f"{int(found.purchases_low[i])}–{int(found.purchases_high[i])}",
        ]
        for i in first
    ]
    interval = text("buying.interval", locale)
    heads = (
        text("ahead.customer", locale), text("ahead.alive", locale), interval,
        text("ahead.purchases-to-come", locale), interval,
        text("buying.likely", locale, level=found.level),
    )  # fmt: skip
    caption = (
        text("report.rows-shown", locale, shown=_ROWS, all=len(found)) if len(found) > _ROWS else ""
    )
    total = shown(round(found.total, 1), "number", locale)
    blocks: list[Block] = [
        KeyFigures([(text("buying.all", locale), total)]),
        Table(_columns(heads), rows, caption=caption),
        Paragraph(text("buying.note", locale), mark="muted"),
        faults_block(found.faults, locale),
    ]
    unit = text(f"buying.unit-{found.unit}", locale)
    title = text("buying.title", locale, ahead=found.ahead, unit=unit)
    return Document(title, blocks, locale=locale)
