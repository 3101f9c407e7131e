"""BuyingModel: one of several models of how often customers buy until they stop."""

from __future__ import annotations

import math
from typing import Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels.customers.laws import LAWS, Law
from salesfunnel.customers._fitted_law import checked, checked_ahead
from salesfunnel.customers._model_input import FIT_VERDICTS, FitVerdict, log_interval, same_floats
from salesfunnel.fault import Fault

__all__ = ["BUYING_MODELS", "BuyingModel", "BuyingModelName"]

BuyingModelName = Literal["bgnbd", "mbgnbd", "paretonbd"]
BUYING_MODELS: tuple[str, ...] = get_args(BuyingModelName)


@attrs.frozen(kw_only=True)
class BuyingModel(ResultMixin):
    """A fitted model of buying: customers buy at their own pace until they stop.

    Parameters
    ----------
    kind : {"bgnbd", "mbgnbd", "paretonbd"}
        BG/NBD: a customer may stop after each repeat purchase. MBG/NBD: after the first purchase,
        too. Pareto/NBD: at any time.
    params : tuple of float
        Four: r, alpha, a, b of the first two; r, alpha, s, beta of Pareto/NBD. alpha and beta are
        in `unit`.
    loglik : float, optional
        Log-likelihood at the top.
    log_covariance : tuple of float
        Covariance of the logs of the parameters row by row, 16 numbers; empty if not known.
    customers, repeaters : int
        How many were fitted, and how many of them had a repeat purchase.
    unit : {"day", "week", "month"}
        The unit of time.
    ridge : float
        Strength of the pull of the logs to 0 (in mean observation times) that was used.
    compared : tuple of str
        The models that were compared, the best first.
    compared_loglik : tuple of float
        Their log-likelihoods on the customers of the comparison, in the same order.
    compared_on : int
        How many distinct customers were compared.
    verdict : {"ok", "not-enough-data", "likelihood-flat"}
        Whether the data are enough for this model and settle it; `faults` say why not.
    faults : tuple of Fault
        What the data are short of.

    Examples
    --------
    >>> model = BuyingModel(kind="paretonbd", params=(0.5533, 10.578, 0.6062, 11.668), unit="week")
    >>> round(float(model.p_alive(2, 30.43, 38.86)), 3), round(float(model.p_alive(0, 0, 38.86)), 3)
    (0.869, 0.295)
    """

    kind: BuyingModelName
    params: tuple[float, ...] = attrs.field(converter=as_tuple)
    loglik: float | None = None
    log_covariance: tuple[float, ...] = attrs.field(
        default=(), converter=as_tuple, eq=attrs.cmp_using(eq=same_floats), hash=False
    )
    customers: int = 0
    repeaters: int = 0
    unit: str = "day"
    ridge: float = 0.0
    compared: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    compared_loglik: tuple[float, ...] = attrs.field(default=(), converter=as_tuple)
    compared_on: int = 0
    verdict: FitVerdict = "ok"
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "compared", "compared_loglik")
        check_choice("kind", self.kind, BUYING_MODELS)
        check_choice("verdict", self.verdict, FIT_VERDICTS)
        if len(self.params) != 4 or not all(math.isfinite(v) and v > 0 for v in self.params):
            raise ArgumentError(f"'params' must be four positive numbers, got {self.params!r}")

    @property
    def _law(self) -> Law:
        return LAWS[self.kind]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""
        return self._law.names

    def interval(self, name: str, *, level: float = 0.95) -> Interval | None:
        """Return the interval of a parameter (Wald, on its log); None if it is not known."""
        check_choice("name", name, self.names)
        at = self.names.index(name)
        if not self.log_covariance:
            return None
        variance = self.log_covariance[5 * at]
        error = math.sqrt(variance) if variance >= 0 else math.nan
        return log_interval(self.params[at], error, level)

    def p_alive(self, frequency: object, recency: object, age: object) -> npt.NDArray[np.float64]:
        """Return the chance that customers still are customers, in (0, 1].

        Parameters
        ----------
        frequency, recency, age : array_like
            As in `CustomerSummary`, in the model's unit.
        """
        return self._law.p_alive(*checked(frequency, recency, age), np.array(self.params))

    def expected(
        self, ahead: object, frequency: object, recency: object, age: object
    ) -> npt.NDArray[np.float64]:
        """Return how many more purchases to expect of customers within a time `ahead`.

        Parameters
        ----------
        ahead : array_like of float
            Time after the end of observation, at least 0, in the model's unit.
        frequency, recency, age : array_like
            As in `CustomerSummary`; all broadcast.
        """
        who = checked(frequency, recency, age)
        return self._law.expected(checked_ahead(ahead), *who, np.array(self.params))

    def expected_new(self, ahead: object) -> npt.NDArray[np.float64]:
        """Return how many repeat purchases to expect of a new customer within a time."""
        return self._law.expected_new(checked_ahead(ahead), np.array(self.params))

    def loglik_each(
        self, frequency: object, recency: object, age: object
    ) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of every customer under this model."""
        x, t, T = checked(frequency, recency, age)
        return self._law.loglik_each(x.astype(np.intp), t, T, np.array(self.params))
