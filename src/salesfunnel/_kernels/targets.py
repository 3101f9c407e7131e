"""From a target back to what each step needs, and how likely a plan meets it.

Arguments are already validated.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.betabinomial import shrunk_rho
from salesfunnel._kernels.special import betainc, gammaincc, gammaln, norm_sf

Array = npt.NDArray[np.float64]

EXACT_WINS, MANY = 200, 20_000


def predictive(n: Array, x: Array, months: float) -> tuple[float, float]:
    """Return a, b of the Beta distribution of the rate over the next `months`.

    Its variance is that of the history's mean, v_ref = pq(1/N + ρ·Σn²/N²), and that of the months
    to come, pqρ/months.
    """
    N, X = float(n.sum()), float(x.sum())
    p = (X + 0.5) / (N + 1.0)
    rho = float(shrunk_rho(x, n))
    spread = 1.0 / N + rho * float((n**2).sum()) / N**2 + rho / months
    size = max(1.0 / spread - 1.0, 0.5)
    return p * size, (1 - p) * size


def backward(target: float, rates: Array) -> Array:
    """Return what each step needs for `target` at the last one, shape (steps,); rates positive."""
    return np.asarray(target / np.append(np.cumprod(rates[::-1])[::-1], 1.0))


def backcast(due: Array, rate: float, lag: Array) -> Array:
    """Return the entries that bring `due`, e_t = (1/rate) Σ_k lag_k · due_{t+k}.

    Parameters
    ----------
    due : ndarray of float64, shape (t,)
        What is due in each month.
    lag : ndarray of float64, shape (k,)
        Share that takes 0, 1, ... months; sums to 1.

    Returns
    -------
    ndarray of float64, shape (t + k - 1,)
        The first k - 1 lie before the first month of `due`. Sums to due.sum() / rate.
    """
    return np.asarray(np.convolve(due, lag[::-1]) / rate)


def draws(beta_params: npt.ArrayLike, size: int, rng: np.random.Generator) -> Array:
    """Return draws of the rate from the first step to the last, shape (size,).

    Parameters
    ----------
    beta_params : array_like of float, shape (steps, 2)
        a and b of the Beta distributions of the rates.
    """
    product = np.ones(size)
    for a, b in np.asarray(beta_params, dtype=np.float64):
        product *= rng.beta(a, b, size)
    return product


def chance_of_count(entrants: float, target: int, rate: Array) -> float:
    """Return the chance that of so many entrants at least `target` get through.

    P(Binomial(n, r) >= k) = I_r(k, n − k + 1), averaged over the draws of the rate; normal above
    20 000, where a binomial scatters by less than 0.7%.
    """
    if target <= 0:
        return 1.0
    if entrants < target:
        return 0.0
    if target > MANY:
        spread = np.sqrt(np.maximum(entrants * rate * (1 - rate), 1e-300))
        return float(norm_sf((target - 0.5 - entrants * rate) / spread).mean())
    return float(betainc(float(target), entrants - target + 1.0, rate).mean())


def chance_of_amount(entrants: float, amount: float, rate: Array, mean: float, sd: float) -> float:
    """Return the chance that the wins of so many entrants bring at least `amount`.

    Up to 200 wins: a mixture over the number of wins, whose sum is Gamma by moments; above, the
    sum is normal given the rate.
    """
    if amount <= 0:
        return 1.0
    if entrants <= 0:
        return 0.0
    if sd <= 0:
        return chance_of_count(entrants, int(np.ceil(amount / mean - 1e-9)), rate)
    if amount / mean > EXACT_WINS:
        wins = entrants * rate
        scale = np.sqrt(wins * (sd**2 + mean**2 * (1 - rate)))
        return float(norm_sf((amount - wins * mean) / scale).mean())
    n = int(entrants)
    top = min(n, int(4 * amount / mean) + 40)
    k = np.arange(1, top + 1, dtype=np.float64)
    shape = k * (mean / sd) ** 2
    enough = gammaincc(shape, np.full(top, amount * mean / sd**2))
    choose = gammaln(n + 1.0) - gammaln(k + 1) - gammaln(n - k + 1)
    total, mass = 0.0, 0.0
    for part in np.array_split(rate, max(rate.size // 256, 1)):
        odds = np.log(part)[:, None] * k + np.log1p(-part)[:, None] * (n - k)
        pmf = np.exp(choose + odds)
        none = np.exp(n * np.log1p(-part))
        total += float((pmf @ enough).sum())
        mass += float((pmf.sum(1) + none).sum())
    # what lies above `top` wins is enough for sure
    return min((total + max(rate.size - mass, 0.0)) / rate.size, 1.0)


def compress(rate: Array, cells: int = 256) -> Array:
    """Return so many quantiles of draws, each standing for an equal share of them."""
    return np.sort(rate).reshape(cells, -1).mean(1) if rate.size % cells == 0 else rate


def season(counts: Array, month: npt.NDArray[np.intp], months: npt.NDArray[np.intp]) -> Array:
    """Return the weights of months to come, from what calendar months brought.

    The index of a calendar month is its mean share of its year, times 12, shrunk toward 1:
    (years · raw + 1) / (years + 1).

    Parameters
    ----------
    counts : ndarray of float64, shape (m,)
        By month, whole years, oldest first.
    month : ndarray of int, shape (m,)
        Their calendar months, 0 to 11.
    months : ndarray of int, shape (k,)
        Calendar months to come.
    """
    years = counts.size // 12
    table = counts.reshape(years, 12)
    total = table.sum(1, keepdims=True)
    share = np.where(total > 0, table / np.where(total > 0, total, 1.0) * 12, 1.0).mean(0)
    index = np.empty(12)
    index[month[:12]] = (years * share + 1) / (years + 1)
    return np.asarray(index[months])
