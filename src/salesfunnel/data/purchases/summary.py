"""CustomerSummary: what the models of buying need of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import TableMixin
from salesfunnel.data.purchases.orders import DAY, Orders

__all__ = ["UNIT_DAYS", "CustomerSummary"]


@attrs.frozen(kw_only=True, repr=False)
class CustomerSummary(TableMixin):
    """Frequency, recency, age and mean amount of each customer, for the models of buying.

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
        Mean amount of the repeat purchases; NaN if there is none or it is not known.
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
        """Return one row per customer."""
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


def summary_of(
    customers: tuple[str, ...], orders: Orders, end: np.datetime64, unit: str
) -> CustomerSummary:
    """Return the summary of customers from their orders up to a moment."""
    last = np.cumsum(orders.number) - 1
    first = last - orders.number + 1
    scale = UNIT_DAYS.get(unit, 1.0)
    recency = (orders.day[last] - orders.day[first]) / DAY / scale
    age = (end.astype("datetime64[D]") - orders.day[first]) / DAY / scale
    repeat = np.ones(len(orders.day), dtype=np.bool_)
    repeat[first] = False
    repeat &= np.isfinite(orders.amount) & (orders.amount > 0)
    n = len(customers)
    total = np.bincount(orders.customer[repeat], orders.amount[repeat], minlength=n)
    number = np.bincount(orders.customer[repeat], minlength=n)
    with np.errstate(invalid="ignore"):
        monetary = np.where(number > 0, total / np.maximum(number, 1), np.nan)
    return CustomerSummary(
        customers=customers,
        frequency=orders.number - 1,
        recency=recency,
        age=age,
        monetary=monetary,
        unit=unit,
    )
