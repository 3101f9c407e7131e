"""Playbook: measures that worked become key actions of the funnel, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.checks import check_choice, check_kind
from salesfunnel._core.errors import UnknownNameError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, leaf
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import KeyAction
from salesfunnel.i18n import text
from salesfunnel.monitoring._review import Review
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Playbook", "PlaybookEntry", "write_playbook"]


@attrs.frozen(kw_only=True)
class PlaybookEntry:
    """One measure that became standard.

    Parameters
    ----------
    stage : str
        Key of the stage it belongs to.
    action : str
        Key of the key action that it became.
    measure : Measure
        The measure.
    review : Review
        The review that made it standard.
    """

    stage: str
    action: str
    measure: Measure
    review: Review

    __repr__ = one_line


@attrs.frozen(kw_only=True)
class Playbook(ResultMixin):
    """The stages with their key actions, those that are proven marked: for new staff.

    Parameters
    ----------
    funnel : Funnel
        The funnel with the new key actions in its stages.
    entries : tuple of PlaybookEntry
        Which of them come from measures, and why.
    """

    funnel: Funnel
    entries: tuple[PlaybookEntry, ...] = attrs.field(default=(), converter=as_tuple)

    def to_markdown(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the playbook as a document in Markdown, and write it too."""
        check_choice("locale", locale, LOCALES)
        export = leaf("salesfunnel.export.playbooks")
        document: str = export.to_markdown(self, path, locale=locale)
        return document


def write_playbook(
    funnel: Funnel,
    plan: ImprovementPlan,
    reviews: Iterable[Review],
    *,
    locale: Locale = "en",
) -> Playbook:
    """Put the measures that reached ``standardise`` into the funnel's definition.

    Parameters
    ----------
    funnel : Funnel
        The definition to extend; it is not changed.
    plan : ImprovementPlan
        The plan of the measures.
    reviews : iterable of Review
        From ``review(...)``; those in another state are passed over.
    locale : {"en", "zh"}
        The language of the key actions' names.

    Returns
    -------
    Playbook
        With the new funnel. A measure that is a key action already is replaced, with its evidence.

    Raises
    ------
    UnknownNameError
        If a review is of no measure of the plan, or a measure of no stage of the funnel.

    Examples
    --------
    >>> from datetime import date
    >>> import salesfunnel as sf
    >>> from salesfunnel.planning import Quantiles
    >>> effect = sf.Effect(
    ...     deals=Quantiles(10, 20, 30, 22), p_positive=0.9, months=3, rate_now=0.3,
    ...     rate_planned=0.375,
    ... )
    >>> measure = sf.Measure(
    ...     key="answer", bottleneck=sf.Transition("offer", "won"), problem="slow-response",
    ...     measure="answer-within-a-day", owner="sales-lead", begins=date(2026, 1, 1),
    ...     due=date(2026, 1, 12), effort=2, effect=effect,
    ... )
    >>> plan = sf.ImprovementPlan(measures=[measure], start=date(2026, 1, 1))
    >>> months = {f"2025-{m:02d}": [400, 120 + m % 3] for m in range(1, 13)}
    >>> months |= {f"2026-{m:02d}": [400, 160] for m in range(1, 4)}
    >>> panel = sf.Panel.from_counts(months, steps=("offer", "won"))
    >>> seen = sf.review(plan, panel, today=date(2026, 4, 1), adoption={"answer": 0.85})
    >>> funnel = sf.Funnel("sales", [sf.Stage("offer", "Offer"), sf.Stage("won", "Won")])
    >>> sf.write_playbook(funnel, plan, seen)
    <Playbook funnel=[2], entries=[1]>
    """
    check_kind("funnel", funnel, Funnel)
    check_kind("plan", plan, ImprovementPlan)
    check_choice("locale", locale, LOCALES)
    entries: list[PlaybookEntry] = []
    for found in reviews:
        if found.state != "standardise":
            continue
        measure = plan.measure(found.key)
        key = _stage_of(funnel, measure)
        action = KeyAction(
            measure.measure,
            _title(measure, locale),
            owner=measure.owner,
            evidence=_evidence(found, measure.begins),
        )
        funnel = funnel.replace_stage(key, funnel.stage(key).with_action(action))
        entries.append(PlaybookEntry(stage=key, action=action.key, measure=measure, review=found))
    return Playbook(funnel=funnel, entries=entries)


def _stage_of(funnel: Funnel, measure: Measure) -> str:
    key = measure.bottleneck.source
    if key in funnel:
        return key
    try:
        return funnel.stage_of(key).key
    except UnknownNameError as error:
        raise UnknownNameError(
            f"'plan' must be about stages of the funnel, got {key!r}", hint=error.hint
        ) from error


def _title(measure: Measure, locale: Locale) -> str:
    if measure.title:
        return measure.title.get(locale) or measure.measure
    return text(f"measure.{measure.measure}.title", locale, default=measure.measure)


def _evidence(review: Review, begins: date) -> str:
    """Return the figures of the review in a form that is the same in every language."""
    e = review.evidence
    return (
        f"{begins.isoformat()}/{review.today.isoformat()}: {e.rate_before or 0:.4f} -> "
        f"{e.rate or 0:.4f} ({e.advanced}/{e.entered}), BF {e.bayes_factor:.3g}"
    )
