"""How many expected dates slip: of all deals, and by owner, stage, size and pushes so far."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.shrink import shrunk_rates
from salesfunnel.data.history import StageHistory
from salesfunnel.pipeline.promises import Stretches
from salesfunnel.pipeline.slippage_result import SlipRate
from salesfunnel.stats import rate_interval

__all__ = ["slip_rates"]

MISSING = "(missing)"
SIZES = ("small", "medium", "large")
PUSHES = ("0", "1", "2", "3+")


def slip_rates(
    history: StageHistory,
    made: Stretches,
    until: float,
    owner: npt.NDArray[np.str_],
    value: npt.NDArray[np.float64],
) -> tuple[SlipRate, ...]:
    """Return the slip rates of the dates that have come due.

    A date has come due when the deal closed, when it was pushed, or when the date has passed.
    """
    passed = made.date + 1.0 <= np.minimum(made.stop, until)
    closed = (made.event == 1) | (made.event == 2)
    slipped = (made.event == 3) | passed
    due = closed | slipped
    deal, slipped, start = made.deal[due], slipped[due], made.start[due]
    if not deal.size:
        return ()
    groups: list[tuple[str, npt.NDArray[np.int64], tuple[str, ...]]] = [
        ("all", np.zeros(deal.size, dtype=np.int64), ("all",))
    ]
    if (owner != "").any():
        names, code = np.unique(owner, return_inverse=True)
        words = tuple(name or MISSING for name in names.tolist())
        groups.append(("owner", code.reshape(-1)[deal], words))
    groups.append(("stage", _stages(history, deal, start), history.stages))
    size = _sizes(value)
    if size is not None:
        groups.append(("size", size[deal], SIZES))
    groups.append(("pushes", np.minimum(made.pushes[due], 3), PUSHES))
    found: list[SlipRate] = []
    for dimension, code, words in groups:
        known = code >= 0
        n = np.bincount(code[known], minlength=len(words))
        x = np.bincount(code[known & slipped], minlength=len(words))
        shrunk = shrunk_rates(x, n)
        for k, word in enumerate(words):
            if n[k]:
                interval: Any = rate_interval(int(x[k]), int(n[k]))
                found.append(
                    SlipRate(
                        dimension=dimension, group=word, dates=int(n[k]), slipped=int(x[k]),
                        rate=float(x[k] / n[k]), interval=interval, shrunk=float(shrunk[k]),
                    )
                )  # fmt: skip
    return tuple(found)


def _stages(
    history: StageHistory, deal: npt.NDArray[np.int64], start: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return where each deal stood when its date was typed, -1 before the first stage."""
    entered = history.reached_at()[deal]
    moment = np.rint(start * TICKS_PER_DAY).astype(np.int64).astype("datetime64[us]")
    with np.errstate(invalid="ignore"):
        return np.asarray((entered <= moment[:, None]).sum(axis=1) - 1, dtype=np.int64)


def _sizes(value: npt.NDArray[np.float64]) -> npt.NDArray[np.int64] | None:
    """Return the third of the deals by amount, -1 without an amount; None if they are alike."""
    known = np.isfinite(value)
    if known.sum() < 9:
        return None
    cuts = np.quantile(value[known], (1 / 3, 2 / 3))
    if cuts[0] == cuts[1]:
        return None
    return np.where(known, np.searchsorted(cuts, value, side="left"), -1).astype(np.int64)
