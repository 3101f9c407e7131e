"""The columns of deals that rows of changes hold in addition to the changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.order import text_order
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.converters import columns_of
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.currencies import deal_currencies
from salesfunnel.intake.deals.table import DealTable

__all__ = ["Changes", "sorted_ids", "with_all_deals", "with_currency"]

_NAT = np.datetime64("NaT", "us")
Times = npt.NDArray[np.datetime64]
Ints = npt.NDArray[Any]
_SPARE = {"deal", "stage", "time", "value", "created", "old", "field", "left"}


def sorted_ids(table: DealTable, at: int) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.int32]]:
    """Return the distinct texts of a column, sorted, and the place of each cell among them."""
    codes, words = table.words(at)
    names = np.array(words or [""], dtype=np.str_)[: len(words)]
    order = text_order(names)
    place = np.empty(len(words), dtype=np.int32)
    place[order] = np.arange(len(words), dtype=np.int32)
    names = names[order]
    names.flags.writeable = False
    return names, place.take(codes)


@attrs.frozen(kw_only=True, eq=False)
class Changes:
    """Rows of changes.

    Parameters
    ----------
    reader : ColumnReader
        Reads their columns.
    roles : mapping of str to int
        Which column is what.
    rows : ndarray of int
        The rows that count, by deal and time.
    names : ndarray of str, shape (n,)
        Ids of deals, sorted.
    code : ndarray of int32
        The deal of each row of the table.
    moment : datetime64[us]
        When the data were true.
    """

    reader: ColumnReader
    roles: Mapping[str, int]
    rows: Ints
    names: npt.NDArray[np.str_]
    code: npt.NDArray[np.int32]
    moment: np.datetime64

    def first_rows(self) -> Ints:
        """Return the first row of each deal."""
        mine = self.code.take(self.rows)
        return self.rows[np.append(True, mine[1:] != mine[:-1])] if mine.size else self.rows

    def last_rows(self) -> Ints:
        """Return the last row of each deal."""
        mine = self.code.take(self.rows)
        return self.rows[np.append(mine[1:] != mine[:-1], True)] if mine.size else self.rows

    def created(self) -> Times | None:
        """Return the first creation that the rows of each deal name."""
        if "created" not in self.roles:
            return None
        born = self.reader.times(self.roles["created"])
        known = self.rows[born.take(self.rows) <= self.moment][::-1]
        if not known.size:
            return None
        found = np.full(self.names.size, _NAT)
        found[self.code.take(known)] = born.take(known)
        return found

    def last_values(self) -> npt.NDArray[np.float64] | None:
        """Return the last known amount of each deal."""
        if "value" not in self.roles:
            return None
        amounts, _ = self.reader.amounts(self.roles["value"])
        known = self.rows[np.isfinite(amounts.take(self.rows))]
        if not known.size:
            return None
        found = np.full(self.names.size, np.nan)
        found[self.code.take(known)] = amounts.take(known)
        return found

    def last_text(self, codes: Ints, words: list[str]) -> CodedTexts:
        """Return the last text of each deal in a column of texts."""
        filled = np.array([*map(bool, words), False])[codes]
        known = self.rows[filled.take(self.rows)]
        found = np.full(self.names.size, len(words), dtype=np.int64)
        found[self.code.take(known)] = codes.take(known)
        return CodedTexts(found, [*words, ""]) if "" not in words else _with_blank(found, words)

    def last_texts(self) -> dict[str, CodedTexts]:
        """Return the last text of each deal in every column that has no part in the changes."""
        table = self.reader.table
        used = {at for role, at in self.roles.items() if role in _SPARE}
        return {
            name: self.last_text(*table.words(at))
            for at, name in enumerate(table.names)
            if name and at not in used
        }


def _with_blank(codes: Ints, words: list[str]) -> CodedTexts:
    return CodedTexts(np.where(codes == len(words), words.index(""), codes), words)


def with_currency(history: StageHistory, changes: Changes) -> StageHistory:
    """Return the history with the last currency that the rows of each deal name."""
    reader, roles = changes.reader, changes.roles
    if not {"value", "currency"} & roles.keys():
        return history
    quiet = list(reader.faults)
    _, signs = reader.amounts(roles.get("value"))
    reader.faults[:] = quiet
    stated = deal_currencies(reader, roles, signs)
    if stated is None:
        return history
    names, codes = np.unique(stated, return_inverse=True)
    column = changes.last_text(codes.reshape(-1), names.tolist())
    here = np.isin(changes.names, history.deals)
    more = [fault for fault in reader.faults if fault not in quiet]
    raw = reader.table.names[roles["currency"]] if "currency" in roles else None
    held = columns_of(history.attributes)
    attributes: dict[str, Any] = {name: held.held(name) for name in held if name != raw}
    attributes["currency"] = column[here]
    return attrs.evolve(history, attributes=attributes, faults=(*history.faults, *more))


def with_all_deals(
    history: StageHistory, changes: Changes, strange: npt.NDArray[np.bool_]
) -> StageHistory:
    """Keep deals of which no stage is known: open, without dates, so that no total lacks them."""
    if not strange.any():
        return history
    reader = changes.reader
    lost = np.setdiff1d(changes.names[np.unique(changes.code[strange])], history.deals)
    if not lost.size or not len(history):
        return history
    more = StageHistory(
        deals=lost,
        stages=history.stages,
        entered=np.full((lost.size, len(history.stages)), _NAT),
        outcome=np.zeros(lost.size, dtype=np.int8),
        as_of=changes.moment,
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
