"""How often the expected close date of deals was put off by a moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import DAY
from salesfunnel.data.history import FieldHistory

__all__ = ["MOST_PUSHES", "push_counts"]

MOST_PUSHES = 3


def push_counts(field: FieldHistory, created: npt.NDArray[np.datetime64]) -> FieldHistory:
    """Return how often the expected close date had been put off, after each of its changes.

    A date that is put off within a day of creation is setting up, not a push.

    Parameters
    ----------
    field : FieldHistory
        The expected close dates.
    created : ndarray of datetime64, shape (n,)
    """
    same = np.append(False, field.deal[1:] == field.deal[:-1])
    later = np.append(False, field.number[1:] > field.number[:-1])
    settled = field.time > created[field.deal] + DAY
    total = np.cumsum(same[: len(field)] & later[: len(field)] & settled)
    first = np.flatnonzero(~same[: len(field)])
    before = np.repeat(total[first], np.diff(np.append(first, total.size)))
    return FieldHistory(deal=field.deal, time=field.time, number=total - before)
