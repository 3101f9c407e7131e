"""Bottlenecks in the words of a sales manager."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from salesfunnel._core.periods import frequency_of
from salesfunnel._core.vocabulary import TIERS, Locale
from salesfunnel.bottleneck import Bottleneck, Bottlenecks, OutputChange
from salesfunnel.i18n import text
from salesfunnel.i18n._money import short_amount
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Column,
    Document,
    KeyFigures,
    Mark,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import (
    doubts_block,
    estimate_text,
    minus,
    period_text,
    segment_words,
    shown,
    signed,
)
from salesfunnel.render.words.inflow import fewer_entries
from salesfunnel.render.words.names import labels_of

_ROWS, _SENTENCES = 20, 5
_NOT_ENOUGH = TIERS.index("not-enough-data")
_MARKS: dict[str, Mark] = {"confirmed": "bad", "suspected": "warn", "not-enough-data": "muted"}


def bottlenecks_document(found: Bottlenecks, locale: Locale) -> Document:
    """Return a sentence for each bottleneck, then what is not known, then the table."""
    keys = [x for step in found.transitions for x in (step.source, step.target)]
    labels = labels_of(found.funnel, keys, locale)
    several = len(found.segments) > 1
    rows = list(islice(iter(found), _ROWS))
    alarms = [row for row in rows if row.alarm]
    blocks: list[Block] = [Paragraph(words, mark="bad") for words in fewer_entries(found, locale)]
    for row in alarms[:_SENTENCES]:
        mark = mark_of(row)
        words = sentence(row, labels, locale, several=several, win=found.win)
        blocks.append(Paragraph(words, mark=mark))
    if not alarms:
        blocks += silence(found, labels, locale)
    blocks += [
        Paragraph(sentence(row, labels, locale, several=several), mark="warn")
        for row in rows
        if row.tier == "definition-changed"
    ]
    blocks += [
        Paragraph(text("bottleneck.drifting", locale, **_names(row, labels, locale)), mark="warn")
        for row in rows
        if row.drifting and not row.alarm
    ]
    if alarms and (unknown := _unknown(found, locale)):
        blocks.append(Paragraph(unknown, mark="muted"))
    blocks.append(_table(rows, labels, locale, several=several))
    if len(found) > _ROWS:
        words = text("report.rows-shown", locale, shown=_ROWS, all=len(found))
        blocks.append(Paragraph(words, mark="muted"))
    if any(row.probability is not None for row in rows):
        blocks.append(Paragraph(text("bottleneck.how", locale), mark="muted"))
        blocks.append(Paragraph(_prior(found, locale), mark="muted"))
    faults = dict.fromkeys((*found.faults, *(fault for row in rows for fault in row.faults)))
    if faults:
        blocks.append(doubts_block(faults, locale, labels))
    title = text("bottleneck.title", locale, period=found.period)
    return Document(title, blocks, locale=locale)


def _prior(found: Bottlenecks, locale: Locale) -> str:
    """Say which share of falls was expected before looking, and from how many steps."""
    together = int(found.pooled.max(initial=0)) > len(found.transitions)
    figures: dict[str, Any] = {"prior": float(found.prior.mean()), "n": int(found.pooled.max())}
    return text("bottleneck.prior" if together else "bottleneck.prior-alone", locale, **figures)


def bottleneck_document(row: Bottleneck, locale: Locale) -> Document:
    """Return one row: its sentence, and its figures."""
    step = row.transition
    other = () if row.partner is None else (row.partner.source, row.partner.target)
    keys = (step.source, step.target, row.counted_at or step.target, *other)
    labels = labels_of(None, keys, locale)
    blocks: list[Block] = [Paragraph(sentence(row, labels, locale, several=True))]
    blocks.append(_table([row], labels, locale, several=True))
    if row.faults:
        blocks.append(doubts_block(row.faults, locale, labels))
    return Document(text("bottleneck.title", locale, period=row.period), blocks, locale=locale)


def sentence(
    row: Bottleneck,
    labels: dict[str, str],
    locale: Locale,
    *,
    several: bool,
    win: str | None = None,
) -> str:
    """Return what a sales manager wants to hear: what fell, how sure, by what, worth what."""
    if row.rate is None or row.reference is None or row.probability is None:
        return text("bottleneck.unknown", locale, **_names(row, labels, locale))
    names = _names(row, labels, locale)
    where = text("bottleneck.where", locale, **names) if several else ""
    if row.partner is not None:
        ends = (labels[row.partner.source], labels[row.partner.target])
        said: dict[str, Any] = {"other": " → ".join(ends), "onset": row.onset}
        return text("bottleneck.moved", locale, **names, where=where, sure=row.definition, **said)
    words = [
        text(
            "bottleneck.fell-one" if row.window == 1 else "bottleneck.fell-since",
            locale,
            **names,
            where=where,
            period=row.period,
            window=row.window,
            onset=row.onset or "–",
            rate=row.rate,
            reference=row.reference,
            against=text(
                f"bottleneck.expected-{row.reference_kind}", locale, n=row.history_months, **names
            ),
            sure=row.probability,
            tier=verdict(row, locale),
        )
    ]
    if row.gain is not None and row.expected_gain is not None:
        at = row.counted_at or row.transition.target
        end, key = labels[at], "bottleneck.gain-won" if at == win else "bottleneck.gain"
        figures: dict[str, Any] = {
            "gain": row.expected_gain,
            "low": row.gain.low,
            "high": row.gain.high,
        }
        words.append(text(key, locale, end=end, **names, **figures))
    if row.revenue is not None:
        low, high = (
            estimate_text(v, row.currency, locale) for v in (row.revenue.low, row.revenue.high)
        )
        words.append(text("bottleneck.revenue", locale, low=low, high=high, **names))
    if row.drifting:
        words.append(text("bottleneck.drifting-too", locale))
    if not row.verified:
        words.append(text("bottleneck.unverified", locale))
    if row.cohort != "unknown":
        words.append(text(f"bottleneck.cohort-{row.cohort}", locale))
    return text("bottleneck.space", locale).join(words)


def _names(row: Bottleneck, labels: dict[str, str], locale: Locale) -> dict[str, str]:
    by = frequency_of(row.period)
    return {
        "unit": text(f"bottleneck.unit-{by}", locale),
        "units": text(f"bottleneck.units-{by}", locale),
        "source": labels[row.transition.source],
        "target": labels[row.transition.target],
        "segment": segment_words(row.segment, locale),
    }


def _unknown(found: Bottlenecks, locale: Locale) -> str:
    """Say how many steps were judged with too few data, and how many could not be judged."""
    judged = ~np.isnan(found.probability)
    thin = int(((found.tier == _NOT_ENOUGH) & judged).sum())
    counts = {"not-enough": thin, "not-judged": int((~judged).sum())}
    return text("bottleneck.space", locale).join(
        text(f"bottleneck.{key}", locale, n=n, all=len(found)) for key, n in counts.items() if n
    )


def silence(found: Bottlenecks, labels: dict[str, str], locale: Locale) -> list[Block]:
    """Say that no fall is seen, and what could hide; or, where nothing was judged, what is missing.

    What is only watched is named, with its probability.
    """
    rows = list(islice(iter(found), _ROWS))
    if all(row.probability is None for row in rows):
        lowest = found.lowest
        words = text("bottleneck.no-reference", locale)
        if lowest is not None and lowest.rate is not None:
            words += text("bottleneck.space", locale) + text(
                "bottleneck.lowest", locale, rate=lowest.rate, **_names(lowest, labels, locale)
            )
        return [Paragraph(words, mark="muted")]
    unknown = _unknown(found, locale)
    quiet = text("bottleneck.quiet", locale)
    words = text("bottleneck.space", locale).join((quiet, unknown)) if unknown else quiet
    blocks: list[Block] = [Paragraph(words, mark="" if unknown else "good")]
    several = len(found.segments) > 1
    for row in rows:
        if row.tier == "watch":
            names = _names(row, labels, locale)
            where = text("bottleneck.where", locale, **names) if several else ""
            figures: dict[str, Any] = {
                "rate": row.rate,
                "reference": row.reference,
                "sure": row.probability,
            }
            said = text("bottleneck.watched", locale, **names, where=where, **figures)
            blocks.append(Paragraph(said, mark="warn"))
    return blocks


def _table(
    rows: Sequence[Bottleneck], labels: dict[str, str], locale: Locale, *, several: bool
) -> Table:
    heads = ["step", *(["segment"] if several else []), "rate", "reference", "probability",
             "verdict", "onset", "gain-a-month", "detectable"]  # fmt: skip
    left = {"step", "segment", "verdict"}
    columns = [
        Column(
            text(f"report.{h}" if h in ("step", "segment", "rate") else f"bottleneck.{h}", locale),
            align="left" if h in left else "right",
        )
        for h in heads
    ]
    cells = []
    for row in rows:
        names = _names(row, labels, locale)
        cells.append([
            f"{names['source']} → {names['target']}",
            *([names["segment"]] if several else []),
            shown(row.rate, "percent", locale),
            shown(row.reference, "percent", locale),
            shown(row.probability, "chance", locale),
            verdict(row, locale),
            period_text(row.onset or "–", locale),
            shown(row.expected_gain, "deals", locale),
            shown(row.detectable, "share", locale),
        ])  # fmt: skip
    return Table(columns, cells, marks=[mark_of(row) for row in rows])


def mark_of(row: Bottleneck) -> Mark:
    """Return how bad a verdict is: no worse than suspected where the data are in doubt."""
    mark = _MARKS.get(row.tier, "")
    return "warn" if mark == "bad" and not row.verified else mark


def verdict(row: Bottleneck, locale: Locale) -> str:
    """Return the tier in words, with the doubt in the data where there is one."""
    words = text(f"bottleneck.tier-{row.tier}", locale)
    if row.alarm and not row.verified:
        return text("bottleneck.tier-unverified", locale, tier=words)
    return words


def change_document(found: OutputChange, locale: Locale) -> Document:
    """Return what each factor brought to the change of output."""
    money = "value" in found.factors
    form = "money" if money else "deals"

    def words(value: float, *, sign: bool = False) -> str:
        if not (money and found.currency):
            return signed(value, form, locale) if sign else minus(shown(value, form, locale))
        plus = "+" if sign and value > 0 else ""
        return plus + short_amount(value, found.currency, locale)

    figures = [
        (text("bottleneck.before", locale, period=found.before), found.output_before),
        (text("bottleneck.after", locale, period=found.after), found.output_after),
        (text("bottleneck.change", locale), found.change),
    ]
    keys = [key for name in found.factors for key in name.split("→")]
    labels = labels_of(found.funnel, keys, locale)
    bars = []
    for name, part in zip(found.factors, found.contributions, strict=True):
        label = " → ".join(labels[key] for key in name.split("→"))
        if name == "value" and money:
            label = text("bottleneck.value", locale)
        bars.append(Bar(label, part, words(part, sign=True), mark="bad" if part < 0 else ""))
    title = text("bottleneck.change-of-output", locale)
    return Document(
        title,
        [
            KeyFigures([(name, words(v)) for name, v in figures]),
            Bars(text("bottleneck.brought", locale), bars),
            *([doubts_block(found.faults, locale, labels)] if found.faults else []),
        ],
        locale=locale,
    )
