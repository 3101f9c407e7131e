"""Lifecycle: where every customer stands between his last order and the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.durations import days_of
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment, Span
from salesfunnel._core.result import TableMixin
from salesfunnel.data.purchases import last_moment
from salesfunnel.fault import Fault

__all__ = ["LIFECYCLE_STATES", "Lifecycle", "LifecycleState", "states_of"]

LifecycleState = Literal[
    "new",
    "first-repurchase-overdue",
    "active",
    "at-risk",
    "dormant",
    "lost",
    "not-enough-data",
]
LIFECYCLE_STATES: tuple[str, ...] = get_args(LifecycleState)

ACTIVE, AT_RISK, DORMANT = 1.5, 3.0, 6.0
"""Ends of the states, in expected gaps since the last order."""


@attrs.frozen(kw_only=True, repr=False)
class Lifecycle(TableMixin):
    """Where every customer stands between his last order and the next.

    Parameters
    ----------
    customers : tuple of str
        Their names.
    state : array_like of int8, shape (n,)
        Positions in ``("new", "first-repurchase-overdue", "active", "at-risk", "dormant",
        "lost", "not-enough-data")``; see `states`.
    orders : array_like of int64, shape (n,)
        Days with an order.
    last : array_like of datetime64[D], shape (n,)
        The last of them.
    gap : array_like of float64, shape (n,)
        Days between orders to expect; NaN if nothing is known.
    amount : array_like of float64, shape (n,)
        What the customer has paid so far; NaN where no amount is known.
    segment : tuple of str
        The group whose gaps count, ``"all"`` if there is no breakdown.
    as_of : datetime.date
        The as-of date, from which everything counts.
    faults : tuple of Fault
        What the data are short of.
    own_gaps : array_like of int64, shape (n,), optional
        Gaps of the customer's own in `gap`; 0 where it is the usual gap of all customers, or of the
        segment.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> days = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01"]
    >>> who = sf.Purchases.from_columns(["ann"] * 6, days)
    >>> sf.lifecycle(who, as_of="2026-06-20").states
    ('active',)
    >>> sf.lifecycle(who, as_of="2026-08-20").states
    ('at-risk',)
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    state: npt.NDArray[np.int8] = array_field(np.int8)
    orders: npt.NDArray[np.int64] = array_field(np.int64)
    last: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    gap: npt.NDArray[np.float64] = array_field(np.float64)
    amount: npt.NDArray[np.float64] = array_field(np.float64)
    segment: tuple[str, ...] = attrs.field(converter=as_tuple)
    as_of: date
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    own_gaps: npt.NDArray[np.int64] | None = array_field(np.int64, default=None)

    def __attrs_post_init__(self) -> None:
        n = len(self.customers)
        for field in ("state", "orders", "last", "gap", "amount", "segment"):
            if len(getattr(self, field)) != n:
                raise DataError(f"{field!r} must have {n} rows, got {len(getattr(self, field))}")

    def __len__(self) -> int:
        return len(self.customers)

    def __repr__(self) -> str:
        shown = ", ".join(f"{n} {state}" for state, n in self.counts.items() if n)
        return f"<Lifecycle {self.as_of}: {shown or 'no customers'}>"

    @property
    def states(self) -> tuple[str, ...]:
        """The state of every customer."""
        return tuple(LIFECYCLE_STATES[i] for i in self.state.tolist())

    @property
    def counts(self) -> Mapping[str, int]:
        """How many customers are in each state, in the order of the lifecycle."""
        number = np.bincount(self.state, minlength=len(LIFECYCLE_STATES)).tolist()
        return dict(zip(LIFECYCLE_STATES, number, strict=True))

    @property
    def age(self) -> npt.NDArray[np.float64]:
        """Days since the last order."""
        return np.asarray((np.datetime64(self.as_of) - self.last) / np.timedelta64(1, "D"))

    @property
    def due(self) -> npt.NDArray[np.datetime64]:
        """The day on which the next order is to be expected; NaT if nothing is known."""
        known = np.isfinite(self.gap)
        days = np.ceil(np.where(known, self.gap, 0)).astype("timedelta64[D]")
        return np.where(known, self.last + days, np.datetime64("NaT", "D"))

    @property
    def overdue(self) -> npt.NDArray[np.bool_]:
        """Whose next order was to be expected before `as_of`; shape (customers,)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.due < np.datetime64(self.as_of, "D"))

    @property
    def gap_from(self) -> tuple[str, ...]:
        """Whose gaps `gap` is made of: ``"own"``, ``"all"`` customers, or the segment's name."""
        if self.own_gaps is None:
            return ("",) * len(self)
        return tuple(
            "own" if n else name
            for n, name in zip(self.own_gaps.tolist(), self.segment, strict=True)
        )

    def due_now(self, *, within: Span = 14) -> tuple[str, ...]:
        """Return the customers to call: due by now or soon, and not given up yet.

        `due_within` gives them with their days.

        Parameters
        ----------
        within : datetime.timedelta, int or str
            How soon (an int is in days).

        Returns
        -------
        tuple of str
            Those whose next order is due within that time and whose last one is at most three gaps
            ago; the greatest payers first.

        Raises
        ------
        ArgumentError
            If `within` is below 0 days.
        """
        rows = self._ready(within)
        paid = np.where(np.isfinite(self.amount), self.amount, -1.0)[rows]
        ranked = rows[np.lexsort((rows, self.due[rows], -paid))]
        return tuple(self.customers[i] for i in ranked.tolist())

    def due_within(self, within: Span = 14, *, as_of: Moment | None = None) -> Lifecycle:
        """Return the customers of `due_now` as a table: who is due next, then who is overdue.

        Parameters
        ----------
        within : datetime.timedelta, int or str
            How soon (an int is in days); 0 for those who are due by now.
        as_of : date, datetime or ISO text, optional
            The day from which to count, not before that of the lifecycle, which it is by default;
            no order since is known then.

        Returns
        -------
        Lifecycle
            Of these customers, its `as_of` being the day that was counted from; ``to_frame()`` has
            their state, last order, gap and whose it is (``gap_from``), the day due, in how many
            days that is (``due_in``, below 0 where it is over), and whether it is over
            (``overdue``). Those who are due from that day on stand first, the next one at the top;
            then those who are overdue, the latest first.

        Raises
        ------
        ArgumentError
            If `within` is below 0 days, or `as_of` before that of the lifecycle.

        Examples
        --------
        >>> import salesfunnel as sf
        >>> days = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]
        >>> both = ["ann"] * 5 + ["bob"] * 5
        >>> who = sf.Purchases.from_columns(both, [*days, *days[:4], "2026-05-28"])
        >>> soon = sf.lifecycle(who, as_of="2026-06-01").due_within("7D")
        >>> soon.customers, soon.due.astype(str).tolist()
        (('ann',), ['2026-06-01'])
        """
        if as_of is not None:
            day = last_moment(as_of, self.as_of).astype("datetime64[D]")
            if day < np.datetime64(self.as_of):
                raise ArgumentError(
                    f"'as_of' must not be before {self.as_of}, got {as_of!r}",
                    hint=f"lifecycle(purchases, as_of={str(day)!r}) looks at that day",
                )
            if day > np.datetime64(self.as_of):
                return self._seen_on(day).due_within(within)
        rows = self._ready(within)
        over, day_due = self.overdue[rows], self.due[rows].astype(np.int64)
        rows = rows[np.lexsort((rows, np.where(over, -day_due, day_due), over))]
        arrays, names = ("state", "orders", "last", "gap", "amount"), ("customers", "segment")
        kept: Any = {name: getattr(self, name)[rows] for name in arrays}
        kept["own_gaps"] = None if self.own_gaps is None else self.own_gaps[rows]
        kept |= {k: tuple(getattr(self, k)[i] for i in rows.tolist()) for k in names}
        return attrs.evolve(self, **kept)

    def _seen_on(self, day: np.datetime64) -> Lifecycle:
        """Return the same on a later day, before any new order."""
        age = np.asarray((day - self.last) / np.timedelta64(1, "D"))
        state = states_of(age, self.gap, self.orders)
        return attrs.evolve(self, state=state, as_of=day.astype(date))

    def _ready(self, within: Span) -> npt.NDArray[np.intp]:
        days = days_of("within", within, minimum=0)
        with np.errstate(invalid="ignore"):
            ready = (self.age + days >= np.ceil(self.gap)) & (self.age <= AT_RISK * self.gap)
        return np.flatnonzero(ready)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per customer."""
        return {
            "customer": np.array(self.customers, dtype=np.str_),
            "segment": np.array(self.segment, dtype=np.str_),
            "state": np.array(LIFECYCLE_STATES, dtype=np.str_)[self.state],
            "orders": self.orders,
            "last": self.last,
            "age": self.age,
            "gap": self.gap,
            "gap_from": np.array(self.gap_from, dtype=np.str_),
            "due": self.due,
            "due_in": (self.due - np.datetime64(self.as_of, "D")) / np.timedelta64(1, "D"),
            "overdue": self.overdue,
            "amount": self.amount,
        }


def states_of(
    age: npt.NDArray[np.float64], gap: npt.NDArray[np.float64], number: npt.NDArray[np.int64]
) -> npt.NDArray[np.int8]:
    """Return the place of each customer's state, by the days since the last order."""
    with np.errstate(invalid="ignore"):
        repeat = np.select(
            [age <= ACTIVE * gap, age <= AT_RISK * gap, age <= DORMANT * gap], [2, 3, 4], 5
        )
        once = np.select([age <= gap, age <= DORMANT * gap], [0, 1], 5)
    state = np.where(np.isfinite(gap), np.where(number > 1, repeat, once), 6)
    return np.asarray(state, dtype=np.int8)
