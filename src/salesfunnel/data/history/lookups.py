"""Look up fields of deals as they stood at a moment, and how they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._kernels.ledger import starts_of
from salesfunnel.data.history.field_history import DATES, FieldHistory

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory


def fields_of(history: StageHistory) -> tuple[str, ...]:
    """Return the fields that can be looked up: those with a history, the amount, attributes."""
    return tuple(sorted({*history.changes, *history.attributes, "amount"}))


def value_at(history: StageHistory, time: object, field: str) -> npt.NDArray[Any]:
    """Return a field of each deal at one datetime64, or at one a deal; see `StageHistory.at`."""
    check_known("field", field, fields_of(history))
    try:
        moment = np.asarray(time, dtype="datetime64[us]")
    except (TypeError, ValueError) as error:
        raise DataError(f"'time' must be a moment, or one per deal, got {time!r}") from error
    n = len(history)
    if moment.shape not in {(), (n,)}:
        raise DataError(f"'time' must be one moment or have shape ({n},), got {moment.shape}")
    if field in history.changes:
        found = history.changes[field]
        return found.typed(found.at(moment, n), dates=field in DATES)
    return np.array(history.value if field == "amount" else history.attributes[field])


def changes_of(history: StageHistory, field: str) -> dict[str, npt.NDArray[Any]]:
    """Return how a field changed, one row per change; see `StageHistory.changes_of`."""
    check_known("field", field, tuple(history.changes))
    found = history.changes[field]
    first = np.ones(len(found), dtype=np.bool_)
    first[1:] = found.deal[1:] != found.deal[:-1]
    before = np.full(len(found), np.nan)
    before[1:] = found.number[:-1]
    before[first] = np.nan
    since = found.time if found.known_since is None else found.known_since
    return {
        "deal": history.deals[found.deal],
        "from": found.typed(before, dates=field in DATES),
        "to": found.typed(found.number, dates=field in DATES),
        "time": found.time,
        "known_since": since,
    }


def leaks_of(history: StageHistory) -> tuple[str, ...]:
    """Return the fields whose present value stands for every moment."""
    found = {name for name, field in history.changes.items() if field.present_only}
    if "amount" not in history.changes and np.isfinite(history.value).any():
        found.add("amount")
    found.update(
        name
        for name in ("currency", "category", "owner", "pipeline")
        if name in history.attributes and name not in history.changes
    )
    return tuple(sorted(found))


def currency_of(history: StageHistory) -> npt.NDArray[np.str_] | None:
    """Return the currency of each deal's value, ``""`` where unknown; None if no deal has one."""
    if "currency" in history.changes:
        found = history.changes["currency"]
        column = found.typed(last_numbers(found, len(history)), dates=False)
    elif "currency" in history.attributes:
        column = history.attributes["currency"]
    else:
        return None
    return column if column.dtype.kind == "U" and (column != "").any() else None


def last_numbers(found: FieldHistory, n: int) -> npt.NDArray[np.float64]:
    """Return the last number of each of `n` deals, NaN without one."""
    start = starts_of(found.deal, n)
    has = start[1:] > start[:-1]
    last = np.full(n, np.nan)
    last[has] = found.number[start[1:][has] - 1]
    return last
