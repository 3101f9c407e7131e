"""The amounts of deals in one currency, as they stood at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel.data.money import Money, in_one_currency

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["money_of"]


def money_of(
    history: StageHistory,
    *,
    at: Any = None,
    currency: str | None = None,
    rates: object = None,
    rate_day: Any = None,
) -> Money:
    """Return the amounts of deals in one currency; see `StageHistory.money`."""
    moment = np.datetime64(history.as_of if at is None else at, "us")
    with np.errstate(invalid="ignore"):
        over = (history.outcome != 0) & (history.closed <= moment)
    when = np.where(over, history.closed, moment)
    amount = history.at(when, "amount") if "amount" in history.changes else history.value
    codes = history.currency
    if codes is not None and "currency" in history.changes:
        codes = history.at(when, "currency")
    days = when if rate_day is None else np.datetime64(rate_day, "D")
    return in_one_currency(
        np.asarray(amount, dtype=np.float64), codes, days, currency=currency, rates=rates
    )
