"""CommitBias: how far the calls of each owner and category were from what came."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel.fault import Fault

__all__ = ["CallRecord", "CommitBias"]

CallVerdict = Literal["sandbags", "happy-ears", "fair", "not-enough-data"]


@attrs.frozen(kw_only=True)
class CallRecord(ResultMixin):
    """The calls of one owner, or of all, in one category.

    Parameters
    ----------
    owner : str
        ``""`` for all owners.
    category : str
        As the data write it.
    called : int
        Open deals in this category on the days of the calls, due in the period.
    came : int
        Those that were won by the end of the period.
    rate : float
        Share of them, in [0, 1].
    shrunk : float
        The rate shrunk toward that of all owners in this category.
    called_value, came_value : float
        Amounts: as they stood when called, and as they were won; None if they cannot be added.
    bias : float
        Value called over value won; above 1: too much was called. For commit, of all deals that
        were open on the day of the call; for other categories, of the called deals. None without a
        win.
    bias_interval : Interval
        80% interval of it.
    owner_won : float
        All that the owner won in the period of deals that were open on the day of the call, called
        or not.
    verdict : {"sandbags", "happy-ears", "fair", "not-enough-data"}
        Of the category that means commit: sandbags if more was won than called, happy ears if
        less; only if the 80% interval of `bias` excludes 1 and there were ten calls. ``"fair"``
        otherwise.
    """

    owner: str
    category: str
    called: int
    came: int
    rate: float
    shrunk: float
    called_value: float | None
    came_value: float | None
    bias: float | None
    bias_interval: Interval | None
    owner_won: float | None
    verdict: CallVerdict

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class CommitBias(TableMixin):
    """How far the calls of each owner and category were from what came.

    Parameters
    ----------
    as_of : datetime.datetime
        The moment of the data.
    calls : tuple of date
        The days on which the calls were read, one per past period.
    periods : tuple of str
        The periods.
    rows : tuple of CallRecord
        All owners first, then owner by owner; categories in order of their certainty.
    commit : str
        The category that was taken as commit; ``""`` if none was.
    currency : str
        Of the amounts.
    faults : tuple of Fault
        What is suspicious.
    """

    as_of: datetime
    calls: tuple[date, ...] = attrs.field(converter=as_tuple)
    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    rows: tuple[CallRecord, ...] = attrs.field(converter=as_tuple)
    commit: str = ""
    currency: str = ""
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __repr__(self) -> str:
        return f"<CommitBias: {len(self.periods)} periods, {len(self.rows)} owner × category>"

    def of(self, owner: str = "", category: str | None = None) -> CallRecord | None:
        """Return the row of an owner and a category (that of commit by default), None without."""
        wanted = self.commit if category is None else category
        for row in self.rows:
            if row.owner == owner and row.category == wanted:
                return row
        return None

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per owner and category."""
        names = (
            "owner", "category", "called", "came", "rate", "shrunk", "called_value",
            "came_value", "bias", "owner_won", "verdict",
        )  # fmt: skip

        def column(name: str) -> npt.NDArray[Any]:
            values = [getattr(row, name) for row in self.rows]
            return np.array([np.nan if value is None else value for value in values])

        columns = {name: column(name) for name in names}
        ranges = [row.bias_interval for row in self.rows]
        columns["bias_low"] = np.array([np.nan if r is None else r.low for r in ranges])
        columns["bias_high"] = np.array([np.nan if r is None else r.high for r in ranges])
        return columns
