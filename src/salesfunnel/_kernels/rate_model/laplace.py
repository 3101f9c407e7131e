"""Bayes factors of a fall or a rise: exact counts in the window, Gaussian before it.

References
----------
.. [1] Tierney & Kadane (1986), Accurate approximations for posterior moments and marginal
   densities, JASA 81:82.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.rate_model.window import Family, Prediction, Window

Array = npt.NDArray[np.float64]

CLOSE_ENOUGH, SETTLED, MOST_STEPS = 0.5, 1e-3, 20
"""Refine where the last step is above the first, until below the second."""
SMALLEST_EXPONENT, LARGEST_EXPONENT = float(np.log(1e-300)), 600.0


class Room:
    """Memory that is used again: that of fresh arrays costs more than the sums themselves."""

    def __init__(self) -> None:
        self.flat: dict[str, Array] = {}

    def arrays(self, names: str, shape: tuple[int, ...]) -> list[Array]:
        """Return an array of this shape for every name; what it holds is of no account."""
        size = math.prod(shape)
        for name in names.split():
            if self.flat.setdefault(name, np.empty(size)).size < size:
                self.flat[name] = np.empty(size)
        return [self.flat[name][:size].reshape(shape) for name in names.split()]


def bayes_factors(
    family: Family, window: Window, prediction: Prediction, sizes: Array, room: Room | None = None
) -> Array:
    """Return the Bayes factors against none of falls, then rises, of every size.

    Shape (2 · sizes, models, ages, series). The marginal likelihood of the window's counts
    under N(link, variance) is computed by Laplace's method [1]_, started between the window's
    own estimate and the prediction.

    Notes
    -----
    Most of the time of a verdict goes here: one size at a time and in place, so that the arrays
    stay in the cache. With `room` the result is overwritten by the next call.
    """
    room = room or Room()
    shape = prediction.link.shape
    own, h = family.own(window)
    inverse = 1.0 / prediction.variance
    lean = h / (h + inverse)
    away = own - prediction.link
    about = family.about(prediction.link + lean * away, window)
    shifts = family.shifts(prediction.link)
    # A link that is lowered by s moves by δ = −(1 − lean) s to its mode, u = lean (away + s) from
    # its prediction. So x δ − u²/2V = −(linear + square s) s, less what is the same for every s.
    stay, pull = lean - 1.0, lean * inverse
    square = 0.5 * lean
    linear = pull * lean
    linear *= away
    linear -= window.x * stay
    left = window.x - away * pull
    mean, none = about.here()
    none = none + inverse
    slope = left - mean
    hard = np.abs(slope) > CLOSE_ENOUGH * none
    base = 0.5 * (np.log(none) - slope * slope / none)
    (out,) = room.arrays("out", (2 * sizes.size, *shape))
    lower, mean, information, spare = room.arrays("lower mean information spare", shape)
    for k in range(2 * sizes.size):
        value = out[k]
        move = shifts.fall if k < sizes.size else shifts.rise
        move(float(sizes[k % sizes.size]), lower)
        np.multiply(lower, stay, out=value)
        about.moved(value, mean, information, spare)
        information += inverse
        slope = np.subtract(left, mean, out=mean)
        np.multiply(lower, pull, out=spare)
        slope -= spare
        spare *= square
        spare += linear
        spare *= lower
        value += spare
        slope *= slope
        slope /= information
        np.multiply(information, CLOSE_ENOUGH**2, out=spare)
        hard |= slope > spare
        np.log(information, out=information)
        information -= slope  # the last Newton correction
        information *= 0.5
        value += information
        np.subtract(base, value, out=value)
        np.clip(value, SMALLEST_EXPONENT, LARGEST_EXPONENT, out=value)  # exp is slow at 0
        np.exp(value, out=value)
    if hard.any():
        out[:, hard] = _hard(family, window, prediction, sizes, hard)
    return out


def _hard(
    family: Family,
    window: Window,
    prediction: Prediction,
    sizes: Array,
    where: npt.NDArray[np.bool_],
) -> Array:
    """Return the Bayes factors of cells whose mode one step does not reach."""
    at = Window(*(np.broadcast_to(part, where.shape)[where] for part in window))
    link, inverse = prediction.link[where], 1.0 / prediction.variance[where]
    own, h = family.own(at)
    lean = h / (h + inverse)
    lower = np.zeros((1 + 2 * sizes.size, link.size))
    shifts = family.shifts(link)
    for k, d in enumerate(sizes, start=1):
        shifts.fall(float(d), lower[k])
        shifts.rise(float(d), lower[k + sizes.size])
    mu = link - lower
    origin = link + lean * (own - link)
    about = family.about(origin, at)
    eta = mu + lean * (own - mu)
    mean, information, spare = (np.empty_like(eta) for _ in range(3))
    far: npt.NDArray[np.bool_] | None = None
    for _ in range(MOST_STEPS + 1):
        cumulant = eta - origin
        about.moved(cumulant, mean, information, spare)
        information += inverse
        step = (at.x - mean - (eta - mu) * inverse) / information
        size = np.abs(step)
        far = size > CLOSE_ENOUGH if far is None else far
        if not (far & (size >= SETTLED)).any():
            break
        eta = np.where(far, eta + np.clip(step, -1.0, 1.0), eta)
    value = at.x * (eta - origin) - cumulant - 0.5 * (eta - mu) ** 2 * inverse
    value += 0.5 * (step * step * information - np.log(information))
    return np.asarray(np.exp(np.clip(value[1:] - value[0], SMALLEST_EXPONENT, LARGEST_EXPONENT)))
