"""Counts of the last months, what kind of counts they are, and what was expected of them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LINK_LIMIT = 13.0
JUMP_LIMIT = 4.0
"""A prediction is at most this far from the expansion point."""
SMALLEST_VARIANCE = 1e-6
TINY = 1e-12


class Window(NamedTuple):
    """Counts of the last a months, weighted by how far a month speaks; shape (..., ages, series).

    The first axis, if any, is that of the models or of their classes of noise.
    """

    x: Array
    n: Array
    """Exposure; for entries the number of months."""
    expected: Array
    information: Array


class Prediction(NamedTuple):
    """Prediction for a window if nothing changed; shape (..., ages, series)."""

    link: Array
    variance: Array


class Shifts(Protocol):
    """How far falls lower a link: negative for rises."""

    def fall(self, size: float, out: Array) -> Array:
        """Write by how much a fall lowers it, and return that."""

    def rise(self, size: float, out: Array) -> Array:
        """Write by how much a rise lowers it, a negative number, and return that."""


class About(Protocol):
    """Counts about one link η: their log likelihood moves by x δ − K(δ), K the cumulant."""

    def here(self) -> tuple[Array, Array]:
        """Return the expected count and its variance: K′(0) and K″(0)."""

    def moved(self, delta: Array, mean: Array, variance: Array, spare: Array) -> None:
        """Make of δ K(δ), and write K′(δ) and K″(δ)."""


def windows(
    x: Array, n: Array, expected: Array, information: Array, scatter: Array, ages: int
) -> Window:
    """Return the weighted sums of the last 1 to `ages` months.

    A month counts with v/(v + scatter), so that wild months count less, relative to the largest
    of the window.

    Parameters
    ----------
    x, n, expected, information : ndarray of float, shape (months, series)
        Counts, exposure, expected counts and 1/v, 0 where absent.
    scatter : ndarray of float, shape (classes, months, series), or with 1 for months and series
        Variance of a month in addition to v, for every class of noise.
    ages : int
        How many windows.
    """
    last = slice(None, -ages - 1, -1)
    info = information[last]
    weight = 1.0 / (1.0 + info * (scatter if scatter.shape[-2] == 1 else scatter[..., last, :]))
    weight *= info > 0
    most = weight.copy()
    for age in range(1, ages):
        np.maximum(most[..., age, :], most[..., age - 1, :], out=most[..., age, :])
    scale = np.reciprocal(np.maximum(most, TINY, out=most), out=most)
    return Window(
        *(_running(weight * part, scale) for part in (x[last], n[last], expected[last], info))
    )


def _running(values: Array, scale: Array) -> Array:
    """Return the running sums over months, times `scale`; overwrites `values`."""
    for age in range(1, values.shape[-2]):
        values[..., age, :] += values[..., age - 1, :]
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
    def shifts(link: Array) -> Shifts:
        """Return how falls and rises shift the link.

        A fall multiplies the rate by 1 − size; a rise divides it, and goes at most half way to 1.
        """
        return _RateShifts(link)

    @staticmethod
    def about(eta: Array, window: Window) -> About:
        """Return how the likelihood of the window's counts moves with the link, from η on."""
        return _RatesAbout(eta, window)


class _RateShifts:
    """How far falls lower the logit of a rate, and rises raise it."""

    def __init__(self, link: Array) -> None:
        self.odds = np.exp(link)
        self.most = self.odds / (1 + 2 * self.odds)

    def fall(self, size: float, out: Array) -> Array:
        """Write log((1 + size · odds)/(1 − size))."""
        np.multiply(self.odds, size / (1 - size), out=out)
        out += 1 / (1 - size)
        return np.log(out, out=out)

    def rise(self, size: float, out: Array) -> Array:
        """Write log(1 − size · (1 + odds)), or that of half of what is missing to 1."""
        np.multiply(self.odds, -size, out=out)
        out += 1 - size
        np.maximum(out, self.most, out=out)
        return np.log(out, out=out)


class _RatesAbout:
    """Binomial counts, about one link: n log(q + p exp(δ))."""

    def __init__(self, eta: Array, window: Window) -> None:
        self.p = 1.0 / (1.0 + np.exp(-eta))
        self.q = 1.0 - self.p
        self.n = window.n

    def here(self) -> tuple[Array, Array]:
        """Return the expected count and its variance."""
        mean = self.n * self.p
        return mean, mean * self.q

    def moved(self, delta: Array, mean: Array, variance: Array, spare: Array) -> None:
        """Make of δ the cumulant there, and write its derivatives."""
        D = np.exp(delta, out=delta)
        D *= self.p
        D += self.q
        q = np.divide(self.q, D, out=spare)
        np.log(D, out=D)
        D *= self.n
        np.subtract(1.0, q, out=mean)
        mean *= self.n
        np.multiply(mean, q, out=variance)


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
    def shifts(_link: Array) -> Shifts:
        """Return how falls and rises shift the link: by log(1 − size), and by its negative."""
        return _CountShifts()

    @staticmethod
    def about(eta: Array, _window: Window) -> About:
        """Return how the likelihood of the window's counts moves with the link, from η on."""
        return _CountsAbout(eta)


class _CountShifts:
    """How far falls lower the log of a count, and rises raise it."""

    def fall(self, size: float, out: Array) -> Array:
        """Write −log(1 − size)."""
        out[...] = -np.log1p(-size)
        return out

    def rise(self, size: float, out: Array) -> Array:
        """Write log(1 − size)."""
        out[...] = np.log1p(-size)
        return out


class _CountsAbout:
    """Poisson counts, about one link: μ (exp(δ) − 1)."""

    def __init__(self, eta: Array) -> None:
        self.mean = np.exp(eta)

    def here(self) -> tuple[Array, Array]:
        """Return the expected count and its variance."""
        return self.mean, self.mean

    def moved(self, delta: Array, mean: Array, variance: Array, spare: Array) -> None:
        """Make of δ the cumulant there, and write its derivatives."""
        np.exp(delta, out=spare)
        np.multiply(spare, self.mean, out=mean)
        variance[...] = mean
        np.subtract(mean, self.mean, out=delta)


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
