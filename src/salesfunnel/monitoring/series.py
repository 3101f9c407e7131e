"""The series of one step that a review is judged by, and the figures of the judgement."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.periods import end_of, ordinal, start_of
from salesfunnel._core.result import ResultMixin
from salesfunnel._core.vocabulary import Frequency
from salesfunnel.definitions.funnel import Transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesfunnel.data.panel import Panel

__all__ = ["Array", "ReviewEvidence", "Series", "series_of"]

Array = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True)
class ReviewEvidence(ResultMixin):
    """The evidence of a review.

    Parameters
    ----------
    entered_before, advanced_before, periods_before : int
        The time before the measure.
    entered, advanced, periods : int
        Since it began; complete periods only.
    rate_before, rate : float or None
        Rates; `rate_before` is what would be expected now, with the season where that is known.
    interval : Interval or None
        95% interval of the rate that holds at every look (a confidence sequence).
    bayes_factor : float
        "The rate rose" against "as before", capped at 1e9: 10 is enough, at whatever look.
    plan_ratio : float
        Likelihood of the planned rise against "as before", capped at 1e9.
    p_higher : float
        Probability that the rate is higher than before.
    p_half_plan : float
        Probability that at least half of the planned rise is there.
    weeks_needed : int or None
        More weeks until the planned rise would be seen; None if a year would not show it.
    season : {"year", "flat"}
        ``year``: a season is weighed by how well 18 months or more show it; ``flat``: the history
        is too short to tell a season from a rise.
    odds_ratio : Interval or None
        90% interval of the odds ratio of the step in the logit model, with two years of history.
    control : float or None
        Change of the log odds against the control segments (difference in differences).
    control_se : float or None
        Its standard error.
    p_control : float or None
        Probability that the change is larger than in the control.
    adoption : float or None
        Share of the team, or of the deals, that carries the measure out.
    notices : tuple of str
        ``"season-not-separable"``, ``"short-baseline"``, ``"rate-gt-1"``, ``"no-baseline"``,
        ``"trend-before"`` (the control moved differently before), ``"control-rose-too"``,
        ``"drifting"``.
    """

    entered_before: int = 0
    advanced_before: int = 0
    periods_before: int = 0
    entered: int = 0
    advanced: int = 0
    periods: int = 0
    rate_before: float | None = None
    rate: float | None = None
    interval: Interval | None = None
    bayes_factor: float = 1.0
    plan_ratio: float = 1.0
    p_higher: float = 0.5
    p_half_plan: float = 0.5
    weeks_needed: int | None = None
    season: str = "flat"
    odds_ratio: Interval | None = None
    control: float | None = None
    control_se: float | None = None
    p_control: float | None = None
    adoption: float | None = None
    notices: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)


@attrs.frozen(kw_only=True, eq=False)
class Series:
    """Counts of one step by period, before and since; period numbers are ordinals."""

    before: Array  # (m, 3): number, advanced, entered
    after: Array
    by: Frequency
    over: bool  # whether a period had more advanced than entered


def series_of(
    panel: Panel, transition: Transition, segments: Sequence[str], *, begins: date, today: date
) -> Series:
    """Cut the counts of a step into complete periods before and since a day."""
    names = [(t.source, t.target) for t in panel.transitions]
    k = names.index((transition.source, transition.target))
    entered, advanced, missing = panel.entered_advanced()
    g = [panel.segments.index(name) for name in segments]
    n = entered[:, g, k].sum(1).astype(np.float64)
    x = advanced[:, g, k].sum(1).astype(np.float64)
    lost = np.any(missing[:, g, k], axis=1)
    before, after = [], []
    over = False
    for i, name in enumerate(panel.periods):
        if lost[i] or n[i] <= 0 or name in panel.partial:
            continue
        over = over or x[i] > n[i]
        cell = (float(ordinal(name, panel.by)), min(x[i], n[i]), n[i])
        if end_of(name, panel.by) <= begins:
            before.append(cell)
        elif start_of(name, panel.by) >= begins and end_of(name, panel.by) <= today:
            after.append(cell)
    shape = (-1, 3)
    return Series(
        before=np.array(before, dtype=np.float64).reshape(shape),
        after=np.array(after, dtype=np.float64).reshape(shape),
        by=panel.by,
        over=over,
    )
