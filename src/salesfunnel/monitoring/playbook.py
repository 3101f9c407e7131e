"""Playbook: measures that worked become key actions of the funnel, with their evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.checks import check_choice, check_kind
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_line import one_line
from salesfunnel._core.readers import reader_hint
from salesfunnel._core.result import ResultMixin, leaf
from salesfunnel._core.vocabulary import LOCALES, Locale
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import KeyAction
from salesfunnel.i18n import text
from salesfunnel.monitoring._review import Review
from salesfunnel.monitoring.adherence_result import Adherence
from salesfunnel.monitoring.best_quarter import BestQuarter, best_quarters
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["Playbook", "PlaybookEntry", "write_playbook"]

DROPPED = ("not-working", "off-track")
"""States of a review whose measure is listed as one that did not work."""


@attrs.frozen(kw_only=True)
class PlaybookEntry:
    """One measure that became standard, or one that did not work.

    Parameters
    ----------
    stage : str
        Key of the stage it belongs to.
    action : str
        Key of the key action that it became, or would have become.
    measure : Measure
        The measure.
    review : Review
        The review that decided.
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
    dropped : tuple of PlaybookEntry
        Measures that did not work, or were off track: not to be tried again without a reason.
    standards : tuple of BestQuarter
        What good looks like, step by step, where data were given.
    adherence : Adherence or None
        How far the key actions are carried out.
    """

    funnel: Funnel
    entries: tuple[PlaybookEntry, ...] = attrs.field(default=(), converter=as_tuple)
    dropped: tuple[PlaybookEntry, ...] = attrs.field(default=(), converter=as_tuple)
    standards: tuple[BestQuarter, ...] = attrs.field(default=(), converter=as_tuple)
    adherence: Adherence | None = None

    def to_markdown(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> str:
        """Return the playbook as a document in Markdown, and write it too."""
        check_choice("locale", locale, LOCALES)
        export = leaf("salesfunnel.export.playbooks")
        document: str = export.to_markdown(self, path, locale=locale)
        return document

    def to_docx(self, path: str | PathLike[str] | None = None, *, locale: Locale = "en") -> bytes:
        """Return the playbook as a docx file for new staff, and write it to `path`.

        A chapter a stage: goal, key actions with owner and time limit, what good looks like, the
        measures that worked with their evidence, those that did not, and, where there are some,
        what is said in the key actions and examples: the method's own, and what the team wrote
        beside measures that worked.

        Parameters
        ----------
        path : path-like, optional
            Where to write it as well; an existing file is replaced.
        locale : {"en", "zh"}
            The language.

        Raises
        ------
        MissingExtraError
            If python-docx is not installed (extra ``office``).
        """
        check_choice("locale", locale, LOCALES)
        content: bytes = leaf("salesfunnel.export.playbook_docx").to_docx(self, path, locale=locale)
        return content


def write_playbook(
    funnel: Funnel,
    plan: ImprovementPlan,
    reviews: Iterable[Review],
    *,
    data: StageHistory | Panel | Tracking | None = None,
    adherence: Adherence | None = None,
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
        From ``review(...)``, of one day or of several: the last one of a measure decides. Those
        that are not working or off track are listed as such; others are passed over.
    data : StageHistory, Panel or Tracking, optional
        Where the best quarter of each step is looked up: whole quarters with twenty deals or more.
    adherence : Adherence, optional
        From ``adherence(...)``: how far the key actions are carried out.
    locale : {"en", "zh"}
        The language of the key actions' names.

    Returns
    -------
    Playbook
        With the new funnel. A measure that is a key action already is replaced, with its evidence.

    Raises
    ------
    ArgumentError
        If `data` is none of the three, or `adherence` is none.
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
    if data is not None and not isinstance(data, StageHistory | Panel | Tracking):
        raise ArgumentError(
            f"'data' must be a StageHistory, a Panel or a Tracking, got {type(data).__name__}",
            hint=reader_hint(data, "StageHistory", "Tracking"),
        )
    if adherence is not None:
        check_kind("adherence", adherence, Adherence)
    entries: list[PlaybookEntry] = []
    dropped: list[PlaybookEntry] = []
    for found in _last(reviews):
        if found.state not in {"standardise", *DROPPED}:
            continue
        measure = plan.measure(found.key)
        if found.state in DROPPED:
            stage = _stage_of(funnel, measure)
            dropped.append(
                PlaybookEntry(stage=stage, action=measure.measure, measure=measure, review=found)
            )
            continue
        key = _stage_of(funnel, measure)
        action = KeyAction(
            measure.measure,
            _title(measure, locale),
            owner=measure.owner,
            evidence=_evidence(found, measure.begins),
        )
        funnel = funnel.replace_stage(key, funnel.stage(key).with_action(action))
        entries.append(PlaybookEntry(stage=key, action=action.key, measure=measure, review=found))
    return Playbook(
        funnel=funnel,
        entries=entries,
        dropped=dropped,
        standards=() if data is None else best_quarters(funnel, data),
        adherence=adherence,
    )


def _last(reviews: Iterable[Review]) -> list[Review]:
    """Return the last review of each measure, in the order in which they were first named."""
    last: dict[str, Review] = {}
    for found in reviews:
        if found.key not in last or found.today >= last[found.key].today:
            last[found.key] = found
    return list(last.values())


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
