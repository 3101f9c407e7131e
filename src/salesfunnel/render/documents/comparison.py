"""Documents of comparisons: segments against their peers, arms of a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Locale
from salesfunnel.conversion import ArmComparison, ArmRow, SegmentComparison, SegmentPair, SegmentRow
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Block, Column, Document, Mark, Paragraph, Table
from salesfunnel.render.words.figures import faults_block, points_span, shown, span
from salesfunnel.render.words.names import labels_of

_ROWS = 60
_MARKS: dict[str, Mark] = {"worse": "bad", "better": "good", "not-enough-data": "muted"}
_LEFT = {"segment", "arm", "verdict"}
_SEGMENT = ("segment", "counted", "rate-span", "estimate-span", "probability-worse", "verdict")
_ARM = ("arm", "entered", "advanced", "rate", "difference", "evidence", "verdict")


def _columns(names: Sequence[str], locale: Locale, level: float) -> list[Column]:
    return [
        Column(
            text(f"comparison.{name}", locale, level=level),
            align="left" if name in _LEFT else "right",
        )
        for name in names
    ]


TOLD = ("entrants-immature", "open-left-out")
"""Faults that have a sentence of their own."""


def segments_document(found: SegmentComparison, locale: Locale) -> Document:
    """Return the segments, most probably worse first."""
    ends = (found.transition.source, found.transition.target)
    labels = labels_of(found.funnel, ends, locale)
    blocks: list[Block] = [_segment_table(islice(found, _ROWS), found.level, locale)]
    if found.pair is not None:
        blocks.insert(0, Paragraph(_pair_words(found.pair, locale)))
    if len(found) > _ROWS:
        words = text("report.rows-shown", locale, shown=_ROWS, all=len(found))
        blocks.append(Paragraph(words, mark="muted"))
    if found.adjust:
        columns = ("、" if locale == "zh" else ", ").join(found.adjust)
        blocks.append(Paragraph(text("comparison.adjusted", locale, columns=columns)))
    if found.immature:
        blocks.append(Paragraph(text("comparison.immature", locale, n=found.immature)))
    if found.still_open.any():
        words = text("comparison.still-open", locale, n=int(found.still_open.sum()))
        blocks.append(Paragraph(words))
    doubts = [fault for fault in found.faults if fault.code not in TOLD]
    if doubts:
        blocks.append(faults_block(doubts, locale))
    how = text("comparison.segments-how", locale, centre=found.centre)
    blocks.append(Paragraph(how, mark="muted"))
    step = f"{labels[ends[0]]} → {labels[ends[1]]}"
    title = text("comparison.segments-title", locale, step=step, by=found.by)
    return Document(title, blocks, locale=locale)


def _with_interval(rate: float | None, wide: Interval | None, locale: Locale) -> str:
    """Return a rate and its own interval in one cell, so that none stands beside another's."""
    if rate is None or wide is None:
        return "–"
    inner = span(wide.low, wide.high, "percent", locale)
    return text("comparison.with-interval", locale, rate=shown(rate, "percent", locale), span=inner)


def _segment_table(rows: Iterable[SegmentRow], level: float, locale: Locale) -> Table:
    known = list(rows)
    cells = [
        [
            row.segment,
            text("comparison.of", locale, entered=row.entered, advanced=row.advanced),
            _with_interval(row.rate, row.interval, locale),
            _with_interval(row.estimate, row.shrunk, locale),
            shown(row.probability_worse, "chance", locale),
            text(f"comparison.verdict-{row.verdict}", locale),
        ]
        for row in known
    ]
    marks = [_MARKS.get(row.verdict, "") for row in known]
    return Table(_columns(_SEGMENT, locale, level), cells, marks=marks)


def segment_document(row: SegmentRow, locale: Locale) -> Document:
    """Return one segment."""
    title = text("comparison.one-segment", locale, name=row.segment)
    return Document(title, [_segment_table([row], row.shrunk.level, locale)], locale=locale)


def pair_document(pair: SegmentPair, locale: Locale) -> Document:
    """Return one segment against another one."""
    title = text("comparison.pair-title", locale, name=pair.segment, other=pair.other)
    return Document(title, [Paragraph(_pair_words(pair, locale))], locale=locale)


def _pair_words(pair: SegmentPair, locale: Locale) -> str:
    ends = (pair.difference, pair.interval.low, pair.interval.high)
    points, low, high = (round(100 * end, 1) + 0.0 for end in ends)
    figures = text(
        "comparison.pair-figures", locale, name=pair.segment, other=pair.other,
        points=points, low=low, high=high, level=pair.interval.level,
        worse=pair.probability_worse, better=pair.probability_better,
    )  # fmt: skip
    key = f"comparison.pair-{pair.verdict}"
    verdict = text(key, locale, name=pair.segment, other=pair.other)
    return verdict + ("" if locale == "zh" else " ") + figures


def arms_document(found: ArmComparison, locale: Locale) -> Document:
    """Return the arms, the control first."""
    alpha = 1 - found.level
    how = text("comparison.arms-how", locale, needed=1 / alpha, alpha=alpha)
    blocks: list[Block] = [_arm_table(found.rows, locale), Paragraph(how, mark="muted")]
    return Document(text("comparison.arms-title", locale), blocks, locale=locale)


def arm_document(row: ArmRow, locale: Locale) -> Document:
    """Return one arm."""
    title = text("comparison.one-arm", locale, name=row.arm)
    return Document(title, [_arm_table([row], locale)], locale=locale)


def _arm_table(rows: Sequence[ArmRow], locale: Locale) -> Table:
    cells = []
    for row in rows:
        between, evidence = row.difference, row.evidence
        rounded = None if evidence is None else float(f"{evidence:.3g}")
        cells.append(
            [
                row.arm,
                shown(row.entered, "count", locale),
                shown(row.advanced, "count", locale),
                shown(row.rate, "percent", locale),
                "–" if between is None else points_span(between, locale),
                "–" if rounded is None else FORMS["number"](rounded, locale),
                text(f"comparison.arm-{row.verdict}", locale),
            ]
        )
    marks = [_MARKS.get(row.verdict, "") for row in rows]
    return Table(_columns(_ARM, locale, 0.95), cells, marks=marks)
