"""Possible causes, plans, reviews and playbooks in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from salesfunnel._typing import Locale
from salesfunnel.diagnosis import Finding
from salesfunnel.i18n import text
from salesfunnel.monitoring import Review
from salesfunnel.planning import ImprovementPlan, Measure
from salesfunnel.playbook import Playbook
from salesfunnel.render.cause_words import (
    collect_words,
    effect_words,
    evidence_words,
    finding_text,
    finding_title,
    measure_detail,
    measure_title,
    notice_words,
    owner_words,
    problem_words,
    seen_words,
)
from salesfunnel.render.documents._words import shown
from salesfunnel.render.documents.definitions import funnel_document
from salesfunnel.render.model import (
    Bar,
    Bars,
    Block,
    Column,
    Document,
    KeyFigures,
    Mark,
    Paragraph,
    Section,
    Table,
)

_GRADES: dict[str, Mark] = {"strong": "bad", "moderate": "warn", "not-measured": "muted"}
_STATES: dict[str, Mark] = {
    "working": "good",
    "standardise": "good",
    "not-working": "bad",
    "off-track": "warn",
    "not-enough-data": "muted",
}
_SENTENCES = 5


def findings_blocks(
    findings: Iterable[Finding], locale: Locale, labels: Mapping[str, str] | None = None
) -> list[Block]:
    """Return the causes that were found: the first in sentences, all in a table."""
    found = tuple(findings)
    if not found:
        return [Paragraph(text("finding.empty", locale), mark="muted")]
    measured = [f for f in found if f.grade != "not-measured"]
    blocks: list[Block] = []
    for finding in measured[:_SENTENCES]:
        title = finding_title(finding.code, locale, finding.title)
        colon = "：" if locale == "zh" else ": "
        words = f"{title}{colon}{finding_text(finding, locale)}"
        lead = finding.contribution is not None and finding.contribution > 0
        blocks.append(Paragraph(words, mark=_GRADES.get(finding.grade, "") if lead else "muted"))
    bars = [
        Bar(
            finding_title(f.code, locale, f.title),
            f.contribution,
            shown(f.contribution, "number", locale),
            mark=_GRADES.get(f.grade, ""),
        )
        for f in measured
        if f.contribution is not None and f.contribution > 0
    ]
    if bars:
        blocks.append(Bars(text("finding.label.deals", locale), bars))
    blocks.append(_findings_table(measured, locale, labels))
    missing = [f for f in found if f.grade == "not-measured" and f.collect]
    if missing:
        names = dict.fromkeys(name for f in missing for name in f.collect)
        words = text("finding.none", locale, collect=collect_words(tuple(names), locale))
        blocks.append(Paragraph(words, mark="muted"))
    blocks.append(Paragraph(text("finding.association", locale), mark="muted"))
    return blocks


def _findings_table(
    findings: list[Finding], locale: Locale, labels: Mapping[str, str] | None
) -> Table:
    names = ("step", "dimension", "cause", "deals", "share", "confidence", "coverage", "grade")
    right = {"deals", "share", "confidence", "coverage"}
    heads = [
        Column(
            text(f"report.{name}" if name == "step" else f"finding.label.{name}", locale),
            align="right" if name in right else "left",
        )
        for name in names
    ]
    rows = [
        (
            step_words(f.transition.source, f.transition.target, labels),
            text(f"finding.dimension.{f.dimension}", locale),
            finding_title(f.code, locale, f.title),
            shown(f.contribution, "number", locale),
            shown(f.share, "percent", locale),
            shown(f.confidence, "chance", locale),
            shown(f.coverage, "chance", locale),
            text(f"finding.grade.{f.grade}", locale),
        )
        for f in findings
    ]
    marks: list[Mark] = [
        _GRADES.get(f.grade, "") if (f.contribution or 0) > 0 else "muted" for f in findings
    ]
    return Table(heads, rows, marks=marks)


def step_words(source: str, target: str, labels: Mapping[str, str] | None) -> str:
    """Return a transition in the names of people."""
    names = labels or {}
    return f"{names.get(source, source)} → {names.get(target, target)}"


def finding_document(finding: Finding, locale: Locale) -> Document:
    """Return one cause: the sentence, its figures, its groups, its notices."""
    e = finding.evidence
    blocks: list[Block] = [Paragraph(finding_text(finding, locale))]
    blocks.append(_findings_table([finding], locale, None))
    if e.groups:
        heads: list[Column | str] = [
            text("finding.label.group", locale),
            *(
                Column(text(f"finding.label.{name}", locale), align="right")
                for name in ("before", "now")
            ),
        ]
        rows = [
            (g.name, shown(g.rate_before, "percent", locale), shown(g.rate, "percent", locale))
            for g in e.groups
        ]
        blocks.append(Table(heads, rows))
    blocks += [Paragraph(words, mark="warn") for words in notice_words(e.notices, locale)]
    blocks.append(Paragraph(text("finding.association", locale), mark="muted"))
    return Document(finding_title(finding.code, locale, finding.title), blocks, locale=locale)


def plan_blocks(plan: ImprovementPlan, locale: Locale) -> list[Block]:
    """Return template 2: a row a measure, and what all of them together may bring."""
    if not len(plan):
        return [Paragraph(text("plan.empty", locale), mark="muted")]
    names = ("bottleneck", "problem", "measure", "owner", "due", "effect", "priority", "seen")
    heads = [
        Column(text(f"plan.column.{name}", locale), align="right" if name == "priority" else "left")
        for name in names
    ]
    rows = [
        (
            plan.step(m),
            problem_words(m, locale),
            measure_title(m, locale),
            owner_words(m.owner, locale),
            shown_date(m, locale),
            effect_words(m.effect, locale),
            shown(m.priority, "number", locale),
            seen_words(m, locale),
        )
        for m in plan
    ]
    marks: list[Mark] = ["muted" if m.state == "rejected" else "" for m in plan]
    blocks: list[Block] = [Table(heads, rows, marks=marks)]
    deals, revenue = plan.deals, plan.revenue
    total = text(
        "plan.total",
        locale,
        p10=deals.p10,
        p50=deals.p50,
        p90=deals.p90,
        months=plan.assumptions.months,
    )
    if revenue is not None:
        total += text(
            "plan.total-revenue", locale, p10=revenue.p10, p50=revenue.p50, p90=revenue.p90
        )
    blocks.append(Paragraph(total))
    return blocks


def shown_date(measure: Measure, locale: Locale) -> str:
    """Return the due date in words."""
    from salesfunnel.i18n import FORMS

    return FORMS["date"](measure.due, locale)


def plan_document(plan: ImprovementPlan, locale: Locale) -> Document:
    """Return the plan with its first day."""
    start = text("plan.start", locale, start=plan.start)
    return Document(
        text("plan.title", locale), plan_blocks(plan, locale), locale=locale, subtitle=start
    )


def measure_document(measure: Measure, locale: Locale) -> Document:
    """Return one measure."""
    step = step_words(measure.bottleneck.source, measure.bottleneck.target, None)
    items = [
        (text("plan.column.bottleneck", locale), step),
        (text("plan.column.problem", locale), problem_words(measure, locale)),
        (text("plan.column.owner", locale), owner_words(measure.owner, locale)),
        (text("plan.column.due", locale), shown_date(measure, locale)),
        (text("plan.column.effect", locale), effect_words(measure.effect, locale)),
    ]
    blocks: list[Block] = [KeyFigures(items)]
    detail = measure_detail(measure, locale)
    if detail:
        blocks.insert(0, Paragraph(detail))
    return Document(measure_title(measure, locale), blocks, locale=locale)


def review_document(review: Review, locale: Locale) -> Document:
    """Return the state of one measure, what it stands on, and what to do next."""
    e = review.evidence
    before = shown(e.rate_before, "percent", locale)
    rates = f"{before} → {shown(e.rate, 'percent', locale)}"
    items = [
        (text("review.column.state", locale), text(f"review.state.{review.state}", locale)),
        (text("review.column.rate", locale), rates),
        (text("review.column.weeks", locale), shown(review.weeks, "number", locale)),
        (text("review.column.next", locale), text(f"review.next.{review.next}", locale)),
    ]
    blocks: list[Block] = [
        KeyFigures(items),
        Paragraph(evidence_words(review, locale), mark=_STATES.get(review.state, "")),
    ]
    blocks += [
        Paragraph(words, mark="muted") for words in notice_words(e.notices, locale, "review")
    ]
    title = text(f"measure.{review.measure}.title", locale, default=review.measure)
    return Document(title, blocks, locale=locale)


def playbook_document(playbook: Playbook, locale: Locale) -> Document:
    """Return the funnel's key actions, and which of them are proven."""
    title = text("playbook.heading", locale, funnel=playbook.funnel.label)
    blocks: list[Block] = [Paragraph(text("playbook.intro", locale))]
    blocks += funnel_document(playbook.funnel, locale).blocks
    if not playbook.entries:
        blocks.append(Paragraph(text("playbook.none", locale), mark="muted"))
    blocks += [
        Section(
            measure_title(entry.measure, locale),
            [Paragraph(evidence_words(entry.review, locale), mark="good")],
        )
        for entry in playbook.entries
    ]
    return Document(title, blocks, locale=locale)
