"""Open deals that nobody closed, and intervals that did not hold in the list's own past."""

from __future__ import annotations

import numpy as np

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel.fault import Fault
from salesfunnel.forecasting.past import Past, Ways
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["old_open"]

LAST = 0.99
"""Share of the ended deals by whose age an open one is old."""
SHARE, FEWEST = 0.2, 20
"""Old deals among the open ones from which on it is said."""
DAYS, HELD = 4, 0.65
"""Days of the past that tell how often 80% intervals held, and the share below which to say it."""


def old_open(
    known: Snapshot, past: Past | None, at: np.datetime64, used: Ways, width: float
) -> list[Fault]:
    """Return that old open deals were never closed, and that intervals held too seldom."""
    found = []
    over = (known.outcome > 0) & ~np.isnat(known.created) & ~np.isnat(known.closed)
    still = known.open & ~np.isnat(known.created)
    if over.sum() >= FEWEST and still.any():
        took = (known.closed[over] - known.created[over]).astype(np.int64) / TICKS_PER_DAY
        days = float(np.quantile(np.maximum(took, 0.0), LAST))
        age = (known.at - known.created[still]).astype(np.int64) / TICKS_PER_DAY
        old = int((age > days).sum())
        if old >= FEWEST and old >= SHARE * still.sum():
            found.append(Fault.of("old-open-deals", n=old, all=int(still.sum()), days=round(days)))
    if past is not None:
        n, held = past.held(at, used)
        if n >= DAYS and held < HELD:
            found.append(Fault.of("intervals-held", n=n, held=held, width=round(width, 1)))
    return found
