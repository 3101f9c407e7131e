"""Words for findings, measures and reviews: one sentence each, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from salesfunnel._typing import Locale
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.i18n import has, text
from salesfunnel.monitoring.follow import Review
from salesfunnel.planning import ImprovementPlan
from salesfunnel.planning.measure import ACTION, Effect, Measure
from salesfunnel.render.names import labels_of

__all__ = [
    "LEAST",
    "actions_of",
    "collect_words",
    "effect_words",
    "evidence_words",
    "factor_words",
    "finding_text",
    "finding_title",
    "follow_words",
    "measure_detail",
    "measure_title",
    "notice_words",
    "owner_words",
    "problem_words",
    "seen_words",
    "step_of",
    "title_of",
]

LEAST = 0.05
"""Deals below which a figure would be shown as nothing."""
MOST_FACTOR = 1000
"""Evidence beyond this is said as "more than": no model is that exact."""


def finding_title(
    code: str,
    locale: Locale,
    title: Any = None,
    params: Mapping[str, Any] | None = None,
    actions: Mapping[str, str] | None = None,
) -> str:
    """Return the name of a cause: its own words, the catalog's, else its code.

    A cause that comes several times names its own: which reason of loss, which key action.
    """
    if title:
        return str(title.get(locale) or title.get("en") or code)
    which = dict(params or {})
    if "action" in which:
        which["name"] = (actions or {}).get(str(which["action"]), which.get("name"))
    if which.get("reason") or which.get("name"):
        own = text(f"finding.{code}.title-of", locale, default="", **which)
        if own:
            return own
    return text(f"finding.{code}.title", locale, default=code)


def title_of(finding: Finding, locale: Locale, actions: Mapping[str, str] | None = None) -> str:
    """Return the name of the cause that a finding is about."""
    return finding_title(finding.code, locale, finding.title, finding.params, actions)


def collect_words(
    names: Iterable[str], locale: Locale, actions: Mapping[str, str] | None = None
) -> str:
    """Return the columns to collect, in words; `actions` names the key actions."""
    words = []
    for name in names:
        if actions and name in actions:
            words.append(text("finding.field-of-action", locale, name=actions[name]))
        else:
            words.append(text(f"finding.field.{name}", locale, default=name))
    return ("、" if locale == "zh" else ", ").join(words)


def actions_of(finding: Finding) -> dict[str, str]:
    """Return the key action that a finding asks about, with its name."""
    action, name = finding.params.get("action"), finding.params.get("name")
    return {str(action): str(name)} if action and name else {}


def _group(name: Any, locale: Locale) -> str:
    return text("finding.group.other", locale) if name == "…" else str(name)


def finding_text(finding: Finding, locale: Locale, names: Mapping[str, str] | None = None) -> str:
    """Return what a finding says; `names` are those of key actions and metrics."""
    e, params = finding.evidence, dict(finding.params)
    words: dict[str, Any] = {**params, "field": e.field or "", "code": finding.code}
    if "metric" in words:
        words["metric"] = (names or {}).get(str(words["metric"]), words["metric"])
    if "group" in words:
        words["group"] = _group(words["group"], locale)
    if not finding.measured:
        key = "none" if finding.collect else "nothing"
        known = {**actions_of(finding), **(names or {})}
        collect = collect_words(finding.collect, locale, known)
        return text(f"finding.{key}", locale, collect=collect)
    own = f"finding.{finding.code}.text"
    if e.method in {"quality", "queue"} and has(own):
        return text(own, locale, **words)
    return text(f"finding.{_form(finding)}", locale, **{**words, **_figures(finding)})


def _form(finding: Finding) -> str:
    """Return which sentence fits."""
    method, contribution = finding.evidence.method, finding.contribution
    if method == "mantel-haenszel":
        if finding.evidence.difference is None:
            return "not-comparable"
        if contribution is None:
            return "mantel-haenszel-standing"
        if contribution >= LEAST:
            return "mantel-haenszel"
        standing = (finding.potential or 0.0) >= LEAST
        return "mantel-haenszel-same" if standing else "mantel-haenszel-more"
    if method == "kitagawa":
        if contribution is None:
            return "not-comparable"
        return "kitagawa" if contribution > 0 else "kitagawa-more"
    if method == "aggregate":
        return "aggregate-bad" if finding.params.get("bad") else "aggregate-good"
    return method if method in {"shares", "quality", "note"} else "other"


def _figures(finding: Finding) -> dict[str, Any]:
    e = finding.evidence
    return {
        "before": e.exposure_before,
        "now": e.exposure,
        "points": None if e.difference is None else round(-e.difference * 100, 1),
        "strata": e.strata,
        "contribution": finding.contribution,
        "gain": None if finding.contribution is None else abs(finding.contribution),
        "potential": finding.potential,
    }


def notice_words(notices: tuple[str, ...], locale: Locale, topic: str = "finding") -> list[str]:
    """Return the notices as sentences; codes of strangers as they are."""
    return [text(f"{topic}.notice.{code}", locale, default=code) for code in notices]


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
    return text(f"measure.follow.{measure.follow}", locale, default=measure.follow)


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
        r = effect.revenue
        parts.append(text("plan.effect.revenue", locale, p10=r.p10, p50=r.p50, p90=r.p90))
    parts.append(text("plan.effect.positive", locale, p=effect.p_positive))
    return ("；" if locale == "zh" else "; ").join(parts)


def step_of(plan: ImprovementPlan, measure: Measure, locale: Locale) -> str:
    """Return the step a measure is for, in the language of a document, and its segment."""
    if plan.funnel is None:
        return plan.step(measure)
    b = measure.bottleneck
    named = labels_of(plan.funnel, (b.source, b.target), locale)
    return attrs.evolve(plan, names={**plan.names, **named}).step(measure)


def seen_words(measure: Measure, locale: Locale) -> str:
    """Return when the effect can be seen."""
    if measure.effect is None:
        return text("plan.effect.none", locale)
    if measure.seen_after is None:
        return text("plan.seen.never", locale)
    return text("plan.seen.days", locale, days=measure.seen_after)


def evidence_words(review: Review, locale: Locale) -> str:
    """Return what a review stands on."""
    e = review.evidence
    parts = [
        text(
            "review.evidence.rate" if e.entered else "review.evidence.nothing",
            locale,
            advanced=e.advanced,
            entered=e.entered,
            advanced_before=e.advanced_before,
            entered_before=e.entered_before,
        )
    ]
    if e.entered:
        parts.append(factor_words(e.bayes_factor, locale))
    if review.state == "not-enough-data" and e.weeks_needed:
        parts.append(text("review.evidence.weeks", locale, weeks=e.weeks_needed))
    if e.adoption is not None:
        parts.append(text("review.evidence.adoption", locale, adoption=e.adoption))
    if e.p_control is not None:
        parts.append(text("review.evidence.control", locale, p=e.p_control))
    return ("；" if locale == "zh" else "; ").join(parts)


def factor_words(factor: float, locale: Locale) -> str:
    """Return how much likelier a rise is than none, cut where more says nothing more."""
    if factor > MOST_FACTOR:
        return text("review.evidence.factor-above", locale, factor=MOST_FACTOR)
    if factor < 1:
        return text("review.evidence.factor-against", locale, factor=_rough(1 / factor))
    return text("review.evidence.factor", locale, factor=_rough(factor))


def _rough(factor: float) -> float:
    return round(min(factor, MOST_FACTOR), 1 if factor < 10 else 0)
