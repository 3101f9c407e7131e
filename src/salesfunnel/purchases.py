"""Purchases: who bought, when, for how much; the raw material of repurchase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt
from typing_extensions import Self

from salesfunnel import _event_columns as cols
from salesfunnel._arrays import array_field
from salesfunnel._event_frames import open_column, read_frame
from salesfunnel._frozen import as_tuple, frozen_map
from salesfunnel._result import TableMixin
from salesfunnel._typing import Severity
from salesfunnel._validators import check_known
from salesfunnel.errors import ArgumentError, DataError
from salesfunnel.fault import Fault

__all__ = ["CustomerSummary", "Purchases"]

SHOWN = 50
"""Faults of one kind that are listed row by row; the rest is counted in one more fault."""
DAY = np.timedelta64(1, "D")


def moment(field: str, value: date | datetime | np.datetime64 | str) -> np.datetime64:
    """Return a moment as datetime64[us]; a date is its first moment; raise ArgumentError.

    A zone-aware moment is taken in UTC.
    """
    try:
        kind, tick = cols.moment(field, value)
    except DataError as error:
        raise ArgumentError(error.message, hint=error.hint) from None
    if kind == "number":
        raise ArgumentError(f"{field!r} must be a date or a time, got {value!r}")
    return np.datetime64(tick, "us")


@attrs.frozen(kw_only=True, repr=False)
class CustomerSummary(TableMixin):
    """What the models of buying need of a customer: how often, how recently, since when, how much.

    Parameters
    ----------
    customers : tuple of str
        Their names; may be empty where only figures are known.
    frequency : array_like of int64, shape (n,)
        Repeat purchases: days with a purchase after the first such day.
    recency : array_like of float64, shape (n,)
        Time from the first purchase to the last, in `unit`; 0 without a repeat purchase.
    age : array_like of float64, shape (n,)
        Time from the first purchase to the end of observation, in `unit`; at least `recency`.
    monetary : array_like of float64, shape (n,), optional
        Mean amount of the repeat purchases; NaN where there is none or it is not known.
    unit : {"day", "week", "month"}
        The unit of time; a month is a twelfth of 52 weeks.

    Raises
    ------
    DataError
        If lengths differ, or a customer has figures that cannot be.

    Examples
    --------
    >>> CustomerSummary(frequency=[2, 0], recency=[30.4, 0], age=[38.9, 38.9], unit="week")
    <CustomerSummary: 2 customers, 1 with a repeat purchase>
    """

    frequency: npt.NDArray[np.int64] = array_field(np.int64)
    recency: npt.NDArray[np.float64] = array_field(np.float64)
    age: npt.NDArray[np.float64] = array_field(np.float64)
    monetary: npt.NDArray[np.float64] | None = array_field(np.float64, default=None)
    customers: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    unit: str = "day"

    def __attrs_post_init__(self) -> None:
        if self.unit not in UNIT_DAYS:
            raise ArgumentError(
                f"'unit' must be one of {', '.join(map(repr, UNIT_DAYS))}, got {self.unit!r}"
            )
        n = len(self.frequency)
        for field in ("frequency", "recency", "age", "monetary"):
            array = getattr(self, field)
            if array is not None and array.shape != (n,):
                raise DataError(f"{field!r} must have shape ({n},), got {array.shape}")
        if self.customers and len(self.customers) != n:
            raise DataError(f"'customers' must be {n} names, got {len(self.customers)}")
        self._check()

    def _check(self) -> None:
        x, t, T = self.frequency, self.recency, self.age
        for wrong, words in (
            (x < 0, "'frequency' must not be negative"),
            (~(np.isfinite(t) & np.isfinite(T)), "'recency' and 'age' must be finite"),
            (t < 0, "'recency' must not be negative"),
            (t > T, "'recency' must not be more than 'age'"),
            ((x == 0) & (t > 0), "'recency' must be 0 without a repeat purchase"),
        ):
            at = np.flatnonzero(wrong)
            if at.size:
                i = int(at[0])
                raise DataError(
                    f"{words}, got frequency {int(x[i])}, recency {float(t[i])!r},"
                    f" age {float(T[i])!r} at customer {i + 1}"
                )

    def __len__(self) -> int:
        return len(self.frequency)

    def __repr__(self) -> str:
        repeaters = int((self.frequency > 0).sum())
        return f"<CustomerSummary: {len(self):,} customers, {repeaters:,} with a repeat purchase>"

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row a customer."""
        names = self.customers or tuple(str(i + 1) for i in range(len(self)))
        unknown = np.full(len(self), np.nan)
        return {
            "customer": np.array(names, dtype=np.str_),
            "frequency": self.frequency,
            "recency": self.recency,
            "age": self.age,
            "monetary": unknown if self.monetary is None else self.monetary,
        }


UNIT_DAYS: Mapping[str, float] = {"day": 1.0, "week": 7.0, "month": 364 / 12}
"""Days in the units of time of the models."""


