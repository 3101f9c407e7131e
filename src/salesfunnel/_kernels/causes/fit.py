"""Least squares on one-hot columns with a small ridge, and its covariance.

Arguments are already validated.

References
----------
.. [1] White (1980), A heteroskedasticity-consistent covariance matrix estimator, Econometrica
   48:817.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.design import Cells, Design, by_level, spread_of

__all__ = ["Extra", "Fit", "Model", "extra_of", "fit", "residual_of", "with_covariance"]

Array = npt.NDArray[np.float64]
RIDGE, RIDGE_PERIOD, RIDGE_EXTRA = 2.0, 1e-6, 1e-3


class Extra(NamedTuple):
    """One more column, zero but for rows of now."""

    values: Array  # (now,)
    cells: Array  # (width,), its sum by level
    y: float  # its sum times y


class Model(NamedTuple):
    """Which factors of a design are in a model, with which extra columns."""

    factors: tuple[int, ...]
    extras: tuple[Extra, ...]


class Fit(NamedTuple):
    """Coefficients of a model: of the levels as `Design.places` orders them, then of the extras."""

    model: Model
    beta: Array
    inverse: Array
    df: float
    covariance: Array | None = None

    def of(self, design: Design, factor: int) -> slice:
        """Return where the coefficients of a factor stand."""
        at = 0
        for f in self.model.factors:
            if f == factor:
                return slice(at, at + design.sizes[f])
            at += design.sizes[f]
        raise KeyError(factor)


def extra_of(design: Design, values: Array) -> Extra:
    """Return a column over the rows of now with its sums by level."""
    low = design.before
    return Extra(values, by_level(design, values, low, design.rows), float(values @ design.y[low:]))


def fit(design: Design, cells: Cells, factors: Sequence[int], extras: Sequence[Extra] = ()) -> Fit:
    """Fit y on some factors (0, the periods, among them) and extra columns.

    Ridge 2 on every level of a column, 10⁻⁶ on periods, 10⁻³ on extras. Full one-hots: the ridge
    centres the coefficients.
    """
    at = design.places(factors)
    p, k = at.size, len(extras)
    a = np.empty((p + k, p + k))
    a[:p, :p] = cells.both[np.ix_(at, at)]
    rhs = np.empty(p + k)
    rhs[:p] = cells.y[at]
    for i, extra in enumerate(extras):
        a[p + i, :p] = a[:p, p + i] = extra.cells[at]
        rhs[p + i] = extra.y
        for j in range(i + 1):
            a[p + i, p + j] = a[p + j, p + i] = float(extra.values @ extras[j].values)
    penalty = np.full(p + k, RIDGE_EXTRA)
    penalty[:p] = RIDGE
    periods = design.sizes[0] if 0 in factors else 0
    penalty[:periods] = RIDGE_PERIOD
    a[np.diag_indices(p + k)] += penalty
    inverse = np.linalg.inv(a)
    inverse = (inverse + inverse.T) / 2
    df = p + k - RIDGE * float(np.diag(inverse)[periods:p].sum())
    return Fit(Model(tuple(factors), tuple(extras)), inverse @ rhs, inverse, df)


def fitted_of(design: Design, fitted: Fit, low: int = 0, high: int | None = None) -> Array:
    """Return what the model gives for rows from `low` to `high`."""
    high = design.rows if high is None else high
    out = design.total(fitted.model.factors, fitted.beta, low, high)
    k = len(fitted.model.extras)
    start = max(design.before, low)
    if k and high > start:
        for extra, b in zip(fitted.model.extras, fitted.beta[-k:], strict=True):
            out[start - low :] += b * extra.values[start - design.before : high - design.before]
    return out


def residual_of(design: Design, fitted: Fit, low: int = 0, high: int | None = None) -> Array:
    """Return y minus what the model gives."""
    return design.y[low:high] - fitted_of(design, fitted, low, high)


def with_covariance(design: Design, fitted: Fit, residual: Array | None = None) -> Fit:
    """Return the fit with its heteroskedasticity-consistent covariance (HC1 [1]_)."""
    e = residual_of(design, fitted) if residual is None else residual
    at = design.places(fitted.model.factors)
    extras = fitted.model.extras
    p, k = at.size, len(extras)
    middle = np.empty((p + k, p + k))
    middle[:p, :p] = spread_of(design, e)[np.ix_(at, at)]
    late = e[design.before :] ** 2
    for i, extra in enumerate(extras):
        weighed = late * extra.values
        row = by_level(design, weighed, design.before, design.rows)[at]
        middle[p + i, :p] = middle[:p, p + i] = row
        for j in range(i + 1):
            middle[p + i, p + j] = middle[p + j, p + i] = float(weighed @ extras[j].values)
    n = design.rows
    inverse = fitted.inverse
    covariance = inverse @ middle @ inverse * (n / max(n - fitted.df, 1.0))
    return fitted._replace(covariance=covariance)
