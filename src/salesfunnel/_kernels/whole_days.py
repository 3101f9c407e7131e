"""Times of which some are whole days: a date without an hour may be any moment of its day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["before", "lifted"]

Bools = npt.NDArray[np.bool_]
Times = npt.NDArray[np.datetime64]


def before(first: Times, second: Times) -> Bools:
    """Return where `first` is before `second`, a date without an hour being all of its day.

    Parameters
    ----------
    first, second : ndarray of datetime64[us]
        Shapes that broadcast; NaT is before nothing.

    Examples
    --------
    >>> day = np.array(["2026-03-02"], "datetime64[us]")
    >>> before(day, np.array(["2026-03-02T14:00"], "datetime64[us]")).tolist()
    [False]
    """
    with np.errstate(invalid="ignore"):
        earlier: Bools = np.asarray(first < second)
    if not earlier.any():
        return earlier
    day, whole = _days(np.asarray(first))
    return np.asarray(earlier & ~(whole & (day == np.asarray(second).astype("datetime64[D]"))))


def lifted(ordered: Sequence[Times]) -> list[Times]:
    """Return times that follow each other, each date without an hour not before those of its day.

    Parameters
    ----------
    ordered : sequence of ndarray of datetime64[us], each of shape (n,)
        What happens first stands first.

    Returns
    -------
    list of ndarray of datetime64[us]
        A date without an hour, of a day on which an earlier step has an hour, becomes that moment.
    """
    found: list[Times] = []
    for times in ordered:
        day, whole = _days(times)
        lift = times.copy()
        for other in found:
            with np.errstate(invalid="ignore"):
                later = whole & (other > lift) & (other.astype("datetime64[D]") == day)
            lift[later] = other[later]
        found.append(lift)
    return found


def _days(times: Times) -> tuple[Times, Bools]:
    """Return the day of each time, and whether it has no hour."""
    day = times.astype("datetime64[D]")
    return day, np.asarray(day.astype("datetime64[us]") == times)
