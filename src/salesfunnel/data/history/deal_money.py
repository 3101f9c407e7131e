"""The amounts of deals in one currency, as they stood at a moment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from salesfunnel._core.errors import DataError
from salesfunnel.data.money import Money, in_one_currency

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["money_of"]

_FIGURE = re.compile(r"\D{0,4}\d[\d.,'’ \u00a0\u202f]*\D{0,4}")
_LOOKED_AT = 200
_MONEY = re.compile(r"amount|value|price|revenue|total|金额|额|价", re.IGNORECASE)
_WITHOUT = "without currency= deals are counted, not money"
_DATES = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")


def money_of(
    history: StageHistory,
    *,
    at: np.datetime64 | None = None,
    currency: str | None = None,
    rates: object = None,
    rate_day: Any = None,
) -> Money:
    """Return the amounts of deals in one currency; see `StageHistory.money`.

    Raises
    ------
    DataError
        If a currency is given and no deal has an amount: counts of deals are no money.
    """
    if currency is not None and "amount" not in history.changes:
        _check_amounts(history, currency)
    moment = history.as_of if at is None else at
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


def _check_amounts(history: StageHistory, currency: str) -> None:
    """Raise where no deal has an amount; the error names the columns that could be the amount."""
    if not len(history) or np.isfinite(history.value).any():
        return
    columns = [name for name in history.attributes if _holds_figures(history.attributes[name])]
    hint = _WITHOUT
    if columns:
        named = ", ".join(map(repr, columns[:8]))
        first = next((n for n in columns if _MONEY.search(n)), columns[0])
        hint = f'name the amount when reading: columns={{"value": {first!r}}}'
        hint += f" (columns of numbers: {named}); {_WITHOUT}"
    raise DataError(
        f"'currency' must be the currency of amounts, got {currency!r} for deals without amounts",
        hint=hint,
    )


def _holds_figures(column: object) -> bool:
    """Whether the first cells of an attribute that are not blank are numbers."""
    array = np.asarray(column)
    if array.dtype.kind == "f":
        return bool(np.isfinite(array).any())
    texts = array[array != ""][:_LOOKED_AT].tolist()
    read = sum(bool(_FIGURE.fullmatch(t)) and not _DATES.match(t) for t in texts)
    return bool(texts) and read > len(texts) / 2
