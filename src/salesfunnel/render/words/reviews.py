"""Words for reviews, in both languages."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.i18n import text
from salesfunnel.monitoring._review import Review

MOST_FACTOR = 1000
"""Evidence beyond this is said as "more than": no model is that exact."""


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
