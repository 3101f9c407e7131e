"""Fitting a model of buying, and what the data are short of for it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._kernels.customers.climb import Fit, Groups, group
from salesfunnel._kernels.customers.laws import LAWS
from salesfunnel.customers._model_input import FitVerdict
from salesfunnel.data.purchases import CustomerSummary
from salesfunnel.fault import Fault

CUSTOMERS, REPEATERS, GAPS = 100, 30, 3.0
"""Fewest customers, fewest with a repeat purchase, and fewest median gaps of observation."""
SMALL, FLAT, RIDGE = 200, 1e3, 1e-3
UNSETTLED = 3.0
"""A parameter is not settled from such a standard error of its log on (a factor of 20)."""

Column = npt.NDArray[np.float64]


class FittedLaw(NamedTuple):
    """A fit, and whether it is to be relied on."""

    fit: Fit
    verdict: FitVerdict
    faults: tuple[Fault, ...]


def groups_of(summary: CustomerSummary) -> Groups:
    """Return the distinct customers; raise DataError where nobody was observed."""
    if not len(summary) or not (summary.age > 0).any():
        raise DataError("'data' must hold customers that were observed for a time, got none")
    return group(summary.frequency, summary.recency, summary.age)


def check_ridge(ridge: float | None) -> float | None:
    """Return a ridge of at least 0, or None."""
    if ridge is not None and not (math.isfinite(ridge) and ridge >= 0):
        raise ArgumentError(f"'ridge' must be at least 0, got {ridge!r}")
    return ridge


def fitted_law(
    kind: str, summary: CustomerSummary, ridge: float | None, *, groups: Groups | None = None
) -> FittedLaw:
    """Fit a model; where the likelihood is flat, drawn in by a small ridge, and say so."""
    given = groups_of(summary) if groups is None else groups
    law = LAWS[kind]
    pull = check_ridge(ridge)
    if pull is None:
        pull = RIDGE if len(summary) < SMALL else 0.0
    fit = law.fit(given, ridge=pull)
    # the pull must not mistake the size of parameters for trouble: only a flat top is drawn in
    flat = not fit.converged or is_flat(fit, law.times, given)
    if flat and ridge is None:
        fit = law.fit(given, ridge=RIDGE)
    short = data_faults(summary)
    notes = list(short)
    if flat:
        notes.append(Fault.of("likelihood-flat"))
    if not fit.converged:
        notes.append(Fault.of("fit-not-converged", n=fit.evaluations))
    verdict: FitVerdict = "not-enough-data" if short else ("likelihood-flat" if flat else "ok")
    return FittedLaw(fit, verdict, tuple(notes))


def is_flat(fit: Fit, times: tuple[int, ...], groups: Groups) -> bool:
    """Whether the parameters of stopping ran away, or the data do not settle a parameter."""
    scaled = fit.params.copy()
    scaled[list(times)] /= float((groups.age @ groups.weight) / groups.weight.sum())
    errors = np.sqrt(np.diag(fit.covariance))
    return bool((scaled[2:] > FLAT).any() or not (errors[2:] < UNSETTLED).all())


def data_faults(summary: CustomerSummary) -> list[Fault]:
    """Return what the data are short of for a model of buying."""
    x, t, T = summary.frequency, summary.recency, summary.age
    repeat = x > 0
    found = []
    if len(summary) < CUSTOMERS:
        found.append(Fault.of("too-few-customers", n=len(summary), needed=CUSTOMERS))
    if repeat.sum() < REPEATERS:
        found.append(Fault.of("too-few-repeaters", n=int(repeat.sum()), needed=REPEATERS))
    if repeat.any():
        gap = float(np.median(t[repeat] / x[repeat]))
        observed = float(np.median(T))
        if observed < GAPS * gap:
            found.append(
                Fault.of("observed-too-short", observed=observed, gap=gap, unit=summary.unit)
            )
    return found


def checked_ahead(ahead: object) -> Column:
    """Return a time ahead as floats of at least 0."""
    time = np.asarray(ahead, dtype=np.float64)
    if not (np.isfinite(time) & (time >= 0)).all():
        raise ArgumentError(f"'ahead' must be at least 0, got {ahead!r}")
    return time


def checked(frequency: object, recency: object, age: object) -> tuple[Column, Column, Column]:
    """Return the figures of customers as floats; recency 0 without a repeat purchase."""
    x, t, T = (np.asarray(v, dtype=np.float64) for v in (frequency, recency, age))
    if not ((x >= 0) & (t >= 0) & (t <= T) & np.isfinite(x + T)).all():
        raise DataError("'recency' must lie between 0 and 'age', 'frequency' be at least 0")
    return x, np.where(x > 0, t, 0.0), T
