"""CLV: what the purchases to come of every customer are worth today."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_fraction, check_kind, check_positive_int
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.readers import check_not_a_file
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.customers.laws import LAWS
from salesfunnel.customers.bgnbd import BgNbd
from salesfunnel.customers.buying_model import BuyingModel
from salesfunnel.customers.gamma_gamma import GammaGamma
from salesfunnel.data.purchases import UNIT_DAYS, CustomerSummary
from salesfunnel.fault import Fault

__all__ = ["LifetimeValue", "clv"]


@attrs.frozen(kw_only=True, repr=False)
class LifetimeValue(TableMixin):
    """Customer lifetime value within a horizon, discounted to today.

    Parameters
    ----------
    customers : tuple of str
        Their names.
    p_alive : array_like of float64, shape (n,)
        The chance that they still are customers.
    purchases : array_like of float64, shape (n,)
        Purchases to expect within the horizon.
    amount : array_like of float64, shape (n,)
        Mean amount to expect of each.
    value : array_like of float64, shape (n,)
        Margin on them, discounted.
    months : int
        The horizon.
    discount : float
        A month.
    margin : float
        Share of the amount that counts.
    faults : tuple of Fault
        What the models under it were short of.
    """

    customers: tuple[str, ...] = attrs.field(converter=as_tuple)
    p_alive: npt.NDArray[np.float64] = array_field(np.float64)
    purchases: npt.NDArray[np.float64] = array_field(np.float64)
    amount: npt.NDArray[np.float64] = array_field(np.float64)
    value: npt.NDArray[np.float64] = array_field(np.float64)
    months: int
    discount: float
    margin: float
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return f"<LifetimeValue: {len(self):,} customers, {self.months} months, {self.total:,.2f}>"

    @property
    def total(self) -> float:
        """The value of all customers together."""
        return float(self.value.sum())

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per customer."""
        return {
            "customer": np.array(self.customers, dtype=np.str_),
            "p_alive": self.p_alive,
            "purchases": self.purchases,
            "amount": self.amount,
            "value": self.value,
        }


def clv(
    model: BgNbd | BuyingModel,
    spend: GammaGamma,
    customers: CustomerSummary,
    *,
    months: int = 12,
    discount: float = 0.01,
    margin: float = 1.0,
    allow_unreliable: bool = False,
) -> LifetimeValue:
    """Return what customers are worth: purchases to come times amount, discounted by months.

    Parameters
    ----------
    model : BgNbd or BuyingModel
        How often they buy.
    spend : GammaGamma
        For how much.
    customers : CustomerSummary
        Of the customers to value, in the unit of the model.
    months : int
        How far ahead; a month is a twelfth of 52 weeks.
    discount : float
        A month, in [0, 1): 0.01 for 1%.
    margin : float
        Share of the amount that counts, in (0, 1].
    allow_unreliable : bool
        Whether to go on with a model whose data were not enough or do not settle it.

    Raises
    ------
    DataError
        If a model's verdict is not ``"ok"`` and that is not allowed; if units differ.
    ArgumentError
        If `months`, `discount` or `margin` is out of its range.

    Notes
    -----
    margin · Σ_j (E[Y(t_j)] − E[Y(t_{j−1})]) · E[M] / (1 + discount)^j over months j [1]_.

    References
    ----------
    .. [1] Fader, Hardie & Lee (2005), RFM and CLV, J. Marketing Research 42:415.

    Examples
    --------
    >>> who = CustomerSummary(
    ...     frequency=[2], recency=[30.43], age=[38.86], monetary=[22.35], unit="week"
    ... )
    >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> worth = clv(model, GammaGamma(p=6.25, q=3.74, v=15.44), who, margin=0.4)
    >>> round(worth.total, 1)
    14.5
    """
    check_not_a_file("model", model, "BgNbd", wanted="a fitted model")
    check_not_a_file("spend", spend, "GammaGamma", wanted="a fitted model")
    check_kind("customers", customers, CustomerSummary)
    n = check_positive_int("months", months)
    rate = check_fraction("discount", discount)
    share = check_fraction("margin", margin)
    if rate >= 1 or share <= 0:
        raise ArgumentError(f"'discount' must be below 1 and 'margin' above 0, got {rate}, {share}")
    if customers.unit != model.unit:
        raise DataError(
            f"'customers' must be in the unit of the model, {model.unit!r}, got {customers.unit!r}"
        )
    check_model("model", model, allow_unreliable=allow_unreliable)
    check_model("spend", spend, allow_unreliable=allow_unreliable)
    law = LAWS["bgnbd" if isinstance(model, BgNbd) else model.kind]
    params = np.array(model.params)
    x, t, T = customers.frequency, customers.recency, customers.age
    times = np.arange(n + 1) * (UNIT_DAYS["month"] / UNIT_DAYS[model.unit])
    total = np.zeros(len(customers))
    before = np.zeros(len(customers))
    for j in range(1, n + 1):
        until = law.expected(times[j], x, t, T, params)
        total += np.maximum(until - before, 0.0) / (1.0 + rate) ** j
        before = until
    unknown = np.full(len(customers), np.nan)
    monetary = unknown if customers.monetary is None else customers.monetary
    known = np.isfinite(monetary) & (monetary > 0)
    amount = spend.expected_mean(np.where(known, x, 0), np.where(known, monetary, 1.0))
    return LifetimeValue(
        customers=customers.customers or tuple(str(i + 1) for i in range(len(customers))),
        p_alive=law.p_alive(x, t, T, params),
        purchases=before,
        amount=amount,
        value=share * total * amount,
        months=n,
        discount=rate,
        margin=share,
        faults=(*model.faults, *spend.faults),
    )


def check_model(field: str, model: Any, *, allow_unreliable: bool) -> None:
    """Raise DataError for a fit that is not to be relied on, unless that is allowed."""
    if model.verdict == "ok" or allow_unreliable:
        return
    codes = ", ".join(fault.code for fault in model.faults)
    if model.verdict == "likelihood-flat":
        raise DataError(
            f"{field!r} must have settled its parameters, got {codes}",
            hint="try fit_buying with other models, or pass allow_unreliable=True for times no "
            "longer than those observed",
        )
    raise DataError(
        f"{field!r} must have had enough data, got {codes}",
        hint="use lifecycle and repurchase_curve, or pass allow_unreliable=True",
    )
