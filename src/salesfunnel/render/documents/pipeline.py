"""Documents of the pipeline: its bridge, and what stands behind every bar."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import FORMS, text
from salesfunnel.i18n._money import exact_amount, short_amount
from salesfunnel.pipeline import BARS, BridgeBars, BridgeVerdict, PipelineBridge
from salesfunnel.pipeline.bars import OUTS
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    KeyFigures,
    Paragraph,
    Section,
    Table,
)
from salesfunnel.render.words.figures import bracketed, day_text, days_between, faults_block

_DEALS = 8
_LISTED = ("pushed_out", "won", "lost", "new", "pulled_in", "increased", "decreased", "removed")


def bridge_document(bridge: PipelineBridge, locale: Locale) -> Document:
    """Return the bars, the verdicts, the segments, and the largest deals behind the bars."""
    since, until = (FORMS["date"](day, locale) for day in days_between(bridge.since, bridge.until))
    title = text("pipeline.bridge-title", locale, since=since, until=until)
    scope = "bridge-scope" if bridge.closing else "bridge-all"
    blocks: list[Block] = [
        Paragraph(text(f"pipeline.{scope}", locale, closing=bridge.closing)),
        bars_table(bridge.bars, bridge.currency, locale),
    ]
    if bridge.verdicts:
        blocks.append(
            Section(
                text("pipeline.verdicts", locale),
                [
                    Paragraph(
                        verdict_words(found, locale),
                        mark="bad"
                        if found.verdict
                        == ("fewer-than-usual" if found.bar == "new" else "more-than-usual")
                        else "",
                    )
                    for found in bridge.verdicts
                ],
            )
        )
    if bridge.by_segment:
        blocks.append(_segments(bridge, locale))
    if bridge.pieces:
        blocks.append(_pieces(bridge, locale))
    blocks.extend(_listed(bridge, locale))
    blocks.append(_figures(bridge, locale))
    blocks.append(faults_block(bridge.faults, locale))
    return Document(title, blocks, locale=locale)


def bars_document(bars: BridgeBars, locale: Locale) -> Document:
    """Return the bars as a table."""
    return Document(text("pipeline.bar", locale), [bars_table(bars, "", locale)], locale=locale)


def verdict_document(verdict: BridgeVerdict, locale: Locale) -> Document:
    """Return the verdict as a sentence."""
    title = text("pipeline.verdicts", locale)
    return Document(title, [Paragraph(verdict_words(verdict, locale))], locale=locale)


def verdict_words(found: BridgeVerdict, locale: Locale) -> str:
    """Return whether a bar holds as many deals as usual, in words."""
    below = found.verdict in {"perhaps-fewer", "fewer-than-usual"}
    return text(
        f"pipeline.verdict-{found.verdict}", locale, bar=text(f"pipeline.{found.bar}", locale),
        n=found.count, of=found.of, expected=found.expected, low=found.low, high=found.high,
        p=found.probability_fewer if below else found.probability, periods=found.periods,
    )  # fmt: skip


def bars_table(bars: BridgeBars, currency: str, locale: Locale) -> Table:
    """Return one row per bar that is not empty, with its sign."""
    rows = []
    for bar in BARS:
        amount, n = bars.amount(bar), bars.counts.get(bar, 0)
        if bar in ("start", "end") or n or amount:
            signed = -amount if bar in OUTS else amount
            words = exact_amount(signed, currency, locale)
            if bar not in ("start", "end") and signed > 0:
                words = f"+{words}"
            count = FORMS["count"](n, locale)
            rows.append([text(f"pipeline.{bar}", locale), words, count])
    heads = [
        Column(text(f"pipeline.{name}", locale), align="left" if name == "bar" else "right")
        for name in ("bar", "amount", "deals")
    ]
    return Table(heads, rows)


def _heads(names: tuple[str, ...], locale: Locale, *, left: int = 1) -> list[Column]:
    return [
        Column(text(f"pipeline.{name}", locale), align="right" if i >= left else "left")
        for i, name in enumerate(names)
    ]


def _wide(
    bridge: PipelineBridge, first: str, parts: list[tuple[str, BridgeBars]], locale: Locale
) -> Table:
    """Return one row per part, with the bars that are not empty in all of them."""
    shown = [
        bar
        for bar in BARS
        if bar in ("start", "end") or any(part.counts.get(bar, 0) for _, part in parts)
    ]
    rows = [
        [
            name,
            *(
                short_amount(
                    -part.amount(bar) if bar in OUTS else part.amount(bar), bridge.currency, locale
                )
                for bar in shown
            ),
        ]
        for name, part in parts
    ]
    return Table(_heads((first, *shown), locale), rows)


def _segments(bridge: PipelineBridge, locale: Locale) -> Section:
    words = text("pipeline.missing", locale)
    parts = [(words if name == "(missing)" else name, p) for name, p in bridge.by_segment.items()]
    title = text("pipeline.by", locale, name=bridge.by)
    return Section(title, [_wide(bridge, "segment", parts, locale)])


def _pieces(bridge: PipelineBridge, locale: Locale) -> Section:
    parts = []
    for piece in bridge.pieces:
        first, last = (day_text(one, locale) for one in days_between(piece.since, piece.until))
        name = first if first == last else text("report.range", locale, low=first, high=last)
        parts.append((name, piece.bars))
    return Section(text("pipeline.pieces", locale), [_wide(bridge, "period", parts, locale)])


def _listed(bridge: PipelineBridge, locale: Locale) -> list[Block]:
    """Return the largest deals behind the bars that a team speaks of."""
    blocks: list[Block] = []
    for bar in _LISTED:
        found = bridge.deals(bar)
        n = found["deal"].size
        if not n:
            continue
        order = (-found["amount"]).argsort(kind="stable")[:_DEALS].tolist()
        rows = [
            [
                str(found["deal"][i]),
                str(found["owner"][i]),
                exact_amount(float(found["amount"][i]), bridge.currency, locale),
                day_text(found["from"][i], locale),
                day_text(found["to"][i], locale),
                day_text(found["time"][i], locale),
            ]
            for i in order
        ]
        caption = text(
            "pipeline.largest", locale, bar=text(f"pipeline.{bar}", locale), shown=len(rows), n=n
        )
        heads = _heads(("deal", "owner", "amount", "from", "to", "when"), locale, left=2)
        blocks.append(Table(heads, rows, caption=caption))
    return blocks


def _figures(bridge: PipelineBridge, locale: Locale) -> KeyFigures:
    overdue = FORMS["count"](bridge.overdue_count, locale)
    if bridge.overdue_count and bridge.bars.minor:
        worth = bridge.overdue_minor / 10**bridge.digits
        overdue = bracketed(overdue, short_amount(worth, bridge.currency, locale), locale)
    return KeyFigures(
        [
            (text("pipeline.round-trips", locale), FORMS["count"](bridge.round_trips, locale)),
            (text("pipeline.overdue", locale), overdue),
            (text("pipeline.unvalued", locale), FORMS["count"](bridge.unvalued, locale)),
        ]
    )
