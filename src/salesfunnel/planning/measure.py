"""Measure and Effect: one line of the improvement plan, and what it is expected to bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any, Literal

import attrs

from salesfunnel._core.checks import check_number
from salesfunnel._core.frozen import as_tuple, frozen_map, in_both
from salesfunnel._core.one_line import one_line, told_by
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.short_number import short_number
from salesfunnel._core.vocabulary import Dimension, Grade
from salesfunnel.definitions.funnel import Transition
from salesfunnel.diagnosis.finding import Param

__all__ = ["EffectBasis", "Effect", "Measure", "MeasureState", "Quantiles"]

MeasureState = Literal["proposed", "accepted", "rejected"]
ACTION = "action."
"""Begins the keys of `Measure.problem_params` that hold the names of key actions to record."""


def _number(name: str, **limits: Any) -> Any:
    """Return a field that holds a finite number within limits."""
    return attrs.field(converter=partial(check_number, name, **limits))


@attrs.frozen
class Quantiles:
    """A quantity that is not certain: one in ten below, the middle, one in ten above.

    Parameters
    ----------
    p10, p50, p90 : float
        Quantiles.
    mean : float
        Expected value.
    """

    p10: float = _number("p10")
    p50: float = _number("p50")
    p90: float = _number("p90")
    mean: float = _number("mean")

    def __repr__(self) -> str:
        named = ((key, short_number(getattr(self, key))) for key in ("p10", "p50", "p90", "mean"))
        return f"Quantiles({', '.join(f'{key}={figure}' for key, figure in named)})"


@attrs.frozen(kw_only=True)
class Effect(ResultMixin):
    """The expected effect of a measure.

    Parameters
    ----------
    deals : Quantiles
        Extra deals at the end of the funnel within `months`.
    revenue : Quantiles or None
        Their value; None if no value of a deal is known.
    p_positive : float
        Probability that it helps at all, in [0, 1].
    months : float
        How long the effect is counted.
    rate_now, rate_planned : float
        The rate of the step now, and the one the measure should reach (P50).
    notices : tuple of str
        ``"downstream-unknown"``: deals are counted at the step; ``"gap"``: no measured cause, half
        of the gap to the reference is assumed to be closed; ``"capped"``: cut at the upper limit of
        the reference.
    currency : str
        Code of the currency of the revenue; ``""`` if it is not known.
    """

    deals: Quantiles
    revenue: Quantiles | None = None
    p_positive: float = _number("p_positive", minimum=0.0)
    months: float = _number("months", above=0.0)
    rate_now: float = _number("rate_now", minimum=0.0)
    rate_planned: float = _number("rate_planned", minimum=0.0)
    notices: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    currency: str = ""

    @property
    def uplift(self) -> float:
        """The planned relative rise of the rate."""
        return self.rate_planned / self.rate_now - 1 if self.rate_now > 0 else 0.0


@attrs.frozen(kw_only=True)
class EffectBasis:
    """The inputs that an effect is simulated from, kept to recompute the plan after an edit.

    Parameters
    ----------
    kind : {"exposure", "mix", "gap"}
        A pooled difference of rates, a mix part, or the gap to the reference.
    entrants : float
        Entrants of the step a month.
    touched : float
        Share of them that the cause touches (1 for a mix or a gap).
    difference, se : float
        Rate points that each touched entrant lacks, and the standard error.
    advanced, entered : float
        The step's counts now.
    ceiling : float
        The rate that no plan may promise to pass.
    downstream : tuple of tuple of float
        (advanced, entered) of every later step.
    """

    kind: Literal["exposure", "mix", "gap"]
    entrants: float
    touched: float
    difference: float
    se: float
    advanced: float
    entered: float
    ceiling: float
    downstream: tuple[tuple[float, float], ...] | None = None
    __repr__ = one_line


@attrs.frozen(kw_only=True)
class Measure(ResultMixin):
    """One line of the improvement plan (the method's second table).

    Parameters
    ----------
    key : str
        Its name in the plan, unique there.
    bottleneck : Transition
        The step that falls short.
    segment : str
        Of the bottleneck.
    problem : str
        Code of the finding it answers.
    problem_params : mapping
        The figures that the words of the problem need.
    dimension : {"data", "action", "resource", "customer"} or None
        Where the method asks; None if the cause is not known.
    grade : {"strong", "moderate", "weak", "not-measured"}
        How far to trust the cause.
    measure : str
        Key of the remedy, or of one's own.
    owner : str
        Who does it.
    begins, due : datetime.date
        First day, and the working day when it is done.
    effort : float
        Person-days.
    effect : Effect or None
        What it is expected to bring; None if that is not estimated.
    priority : float
        Expected revenue (deals where no value is known) × P(>0) ÷ effort.
    detectable_after_days : int or None
        Days from `begins` until the effect can be seen; None where monitoring cannot show it.
    adoption_metric : str
        What shows in the first two weeks whether it is carried out.
    state : {"proposed", "accepted", "rejected"}
        The team's decision.
    title, detail, problem_title : str or mapping from locale to str
        Words of one's own, or of a plugin; the catalogs have the others.
    collect : tuple of str
        Columns to collect.
    basis : EffectBasis or None
        What the effect is simulated from.
    baseline_from : str
        First period of the judged window: a review compares with the level since then. Empty: with
        up to a year before the plan.
    note : str
        What the team wrote next to it.
    """

    key: str
    bottleneck: Transition
    segment: str = "all"
    problem: str
    problem_params: Mapping[str, Param] = attrs.field(factory=dict, converter=frozen_map)
    dimension: Dimension | None = None
    grade: Grade = "not-measured"
    measure: str
    owner: str
    begins: date
    due: date
    effort: float = _number("effort", above=0.0)
    effect: Effect | None = None
    priority: float = attrs.field(default=0.0, converter=float)
    detectable_after_days: int | None = None
    adoption_metric: str = ""
    state: MeasureState = "proposed"
    title: Mapping[str, str] = attrs.field(factory=dict, converter=in_both)
    detail: Mapping[str, str] = attrs.field(factory=dict, converter=in_both)
    problem_title: Mapping[str, str] = attrs.field(factory=dict, converter=in_both)
    collect: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    basis: EffectBasis | None = None
    baseline_from: str = ""
    note: str = ""
    __repr__ = told_by("measure", "bottleneck", "owner", "due", "state")
