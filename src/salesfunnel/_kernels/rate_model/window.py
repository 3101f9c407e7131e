"""Bayes factors of a fall or a rise: exact counts in the window, Gaussian before it.

References
----------
.. [1] Tierney & Kadane (1986), Accurate approximations for posterior moments and marginal
   densities, JASA 81:82.
"""

from __future__ import annotations

import itertools
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""Of float64, or of float32 where many series are compared."""

LINK_LIMIT = 13.0
JUMP_LIMIT = 4.0
"""A prediction is at most this far from the expansion point."""
SMALLEST_VARIANCE = 1e-6
CLOSE_ENOUGH, SETTLED, MOST_STEPS = 0.5, 1e-3, 20
"""Laplace: refine where the last step is above the first, until below the second."""
LARGEST_EXPONENT = {8: 600.0, 4: 80.0}
"""By bytes of the number."""
TINY = 1e-12


class Window(NamedTuple):
    """Counts of the last a months, weighted by how far a month speaks; shape (ages, series)."""

    x: Array
    n: Array
    """Exposure; for entries the number of months."""
    expected: Array
    information: Array


class Prediction(NamedTuple):
    """Prediction for a window if nothing changed; shape (..., ages, series)."""

    link: Array
    variance: Array


def windows(
    x: Array, n: Array, expected: Array, information: Array, scatter: Array | float, ages: int
) -> Window:
    """Return the weighted sums of the last 1 to `ages` months.

    A month counts with v/(v + scatter), so that wild months count less, relative to the largest
    of the window.

    Parameters
    ----------
    x, n, expected, information : ndarray of float, shape (months, series)
        Counts, exposure, expected counts and 1/v, 0 where absent.
    scatter : float or ndarray of float, shape (months, series)
        Variance of a month in addition to v.
    ages : int
        How many windows.
    """
    last = slice(None, -ages - 1, -1)
    info = information[last]
    weight = 1.0 / (1.0 + info * (scatter if isinstance(scatter, float) else scatter[last]))
    weight *= info > 0
    most = weight.copy()
    for earlier, row in itertools.pairwise(most):
        np.maximum(row, earlier, out=row)
    scale = np.reciprocal(np.maximum(most, TINY, out=most), out=most)
    return Window(
        *(_running(weight * part, scale) for part in (x[last], n[last], expected[last], info))
    )


def _running(values: Array, scale: Array) -> Array:
    """Return the running sums over months, times `scale`; overwrites `values`."""
    for earlier, row in itertools.pairwise(values):
        np.add(row, earlier, out=row)
    values *= scale
    return values


class Rates:
    """Binomial counts of a rate, on the logit."""

    @staticmethod
    def centre(window: Window) -> Array:
        """Return the link of the window's expected rate."""
        return Rates.link(window.expected, window.n)

    @staticmethod
    def link(expected: Array, n: Array) -> Array:
        """Return the link of expected counts of n."""
        p = np.clip(expected / np.maximum(n, TINY), 1e-9, 1 - 1e-9)
        return np.asarray(np.log(p / (1 - p)))

    @staticmethod
    def mean(link: Array) -> Array:
        """Return the rate at a link."""
        return np.asarray(1.0 / (1.0 + np.exp(-link)))

    @staticmethod
    def own(window: Window) -> tuple[Array, Array]:
        """Return the link of the window's own rate, and its information."""
        rate = (window.x + 0.5) / (window.n + 1)
        return np.log(rate / (1 - rate)), window.n * rate * (1 - rate)

    @staticmethod
    def shifts(link: Array, sizes: Array) -> Array:
        """Return 0, then the shifts of the link by falls, then by rises, of every size.

        A fall multiplies the rate by 1 − size; a rise divides it, and goes at most half way to 1.
        """
        odds = np.exp(link)
        out = np.zeros((1 + 2 * sizes.size, *link.shape), dtype=link.dtype)
        most = odds / (1 + 2 * odds)
        for k, d in enumerate(sizes, start=1):
            part = d * odds
            np.divide(1 - d, 1 + part, out=out[k])
            np.subtract(1 - d, part, out=part)
            np.divide(1.0, np.maximum(part, most, out=part), out=out[k + sizes.size])
        np.log(out[1:], out=out[1:])
        return out

    @staticmethod
    def moved(eta: Array, delta: Array, window: Window) -> tuple[Array, Array, Array]:
        """Return the change of the log likelihood from η to η + δ, its slope and information there.

        Worked out from the change itself, so that large counts lose no digits. Overwrites `delta`.
        """
        p = 1.0 / (1.0 + np.exp(-eta))
        change = np.negative(delta)
        np.expm1(change, out=change)
        change *= 1.0 - p  # q(η + δ)/q(η) − 1, q = 1 + exp(−η)
        information = change + 1.0
        np.divide(p, information, out=information)
        mean = window.n * information
        np.subtract(1.0, information, out=information)
        information *= mean
        np.log1p(change, out=change)
        change *= window.n
        delta *= window.x - window.n
        np.subtract(delta, change, out=change)
        return change, np.subtract(window.x, mean, out=mean), information


