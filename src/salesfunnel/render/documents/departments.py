"""The page of a department: its stages, targets, losses, hand-overs and measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import TrackingRow
from salesfunnel.i18n import FORMS, text
from salesfunnel.planning import Measure
from salesfunnel.render.documents.adherence import handoffs_table
from salesfunnel.render.documents.tracking import figure_words
from salesfunnel.render.model import Block, Column, Document, Mark, Paragraph, Section, Table
from salesfunnel.render.words.figures import period_text, segment_words, shown
from salesfunnel.render.words.plans import measure_title, owner_words, problem_words
from salesfunnel.rounds import DepartmentPage, StageLoss

__all__ = ["BEHIND", "WATCHED", "department_document", "loss_document"]

WATCHED: dict[str, Mark] = {"worse": "bad", "better": "good"}
BEHIND = 0.9
"""Attainment below which a target counts as missed."""


def department_document(page: DepartmentPage, locale: Locale) -> Document:
    """Return what one department has to know."""
    names = dict(page.names)
    blocks: list[Block] = []
    joint = "、" if locale == "zh" else ", "
    if page.stages:
        stages = joint.join(names.get(key, key) for key in page.stages)
        blocks.append(Paragraph(text("round.its-stages", locale, stages=stages)))
    if page.rows:
        blocks.append(_metrics(page, names, locale))
    if page.losses:
        blocks.append(_losses(page, names, locale))
    for rows, key in ((page.given, "gives"), (page.taken, "takes")):
        if rows:
            table = handoffs_table(rows, names, locale)
            blocks.append(Section(text(f"round.{key}", locale), [table]))
    if page.measures:
        blocks.append(_measures(page.measures, locale))
    title = text("round.department", locale, name=page.department)
    return Document(title, blocks, locale=locale, subtitle=period_text(page.period, locale))


def _metrics(page: DepartmentPage, names: Mapping[str, str], locale: Locale) -> Table:
    verdicts = {(one.segment, one.metric): one.verdict for one in page.watched}
    split = any(row.segment != ALL for row in page.rows)
    heads = ["metric", *(["segment"] if split else []), "target", "actual", "attainment", "past",
             "who", "note"]  # fmt: skip
    right = {"target", "actual", "attainment"}
    rows = [
        [
            names.get(row.metric, row.metric),
            *([segment_words(row.segment, locale)] if split else []),
            figure_words(row, row.target, locale),
            figure_words(row, row.actual, locale),
            shown(row.attainment, "percent", locale),
            _past(verdicts, row, locale),
            owner_words(row.owner, locale) if row.owner else "–",
            row.note,
        ]
        for row in page.rows
    ]
    marks: list[Mark] = [
        WATCHED.get(verdicts.get((row.segment, row.metric), ""),
                   "warn" if row.attainment is not None and row.attainment < BEHIND else "")
        for row in page.rows
    ]  # fmt: skip
    columns = [
        Column(text(f"round.column.{name}", locale), align="right" if name in right else "left")
        for name in heads
    ]
    return Table(columns, rows, marks=marks, caption=text("round.its-targets", locale))


def _past(verdicts: Mapping[tuple[str, str], str], row: TrackingRow, locale: Locale) -> str:
    verdict = verdicts.get((row.segment, row.metric))
    return "–" if verdict is None else text(f"watch.verdict.{verdict}", locale)


def _losses(page: DepartmentPage, names: Mapping[str, str], locale: Locale) -> Table:
    rows = [
        [
            f"{names.get(loss.source, loss.source)} → {names.get(loss.target, loss.target)}"
            + ("" if loss.segment == ALL else f" ({segment_words(loss.segment, locale)})"),
            shown(loss.entered, "count", locale),
            shown(loss.advanced, "count", locale),
            shown(loss.lost, "count", locale),
            shown(loss.rate, "percent", locale),
            shown(loss.target_rate, "percent", locale),
            text(f"bottleneck.tier-{loss.tier}", locale, default="–") if loss.tier else "–",
        ]
        for loss in page.losses
    ]
    names_of_columns = ("step", "entered", "advanced", "lost", "rate", "target-rate", "verdict")
    columns = [
        Column(text(f"round.column.{name}", locale),
               align="left" if name in {"step", "verdict"} else "right")
        for name in names_of_columns
    ]  # fmt: skip
    marks: list[Mark] = [
        "bad" if loss.tier == "confirmed" else "warn" if loss.tier == "suspected" else ""
        for loss in page.losses
    ]
    return Table(columns, rows, marks=marks, caption=text("round.its-losses", locale))


def _measures(measures: Sequence[Measure], locale: Locale) -> Table:
    rows = [
        [
            measure_title(m, locale),
            problem_words(m, locale),
            owner_words(m.owner, locale),
            FORMS["date"](m.due, locale),
            text(f"plan.state.{m.state}", locale),
        ]
        for m in measures
    ]
    names = ("measure", "problem", "owner", "due", "state")
    heads = [text(f"plan.column.{name}", locale) for name in names]
    return Table(heads, rows, caption=text("round.its-measures", locale))


def loss_document(loss: StageLoss, locale: Locale) -> Document:
    """Return one loss as a table."""
    page = DepartmentPage(department="", losses=(loss,))
    table = _losses(page, {}, locale)
    return Document(text("round.its-losses", locale), [table], locale=locale)
