"""Up to when the deals of a history are known: moments that a caller names, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import (
    DAY,
    TICK,
    day_over,
    end_of_day,
    have_hours,
    is_day,
    read_moment,
)

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["first_unknown", "moment_in"]


def moment_in(history: StageHistory, field: str, value: object) -> np.datetime64:
    """Return the moment that an argument names, as datetime64[us]: a day means its end.

    The day of `as_of` is `as_of`: no more is known of it. The times of a history have no zone, so
    that a moment with one is refused.

    Raises
    ------
    ArgumentError
        If it is neither a day nor a time.
    """
    moment = read_moment(field, value, example=history.as_of)
    own: np.datetime64 = history.as_of
    if is_day(moment) and own.astype("datetime64[D]") == moment:
        return own
    return end_of_day(moment, _times(history))


def first_unknown(history: StageHistory, at: np.datetime64 | None = None) -> np.datetime64:
    """Return the first moment that is not known at a moment, `as_of` by default.

    That is the next day, where the moment is the end of its day, or the start of a day of deals
    without hours: what happened on that day is known.
    """
    moment: np.datetime64 = history.as_of if at is None else at
    if day_over(moment):
        return moment + TICK
    if moment != moment.astype("datetime64[D]") or have_hours([history.closed]):
        return moment
    known = bool((history.closed == moment).any()) or not have_hours(_times(history))
    return moment + DAY if known else moment


def _times(history: StageHistory) -> list[npt.NDArray[np.datetime64]]:
    columns = [history.created, history.closed, *history.entered.T]
    return [*columns, *(field.time for field in history.changes.values())]
