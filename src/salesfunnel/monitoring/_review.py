"""review: the state of every measure, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import attrs

from salesfunnel._core.checks import check_choice, check_kind, check_known
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.listing import Listing
from salesfunnel._core.moments import read_day
from salesfunnel._core.periods import first_from, frequency_of, start_of
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import REVIEW_STATES, ReviewState
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.definitions.funnel import Transition
from salesfunnel.monitoring.adherence_result import Adherence
from salesfunnel.monitoring.adoption import shares_of
from salesfunnel.monitoring.evidence import evidence_of
from salesfunnel.monitoring.series import ReviewEvidence, Series, series_of
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure

__all__ = ["Review", "review"]

ENOUGH = 10.0
"""Bayes factor of "working"; passed with probability 1/10 at most where nothing changed."""
AGAINST = 0.1
"""Likelihood ratio of the plan at which it is "not working"."""
FIRST_WEEKS = 2
NOT_BEFORE_WEEKS = 4
MONTH_DAYS, QUARTER_DAYS = 30, 90
ADOPTED = 0.8
DEFAULT_RISE = 0.2
"""Relative rise that is looked for where the plan promised none."""


@attrs.frozen(kw_only=True)
class Review(ResultMixin):
    """The state of one measure on one day, with its evidence and what to do next.

    Parameters
    ----------
    key : str
        Of the measure in the plan.
    measure : str
        Key of the remedy.
    bottleneck : Transition
        The step it is for.
    segment : str
        Its segment.
    state : {"executing", "working", "not-working", "not-enough-data", "off-track", "standardise"}
        The verdict.
    next_step : str
        Code of what to do next: ``"check-adoption"``, ``"raise-adoption"``, ``"keep-going"``,
        ``"wait"``, ``"extend"``, ``"re-analyse"``, ``"standardise"``, ``"verify-by-test"``;
        ``"begin"`` for one that has not begun.
    today : datetime.date
        The as-of date.
    weeks : float
        Weeks since the measure began, 0 before.
    planned : float
        The relative rise that the plan promised.
    strong : bool
        Whether a working measure passed a Bayes factor of 20.
    evidence : ReviewEvidence
        The figures.

    Raises
    ------
    ArgumentError
        If `state` is none of its vocabulary.
    """

    key: str
    measure: str
    bottleneck: Transition
    segment: str = "all"
    state: ReviewState
    next_step: str
    today: date
    weeks: float
    planned: float
    strong: bool = False
    evidence: ReviewEvidence = attrs.field(factory=ReviewEvidence)

    def __attrs_post_init__(self) -> None:
        check_choice("state", self.state, REVIEW_STATES)


class Reviews(Listing[Review]):
    """The state of every measure, in the order of the plan; a tuple of `Review`."""

    __slots__ = ()
    noun = ("measure", "measures")

    def _name(self, item: Review) -> str:
        """Return the key and the state of a measure."""
        return f"{item.key} {item.state}"


def review(
    plan: ImprovementPlan,
    panel: Panel,
    *,
    today: date,
    adoption: Mapping[str, float | Sequence[float]] | Adherence | None = None,
    control: Iterable[str] | str = (),
) -> Reviews:
    """Say of every measure whether it is carried out, works, does not, or cannot be judged yet.

    Parameters
    ----------
    plan : ImprovementPlan
        Rejected measures are left out.
    panel : Panel
        Counts by period, before and since the plan; best by week. Incomplete periods are left out.
    today : datetime.date
        The day of the review. A review every week is safe: the evidence is a martingale if nothing
        changed.
    adoption : mapping of str to float or sequence of float, or Adherence, optional
        Key of the measure, its remedy or its `adoption_metric` → share that adopted it, in [0, 1];
        of a sequence the last counts. Or what ``adherence`` found: a measure that is a key action,
        or follows the actions of its stage, then has the share since the month it began.
    control : str or iterable of str
        Segments of the panel that were left alone; the change must then be larger than theirs.

    Returns
    -------
    Reviews
        A tuple of `Review` that shows itself.
        One a measure whose effect is on a step of the panel, in the order of the plan.

    Raises
    ------
    ArgumentError
        If `today` is not a date, an adoption is outside [0, 1], or the panel's periods have no
        dates.
    UnknownNameError
        If a control segment is not in the panel.

    Notes
    -----
    `working`: Bayes factor of a rise by 5 to 50% against "as before" of at least 10 [1]_; of weeks
    and days the mean of two, gathered by four weeks and by calendar months.
    `not-working`: likelihood ratio of the planned rise of at most 1/10, four weeks or more after it
    was due. `off-track`: after a month, a rise is less probable than none. `standardise`: working
    for a quarter, with at least half of the planned rise (80%). Else `not-enough-data`, with the
    weeks that are needed.

    References
    ----------
    .. [1] Robbins (1970), Ann. Math. Stat. 41:1397; Howard et al. (2021), Ann. Stat. 49:1055.

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
    >>> seen[0].state
    'standardise'
    """
    check_kind("plan", plan, ImprovementPlan)
    check_kind("panel", panel, Panel)
    today = read_day("today", today)
    if panel.by == "none":
        raise ArgumentError(
            f"'panel' must have periods with dates, got {panel.periods[:1]!r}",
            hint="name periods like 2026-10 or 2026-W41",
        )
    others = (control,) if isinstance(control, str) else tuple(control)
    for name in others:
        check_known("control", name, panel.segments)
    shares = shares_of(adoption, plan)
    known = {(t.source, t.target) for t in panel.transitions}
    return Reviews(
        _review(measure, panel, today, shares, others)
        for measure in plan.active
        if (measure.bottleneck.source, measure.bottleneck.target) in known
        and measure.problem != "not-measured"
    )


def _segments(measure: Measure, panel: Panel, others: tuple[str, ...]) -> tuple[str, ...]:
    if measure.segment in panel.segments:
        return (measure.segment,)
    if measure.segment != ALL:
        check_known("segment", measure.segment, panel.segments)
    return tuple(name for name in panel.segments if name not in others)


def _review(
    measure: Measure, panel: Panel, today: date, shares: dict[str, float], others: tuple[str, ...]
) -> Review:
    adopted = next(
        (shares[k] for k in (measure.key, measure.measure, measure.adoption_metric) if k in shares),
        None,
    )

    def series(segments: Iterable[str]) -> Series:
        return series_of(
            panel, measure.bottleneck, tuple(segments), begins=measure.begins, today=today
        )

    planned = DEFAULT_RISE if measure.effect is None else max(measure.effect.uplift, 0.05)
    evidence = evidence_of(
        series(_segments(measure, panel, others)),
        planned=planned,
        since=_since(measure, panel),
        control=series(others) if others else None,
        adoption=adopted,
    )
    days = (today - measure.begins).days
    state, then = _state(evidence, days, (today - measure.due).days, adopted)
    return Review(
        key=measure.key,
        measure=measure.measure,
        bottleneck=measure.bottleneck,
        segment=measure.segment,
        state=state,
        next_step=then,
        today=today,
        weeks=max(days, 0) / 7,
        planned=planned,
        strong=state in {"working", "standardise"} and evidence.bayes_factor >= 2 * ENOUGH,
        evidence=evidence,
    )


def _since(measure: Measure, panel: Panel) -> float | None:
    """Return the first period of the panel since the month, week, ... that a measure names."""
    by = frequency_of(measure.baseline_from)
    if by == "none":
        return None
    return float(first_from(start_of(measure.baseline_from, by), panel.by))


def _state(
    e: ReviewEvidence, days: int, days_due: int, adopted: float | None
) -> tuple[ReviewState, str]:
    """Return the verdict and what to do next."""
    low = adopted is not None and adopted < ADOPTED
    if days < 0:
        return "executing", "begin"
    if days < FIRST_WEEKS * 7:
        return "executing", "raise-adoption" if low else "check-adoption"
    if not e.entered or "no-baseline" in e.notices:
        return "not-enough-data", "wait"
    if e.bayes_factor >= ENOUGH and "control-rose-too" not in e.notices:
        whole = days >= QUARTER_DAYS and e.p_half_plan >= 0.8 and "drifting" not in e.notices
        return ("standardise", "standardise") if whole else ("working", "keep-going")
    again = "raise-adoption" if low else "re-analyse"
    if e.plan_ratio <= AGAINST and days_due >= NOT_BEFORE_WEEKS * 7:
        return "not-working", again
    if days_due >= MONTH_DAYS and e.p_higher < 0.5:
        return "off-track", again if days >= QUARTER_DAYS else "extend"
    if days >= QUARTER_DAYS:
        return "not-enough-data", "verify-by-test" if e.weeks_needed is None else again
    return "not-enough-data", "raise-adoption" if low else "wait"