@attrs.frozen(kw_only=True, repr=False)
class Purchases(TableMixin):
    """Purchases of customers: one row a purchase.

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
        For how much, at least 0, NaN where not known. The library knows no currency.
    attributes : mapping of str to tuple of str
        More about each purchase: item, channel, owner; ``""`` where missing.
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
    attributes: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, converter=frozen_map)
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
        customer: Any,
        time: Any,
        amount: Any = None,
        *,
        attributes: Mapping[str, Any] | None = None,
        faults: Iterable[Fault] = (),
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

        Raises
        ------
        DataError
            If lengths differ, naive and aware times are mixed, or times are bare numbers.
        """
        who = cols.code("customer", open_column(customer))
        when = cols.times("time", open_column(time))
        if when.unit is None and len(when.ticks):
            raise DataError("'time' must hold dates or times, got numbers")
        n = len(who.codes)
        paid = np.full(n, np.nan) if amount is None else _amounts(open_column(amount))
        more = {str(k): cols.code(str(k), open_column(v)) for k, v in (attributes or {}).items()}
        sizes = {"customer": n, "time": len(when.ticks), "amount": len(paid)}
        sizes |= {key: len(value.codes) for key, value in more.items()}
        if len(set(sizes.values())) > 1:
            listed = ", ".join(f"{key} {size}" for key, size in sizes.items())
            raise DataError(f"'purchases' must have columns of equal length, got {listed}")
        codes = np.asarray(who.codes).astype(np.int64)
        late = np.zeros(n, dtype=np.bool_) if when.missing is None else when.missing
        bad = {"customer": codes < 0, "time": late, "amount": paid < 0}
        found = [*faults, *_row_faults(bad, paid)]
        stamps = (
            when.ticks.view(f"datetime64[{when.unit}]").astype("datetime64[us]")
            if when.unit
            else np.empty(0, dtype="datetime64[us]")
        )
        keep = np.flatnonzero(~(bad["customer"] | bad["time"] | bad["amount"]))
        order = keep[np.lexsort((stamps[keep], codes[keep]))]
        seen, codes = np.unique(codes[order], return_inverse=True)
        return cls(
            customers=[str(who.values[i]) for i in seen.tolist()],
            customer=codes.reshape(-1),
            time=stamps[order],
            amount=paid[order],
            attributes={key: _texts(value, order) for key, value in more.items()},
            faults=found,
            rows=n,
        )

    @classmethod
    def from_frame(cls, frame: Any, *, columns: Mapping[str, str] | None = None) -> Self:
        """Make purchases from a dataframe, or a mapping of columns.

        Parameters
        ----------
        frame : dataframe
            pandas, polars, pyarrow, anything with the Arrow PyCapsule interface, or a mapping.
        columns : mapping of str to str, optional
            The names of the columns ``customer``, ``time`` and ``amount``, where they differ. All
            other columns are attributes.

        Raises
        ------
        UnknownNameError
            If a column is not there.
        """
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
            _plain(when) if isinstance(when, cols.Coded) else when,
            None if paid is None else _plain(paid),
            attributes=more,
        )

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], *, columns: Mapping[str, str] | None = None
    ) -> Self:
        """Make purchases from mappings, one a purchase; a key that is absent is missing.

        Parameters
        ----------
        records : iterable of mapping
            With the keys ``customer``, ``time``, ``amount``; all others are attributes.
        columns : mapping of str to str, optional
            The names of these keys, where they differ.
        """
        rows = list(records)
        names = list(dict.fromkeys(key for row in rows for key in row))
        wanted = {"customer": "customer", "time": "time"} | dict(columns or {})
        for role in ("customer", "time"):
            if rows:
                check_known("columns", wanted[role], names)
        table: dict[str, Any] = {name: [row.get(name) for row in rows] for name in names}
        if not rows:
            return cls.from_columns([], [], [])
        return cls.from_frame(table, columns=columns)

    def __len__(self) -> int:
        return len(self.customer)

    def __repr__(self) -> str:
        span = ""
        if len(self):
            days = self.time.astype("datetime64[D]")
            span = f", {days.min()}..{days.max()}"
        faults = f", {len(self.faults)} faults" if self.faults else ""
        return f"<Purchases: {len(self):,} of {len(self.customers):,} customers{span}{faults}>"

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row a purchase: customer, time, amount and the attributes."""
        return {
            "customer": np.array(self.customers, dtype=np.str_)[self.customer],
            "time": self.time,
            "amount": self.amount,
            **{key: np.array(v, dtype=np.str_) for key, v in self.attributes.items()},
        }

    def until(self, as_of: date | datetime | np.datetime64 | str) -> Purchases:
        """Return the purchases up to a moment, as they stood then; a date is its first moment."""
        return self._select(self.time <= moment("as_of", as_of))

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
        rows = np.flatnonzero(mask).tolist()
        return attrs.evolve(
            self,
            customers=[self.customers[i] for i in seen.tolist()],
            customer=codes.reshape(-1),
            time=self.time[mask],
            amount=self.amount[mask],
            attributes={k: tuple(v[i] for i in rows) for k, v in self.attributes.items()},
            rows=len(rows),
        )

    def orders(self) -> Orders:
        """Return the purchases with those of one customer on one day taken together."""
        day = self.time.astype("datetime64[D]")
        first = np.ones(len(self), dtype=np.bool_)
        first[1:] = (self.customer[1:] != self.customer[:-1]) | (day[1:] != day[:-1])
        start = np.flatnonzero(first)
        amount = np.add.reduceat(self.amount, start) if len(self) else self.amount
        per = np.bincount(self.customer[start], minlength=len(self.customers))
        return Orders(self.customer[start], day[start], amount, per.astype(np.int64), start)

    def summary(
        self, as_of: date | datetime | np.datetime64 | str, *, unit: str = "day"
    ) -> CustomerSummary:
        """Return how often, how recently, since when and for how much every customer bought.

        Purchases of a customer on one day count as one. Later purchases than `as_of` are left out.

        Parameters
        ----------
        as_of : date, datetime or ISO text
            The end of observation; a date is its first moment.
        unit : {"day", "week", "month"}
            The unit of time.
        """
        end = moment("as_of", as_of)
        known = self if not len(self) or self.time.max() <= end else self.until(as_of)
        orders = known.orders()
        last = np.cumsum(orders.number) - 1
        first = last - orders.number + 1
        scale = UNIT_DAYS.get(unit, 1.0)
        recency = (orders.day[last] - orders.day[first]) / DAY / scale
        age = (end.astype("datetime64[D]") - orders.day[first]) / DAY / scale
        repeat = np.ones(len(orders.day), dtype=np.bool_)
        repeat[first] = False
        repeat &= np.isfinite(orders.amount) & (orders.amount > 0)
        n = len(known.customers)
        total = np.bincount(orders.customer[repeat], orders.amount[repeat], minlength=n)
        number = np.bincount(orders.customer[repeat], minlength=n)
        with np.errstate(invalid="ignore"):
            monetary = np.where(number > 0, total / np.maximum(number, 1), np.nan)
        return CustomerSummary(
            customers=known.customers,
            frequency=orders.number - 1,
            recency=recency,
            age=age,
            monetary=monetary,
            unit=unit,
        )

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


@attrs.frozen(eq=False)
class Orders:
    """Purchases of one customer on one day taken together, sorted by customer and day.

    Parameters
    ----------
    customer : ndarray of int64, shape (m,)
    day : ndarray of datetime64[D], shape (m,)
    amount : ndarray of float64, shape (m,)
        NaN where a part is not known.
    number : ndarray of int64, shape (customers,)
        Orders a customer.
    row : ndarray of intp, shape (m,)
        The first purchase of each order.
    """

    customer: npt.NDArray[np.int64]
    day: npt.NDArray[np.datetime64]
    amount: npt.NDArray[np.float64]
    number: npt.NDArray[np.int64]
    row: npt.NDArray[np.intp]


def _plain(column: cols.Coded) -> npt.NDArray[Any]:
    """Return a coded column as its values, None where missing."""
    plain: npt.NDArray[Any] = np.array([*column.values, None], dtype=object)[column.codes]
    return plain


def _amounts(column: Any) -> npt.NDArray[np.float64]:
    array = cols.one_dimensional("amount", column)
    if array.dtype.kind in "iuf":
        values = array.astype(np.float64)
    else:
        values = np.full(len(array), np.nan)
        for row, cell in enumerate(array.tolist()):
            if cols.is_missing(cell):
                continue
            try:
                values[row] = float(cell)
            except (TypeError, ValueError):
                raise DataError(
                    f"'amount' must hold numbers, got {cell!r} at row {row + 1}",
                    hint="read_purchases understands amounts as people write them",
                ) from None
    wrong = np.flatnonzero(np.isinf(values))
    if wrong.size:
        raise DataError(f"'amount' must be finite, got inf at row {int(wrong[0]) + 1}")
    return values


def _texts(value: cols.Coded, order: npt.NDArray[np.intp]) -> tuple[str, ...]:
    names: Sequence[str] = [*(str(v) for v in value.values), ""]
    return tuple(names[i] for i in np.asarray(value.codes)[order].tolist())


def _row_faults(
    bad: Mapping[str, npt.NDArray[np.bool_]], paid: npt.NDArray[np.float64]
) -> list[Fault]:
    faults = []
    for column, mask in bad.items():
        rows = np.flatnonzero(mask).tolist()
        code = "purchase-returned" if column == "amount" else f"purchase-without-{column}"
        for row in rows[:SHOWN]:
            value = f"{paid[row]:g}" if column == "amount" else None
            severity: Severity = "warning" if column == "amount" else "error"
            faults.append(
                Fault.of(code, severity=severity, row=row + 1, column=column, value=value)
            )
        if len(rows) > SHOWN:
            more = len(rows) - SHOWN
            faults.append(
                Fault.of("purchases-left-out", row=rows[SHOWN] + 1, column=column, n=more)
            )
    return faults
