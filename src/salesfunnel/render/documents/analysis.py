"""The report of all steps in a row: the answer first, then what it rests on."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.analysis import Analysis
from salesfunnel.bottleneck import Bottleneck, Bottlenecks
from salesfunnel.conversion import conversions
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import text
from salesfunnel.render.charts import chart_of
from salesfunnel.render.documents import document_of
from salesfunnel.render.documents.analysis_answer import (
    Labels,
    belongs,
    cause,
    cost,
    first_measure,
    place,
)
from salesfunnel.render.documents.analysis_pipeline import pipeline_sections
from salesfunnel.render.documents.bottlenecks import mark_of, silence, verdict
from salesfunnel.render.documents.findings import (
    findings_blocks,
)
from salesfunnel.render.documents.funnel_picture import funnel_picture
from salesfunnel.render.documents.plans import plan_blocks
from salesfunnel.render.model import Block, Document, KeyFigures, Mark, Paragraph, Picture, Section
from salesfunnel.render.words.figures import faults_block, period_text
from salesfunnel.render.words.inflow import fewer_entries
from salesfunnel.render.words.names import action_names, foreign, in_language, labels_of
from salesfunnel.render.words.plans import measure_title, owner_words, problem_words

OTHERS = 8
"""Further alarms that the answer names, at most; of more it says how many."""


def analysis_document(analysis: Analysis, locale: Locale) -> Document:
    """Return the answer, bottlenecks, causes and plan first, then the funnel, rates, faults."""
    labels = labels_of(analysis.funnel, analysis.panel.steps, locale)
    actions = action_names(analysis.funnel, locale)
    every = dict(labels)
    if analysis.funnel is not None:
        every.update(labels_of(analysis.funnel, analysis.funnel.keys, locale))
    blocks: list[Block] = [
        Section(text("report.answer", locale), _answer(analysis, labels, actions, locale)),
        *_trend(analysis, locale),
        Section(
            text("report.bottlenecks", locale), document_of(analysis.bottlenecks, locale).blocks
        ),
        Section(text("finding.heading", locale), _why(analysis, labels, actions, locale)),
        Section(text("plan.title", locale), plan_blocks(analysis.plan, locale, actions)),
        *pipeline_sections(analysis, locale),
        Section("", _picture(analysis, locale)),
        Section(text("report.rates", locale), _rates(analysis, locale)),
        *_watched(analysis, locale),
        faults_block(analysis.faults, locale, every),
    ]
    if analysis.funnel is not None and any(foreign(name, locale) for name in labels.values()):
        blocks.append(Paragraph(text("report.names-as-given", locale), mark="muted"))
    funnel = None if analysis.funnel is None else in_language(analysis.funnel, locale)
    title = text("report.title", locale, name="" if funnel is None else funnel.label)
    when = period_text(analysis.period, locale)
    return Document(title.rstrip(" :："), blocks, locale=locale, subtitle=when)


def _watched(analysis: Analysis, locale: Locale) -> list[Block]:
    """Return the metrics of the sheet against their past, where one could be judged."""
    watch = analysis.watch
    if watch is None or len(watch) == len(watch.of("not-enough-data")):
        return []
    page = document_of(watch, locale)
    return [Section(page.title, page.blocks)]


def _trend(analysis: Analysis, locale: Locale) -> list[Block]:
    """Return the worst step over time, as far as its periods are times."""
    if not len(analysis.bottlenecks):
        return []
    chart = chart_of(analysis, "trend", locale=locale)
    known = [rate for rate in chart.data["rate"] if rate is not None]
    return [Picture(chart)] if len(known) > 1 else []  # one point is no course of time


def _answer(
    analysis: Analysis, labels: Labels, actions: dict[str, str], locale: Locale
) -> list[Block]:
    """Return what is wrong, how sure, worth what, why, what to do, who, by when."""
    found = analysis.bottlenecks
    worst = next(iter(found), None)
    errors = sum(fault.severity == "error" for fault in analysis.faults)
    doubt: list[Block] = []
    if errors:
        doubt = [Paragraph(text("report.errors-first", locale, n=errors), mark="bad")]
    if worst is None or not worst.alarm:
        fewer = [*_nobody(analysis, locale), *_fewer(found, locale)]
        quiet = silence(found, labels, locale)
        return [*doubt, *fewer, *quiet, *_next(analysis, None, locale)]
    step = place(worst, labels, locale)
    items = [
        (text("report.what", locale), text(
            "report.what-fell", locale, step=step, rate=worst.rate, reference=worst.reference)),
        (text("report.how-sure", locale), text(
            "report.sure", locale, sure=worst.probability, tier=verdict(worst, locale))),
        *cost(analysis, worst, labels[worst.counted_at], locale),
        *cause(analysis, worst, actions, locale),
        *first_measure(analysis, worst, locale),
    ]  # fmt: skip
    others = [place(row, labels, locale) for row in found.alarms[1 : OTHERS + 1]]
    fewer = [*_nobody(analysis, locale), *_fewer(found, locale)]
    lost = sum(row.deals or 0.0 for row in found.inflow.alarms)
    first = lost > (worst.expected_gain or 0.0)  # what costs most opens
    blocks: list[Block] = [*doubt, *(fewer if first else []), KeyFigures(items)]
    blocks += [] if first else fewer
    if not worst.verified:
        blocks.insert(0, Paragraph(text("bottleneck.unverified", locale), mark="warn"))
    if others:
        names = ("；" if locale == "zh" else "; ").join(others)
        more = len(found.alarms) - 1 - len(others)
        key = "report.others-and-more" if more else "report.others"
        blocks.append(Paragraph(text(key, locale, steps=names, n=more)))
    return [*blocks, *_next(analysis, worst, locale)]


def _rates(analysis: Analysis, locale: Locale) -> list[Block]:
    """Return the table of rates, and that a step that fell is counted since the onset."""
    blocks = list(document_of(analysis.conversions, locale).blocks)
    if (analysis.bottlenecks.window > 1).any():
        blocks.append(Paragraph(text("report.since-onset", locale), mark="muted"))
    return blocks


def _nobody(analysis: Analysis, locale: Locale) -> list[Block]:
    """Say that nobody entered since the judged period, which no rate shows."""
    labels = labels_of(analysis.funnel, analysis.panel.steps, locale)
    return [
        Paragraph(
            text("report.nobody-entered", locale, step=labels.get(fault.column or "", ""),
                 periods=text("cause.separator", locale).join(
                     part if part == "…" else period_text(part, locale)
                     for part in str(fault.value).split(", ")),
                 period=analysis.period),
            mark="bad",
        )
        for fault in analysis.faults
        if fault.code == "nobody-entered"
    ]  # fmt: skip


def _fewer(found: Bottlenecks, locale: Locale) -> list[Block]:
    """Say where fewer come in than was to be expected."""
    return [Paragraph(words, mark="bad") for words in fewer_entries(found, locale)]


def _next(analysis: Analysis, worst: Bottleneck | None, locale: Locale) -> list[Block]:
    """Name what to do if there is no alarm, or what else the plan has."""
    rest = [m for m in analysis.plan.active if worst is None or not belongs(worst, m)]
    if worst is not None or not rest:
        return []
    first = rest[0]
    words = text(
        "report.first-step", locale,
        measure=measure_title(first, locale),
        problem=problem_words(first, locale),
        owner=owner_words(first.owner, locale),
        due=first.due,
    )  # fmt: skip
    return [Paragraph(words)]


def _why(
    analysis: Analysis, labels: Labels, actions: dict[str, str], locale: Locale
) -> list[Block]:
    """Return the causes, after what they are counted in."""
    intros = {}
    found = analysis.bottlenecks
    steps, segments = set(found.transitions), set(found.segments)
    asked = dict.fromkeys((f.transition, f.segment) for f in analysis.findings)
    rows = [found.find(t, g) for t, g in asked if t in steps and g in segments]
    for row in rows:
        if not row.shortfall:
            continue
        missing = row.entered * ((row.reference or 0.0) - (row.rate or 0.0))
        if missing > 0:
            words = text(
                "finding.counted-one" if row.window == 1 else "finding.counted-since",
                locale,
                onset=row.onset or "–",
                step=place(row, labels, locale),
                target=labels[row.transition.target],
                missing=missing,
                period=row.period,
            )  # fmt: skip
            intros[row.transition, row.segment] = words
    return findings_blocks(
        analysis.findings, locale, labels, actions, intros, diagnoses=analysis.diagnoses
    )


def _picture(analysis: Analysis, locale: Locale) -> list[Block]:
    """Return the funnel of the judged period, with the rates of the table."""
    found = analysis.bottlenecks
    marks: dict[str, tuple[Mark, str]] = {}
    for row in found.alarms_of(ALL):
        words = text("report.chance-of-fall", locale, p=row.probability)
        marks[row.transition.target] = (mark_of(row), words)
    panel = analysis.panel.total()
    table = analysis.conversions
    if ALL not in table.segments:
        table = conversions(panel.select(periods=analysis.period))
    since = {
        row.transition.target: row.onset
        for row in (found.of_segment(ALL) if ALL in found.segments else ())
        if row.window > 1 and row.onset is not None
    }
    picture = funnel_picture(
        panel, locale, period=analysis.period, marks=marks, since=since,
        rows={row.target: row for row in table.rows if row.segment == ALL},
    )  # fmt: skip
    if panel.mode != "entry":
        return [picture]
    return [picture, Paragraph(text("report.bars-of-entries", locale), mark="muted")]
