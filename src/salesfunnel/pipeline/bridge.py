"""PipelineBridge: what changed in the pipeline between two moments, deal by deal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple, frozen_map
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._kernels.bridge import WAYS_IN, WAYS_OUT
from salesfunnel.fault import Fault
from salesfunnel.pipeline.bars import BARS, INS, OUTS, BridgeBars, bar_property

__all__ = ["BridgeVerdict", "BridgeWord", "PipelineBridge"]

BridgeWord = Literal[
    "more-than-usual",
    "perhaps-more",
    "as-usual",
    "perhaps-fewer",
    "fewer-than-usual",
    "not-enough-data",
]

_CHANGES = ("increased", "decreased", "exchange")


@attrs.frozen(kw_only=True)
class BridgeVerdict(ResultMixin):
    """Whether a bar holds as many deals as in earlier periods at the same day.

    Parameters
    ----------
    bar : str
        ``"pushed_out"``, ``"lost"`` or ``"new"``.
    count, of : int
        Deals of the bar, and the deals that could have been in it.
    expected : float, optional
        Deals to expect from the earlier periods; None without enough of them.
    low, high : float, optional
        80% interval of that, in the middle: one tenth above, one tenth below.
    probability : float, optional
        Probability that the rate is higher than usual.
    probability_fewer : float, optional
        Probability that it is lower.
    periods : int
        Earlier periods behind it.
    verdict : str
        ``"more-than-usual"``, ``"perhaps-more"``, ``"as-usual"``, ``"perhaps-fewer"``,
        ``"fewer-than-usual"`` or ``"not-enough-data"``. As usual inside the interval. Outside it
        more or fewer than usual from a probability of 0.8, else perhaps so; six earlier periods
        are needed.
    """

    bar: str
    count: int
    of: int
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    probability: float | None = None
    periods: int = 0
    verdict: BridgeWord = "not-enough-data"
    probability_fewer: float | None = None

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class PipelineBridge(TableMixin):
    """Changes of the open pipeline between two moments, which add up by deal and in sum.

    Every bar is an attribute: ``start new pulled_in pushed_in reopened transferred_in increased
    exchange decreased pulled_out pushed_out transferred_out removed lost won end``; amounts of one
    currency, all of them positive but `exchange`.

    Parameters
    ----------
    since, until : datetime.datetime
        The moments; changes after `since` and not after `until` count.
    closing : str
        The period in which deals in scope are expected to close, as it was named, or its first and
        last day; ``""`` for all open deals.
    closing_days : tuple of two dates, optional
        Its first and last day.
    by : str, optional
        The attribute that `by_segment` is broken down by.
    currency : str
        Code of the amounts; ``""`` if the data name none.
    bars : BridgeBars
        The bars of all deals.
    by_segment : mapping of str to BridgeBars
        The bars of each segment; a deal that changed its segment is transferred.
    deal : array_like of str, shape (k,)
        The deals that were in scope at some time.
    way_in, way_out : array_like of int8, shape (k,)
        Positions in ``salesfunnel.pipeline.WAYS_IN`` and ``WAYS_OUT``.
    time_in, time_out : array_like of datetime64[us], shape (k,)
        When the deal came into scope and left it, or the ends of the window.
    minor_in, minor_out, minor_exchange : array_like of int64, shape (k,)
        Amounts there in minor units, and the part of the change that exchange rates made.
    date_before_in, date_in, date_before_out, date_out : array_like of datetime64[D], shape (k,)
        Expected dates just before and at the way in and the way out.
    group_in, group_out : array_like of int32, shape (k,)
        Owner, or segment, at both: positions in `groups`, -1 unknown.
    groups : tuple of str
        Names of owners or segments.
    round_trips : int
        Deals that left the scope and came back, or came and left more than once.
    overdue_count : int
        Deals in scope at `until` with an expected date before it.
    overdue_minor : int
        Their amount in minor units.
    unvalued : int
        Deals in scope without an amount at their way in or out; they count as 0.
    verdicts : tuple of BridgeVerdict
        Whether as many deals are pushed, lost or new as usual.
    pieces : tuple of PipelineBridge
        Bridges of the parts of the window, if asked for; their ends chain.
    leaks : tuple of str
        Fields whose present values had to be used for earlier moments.
    faults : tuple of Fault
        What is suspicious, or wrong.
    """

    since: datetime
    until: datetime
    closing: str = ""
    closing_days: tuple[date, date] | None = None
    by: str | None = None
    currency: str = ""
    bars: BridgeBars
    by_segment: Mapping[str, BridgeBars] = attrs.field(factory=dict, converter=frozen_map)
    deal: npt.NDArray[np.str_] = array_field(np.str_)
    way_in: npt.NDArray[np.int8] = array_field(np.int8)
    way_out: npt.NDArray[np.int8] = array_field(np.int8)
    time_in: npt.NDArray[np.datetime64] = array_field("datetime64[us]")
    time_out: npt.NDArray[np.datetime64] = array_field("datetime64[us]")
    minor_in: npt.NDArray[np.int64] = array_field(np.int64)
    minor_out: npt.NDArray[np.int64] = array_field(np.int64)
    minor_exchange: npt.NDArray[np.int64] = array_field(np.int64)
    date_before_in: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    date_in: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    date_before_out: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    date_out: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    group_in: npt.NDArray[np.int32] = array_field(np.int32)
    group_out: npt.NDArray[np.int32] = array_field(np.int32)
    groups: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    round_trips: int = 0
    overdue_count: int = 0
    overdue_minor: int = 0
    unvalued: int = 0
    verdicts: tuple[BridgeVerdict, ...] = attrs.field(default=(), converter=as_tuple)
    pieces: tuple[PipelineBridge, ...] = attrs.field(default=(), converter=as_tuple)
    leaks: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(
            self, "deal", "way_in", "way_out", "time_in", "time_out", "minor_in", "minor_out",
            "minor_exchange", "date_before_in", "date_in", "date_before_out", "date_out",
            "group_in", "group_out",
        )  # fmt: skip

    start = bar_property("start", "Open in scope at the start.")
    new = bar_property("new", "Created after the start.")
    pulled_in = bar_property("pulled_in", "Came in with a date that was later, or unknown, before.")
    pushed_in = bar_property("pushed_in", "Came in with a date that lay before the period.")
    reopened = bar_property("reopened", "Came in after they had been closed.")
    transferred_in = bar_property("transferred_in", "Came from another pipeline or segment.")
    increased = bar_property("increased", "Net increases of amounts.")
    exchange = bar_property("exchange", "What exchange rates changed; may be below 0.")
    decreased = bar_property("decreased", "Net decreases of amounts.")
    pulled_out = bar_property("pulled_out", "Left for a date before the period.")
    pushed_out = bar_property("pushed_out", "Left for a date after the period, or without one.")
    transferred_out = bar_property("transferred_out", "Went to another pipeline or segment.")
    removed = bar_property("removed", "Deleted, or vanished from the exports.")
    lost = bar_property("lost", "Lost.")
    won = bar_property("won", "Won, at the amount of the winning edit.")
    end = bar_property("end", "Open in scope at the end.")

    def __repr__(self) -> str:
        return (
            f"<PipelineBridge {self.since:%Y-%m-%d}..{self.until:%Y-%m-%d}:"
            f" {self.start:,.2f} to {self.end:,.2f} {self.currency}>".replace(" >", ">")
        )

    @property
    def digits(self) -> int:
        """Decimals of the currency."""
        return self.bars.digits

    def amount(self, bar: str) -> float:
        """Return the amount of a bar in the major unit; NaN if currencies cannot be added."""
        return self.bars.amount(bar)

    @property
    def minor_change(self) -> npt.NDArray[np.int64]:
        """Change of each deal's amount without exchange, in minor units, shape (k,)."""
        return np.asarray(self.minor_out - self.minor_in - self.minor_exchange)

    def rows_of(self, bar: str) -> npt.NDArray[np.intp]:
        """Return the rows of the deals behind a bar."""
        check_choice("bar", bar, BARS)
        if bar in _CHANGES:
            moved = self.minor_exchange if bar == "exchange" else self.minor_change
            wanted = (
                moved != 0 if bar == "exchange" else moved > 0 if bar == "increased" else moved < 0
            )
            return np.flatnonzero(wanted)
        here = np.zeros(self.deal.shape, dtype=np.bool_)
        if bar in WAYS_IN:
            here |= self.way_in == WAYS_IN.index(bar)
        if bar in WAYS_OUT:
            here |= self.way_out == WAYS_OUT.index(bar)
        if bar in ("transferred_in", "transferred_out") and self.by is not None:
            here |= self.group_in != self.group_out
        return np.flatnonzero(here)

    def deals(self, bar: str) -> dict[str, npt.NDArray[Any]]:
        """Return the deals behind a bar, one row per deal.

        Parameters
        ----------
        bar : str
            One of the bars, such as ``"pushed_out"``.

        Returns
        -------
        dict of str to ndarray, shape (r,)
            ``deal``; ``amount`` in the major unit; ``from`` and ``to``: amounts, dates or owners
            before and after, as text; ``time``; ``owner``.

        Raises
        ------
        ArgumentError
            If there is no such bar.
        """
        rows = self.rows_of(bar)
        into = bar in WAYS_IN[1:] and not (bar == "transferred_in" and self.by is not None)
        group = self.group_in if into else self.group_out
        names = np.array([*self.groups, ""], dtype=np.str_)
        before, after = self._ends(bar, rows)
        return {
            "deal": self.deal[rows],
            "amount": self._amounts(bar, rows),
            "from": before,
            "to": after,
            "time": (self.time_in if into else self.time_out)[rows],
            "owner": names[group[rows]],
        }

    def _amounts(self, bar: str, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        if not self.bars.minor:
            return np.full(rows.size, np.nan)
        if bar == "exchange":
            minor = self.minor_exchange[rows]
        elif bar in _CHANGES:
            minor = np.abs(self.minor_change[rows])
        else:
            at_entry = bar in WAYS_IN[1:] and not (bar == "transferred_in" and self.by is not None)
            minor = (self.minor_in if at_entry else self.minor_out)[rows]
        return np.asarray(minor / 10**self.digits)

    def _ends(
        self, bar: str, rows: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
        if bar in _CHANGES:
            scale = 10**self.digits
            first = self.minor_in + (0 if bar == "exchange" else self.minor_exchange)
            last = self.minor_in + self.minor_exchange if bar == "exchange" else self.minor_out
            return (
                np.array([f"{v / scale:.{self.digits}f}" for v in first[rows]], dtype=np.str_),
                np.array([f"{v / scale:.{self.digits}f}" for v in last[rows]], dtype=np.str_),
            )
        if bar in ("transferred_in", "transferred_out") and self.by is not None:
            names = np.array([*self.groups, ""], dtype=np.str_)
            return names[self.group_in[rows]], names[self.group_out[rows]]
        if bar in WAYS_IN[1:]:
            return _days(self.date_before_in[rows]), _days(self.date_in[rows])
        return _days(self.date_before_out[rows]), _days(self.date_out[rows])

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per bar: bar, sign, amount, deals."""
        signs = [1] * len(INS) + [-1] * len(OUTS) + [1]
        return {
            "bar": np.array(BARS),
            "sign": np.array(signs),
            "amount": np.array([self.amount(bar) for bar in BARS]),
            "deals": np.array([self.bars.counts.get(bar, 0) for bar in BARS]),
        }


def _days(dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.str_]:
    return np.where(np.isnat(dates), "", np.datetime_as_string(dates, unit="D"))
