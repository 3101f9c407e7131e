"""Purchases: one row per purchase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.readers import check_not_a_file, named_only
from salesfunnel._core.result import TableMixin
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.data.events import columns as event_columns
from salesfunnel.data.events.arrow import open_column
from salesfunnel.data.events.frames import read_frame
from salesfunnel.data.purchases._columns import (
    amounts_of,
    coded_columns,
    last_moment,
    owned,
    plain_values,
    row_faults,
    sorted_rows,
    texts_of,
)
from salesfunnel.data.purchases.one_currency import in_one
from salesfunnel.data.purchases.orders import Orders, orders_of
from salesfunnel.data.purchases.summary import CustomerSummary, summary_of
from salesfunnel.fault import Fault

__all__ = ["Purchases"]


@named_only
@attrs.frozen(kw_only=True, repr=False)
class Purchases(TableMixin):
    """Purchases of customers: one row per purchase.

    Make one with `from_columns`, `from_frame`, `from_records` or ``read_purchases``; the
    constructor takes the canonical parts.

    Parameters
    ----------
    customers : tuple of str
        The customers' names, unique.
    customer : array_like of int64, shape (n,)
        Who bought: positions in `customers`.
    time : array_like of datetime64[us], shape (n,)
        When; in UTC where the source had a zone. Sorted by customer, then time.
    amount : array_like of float64, shape (n,)
        For how much, at least 0, NaN where not known; in one currency.
    attributes : mapping of str to sequence of str
        More about each purchase: item, channel, owner; ``""`` where missing. Kept as codes into
        the distinct texts.
    faults : tuple of Fault
        The rows that could not be used.
    rows : int
        How many rows the source had.

    Raises
    ------
    DataError
        If the parts do not fit each other.

    Examples
    --------
    >>> bought = Purchases.from_columns(
    ...     ["ann", "bob", "ann"], ["2026-01-05", "2026-01-07", "2026-02-05"], [120, 80, 60]
    ... )
    >>> bought
    <Purchases: 3 of 2 customers, 2026-01-05..2026-02-05>
    >>> bought.summary("2026-03-01").frequency
    array([1, 0])
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    customer: npt.NDArray[np.int64] = array_field(np.int64)
    time: npt.NDArray[np.datetime64] = array_field("datetime64[us]")
    amount: npt.NDArray[np.float64] = array_field(np.float64)
    attributes: Mapping[str, Sequence[str]] = attrs.field(factory=dict, converter=coded_columns)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    rows: int = attrs.field(default=attrs.Factory(lambda self: len(self.customer), takes_self=True))

    def __attrs_post_init__(self) -> None:
        n = len(self.customer)
        shapes = {"time": self.time.shape, "amount": self.amount.shape}
        shapes |= {key: (len(value),) for key, value in self.attributes.items()}
        for field, shape in shapes.items():
            if shape != (n,):
                raise DataError(f"{field!r} must have shape ({n},), got {shape}")
        if len(set(self.customers)) != len(self.customers):
            raise DataError("'customers' must be unique, got a name twice")
        if n and not 0 <= self.customer.min() <= self.customer.max() < len(self.customers):
            raise DataError("'customer' must hold positions in 'customers', got one outside")
        if np.isnat(self.time).any() or (self.amount < 0).any():
            raise DataError("'purchases' must have times and no negative amounts, got others")
        before = (self.customer[1:] < self.customer[:-1]) | (
            (self.customer[1:] == self.customer[:-1]) & (self.time[1:] < self.time[:-1])
        )
        if before.any():
            raise DataError("'purchases' must be sorted by customer and time, got others")

    @classmethod
    def from_columns(
        cls,
        customer: object,
        time: object = None,
        amount: object = None,
        *,
        attributes: Mapping[str, Any] | None = None,
        faults: Iterable[Fault] = (),
        currency: str | None = None,
        rates: object = None,
    ) -> Self:
        """Make purchases from columns of equal length.

        Rows without customer or time, and returns (negative amounts), are left out and listed in
        ``faults`` with their numbers. An amount that is not known is kept as not known.

        Parameters
        ----------
        customer : array_like, shape (n,)
            Names or numbers.
        time : array_like, shape (n,)
            datetime64, datetimes (all naive or all with a zone), dates, or ISO text.
        amount : array_like of float, shape (n,), optional
            For how much.
        attributes : mapping of str to array_like, shape (n,), optional
            More columns, such as ``item`` or ``channel``.
        faults : iterable of Fault
            What the reader found before.
        currency, rates : optional
            As in ``StageHistory.money``, if there is an attribute ``currency``: each amount has the
            rate of its day. Several currencies without rates leave all amounts unknown, with the
            fault ``currencies-mixed``.

        Raises
        ------
        ArgumentError
            If a path is given, or no times.
        DataError
            If lengths differ, naive and aware times are mixed, or times are bare numbers.
        """
        check_not_a_file("customer", customer, "Purchases")
        if time is None:
            raise ArgumentError(
                "'time' must be a column, got none",
                hint="Purchases.from_frame(...) takes a dataframe or a mapping of columns",
            )
        who = event_columns.encode("customer", open_column(customer))
        when = event_columns.times("time", open_column(time))
        if when.unit is None and len(when.ticks):
            raise DataError("'time' must hold dates or times, got numbers")
        n = len(who.codes)
        paid = np.full(n, np.nan) if amount is None else amounts_of(open_column(amount))
        more = {
            str(k): event_columns.encode(str(k), open_column(v))
            for k, v in (attributes or {}).items()
        }
        sizes = {"customer": n, "time": len(when.ticks), "amount": len(paid)}
        sizes |= {key: len(value.codes) for key, value in more.items()}
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{key} {size}" for key, size in sizes.items())
            raise DataError(f"'purchases' must have columns of equal length, got {listed}")
        codes = np.asarray(who.codes)
        late = np.zeros(n, dtype=np.bool_) if when.missing is None else when.missing
        bad = {"customer": codes < 0, "time": late, "amount": paid < 0}
        found = [*faults, *row_faults(bad, paid)]
        stamps = (
            when.ticks.view(f"datetime64[{when.unit}]").astype("datetime64[us]")
            if when.unit
            else np.empty(0, dtype="datetime64[us]")
        )
        order = sorted_rows(codes, stamps, bad["customer"] | bad["time"] | bad["amount"])
        codes = codes.take(order)
        seen = np.flatnonzero(np.bincount(codes, minlength=len(who.values)))
        place = np.zeros(len(who.values), dtype=np.int64)
        place[seen] = np.arange(seen.size)
        made = cls(
            customers=[str(who.values[i]) for i in seen.tolist()],
            customer=owned(place.take(codes)),
            time=owned(stamps.take(order)),
            amount=owned(paid.take(order)),
            attributes={key: texts_of(value, order) for key, value in more.items()},
            faults=found,
            rows=n,
        )
        one: Self = in_one(made, currency=currency, rates=rates)
        return one

    @classmethod
    def from_frame(
        cls, frame: Any, *, columns: Mapping[str, str] | None = None, **money: Any
    ) -> Self:
        """Make purchases from a dataframe, or a mapping of columns.

        Parameters
        ----------
        frame : dataframe
            pandas, polars, pyarrow, anything with the Arrow PyCapsule interface, or a mapping.
        columns : mapping of str to str, optional
            The names of the columns ``customer``, ``time`` and ``amount``, where they differ. All
            other columns are attributes.
        **money
            `currency` and `rates`, as in `from_columns`.

        Raises
        ------
        UnknownNameError
            If a column is not there.
        """
        check_not_a_file("frame", frame, "Purchases")
        names = {"customer": "customer", "time": "time"} | dict(columns or {})
        for role in names:
            check_known("columns", role, ("customer", "time", "amount"))
        amount = names.get("amount", "amount")
        roles = {"entity": names["time"], "step": names["customer"], "time": names["time"]}
        main, more = read_frame(frame, roles, None)
        if "amount" in names and amount not in more:
            check_known("columns", amount, tuple(more))
        paid, when = more.pop(amount, None), main["time"]
        return cls.from_columns(
            main["step"],
            plain_values(when) if isinstance(when, event_columns.Categorical) else when,
            None if paid is None else plain_values(paid),
            attributes=more,
            **money,
        )

    @classmethod
    def from_records(
        cls,
        records: Iterable[Mapping[str, Any]],
        *,
        columns: Mapping[str, str] | None = None,
        **money: object,
    ) -> Self:
        """Make purchases from mappings, one a purchase; a key that is absent is missing.

        Parameters
        ----------
        records : iterable of mapping
            With the keys ``customer``, ``time``, ``amount``; all others are attributes.
        columns : mapping of str to str, optional
            The names of these keys, where they differ.
        **money
            `currency` and `rates`, as in `from_columns`.
        """
        check_not_a_file("records", records, "Purchases")
        rows = list(records)
        names = list(dict.fromkeys(key for row in rows for key in row))
        wanted = {"customer": "customer", "time": "time"} | dict(columns or {})
        for role in ("customer", "time"):
            if rows:
                check_known("columns", wanted[role], names)
        table: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
        if not rows:
            return cls.from_columns([], [], [])
        return cls.from_frame(table, columns=columns, **money)

    def __len__(self) -> int:
        return len(self.customer)

    def __repr__(self) -> str:
        days = self.time.astype("datetime64[D]")
        span = f", {days.min()}..{days.max()}" if len(self) else ""
        faults = f", {len(self.faults)} faults" if self.faults else ""
        return f"<Purchases: {len(self):,} of {len(self.customers):,} customers{span}{faults}>"

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per purchase: customer, time, amount and the attributes."""
        return {
            "customer": np.array(self.customers, dtype=np.str_)[self.customer],
            "time": self.time,
            "amount": self.amount,
            **{key: np.asarray(v, dtype=np.str_) for key, v in self.attributes.items()},
        }

    def until(self, as_of: Moment) -> Purchases:
        """Return the purchases up to a moment, as they stood then; a day means its end."""
        return self.known_at(last_moment(as_of))

    def known_at(self, end: np.datetime64) -> Purchases:
        """Return the purchases not after a moment, datetime64[us]."""
        return self if not len(self) or self.time.max() <= end else self._select(self.time <= end)

    def select(self, customers: Iterable[str]) -> Purchases:
        """Return the purchases of these customers; raise UnknownNameError for one not known."""
        wanted = (customers,) if isinstance(customers, str) else tuple(customers)
        where = {name: i for i, name in enumerate(self.customers)}
        for name in wanted:
            if name not in where:
                check_known("customers", name, self.customers)
        keep = np.zeros(len(self.customers), dtype=np.bool_)
        keep[[where[name] for name in wanted]] = True
        return self._select(keep[self.customer])

    def _select(self, mask: npt.NDArray[np.bool_]) -> Purchases:
        seen, codes = np.unique(self.customer[mask], return_inverse=True)
        return attrs.evolve(
            self,
            customers=[self.customers[i] for i in seen.tolist()],
            customer=codes.reshape(-1),
            time=self.time[mask],
            amount=self.amount[mask],
            attributes={k: CodedTexts.of(v).take(mask) for k, v in self.attributes.items()},
            rows=int(mask.sum()),
        )

    def orders(self) -> Orders:
        """Return the purchases with those of one customer on one day taken together."""
        return orders_of(self.customer, self.time, self.amount, len(self.customers))

    def summary(self, as_of: Moment, *, unit: str = "day") -> CustomerSummary:
        """Return how often, how recently, since when and for how much every customer bought.

        Purchases of a customer on one day count as one. Later purchases than `as_of` are left out.

        Parameters
        ----------
        as_of : date, datetime or ISO text
            The end of observation; a day means its end.
        unit : {"day", "week", "month"}
            The unit of time.
        """
        end = last_moment(as_of)
        known = self.known_at(end)
        return summary_of(known.customers, known.orders(), end, unit)

    def __add__(self, other: object) -> Purchases:
        """Return both as one; an attribute that only one of them has is missing in the other."""
        if not isinstance(other, Purchases):
            return NotImplemented
        mine, yours = self.columns(), other.columns()
        keys = dict.fromkeys((*mine, *yours))
        table = {
            key: np.concatenate(
                [
                    part[key] if key in part else np.full(len(which), "")
                    for part, which in ((mine, self), (yours, other))
                ]
            )
            for key in keys
        }
        merged = Purchases.from_columns(
            table.pop("customer"),
            table.pop("time"),
            table.pop("amount"),
            attributes=table,
            faults=(*self.faults, *other.faults),
        )
        return attrs.evolve(merged, rows=self.rows + other.rows)
