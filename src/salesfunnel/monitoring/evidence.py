"""The figures of a review: before and after, the season, a control, the words of Bayes."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np

from salesfunnel._core.interval import Interval
from salesfunnel._core.period_arrays import DAYS_PER_MONTH, DAYS_PER_PERIOD
from salesfunnel._core.periods import label_of, start_of
from salesfunnel._core.vocabulary import Frequency
from salesfunnel._kernels.betabinomial import PRIOR_SD
from salesfunnel._kernels.effect import entrants_to_see
from salesfunnel._kernels.logit import did, fit_logit, its_design
from salesfunnel._kernels.special import t_ppf
from salesfunnel._kernels.uplift import confidence_sequence, level_before
from salesfunnel.monitoring.series import Array, ReviewEvidence, Series
from salesfunnel.monitoring.series_model import Judged, judge_series

__all__ = ["evidence_of"]

CYCLE = {"month": 12, "week": 52, "quarter": 4, "day": 365, "year": 1}
NORMAL = NormalDist()


def evidence_of(
    series: Series,
    *,
    planned: float,
    since: float | None,
    control: Series | None = None,
    adoption: float | None = None,
) -> ReviewEvidence:
    """Return the figures of a review.

    Parameters
    ----------
    series : Series
        Of the step.
    planned : float
        The relative rise that the plan promised.
    since : float or None
        Number of the first period to compare with; a year before by default.
    control : Series, optional
        Of the segments without the measure.
    adoption : float, optional
        Share that carries the measure out.
    """
    notices = ["rate-gt-1"] if series.over else []
    year = CYCLE.get(series.by, 12)
    pre, post = series.before, series.after
    near = pre[pre[:, 0] >= (since if since is not None else -np.inf)]
    near = (near if near.size else pre)[-year:]
    fields: dict[str, Any] = {
        "entered_before": int(near[:, 2].sum()),
        "advanced_before": int(near[:, 1].sum()),
        "periods_before": len(near),
        "entered": int(post[:, 2].sum()),
        "advanced": int(post[:, 1].sum()),
        "periods": len(post),
        "adoption": adoption,
    }
    if not near.size:
        return ReviewEvidence(**fields, notices=("no-baseline",))
    if len(near) < 3:
        notices.append("short-baseline")
    months = _by_month(near, series.by)
    late = _by_month(post, series.by)
    effective = late[:, 2].sum() ** 2 / (late[:, 2] ** 2).sum() if post.size else 1.0
    a, b, rho = level_before(months[:, 1], months[:, 2], periods=effective)
    found = judge_series(series, planned, since)
    separable = found is not None and found.separable
    if not separable:
        notices.append("season-not-separable")
    if _drifting(post):
        notices.append("drifting")
    p = a / (a + b) if found is None else found.expected
    fields |= _after(float(post[:, 1].sum()), float(post[:, 2].sum()), found)
    fields |= {"rate_before": p, "season": "year" if separable else "flat"}
    fields["weeks_needed"] = _weeks(series, p, planned, rho)
    fields |= _step(series)
    if control is not None:
        fields |= _against(series, control, near, notices)
    return ReviewEvidence(**fields, notices=tuple(notices))


def _by_month(rows: Array, by: Frequency) -> Array:
    """Add weeks and days up to months: the weeks of a month rise and fall together."""
    if by not in {"day", "week"} or not rows.size:
        return rows
    first = [start_of(label_of(int(number), by), by) for number in rows[:, 0]]
    months = np.array([day.year * 12 + day.month - 1 for day in first])
    names, index = np.unique(months, return_inverse=True)
    sums = [np.bincount(index.ravel(), weights=rows[:, j]) for j in (1, 2)]
    return np.asarray(np.stack([names, *sums], axis=1), dtype=np.float64)


def _after(x: float, n: float, found: Judged | None) -> dict[str, Any]:
    if not n:
        return {}
    low, high = (float(v) for v in confidence_sequence(x, n))
    fields = {"rate": x / n, "interval": Interval(low, high, 0.95, "confidence-sequence")}
    if found is None:
        return fields
    return fields | {
        "bayes_factor": found.bayes_factor,
        "plan_ratio": found.plan_ratio,
        "p_higher": found.p_higher,
        "p_half_plan": found.p_half_plan,
    }


def _drifting(post: Array) -> bool:
    """Whether the rate falls again: EWMA (0.3) of normal scores above 2.7 (Roberts 1959)."""
    if len(post) < 3:
        return False
    p = (post[:, 1].sum() + 0.5) / (post[:, 2].sum() + 1)
    noise = p * (1 - p) / post[:, 2] + (PRIOR_SD * p * (1 - p)) ** 2
    score = 0.0
    for z in (p - post[:, 1] / post[:, 2]) / np.sqrt(noise):
        score = 0.3 * float(z) + 0.7 * score
    return score > 2.7 * math.sqrt(0.3 / 1.7 * (1 - 0.7 ** (2 * len(post))))


def _weeks(series: Series, p: float, planned: float, rho: float) -> int | None:
    """Return how many more weeks show the planned rise, from the pace since it began or before."""
    rows = series.after if series.after.size else series.before
    length = DAYS_PER_PERIOD.get(series.by, DAYS_PER_MONTH)
    pace = float(rows[:, 2].mean()) / length * 7
    history = float(series.before[:, 2].sum())
    n = entrants_to_see(
        p,
        min(p * (1 + planned), 1 - 1e-6),
        max(history, 1.0),
        intraclass=rho,
        per_month=pace * DAYS_PER_MONTH / 7,
    )
    if not math.isfinite(n) or pace <= 0:
        return None
    left = math.ceil(max(n - float(series.after[:, 2].sum()), 0.0) / pace)
    return left if left <= 52 else None


def _step(series: Series) -> dict[str, Any]:
    """Return the odds ratio of the step in a logit model with trend and season: two years."""
    if series.by != "month" or len(series.before) < 24 or len(series.after) < 1:
        return {}
    rows = np.concatenate([series.before, series.after])
    fit = fit_logit(rows[:, 1], rows[:, 2], its_design(rows[:, 0], float(series.after[0, 0])))
    if fit.df < 1:
        return {}
    half = float(t_ppf(0.95, fit.df)) * float(fit.se_quasi[4])
    beta = float(fit.beta[4])
    return {"odds_ratio": Interval(math.exp(beta - half), math.exp(beta + half), 0.9, "its-logit")}


def _against(series: Series, control: Series, near: Array, notices: list[str]) -> dict[str, Any]:
    """Compare with segments that were left alone, unless they moved differently before."""
    first = near[0, 0]
    quiet = control.before[control.before[:, 0] >= first]
    if not quiet.size or not control.after.size or not series.after.size:
        notices.append("no-control")
        return {}
    if _trend_differs(near, quiet):
        notices.append("trend-before")
        return {}
    cells = [
        (rows[:, 1].sum(), rows[:, 2].sum()) for rows in (near, series.after, quiet, control.after)
    ]
    value, se, _, _ = did(cells)
    p = NORMAL.cdf(float(value) / float(se))
    if p < 0.8:
        notices.append("control-rose-too")
    return {"control": float(value), "control_se": float(se), "p_control": p}


def _trend_differs(treated: Array, control: Array) -> bool:
    """Whether the log odds diverged before (two-sided 5%), over three periods or more."""
    both = sorted(set(treated[:, 0]) & set(control[:, 0]))
    if len(both) < 3:
        return False
    t = np.array(both)
    rows = [r[np.isin(r[:, 0], t)] for r in (treated, control)]
    number = np.concatenate([rows[0][:, 0], rows[1][:, 0]])
    number = (number - number.mean()) / max(float(np.ptp(number)), 1.0)
    group = np.repeat([1.0, 0.0], len(both))
    X = np.stack([np.ones_like(number), number, group, group * number], axis=1)
    data = np.concatenate(rows)
    fit = fit_logit(data[:, 1], data[:, 2], X)
    return abs(float(fit.beta[3])) > 1.96 * float(fit.se_quasi[3])
