"""Amounts of lost deals: systems that set them to 0 on losing know no amount of them."""

from __future__ import annotations

import attrs
import numpy as np

from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault

__all__ = ["without_zero_losses"]

FEWEST, SHARE = 5, 0.95
"""Lost deals of no amount, and their share in those with one, from which 0 means unknown."""


def without_zero_losses(history: StageHistory) -> StageHistory:
    """Return the deals with lost ones of amount 0 as of unknown amount, if nearly all are 0.

    A mean over deals with such amounts would be that of won deals times the win rate.
    """
    value = history.value
    lost = (history.outcome == 2) & np.isfinite(value)
    zero = lost & (value == 0)
    n = int(zero.sum())
    if n < FEWEST or n < SHARE * lost.sum() or not (value[history.outcome == 1] > 0).any():
        return history
    told = Fault.of("lost-amounts-zero", severity="info", deals=n, all=int(lost.sum()))
    return attrs.evolve(
        history, value=np.where(zero, np.nan, value), faults=(*history.faults, told)
    )
