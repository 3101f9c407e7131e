"""Steps in any order: how far back the first steps of a chain reach, in packed keys.

Arguments are already validated. See `counting` for what a key is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from salesfunnel._kernels.events.counting import NONE, Keys, distinct

__all__ = ["any_order_spans"]


def any_order_spans(keys: Sequence[Keys], names: tuple[int, ...]) -> tuple[Keys, Keys]:
    """Return for every event of the steps how far back the first k steps reach.

    Returns
    -------
    ends : ndarray of int64, shape (m,)
        The keys of all events of the steps.
    starts : ndarray of int64, shape (n, m)
        The earliest of the latest events, one a step, of the first k + 1 steps up to each end;
        NONE where there are not as many.
    """
    ends = np.sort(np.concatenate(list({id(array): array for array in keys}.values())))
    ends = ends[distinct(ends)]
    starts = np.empty((len(keys), ends.size), dtype=np.int64)
    low = np.full(ends.size, np.iinfo(np.int64).max)
    for k, events in enumerate(keys):
        back = names[:k].count(names[k]) + 1
        at = np.searchsorted(events, ends, "right") - back
        latest = np.full(ends.size, NONE)
        latest[at >= 0] = events[at[at >= 0]]
        low = np.minimum(low, latest)
        starts[k] = low
    return ends, starts
