"""Pictures of an analysis: those of its parts, with what the other parts know of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.render.charts.bind import ahead, counts, deals, findings, pipeline, plans, verdicts
from salesfunnel.render.charts.bind import cohorts as cohorts_of
from salesfunnel.render.charts.chart import Chart

if TYPE_CHECKING:
    from salesfunnel.analysis import Analysis
    from salesfunnel.bottleneck import Bottleneck

__all__ = [
    "bridge", "causes", "cohorts", "effects", "fan", "funnel", "kinds", "leading", "months",
    "rates", "schedule", "segments", "split", "trend", "worst",
]  # fmt: skip

LEAST_SEGMENTS = 2


def kinds(analysis: Analysis, known: Iterable[str]) -> tuple[str, ...]:
    """Return which of the known pictures this analysis has."""
    of_causes = {"causes": causes, "split": split, "stated": stated, "leading": leading}
    absent = {kind for kind, made in of_causes.items() if not _made(made, analysis)}
    if not len(analysis.plan):
        absent.add("schedule")
    if not any(measure.effect is not None for measure in analysis.plan):
        absent.add("effects")
    if len(analysis.bottlenecks.segments) < LEAST_SEGMENTS:
        absent.add("segments")
    for part, needing in (("forecast", ("fan", "months")), ("bridge", ("bridge",)),
                          ("cohorts", ("cohorts",))):  # fmt: skip
        if getattr(analysis, part, None) is None:
            absent.update(needing)
    return tuple(kind for kind in known if kind not in absent)


def _made(make: Callable[[Analysis, Locale], Chart], analysis: Analysis) -> bool:
    try:
        make(analysis, "en")
    except ArgumentError:
        return False
    return True


def worst(analysis: Analysis) -> Bottleneck:
    """Return the verdict the report opens with: the first alarm, else the first row of all."""
    rows = analysis.bottlenecks.alarms
    if rows:
        return rows[0]
    for row in analysis.bottlenecks:
        return row
    raise ArgumentError("'analysis' must have a step to show, got none")


def row_of(analysis: Analysis, transition: str | None) -> Bottleneck:
    """Return the verdict of one step, of all segments together; the worst one by default."""
    if transition is None:
        return worst(analysis)
    found = analysis.bottlenecks
    return found.find(transition, ALL if ALL in found.segments else None)


def trend(analysis: Analysis, locale: Locale, *, transition: str | None = None) -> Chart:
    """Return the worst step, or the one named, over time."""
    row = row_of(analysis, transition)
    series = getattr(analysis, "trend", None)
    if series is None or row.segment not in {ALL, getattr(series, "segment", ALL)}:
        return counts.trend(
            analysis.panel, locale, transition=str(row.transition),
            segment=row.segment if row.segment in analysis.panel.segments else None,
        )  # fmt: skip
    return verdicts.trend(series, locale, transition=str(row.transition), row=row)


def funnel(analysis: Analysis, locale: Locale) -> Chart:
    """Return where deals go; where only counts are known, the counts of the judged period."""
    found = getattr(analysis, "fates", None)
    if found is not None:
        return deals.fates(found, locale, verdicts=_overall(analysis))
    return counts.funnel(
        analysis.panel.total(), locale, period=analysis.period, verdicts=_overall(analysis)
    )


def _overall(analysis: Analysis) -> Sequence[Bottleneck]:
    """Return the verdicts of all segments together, where they were judged so."""
    found = analysis.bottlenecks
    return found.of_segment(ALL) if ALL in found.segments else ()


def verdict_bars(analysis: Analysis, locale: Locale) -> Chart:
    """Return every step against its baseline."""
    return verdicts.verdicts(analysis.bottlenecks, locale)


def rates(analysis: Analysis, locale: Locale) -> Chart:
    """Return the rates of the judged period with their intervals."""
    return counts.rates(analysis.conversions, locale)


def segments(analysis: Analysis, locale: Locale, *, transition: str | None = None) -> Chart:
    """Return all segments at one step by size and rate."""
    row = row_of(analysis, transition)
    return verdicts.segments(analysis.bottlenecks, locale, transition=str(row.transition))


def diagnosis_of(analysis: Analysis, row: Bottleneck) -> Any:
    """Return the diagnosis of one verdict; None if there is none."""
    for found in analysis.diagnoses:
        if (found.transition, found.segment) == (row.transition, row.segment):
            return found
    return None


def causes(analysis: Analysis, locale: Locale) -> Chart:
    """Return what the shortfall of the worst step is made of."""
    row = worst(analysis)
    found = diagnosis_of(analysis, row)
    if found is None or found.shortfall is None:
        raise ArgumentError(
            "'kind' must be a picture this analysis has, got 'causes'",
            hint="give analyze() deals, or evidence=, to look for causes in",
        )
    expected = None if row.reference is None else row.reference * row.entered
    return findings.causes(found, locale, expected=expected, advanced=row.advanced)


def split(analysis: Analysis, locale: Locale) -> Chart:
    """Return the worst step split by its first cause."""
    row = worst(analysis)
    for finding in analysis.findings:
        same = (finding.transition, finding.segment) == (row.transition, row.segment)
        evidence = finding.evidence
        if same and finding.measured and (evidence.groups or len(evidence.table) >= 4):
            return findings.split(finding, locale, baseline=row.reference)
    raise ArgumentError("'kind' must be a picture this analysis has, got 'split'")


def leading(analysis: Analysis, locale: Locale) -> Chart:
    """Return the share of deals that the first cause of the worst step touches, over time."""
    row = worst(analysis)
    parts = [
        f
        for f in analysis.findings
        if (f.transition, f.segment) == (row.transition, row.segment)
        and f.explains
        and not f.veto
        and len(f.evidence.over_time) >= findings.LEAST
    ]
    if not parts:
        raise ArgumentError("'kind' must be a picture this analysis has, got 'leading'")
    first = max(parts, key=findings.deals_of)
    return findings.leading(first, locale, since=row.onset)


def stated(analysis: Analysis, locale: Locale) -> Chart:
    """Return the reasons of loss that were stated more often at the worst step."""
    found = diagnosis_of(analysis, worst(analysis))
    if found is None or not found.stated:
        raise ArgumentError("'kind' must be a picture this analysis has, got 'stated'")
    return findings.stated(found, locale)


def effects(analysis: Analysis, locale: Locale) -> Chart:
    """Return what each measure may bring; the rule is getting the one step back to its baseline."""
    row = worst(analysis)
    months = analysis.plan.assumptions.months
    several = len({(m.bottleneck, m.segment) for m in analysis.plan.active if m.effect}) > 1
    ceiling = None if row.expected_gain is None or several else row.expected_gain * months
    return plans.effects(analysis.plan, locale, ceiling=ceiling)


def schedule(analysis: Analysis, locale: Locale) -> Chart:
    """Return the plan as a Gantt chart."""
    return plans.schedule(analysis.plan, locale)


def _part(analysis: Analysis, name: str, kind: str) -> Any:
    part = getattr(analysis, name, None)
    if part is None:
        raise ArgumentError(
            f"'kind' must be a picture this analysis has, got {kind!r}",
            hint=f"it needs deals with {'values' if name == 'forecast' else 'a past'}",
        )
    return part


def fan(analysis: Analysis, locale: Locale) -> Chart:
    """Return the forecast as a fan."""
    return ahead.fan(_part(analysis, "forecast", "fan"), locale, currency=analysis.currency)


def months(analysis: Analysis, locale: Locale) -> Chart:
    """Return the forecast by month."""
    return ahead.months(_part(analysis, "forecast", "months"), locale, currency=analysis.currency)


def bridge(analysis: Analysis, locale: Locale) -> Chart:
    """Return the pipeline bridge."""
    return pipeline.bridge(_part(analysis, "bridge", "bridge"), locale)


def cohorts(analysis: Analysis, locale: Locale) -> Chart:
    """Return how many deals of each month are won, month by month."""
    found = getattr(analysis, "cohorts", None)
    if found is None:
        raise ArgumentError(
            "'kind' must be a picture this analysis has, got 'cohorts'",
            hint="it needs deals of three months or more, and a stage that is the win",
        )
    return cohorts_of.deals(found, locale)
