"""Words for plans and their measures, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import ACTION, Effect, Measure, Quantiles
from salesfunnel.render.words.figures import estimate_text
from salesfunnel.render.words.findings import collect_words, finding_title
from salesfunnel.render.words.names import labels_of


def measure_title(measure: Measure, locale: Locale) -> str:
    """Return the name of a measure: its own words, the catalog's, else its key."""
    if measure.title:
        return str(measure.title.get(locale) or measure.title.get("en") or measure.measure)
    return text(f"measure.{measure.measure}.title", locale, default=measure.measure)


def measure_detail(
    measure: Measure, locale: Locale, actions: Mapping[str, str] | None = None
) -> str:
    """Return what is to be done."""
    if measure.detail:
        return str(measure.detail.get(locale) or measure.detail.get("en") or "")
    words = text(f"measure.{measure.measure}.detail", locale, default="")
    if measure.collect:
        known = {
            key.removeprefix(ACTION): str(name)
            for key, name in measure.problem_params.items()
            if key.startswith(ACTION)
        }
        known.update(actions or {})
        return text("plan.collect", locale, collect=collect_words(measure.collect, locale, known))
    return words


def problem_words(
    measure: Measure, locale: Locale, actions: Mapping[str, str] | None = None
) -> str:
    """Return the problem a measure answers."""
    return finding_title(
        measure.problem, locale, measure.problem_title, measure.problem_params, actions
    )


def follow_words(measure: Measure, locale: Locale) -> str:
    """Return what shows in the first weeks whether a measure is carried out."""
    metric = measure.adoption_metric
    return text(f"measure.follow.{metric}", locale, default=metric)


def owner_words(owner: str, locale: Locale) -> str:
    """Return the owner: a role in words, a name as it is."""
    return text(f"plan.role.{owner}", locale, default=owner)


def effect_words(effect: Effect | None, locale: Locale) -> str:
    """Return the expected effect, with its quantiles."""
    if effect is None:
        return text("plan.effect.none", locale)
    d = effect.deals
    parts = [
        text("plan.effect.rate", locale, now=effect.rate_now, planned=effect.rate_planned),
        text("plan.effect.deals", locale, p10=d.p10, p50=d.p50, p90=d.p90, months=effect.months),
    ]
    if effect.revenue is not None:
        parts.append(revenue_words("plan.effect.revenue", effect.revenue, effect.currency, locale))
    if "gap" in effect.notices:  # a chance of what is assumed would say nothing
        parts.append(text("plan.effect.assumed", locale))
    else:
        parts.append(text("plan.effect.positive", locale, p=effect.p_positive))
    return ("；" if locale == "zh" else "; ").join(parts)


def revenue_words(key: str, revenue: Quantiles, currency: str, locale: Locale) -> str:
    """Return what a measure, or all of them, may bring in money."""
    ends = {name: getattr(revenue, name) for name in ("p10", "p50", "p90")}
    return text(key, locale, **{k: estimate_text(v, currency, locale) for k, v in ends.items()})


def step_of(plan: ImprovementPlan, measure: Measure, locale: Locale) -> str:
    """Return the step a measure is for, in the language of a document, and its segment."""
    if plan.funnel is None:
        return plan.transition_label(measure)
    b = measure.bottleneck
    named = labels_of(plan.funnel, (b.source, b.target), locale)
    return attrs.evolve(plan, names={**plan.names, **named}).transition_label(measure)


def seen_words(measure: Measure, locale: Locale) -> str:
    """Return when the effect can be seen."""
    if measure.effect is None:
        return text("plan.effect.none", locale)
    if measure.detectable_after_days is None:
        return text("plan.seen.never", locale)
    return text("plan.seen.days", locale, days=measure.detectable_after_days)
