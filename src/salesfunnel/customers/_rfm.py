"""RFM: recency, frequency and amount of customers in fifths, with equal scores for equal values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.result import TableMixin
from salesfunnel.customers._orders_by_customer import orders_at, totals
from salesfunnel.data.purchases import Purchases

__all__ = ["RFM_GROUPS", "Rfm", "RfmGroup", "rfm"]

RfmGroup = Literal[
    "champions",
    "loyal",
    "recent",
    "needs-attention",
    "cannot-lose",
    "at-risk",
    "hibernating",
    "not-enough-data",
]
RFM_GROUPS: tuple[str, ...] = get_args(RfmGroup)

FREQUENCY_BINS = (2, 3, 4, 6)
"""Orders from which the scores 2, 3, 4 and 5 start."""


@attrs.frozen(kw_only=True, repr=False)
class Rfm(TableMixin):
    """Scores of customers: how recently, how often, for how much they bought.

    Parameters
    ----------
    customers : tuple of str
        Their names.
    recency, frequency : array_like, shape (n,)
        Days since the last order; number of orders (days with a purchase).
    amount : array_like of float64, shape (n,)
        What they paid; NaN where no amount is known.
    r, f, m : array_like of int8, shape (n,)
        Scores from 1 to 5, 5 the best; 0 if there is none. With fewer than five customers r and
        m go from 1 to 3, with fewer than three there are none.
    as_of : datetime.date
        The as-of date.

    Examples
    --------
    >>> table = rfm(
    ...     Purchases.from_columns(
    ...         ["ann", "ann", "bob", "cid"],
    ...         ["2026-01-01", "2026-03-01", "2026-01-15", "2026-02-15"],
    ...         [10, 20, 30, 5],
    ...     ),
    ...     as_of="2026-03-31",
    ... )
    >>> table.r.tolist(), table.f.tolist(), table.m.tolist()
    ([3, 1, 2], [2, 1, 1], [3, 3, 1])
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    recency: npt.NDArray[np.float64] = array_field(np.float64)
    frequency: npt.NDArray[np.int64] = array_field(np.int64)
    amount: npt.NDArray[np.float64] = array_field(np.float64)
    r: npt.NDArray[np.int8] = array_field(np.int8)
    f: npt.NDArray[np.int8] = array_field(np.int8)
    m: npt.NDArray[np.int8] = array_field(np.int8)
    as_of: date

    def __attrs_post_init__(self) -> None:
        n = len(self.customers)
        for field in ("recency", "frequency", "amount", "r", "f", "m"):
            if getattr(self, field).shape != (n,):
                raise DataError(
                    f"{field!r} must have shape ({n},), got {getattr(self, field).shape}"
                )

    def __len__(self) -> int:
        return len(self.customers)

    def __repr__(self) -> str:
        return f"<Rfm {self.as_of}: {len(self):,} customers>"

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of every customer, by recency and frequency.

        ``champions`` R >= 4, F >= 4; ``loyal`` R >= 3, F >= 3; ``recent`` R >= 4, F <= 2;
        ``needs-attention`` R = 3, F <= 2; ``cannot-lose`` R <= 2, F >= 4; ``at-risk`` R <= 2,
        F = 3; ``hibernating`` R <= 2, F <= 2.
        """
        R, F = self.r, self.f
        which = np.select(
            [R == 0, (R >= 4) & (F >= 4), (R >= 3) & (F >= 3), R >= 4, R == 3, F >= 4, F == 3],
            [7, 0, 1, 2, 3, 4, 5],
            6,
        )
        return tuple(RFM_GROUPS[i] for i in which.tolist())

    @property
    def counts(self) -> Mapping[str, int]:
        """How many customers are in each group."""
        found = self.groups
        return {name: found.count(name) for name in RFM_GROUPS}

    @property
    def grid(self) -> npt.NDArray[np.int64]:
        """How many customers have each pair of scores, shape (5, 5): [r - 1, f - 1]."""
        cells = np.zeros((5, 5), dtype=np.int64)
        scored = self.r > 0
        np.add.at(cells, (self.r[scored] - 1, self.f[scored] - 1), 1)
        return cells

    @property
    def grid_amount(self) -> npt.NDArray[np.float64]:
        """Amount paid by the customers of each pair of scores, shape (5, 5)."""
        cells = np.zeros((5, 5))
        scored = (self.r > 0) & np.isfinite(self.amount)
        np.add.at(cells, (self.r[scored] - 1, self.f[scored] - 1), self.amount[scored])
        return cells

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per customer."""
        return {
            "customer": np.array(self.customers, dtype=np.str_),
            "recency": self.recency,
            "frequency": self.frequency,
            "amount": self.amount,
            "r": self.r,
            "f": self.f,
            "m": self.m,
            "group": np.array(self.groups, dtype=np.str_),
        }


def rfm(purchases: Purchases, *, as_of: Moment) -> Rfm:
    """Score customers by how recently, how often and for how much they bought.

    Parameters
    ----------
    purchases : Purchases
        Those of one customer on one day count as one order; later ones than `as_of` are left out.
    as_of : date, datetime or ISO text
        The as-of date.

    Returns
    -------
    Rfm
        Scores from 1 to 5 of every customer, 5 for the best; 0 if there is none.

    Notes
    -----
    Recency and amount: fifths of (rank - 0.5) / n with the average rank of equal values, so that
    equal values have equal scores whatever the order of the rows. Frequency, where most values are
    equal: 1, 2, 3, 4-5, 6 or more orders.

    Examples
    --------
    >>> from salesfunnel import Purchases
    >>> bought = Purchases.from_records([
    ...     {"customer": "a", "time": "2026-01-05", "amount": 50.0},
    ...     {"customer": "a", "time": "2026-02-05", "amount": 70.0},
    ...     {"customer": "b", "time": "2026-01-09", "amount": 20.0}])
    >>> rfm(bought, as_of="2026-03-01").frequency.tolist()
    [2, 1]
    """
    known = orders_at(purchases, as_of)
    age, number, paid = known.age, known.orders.number, totals(known)
    return Rfm(
        customers=known.purchases.customers,
        recency=age,
        frequency=number,
        amount=paid,
        r=_fifths(-age),
        f=(np.searchsorted(FREQUENCY_BINS, number, "right") + 1).astype(np.int8),
        m=_fifths(paid),
        as_of=known.today.astype(date),
    )


def _fifths(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    """Return scores from 1, by average rank; 0 where a value is NaN or there are too few."""
    score = np.zeros(values.size, dtype=np.int8)
    known = np.flatnonzero(~np.isnan(values))
    if known.size < 3:
        return score
    parts = 5 if known.size >= 5 else 3
    _, which, many = np.unique(values[known], return_inverse=True, return_counts=True)
    average = np.cumsum(many) - (many - 1) / 2.0
    share = (average[which.reshape(-1)] - 0.5) / known.size
    score[known] = np.minimum(np.floor(share * parts + 1e-9), parts - 1).astype(np.int8) + 1
    return score