class Counts:
    """Poisson counts of entries, on the log."""

    @staticmethod
    def centre(window: Window) -> Array:
        """Return the log of the window's expected count."""
        return np.asarray(np.log(np.maximum(window.expected, TINY)))

    @staticmethod
    def link(expected: Array, n: Array) -> Array:
        """Return the link of the expected counts of n months."""
        return np.asarray(np.log(np.maximum(expected, TINY) / np.maximum(n, 1.0)))

    @staticmethod
    def mean(link: Array) -> Array:
        """Return the expected count of a month at a link."""
        return np.asarray(np.exp(link))

    @staticmethod
    def own(window: Window) -> tuple[Array, Array]:
        """Return the log of the window's own count, and its information."""
        count = window.x + 0.5
        return np.log(count), count

    @staticmethod
    def shifts(link: Array, sizes: Array) -> Array:
        """Return 0, then log(1 − size), then its negative."""
        fall = np.log1p(-sizes)
        each = np.concatenate([[0.0], fall, -fall]).astype(link.dtype)
        return np.repeat(each, link.size).reshape(-1, *link.shape)

    @staticmethod
    def moved(eta: Array, delta: Array, window: Window) -> tuple[Array, Array, Array]:
        """Return the change of the log likelihood from η to η + δ, slope and information there."""
        mean = np.exp(eta)
        change = np.expm1(delta)
        change *= mean
        after = change + mean
        np.subtract(window.x * delta, change, out=change)
        return change, window.x - after, after


Family = type[Rates] | type[Counts]


def predicted(family: Family, window: Window, score: Array, information: Array) -> Prediction:
    """Return what the months before the window say of it.

    Parameters
    ----------
    family : Rates or Counts
        What is counted.
    window : Window
        Of shape (ages, series).
    score, information : ndarray of float, shape (structures, ages, series)
        Of a step of the last a months, from `integrate.steps_of`.
    """
    usable = information > TINY
    variance = 1.0 / np.where(usable, information, 1.0)
    w = np.maximum(window.information, TINY)
    jump = (window.x - window.expected) / w - score * variance
    np.clip(jump, -JUMP_LIMIT, JUMP_LIMIT, out=jump)
    jump += family.centre(window)
    limit = LINK_LIMIT if family is Rates else np.inf
    variance -= 1.0 / w
    seen = usable & (window.information > TINY)
    np.maximum(variance, SMALLEST_VARIANCE, out=variance)
    link = np.where(seen, np.clip(jump, -limit, limit), 0.0)
    return Prediction(link, np.where(seen, variance, 1.0))


def bayes_factors(family: Family, window: Window, prediction: Prediction, sizes: Array) -> Array:
    """Return the Bayes factors against none of falls, then rises, of every size.

    Shape (2 · sizes, structures, ages, series). The marginal likelihood of the window's counts
    under N(link, variance) is computed by Laplace's method [1]_, started between the window's
    own estimate and the prediction.
    """
    own, h = family.own(window)
    inverse = 1.0 / prediction.variance
    lean = h / (h + inverse)
    shift = family.shifts(prediction.link, sizes)
    away = own - prediction.link
    value, slope, information = family.moved(
        prediction.link + lean * away, shift * (1.0 - lean), window
    )
    np.subtract(away, shift, out=shift)
    shift *= lean  # from each prediction to where its mode is sought
    information += inverse
    _add_prior(value, slope, shift, information, inverse)
    hard = np.asarray((slope > 0.5 * CLOSE_ENOUGH**2 * information).any(axis=0))
    out = _ratio(value, information)
    if hard.any():
        out[:, hard] = _hard(family, window, prediction, sizes, hard)
    return out


def _add_prior(value: Array, slope: Array, u: Array, information: Array, inverse: Array) -> None:
    """Add −u²/2V and the last Newton correction to `value`; `slope` becomes the correction."""
    part = u * inverse
    slope -= part
    part *= u
    part *= 0.5
    value -= part
    slope *= slope
    slope *= 0.5
    slope /= information
    value += slope


def _ratio(value: Array, information: Array) -> Array:
    """Return exp(value) √(1/information) relative to the first."""
    out = value[1:]
    out -= value[0]
    np.minimum(out, LARGEST_EXPONENT[out.dtype.itemsize], out=out)
    np.exp(out, out=out)
    ratio = information[0] / information[1:]
    out *= np.sqrt(ratio, out=ratio)
    return out


def _hard(
    family: Family,
    window: Window,
    prediction: Prediction,
    sizes: Array,
    where: npt.NDArray[np.bool_],
) -> Array:
    """Return the Bayes factors of cells whose mode one step does not reach."""
    at = Window(*(np.broadcast_to(part, where.shape)[where].astype(np.float64) for part in window))
    link = prediction.link[where].astype(np.float64)
    inverse = 1.0 / prediction.variance[where].astype(np.float64)
    own, h = family.own(at)
    lean = h / (h + inverse)
    mu = link + family.shifts(link, sizes.astype(np.float64))
    origin = link + lean * (own - link)
    eta = mu + lean * (own - mu)
    far: npt.NDArray[np.bool_] | None = None
    for _ in range(MOST_STEPS + 1):
        value, slope, information = family.moved(origin, eta - origin, at)
        information = information + inverse
        step = (slope - (eta - mu) * inverse) / information
        size = np.abs(step)
        far = size > CLOSE_ENOUGH if far is None else far
        if not (far & (size >= SETTLED)).any():
            break
        eta = np.where(far, eta + np.clip(step, -1.0, 1.0), eta)
    _add_prior(value, slope, eta - mu, information, inverse)
    return _ratio(value, information)
