"""Predict a series for months to come: season kept, slope not extrapolated, models averaged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import design
from salesfunnel._kernels.rate_model.linearise import linearise_rates
from salesfunnel._kernels.rate_model.setting import RATE_NOISE

Array = npt.NDArray[np.float64]


def mean_rate_ahead(
    x: Array, n: Array, angle: Array, ahead: Array, weights: Array
) -> tuple[float, float]:
    """Return the mean rate over months to come and its variance.

    Every model of `setting.RATE_NOISE` with and without season and slope predicts the link of the
    months by Gaussian conditioning; means and variances are averaged with its posterior weight.
    A slope is held at its last value: it says where the rate is, not where it will go.

    Parameters
    ----------
    x, n : ndarray of float, shape (months,)
        Advanced and exposed; n = 0 is a month that says nothing.
    angle, ahead : ndarray of float, shapes (months,) and (k,)
        Time of the year of the months, and of those to come, in radians.
    weights : ndarray of float, shape (k,)
        How much each month to come counts.
    """
    months, k = n.size, ahead.size
    plan = design(months, angle)
    data = linearise_rates(x[:, None], n[:, None], plan)
    there = np.flatnonzero(n > 0)
    season = np.stack([f(h * ahead) for h in (1, 2) for f in (np.sin, np.cos)])
    slope = np.full((1, k), plan.values[-1, -1])
    columns = np.concatenate(
        [plan.values, np.concatenate([np.ones((1, k)), season, slope])], axis=1
    )
    lag = np.abs(np.subtract.outer(np.arange(months + k), np.arange(months + k)))
    y, level = data.response[there, 0], float(data.level[0])
    share = weights / weights.sum()
    log_weight, means, variances = [], [], []
    used = ([0], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5], [0, 5])
    for noise in RATE_NOISE:
        month = noise.tau**2 * np.eye(months + k)
        if noise.phi:
            month = month + noise.sigma**2 * noise.phi**lag
        for rows, prior in zip(used, plan.prior, strict=False):
            A = columns[rows]
            cov = (A.T / plan.precision[rows]) @ A + month
            seen = cov[np.ix_(there, there)] + np.diag(data.variance[there, 0])
            cross = cov[months:, there]
            solved = np.linalg.solve(seen, np.column_stack([y, cross.T]))
            logdet = np.linalg.slogdet(seen)[1]
            log_weight.append(np.log(prior * noise.prior) - 0.5 * logdet - 0.5 * y @ solved[:, 0])
            link = level + cross @ solved[:, 0]
            spread = cov[months:, months:] - cross @ solved[:, 1:]
            p = 1 / (1 + np.exp(-link))
            slope_of = share * p * (1 - p)
            means.append(float(share @ p))
            variances.append(float(slope_of @ spread @ slope_of))
    w = np.exp(np.array(log_weight) - max(log_weight))
    w /= w.sum()
    mean = float(w @ means)
    return mean, float(w @ (np.array(variances) + (np.array(means) - mean) ** 2))
