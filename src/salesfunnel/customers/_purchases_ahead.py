"""Predict purchases of each customer within a time, with intervals."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_fraction
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.customers import laws
from salesfunnel._kernels.intervals import two_sided_z
from salesfunnel.customers._clv import check_model
from salesfunnel.customers._fitted_law import checked_ahead
from salesfunnel.customers.bgnbd import BgNbd
from salesfunnel.customers.buying_model import BuyingModel
from salesfunnel.data.purchases import CustomerSummary
from salesfunnel.fault import Fault

__all__ = ["PurchasesAhead", "purchases_ahead"]


@attrs.frozen(kw_only=True, repr=False)
class PurchasesAhead(TableMixin):
    """Predicted purchases of customers within a time, with intervals.

    Parameters
    ----------
    customers : tuple of str
        Their names.
    p_alive, p_alive_low, p_alive_high : array_like of float64, shape (n,)
        The chance that they still are customers, and its interval: how sure the model's parameters
        are. NaN where that is not known.
    expected, expected_low, expected_high : array_like of float64, shape (n,)
        Purchases to expect, and the interval of that mean.
    purchases_low, purchases_high : array_like of int64, shape (n,)
        Between which numbers the purchases themselves will be: chance of the customer's pace, of
        his stopping, and the parameters' uncertainty together. At least `level` by construction,
        because counts are whole.
    ahead : float
        The time, in `unit`.
    unit : {"day", "week", "month"}
        The unit of time.
    level : float
        Of the intervals.
    faults : tuple of Fault
        What the model was short of.
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    p_alive: npt.NDArray[np.float64] = array_field(np.float64)
    p_alive_low: npt.NDArray[np.float64] = array_field(np.float64)
    p_alive_high: npt.NDArray[np.float64] = array_field(np.float64)
    expected: npt.NDArray[np.float64] = array_field(np.float64)
    expected_low: npt.NDArray[np.float64] = array_field(np.float64)
    expected_high: npt.NDArray[np.float64] = array_field(np.float64)
    purchases_low: npt.NDArray[np.int64] = array_field(np.int64)
    purchases_high: npt.NDArray[np.int64] = array_field(np.int64)
    ahead: float
    unit: str
    level: float
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __len__(self) -> int:
        return len(self.expected)

    def __repr__(self) -> str:
        return f"<PurchasesAhead: {len(self):,} customers, {self.ahead:g} {self.unit}s>"

    @property
    def total(self) -> float:
        """The purchases to expect of all customers together."""
        return float(self.expected.sum())

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per customer."""
        names = (
            "p_alive", "p_alive_low", "p_alive_high", "expected", "expected_low", "expected_high",
            "purchases_low", "purchases_high",
        )  # fmt: skip
        return {
            "customer": np.array(self.customers, dtype=np.str_),
            **{name: getattr(self, name) for name in names},
        }


def purchases_ahead(
    model: BgNbd | BuyingModel,
    customers: CustomerSummary,
    *,
    ahead: float,
    level: float = 0.8,
    allow_unreliable: bool = False,
) -> PurchasesAhead:
    """Return what every customer will buy within a time, with intervals.

    Parameters
    ----------
    model : BgNbd or BuyingModel
        How often customers buy until they stop.
    customers : CustomerSummary
        In the unit of the model.
    ahead : float
        The time after the end of observation, at least 0, in the unit of the model.
    level : float
        Of all intervals, in (0, 1).
    allow_unreliable : bool
        Whether to go on with a model whose data were not enough or do not settle it.

    Raises
    ------
    DataError
        If the model's verdict is not ``"ok"`` and that is not allowed; if units differ.
    ArgumentError
        If `ahead` or `level` is out of its range.

    Notes
    -----
    A customer's own pace and stopping are integrated out given his history; the uncertainty of the
    four parameters enters by eight points that have their covariance. Coverage was measured
    (``docs/benchmarks/buying.md``).

    Examples
    --------
    >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> who = CustomerSummary(frequency=[2], recency=[30.43], age=[38.86], unit="week")
    >>> found = purchases_ahead(model, who, ahead=39)
    >>> round(float(found.expected[0]), 3), found.purchases_low[0], found.purchases_high[0]
    (1.226, np.int64(0), np.int64(3))
    """
    share = check_fraction("level", level, open_ends=True)
    time = checked_ahead(ahead)
    if time.ndim:
        raise ArgumentError(f"'ahead' must be one number, got {ahead!r}")
    if customers.unit != model.unit:
        raise DataError(
            f"'customers' must be in the unit of the model, {model.unit!r}, got {customers.unit!r}"
        )
    check_model("model", model, allow_unreliable=allow_unreliable)
    kind = "bgnbd" if isinstance(model, BgNbd) else model.kind
    covariance = np.array(model.log_covariance, dtype=np.float64)
    known = covariance.size == 16 and bool(np.isfinite(covariance).all())
    found = laws.ahead(
        laws.LAWS[kind], np.array(model.params), covariance.reshape(4, 4) if known else None,
        float(time), (customers.frequency.astype(np.float64), customers.recency, customers.age),
        (1 - share) / 2, two_sided_z(share),
    )  # fmt: skip
    return PurchasesAhead(
        customers=customers.customers or tuple(str(i + 1) for i in range(len(customers))),
        p_alive=found.alive,
        p_alive_low=found.alive_limits[0],
        p_alive_high=found.alive_limits[1],
        expected=found.expected,
        expected_low=found.expected_limits[0],
        expected_high=found.expected_limits[1],
        purchases_low=found.count_limits[0],
        purchases_high=found.count_limits[1],
        ahead=float(time),
        unit=model.unit,
        level=share,
        faults=model.faults,
    )
