"""Plans as documents."""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.planning import Effect, ImprovementPlan, Measure
from salesfunnel.render.documents.findings import step_words
from salesfunnel.render.model import (
    Block,
    Column,
    Document,
    KeyFigures,
    Mark,
    Paragraph,
    Table,
)
from salesfunnel.render.words.figures import faults_block, shown
from salesfunnel.render.words.findings import notice_words
from salesfunnel.render.words.names import action_names
from salesfunnel.render.words.plans import (
    effect_words,
    follow_words,
    measure_detail,
    measure_title,
    owner_words,
    problem_words,
    revenue_words,
    seen_words,
    step_of,
)

MOST_PLACES = 8


def plan_blocks(
    plan: ImprovementPlan, locale: Locale, actions: Mapping[str, str] | None = None
) -> list[Block]:
    """Return template 2: one row per measure, how each is done, and what all together may bring."""
    if not len(plan):
        return [Paragraph(text("plan.empty", locale), mark="muted")]
    actions = action_names(plan.funnel, locale) if actions is None else actions
    names = ("bottleneck", "problem", "measure", "owner", "due", "effect", "seen")
    heads = [text(f"plan.column.{name}", locale) for name in names]
    rows = [
        (
            step_of(plan, m, locale),
            problem_words(m, locale, actions),
            measure_title(m, locale),
            owner_words(m.owner, locale),
            shown_date(m, locale),
            effect_words(m.effect, locale),
            seen_words(m, locale),
        )
        for m in plan
    ]
    marks: list[Mark] = ["muted" if m.state == "rejected" else "" for m in plan]
    blocks: list[Block] = [Table(heads, rows, marks=marks), *_total(plan, locale)]
    if plan.folded:
        blocks.append(_folded(plan, locale))
    return [*blocks, _how(plan, locale, actions)]


def _folded(plan: ImprovementPlan, locale: Locale) -> Paragraph:
    """Return how many measures of lower priority are not listed, and where they are."""
    places: dict[str, None] = {}
    for measure in plan.folded:  # simulated when read: no more of them than are named
        places[step_of(plan, measure, locale)] = None
        if len(places) > MOST_PLACES:
            break
    shown_places = text("cause.separator", locale).join(list(places)[:MOST_PLACES])
    more = "" if len(places) <= MOST_PLACES else " …"
    words = text("plan.folded", locale, n=len(plan.folded), places=shown_places + more)
    return Paragraph(words, mark="muted")


def _total(plan: ImprovementPlan, locale: Locale) -> list[Block]:
    """Return what all measures may bring together, and what that rests on."""
    if all(m.effect is None for m in plan.active):
        return []
    deals, revenue = plan.deals, plan.revenue
    months = plan.assumptions.months
    words = [text("plan.total", locale, p10=deals.p10, p50=deals.p50, p90=deals.p90, months=months)]
    if revenue is not None:
        unit = plan.assumptions.currency
        words.append(revenue_words("plan.total-revenue", revenue, unit, locale))
    a, b = plan.assumptions.realisation
    notices = dict.fromkeys(n for m in plan.active if m.effect for n in m.effect.notices)
    assumed = [
        text("plan.ranges", locale),
        text("plan.assumption", locale, share=a / (a + b)),
        *notice_words(tuple(notices), locale, "plan"),
    ]
    space = text("bottleneck.space", locale)
    return [Paragraph(space.join(words)), Paragraph(space.join(assumed), mark="muted")]


def _how(plan: ImprovementPlan, locale: Locale, actions: Mapping[str, str] | None) -> Table:
    """Return what is done for each measure, and what shows that it is done."""
    names = ("measure", "detail", "follow", "effort")
    heads = [
        Column(text(f"plan.column.{name}", locale), align="right" if name == "effort" else "left")
        for name in names
    ]
    rows = [
        (
            measure_title(m, locale),
            measure_detail(m, locale, actions),
            follow_words(m, locale),
            shown(m.effort, "number", locale),
        )
        for m in plan.active
    ]
    return Table(heads, rows, caption=text("plan.how", locale))


def shown_date(measure: Measure, locale: Locale) -> str:
    """Return the due date in words."""
    from salesfunnel.i18n import FORMS

    return FORMS["date"](measure.due, locale)


def plan_document(plan: ImprovementPlan, locale: Locale) -> Document:
    """Return the plan with its first day."""
    start = "" if plan.start is None else text("plan.start", locale, start=plan.start)
    blocks = plan_blocks(plan, locale)
    if plan.faults:
        blocks.append(faults_block(plan.faults, locale, dict(plan.names)))
    return Document(text("plan.title", locale), blocks, locale=locale, subtitle=start)


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
    if measure.effect is not None:
        rests = [text("plan.association", locale)]
        rests += notice_words(measure.effect.notices, locale, "plan")
        blocks.append(Paragraph(text("bottleneck.space", locale).join(rests), mark="muted"))
    return Document(measure_title(measure, locale), blocks, locale=locale)


def effect_document(effect: Effect, locale: Locale) -> Document:
    """Return what is expected, and what that rests on."""
    said = effect_words(effect, locale)
    notices = notice_words(effect.notices, locale, "plan")
    blocks = [Paragraph(said), Paragraph(text("plan.ranges", locale), mark="muted")]
    blocks += [Paragraph(words, mark="muted") for words in notices]
    return Document(text("field.of.Effect", locale), blocks, locale=locale)
