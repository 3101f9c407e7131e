"""One reader for each argument that several verbs take: the same wrong value, the same error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known, nearest
from salesfunnel._core.errors import ArgumentError, UnknownNameError

__all__ = [
    "LONGEST_LAG", "Worth", "check_period", "lag_shares", "trimmed", "worth_of",
]  # fmt: skip

Array = npt.NDArray[np.float64]
LONGEST_LAG = 12
"""Periods: a longer delay is cut here."""


class Worth(NamedTuple):
    """What a won deal is worth: the mean, the spread of deals, and of how many."""

    mean: float
    sd: float
    n: int

    @property
    def se(self) -> float:
        """The standard error of the mean."""
        return self.sd / math.sqrt(self.n)


def worth_of(value: object, field: str = "value") -> Worth | None:
    """Return what a won deal is worth: from its mean, or from the values of won deals.

    Deals without a value (None, NaN) are left out; None means that nothing is known.

    Raises
    ------
    ArgumentError
        If a value is not a finite number of at least 0, or there is none.
    """
    if value is None:
        return None
    values = _numbers(value)
    known = values[~np.isnan(values)] if values is not None else np.zeros(0)
    if not known.size or not (np.isfinite(known) & (known >= 0)).all():
        raise ArgumentError(
            f"{field!r} must be a finite number of at least 0, got {_shown(value)}",
            hint="the mean value of a won deal, or the values of won deals",
        )
    sd = float(known.std(ddof=1)) if known.size > 1 else 0.0
    return Worth(float(known.mean()), sd, known.size)


def _numbers(value: object) -> Array | None:
    """Return one number or several as an array, NaN for None; None where one is not a number."""
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "iuf":
        return value.astype(np.float64)
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    found = [_number(one) for one in (value if many else [value])]  # type: ignore[attr-defined]
    return None if None in found else np.array(found, dtype=np.float64)


def _number(value: object) -> float | None:
    """Return a number as a float, NaN for None, None for what is not a number."""
    if value is None:
        return math.nan
    if isinstance(value, bool | np.bool_ | str | bytes | np.datetime64 | np.timedelta64):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def lag_shares(lag: object, sources: Sequence[str]) -> tuple[Array, ...]:
    """Return the delay of each step as shares by period: the same for all, or one for each.

    Parameters
    ----------
    lag : number, sequence of numbers, sequence of these, or mapping
        The median delay in periods, of which a geometric distribution is made; or the shares that
        advance in the same period, in the next one, and so on; for all steps, for each in order,
        or by source step, without a delay for the others.
    sources : sequence of str
        The steps.

    Raises
    ------
    ArgumentError
        If a delay is not a number or shares of at least 0, or there is not one for each step.
    UnknownNameError
        If a key of a mapping is not one of `sources`.
    """
    if isinstance(lag, Mapping):
        for key in lag:
            check_known("lag", key, sources)
        return tuple(_shares(lag.get(key, (1.0,)), key) for key in sources)
    if isinstance(lag, str | bytes) or not isinstance(lag, Iterable):
        return tuple(_shares(lag, key) for key in sources)
    given = list(lag)
    if all(np.ndim(one) == 0 for one in given):
        return tuple(_shares(given, key) for key in sources)
    if len(given) != len(sources):
        raise ArgumentError(
            f"'lag' must have shares for each of {len(sources)} steps, got {len(given)}"
        )
    return tuple(_shares(one, key) for one, key in zip(given, sources, strict=True))


def _shares(value: object, key: str) -> Array:
    """Return the shares by period of one step; a number is the median of a geometric one."""
    if not isinstance(value, Iterable) or isinstance(value, str | bytes):
        median = _number(value)
        if median is None or not (math.isfinite(median) and median >= 0):
            raise _no_lag(key, value)
        stay = 0.5 ** (1 / median) if median > 0 else 0.0
        return trimmed((1 - stay) * stay ** np.arange(LONGEST_LAG + 1.0))
    try:
        f = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise _no_lag(key, value) from None
    if f.ndim != 1 or not f.size or not (np.isfinite(f) & (f >= 0)).all() or f.sum() <= 0:
        raise _no_lag(key, value)
    return np.asarray(f / f.sum())


def _no_lag(key: str, value: object) -> ArgumentError:
    return ArgumentError(
        f"'lag' of {key!r} must be a median or shares of at least 0, got {_shown(value)}",
        hint="the median delay in periods, or the shares by period, such as [0.5, 0.3, 0.2]",
    )


def trimmed(f: Array, keep: float = 0.98) -> Array:
    """Return the shares up to where `keep` of them is reached, adding up to one."""
    last = int(np.searchsorted(np.cumsum(f) / f.sum(), keep)) + 1
    return np.asarray(f[:last] / f[:last].sum())


def check_period(period: object, periods: Sequence[str], field: str = "period") -> None:
    """Raise UnknownNameError unless `period` is None or one of the periods of the data.

    The error names the nearest one, or how the data write them and which they have.
    """
    if period is None or period in periods:
        return
    names = list(periods)
    hint = None if not isinstance(period, str) else nearest(period, names)
    raise UnknownNameError(
        f"{field!r} must be a period of the data, got {period!r}",
        hint=f"did you mean {hint!r}?" if hint is not None
        else "there is none" if not names
        else f"write it as {names[-1]!r}, the last one; the first is {names[0]!r}",
    )  # fmt: skip
