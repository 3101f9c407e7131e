"""The columns of deals that rows of changes hold beside the changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.currencies import deal_currencies

__all__ = ["created", "last_texts", "last_values", "with_all_deals", "with_currency"]

_NAT = np.datetime64("NaT", "us")
Times = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.intp]


def created(
    reader: ColumnReader, roles: Mapping[str, int], rows: Ints, deals: Any, moment: Any
) -> dict[str, Any] | None:
    """Return the first creation that the rows of each deal name."""
    born = reader.times(roles.get("created"))
    found: dict[str, Any] = {}
    for row in rows[~np.isnat(born[rows])].tolist():
        if born[row] <= moment:
            found.setdefault(str(deals[row]), born[row])
    return found or None


def last_values(
    reader: ColumnReader, roles: Mapping[str, int], rows: Ints, deals: Any
) -> dict[str, float] | None:
    """Return the last known amount of each deal."""
    if "value" not in roles:
        return None
    amounts, _ = reader.amounts(roles["value"])
    known = rows[np.isfinite(amounts[rows])]
    return dict(zip(deals[known].tolist(), amounts[known].tolist(), strict=True)) or None


def with_currency(
    history: StageHistory, reader: ColumnReader, roles: Mapping[str, int], rows: Ints, deals: Any
) -> StageHistory:
    """Return the history with the last currency that the rows of each deal name."""
    if not {"value", "currency"} & roles.keys():
        return history
    quiet = list(reader.faults)
    _, signs = reader.amounts(roles.get("value"))
    reader.faults[:] = quiet
    codes = deal_currencies(reader, roles, signs)
    if codes is None:
        return history
    known = {str(d): str(c) for d, c in zip(deals[rows], codes[rows], strict=True) if c}
    column = [known.get(deal, "") for deal in history.deals.tolist()]
    more = [fault for fault in reader.faults if fault not in quiet]
    attributes = {name: c for name, c in history.attributes.items() if name != _raw(reader, roles)}
    attributes["currency"] = np.array(column, dtype=np.str_)
    return attrs.evolve(history, attributes=attributes, faults=(*history.faults, *more))


def _raw(reader: ColumnReader, roles: Mapping[str, int]) -> str | None:
    return reader.table.names[roles["currency"]] if "currency" in roles else None


def last_texts(
    reader: ColumnReader, roles: Mapping[str, int], rows: Ints, deals: Any
) -> dict[str, dict[str, str]]:
    """Return the last text of each deal in every column that has no part in the changes."""
    spare = {"deal", "stage", "time", "value", "created", "old", "field", "left"}
    used = {at for role, at in roles.items() if role in spare}
    found: dict[str, dict[str, str]] = {}
    for at, name in enumerate(reader.table.names):
        if name and at not in used:
            texts = reader.table.texts(at)
            known = rows[texts[rows] != ""]
            found[name] = dict(zip(deals[known].tolist(), texts[known].tolist(), strict=True))
    return found


def with_all_deals(
    history: StageHistory,
    reader: ColumnReader,
    deals: Any,
    times: Times,
    strange: npt.NDArray[np.bool_],
    moment: Any,
) -> StageHistory:
    """Keep deals of which no stage is known: open, without dates, so that no total lacks them."""
    lost = np.setdiff1d(np.unique(deals[strange & (times <= moment)]), history.deals)
    if not lost.size or not len(history):
        return history
    more = StageHistory(
        deals=lost,
        stages=history.stages,
        entered=np.full((lost.size, len(history.stages)), _NAT),
        outcome=np.zeros(lost.size, dtype=np.int8),
        as_of=moment,
        attributes={name: np.full(lost.size, "") for name in history.attributes},
        funnel=history.funnel,
    )
    reader.faults.clear()
    reader.note(
        "deals-of-no-stage",
        severity="error",
        deals=int(lost.size),
        value=", ".join(lost[:8].tolist()),
    )
    return attrs.evolve(history + more, faults=(*history.faults, *reader.faults))
