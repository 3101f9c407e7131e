"""The values of won deals in one currency, for verbs that say what deals are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from salesfunnel._core.checks import check_currency
from salesfunnel._core.errors import ArgumentError
from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["WonValues", "won_values"]


class WonValues(NamedTuple):
    """What won deals are worth: what was given, or the values of the deals."""

    value: object
    """A mean or several values; None if nothing is known."""
    currency: str
    faults: tuple[Fault, ...]


def won_values(
    data: object, value: float | Sequence[float] | object, currency: str | None, rates: object
) -> WonValues:
    """Return the given value of a won deal, or those of the won deals, with their currency.

    Parameters
    ----------
    data : StageHistory or other
        Only deals have values of their own.
    value
        What the caller gave; it goes before the deals' own.
    currency : str, optional
        Of the result; that of the data by default.
    rates : optional
        As in ``StageHistory.money``.
    """
    unit = check_currency(currency)
    if value is not None or not isinstance(data, StageHistory):
        if rates is not None and not isinstance(data, StageHistory):
            raise ArgumentError(
                "'rates' must be None for counts, which have no amounts to convert",
                hint="give value= in the currency that is wanted",
            )
        return WonValues(value, unit, ())
    money = data.money(currency=currency, rates=rates)
    values = money.values[(data.outcome == 1) & np.isfinite(money.values)]
    return WonValues(values.tolist() if values.size else None, money.currency, money.faults)
