"""The rate that is to be expected in every month: level, season, slope; models averaged."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.design import Design
from salesfunnel._kernels.rate_model.integrate import Noise
from salesfunnel._kernels.rate_model.linearise import linearise_rates

Array = npt.NDArray[np.float64]


def reference_curve(
    x: Array, n: Array, plan: Design, noises: tuple[Noise, ...], extra: Array | None = None
) -> tuple[Array, Array]:
    """Return the mean and the standard deviation of the link of every month, shape (months,).

    The effect of a single month is not in it: what season, slope and level say by themselves. Every
    model of `noises` and the structures of `plan` counts with its posterior weight; months without
    exposure are filled in.

    Parameters
    ----------
    x, n : ndarray of float, shape (months,)
        Advanced and exposed; n = 0 is a month that says nothing.
    plan : Design
        The regressors.
    noises : tuple of Noise
        Classes of the months' scatter.
    extra : ndarray of float, shape (months,), optional
        Extra variance of a month on the link.
    """
    months = n.size
    data = linearise_rates(x[:, None], n[:, None], plan)
    there = np.flatnonzero(n > 0)
    y = data.response[there, 0]
    spread = data.variance[there, 0] + (0.0 if extra is None else extra[there])
    lag = np.abs(np.subtract.outer(there, there))
    log_weight, means, variances = [], [], []
    for noise in noises:
        month = noise.tau**2 * np.eye(there.size)
        if noise.phi:
            month = month + noise.sigma**2 * noise.phi**lag
        for rows, prior in zip(_structures(plan), plan.prior, strict=True):
            A = plan.values[rows]
            base = (A.T / plan.precision[rows]) @ A
            cross = base[:, there]
            seen = base[np.ix_(there, there)] + month + np.diag(spread)
            solved = np.linalg.solve(seen, np.column_stack([y, cross.T]))
            logdet = np.linalg.slogdet(seen)[1]
            log_weight.append(np.log(prior * noise.prior) - 0.5 * logdet - 0.5 * y @ solved[:, 0])
            means.append(cross @ solved[:, 0])
            variances.append(np.diag(base) - np.einsum("ts,st->t", cross, solved[:, 1:]))
    w = np.exp(np.array(log_weight) - max(log_weight))
    w /= w.sum()
    each = np.array(means)
    mean = w @ each
    variance = w @ (np.maximum(variances, 0.0) + (each - mean) ** 2)
    return float(data.level[0]) + mean, np.sqrt(variance) + np.zeros(months)


def _structures(plan: Design) -> tuple[list[int], ...]:
    """Return the columns of every structure, in the order of `Design.prior`."""
    last = plan.values.shape[0] - 1
    if plan.prior.size == 1:
        return ([0],)
    if not plan.seasonal:
        return [0], [0, last]
    season = list(range(last))
    return [0], season, [*season, last], [0, last]
