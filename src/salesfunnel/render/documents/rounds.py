"""The document of a round: the answer, who does what by when, targets, follow-up, departments."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.data.panel import ALL
from salesfunnel.fault import Fault
from salesfunnel.i18n import FORMS, text
from salesfunnel.monitoring import Review
from salesfunnel.planning import Measure
from salesfunnel.render.documents import document_of
from salesfunnel.render.documents.departments import BEHIND, WATCHED, department_document
from salesfunnel.render.documents.plans import plan_blocks
from salesfunnel.render.documents.tracking import figure_words
from salesfunnel.render.model import Block, Column, Document, Mark, Paragraph, Section, Table
from salesfunnel.render.words.figures import faults_block, segment_words, shown
from salesfunnel.render.words.names import in_language, labels_of
from salesfunnel.render.words.plans import measure_title, owner_words, problem_words
from salesfunnel.render.words.reviews import evidence_words
from salesfunnel.rounds import Round, RoundTask
from salesfunnel.rounds.plan_goes_on import what_of

__all__ = [
    "follow_up_document",
    "judged_in_plan",
    "round_document",
    "standards_document",
    "task_document",
    "task_words",
    "tasks_document",
    "names_of",
]

_STATES: dict[str, Mark] = {
    "working": "good", "standardise": "good", "not-working": "bad", "off-track": "warn",
    "not-enough-data": "muted",
}  # fmt: skip


def round_document(found: Round, locale: Locale) -> Document:
    """Return the report of a round."""
    answer, *rest = document_of(judged_in_plan(found), locale).blocks
    blocks: list[Block] = [
        answer,
        *_sections(tasks_document(found, locale)),
        Section(text("round.targets", locale, period=found.period), targets_blocks(found, locale)),
        *_sections(follow_up_document(found, locale)),
        Section(text("plan.title", locale), plan_blocks(found.plan, locale)),
    ]
    skipped = {text("plan.title", locale)}
    blocks += [b for b in rest if not (isinstance(b, Section) and b.title in skipped)]
    for page in found.departments:
        blocks += _sections(department_document(page, locale))
    if found.handoffs is not None:
        blocks += _sections(document_of(found.handoffs, locale))
    if found.adherence is not None:
        blocks += _sections(document_of(found.adherence, locale))
    blocks += _sections(standards_document(found, locale))
    seen = {_without_file(fault) for fault in found.judged.faults}
    own = [fault for fault in found.faults if _without_file(fault) not in seen]
    if own:
        labels = names_of(found, locale)
        blocks.append(Section(text("round.files", locale), [faults_block(own, locale, labels)]))
    name = in_language(found.sheet.funnel, locale).label
    return Document(
        text("round.title", locale, name=name),
        blocks,
        locale=locale,
        subtitle=text(
            "round.subtitle", locale, period=found.period, next=found.next_period, day=found.today
        ),
    )


def judged_in_plan(found: Round) -> Analysis:
    """Return the analysis with the measures of the plan, where it proposes what they are already.

    Their owners, days and effects are those that the team knows.
    """
    judged = found.judged
    known = {what_of(measure): measure for measure in found.plan.measures}
    measures = [known.get(what_of(measure), measure) for measure in judged.plan.measures]
    return attrs.evolve(judged, plan=attrs.evolve(judged.plan, measures=measures))


def _without_file(fault: Fault) -> Fault:
    """Return a fault as the analysis tells it, which does not know the name of the file."""
    return attrs.evolve(fault, file=None)


def _sections(document: Document) -> list[Block]:
    return [Section(document.title, document.blocks)]


def names_of(found: Round, locale: Locale) -> dict[str, str]:
    """Return key of a stage or metric → its name, in the words of the team where it has some."""
    funnel = found.sheet.funnel
    keys = [*funnel.keys, *(m.key for stage in funnel for m in stage.metrics)]
    names = labels_of(funnel, keys, locale)
    own = {row.metric: row.metric_name or row.metric for row in found.sheet.rows}
    return {**own, **names}


def tasks_document(found: Round, locale: Locale) -> Document:
    """Return who has to do what by when."""
    names = names_of(found, locale)
    measures = {m.key: m for m in (*found.plan.measures, *found.tried)}
    measures |= {entry.measure.key: entry.measure for entry in found.standards.entries}
    rows = [
        (
            FORMS["date"](task.by, locale),
            owner_words(task.owner, locale) if task.owner else text("round.nobody", locale),
            task.department or "–",
            task_words(task, measures, names, locale),
        )
        for task in found.tasks
    ]
    heads = [text(f"round.column.{name}", locale) for name in ("by", "who", "department", "what")]
    return Document(text("round.tasks", locale), [Table(heads, rows)], locale=locale)


def task_words(
    task: RoundTask, measures: Mapping[str, Measure], names: Mapping[str, str], locale: Locale
) -> str:
    """Return what is to be done."""
    measure = measures.get(task.measure)
    title = task.measure if measure is None else measure_title(measure, locale)
    joint = "、" if locale == "zh" else ", "
    listed = joint.join(names.get(key, key) for key in task.metrics)
    then = text(f"review.next.{task.code}", locale, default="") if task.kind == "check" else ""
    return text(
        f"round.task.{task.kind}", locale,
        measure=title, metrics=listed, period=task.period, then=then, n=task.n, step=_step(
            measure, names),
    )  # fmt: skip


def _step(measure: Measure | None, names: Mapping[str, str]) -> str:
    """Return the step of a measure in words."""
    if measure is None:
        return "–"
    b = measure.bottleneck
    return f"{names.get(b.source, b.source)} → {names.get(b.target, b.target)}"


def targets_blocks(found: Round, locale: Locale) -> list[Block]:
    """Return target, actual and next target of every metric, and how it stands to its past."""
    names = names_of(found, locale)
    wanted = {(row.segment, row.metric): row.target for row in found.sheet.rows}
    verdicts = {
        (one.segment, one.metric): one.verdict
        for one in (() if found.watch is None else found.watch.rows)
    }
    split = any(row.segment != ALL for row in found.actuals.rows)
    heads = ["stage", "metric", *(["segment"] if split else []), "target", "actual", "attainment",
             "rate", "target-rate", "past", "next"]  # fmt: skip
    left = {"stage", "metric", "segment", "past"}
    rows, marks, last = [], [], ""
    for row in found.actuals.rows:
        key = (row.segment, row.metric)
        past = verdicts.get(key, "not-enough-data")
        behind = row.attainment is not None and row.attainment < BEHIND
        marks.append(WATCHED.get(past, "warn" if behind else ""))
        stage = names.get(row.stage, row.stage_name or row.stage)
        rows.append(
            [
                "" if stage == last else stage,
                names.get(row.metric, row.metric),
                *([segment_words(row.segment, locale)] if split else []),
                figure_words(row, row.target, locale),
                figure_words(row, row.actual, locale),
                shown(row.attainment, "percent", locale),
                shown(row.rate, "percent", locale),
                shown(row.target_rate, "percent", locale),
                text(f"watch.verdict.{past}", locale),
                figure_words(row, wanted.get(key), locale),
            ]
        )
        last = stage
    columns = [
        Column(text(f"round.column.{name}", locale), align="left" if name in left else "right")
        for name in heads
    ]
    return [Table(columns, rows, marks=marks), *_worst(found, names, locale)]


def _worst(found: Round, names: Mapping[str, str], locale: Locale) -> list[Block]:
    """Name the step that is furthest behind the rate that its targets ask for."""
    short = [
        (row.rate / row.target_rate, row)
        for row in found.actuals.rows
        if row.rate is not None and row.target_rate and row.rate < row.target_rate
    ]
    if not short:
        return []
    _, row = min(short, key=lambda pair: pair[0])
    words = text(
        "round.furthest", locale, metric=names.get(row.metric, row.metric), rate=row.rate,
        target=row.target_rate,
    )  # fmt: skip
    return [Paragraph(words)]


def follow_up_document(found: Round, locale: Locale) -> Document:
    """Return the accepted measures and whether they work, with the looks to come."""
    title = text("review.title", locale)
    if not found.reviews:
        words = text("round.no-reviews", locale)
        return Document(title, [Paragraph(words, mark="muted")], locale=locale)
    measures = {m.key: m for m in (*found.plan.measures, *found.tried)}
    measures |= {entry.measure.key: entry.measure for entry in found.standards.entries}
    rows = [_review(one, measures.get(one.key), locale) for one in found.reviews]
    names = ("measure", "owner", "state", "weeks", "rate", "evidence", "next")
    heads = [
        text("plan.column.owner" if name == "owner" else f"review.column.{name}", locale)
        for name in names
    ]
    marks = [_STATES.get(one.state, "") for one in found.reviews]
    blocks: list[Block] = [
        Table(heads, rows, marks=marks),
        Paragraph(text("review.before-after", locale), mark="muted"),
    ]
    return Document(title, blocks, locale=locale)


def _review(one: Review, measure: Measure | None, locale: Locale) -> list[str]:
    e = one.evidence
    before = shown(e.rate_before, "percent", locale)
    return [
        one.measure if measure is None else measure_title(measure, locale),
        "–" if measure is None else owner_words(measure.owner, locale),
        text(f"review.state.{one.state}", locale),
        shown(round(one.weeks, 1), "number", locale),
        f"{before} → {shown(e.rate, 'percent', locale)}",
        evidence_words(one, locale),
        text(f"review.next.{one.next_step}", locale),
    ]


def standards_document(found: Round, locale: Locale) -> Document:
    """Return what is standard by its evidence, and what did not work."""
    title = text("round.standards", locale)
    reviews = {one.key: one for one in found.settled}
    blocks: list[Block] = []
    if found.standards.entries:
        names = labels_of(
            found.standards.funnel, [e.stage for e in found.standards.entries], locale
        )
        rows = [
            (
                names.get(entry.stage, entry.stage),
                measure_title(entry.measure, locale),
                problem_words(entry.measure, locale),
                evidence_words(entry.review, locale),
            )
            for entry in found.standards.entries
        ]
        keys = ("stage", "measure", "problem", "evidence")
        heads = [text(f"round.column.{key}", locale) for key in keys]
        blocks.append(Table(heads, rows, caption=text("round.worked", locale)))
    else:
        blocks.append(Paragraph(text("playbook.none", locale), mark="muted"))
    if found.tried:
        failed = [
            (
                measure_title(m, locale),
                problem_words(m, locale),
                evidence_words(reviews[m.key], locale) if m.key in reviews else "–",
            )
            for m in found.tried
        ]
        heads = [text(f"round.column.{key}", locale) for key in ("measure", "problem", "evidence")]
        blocks.append(Table(heads, failed, caption=text("round.did-not-work", locale)))
    return Document(title, blocks, locale=locale)


def task_document(task: RoundTask, locale: Locale) -> Document:
    """Return one task."""
    row = (
        FORMS["date"](task.by, locale),
        owner_words(task.owner, locale) or text("round.nobody", locale),
        task_words(task, {}, {}, locale),
    )
    heads = [text(f"round.column.{name}", locale) for name in ("by", "who", "what")]
    return Document(text("round.tasks", locale), [Table(heads, [row])], locale=locale)
