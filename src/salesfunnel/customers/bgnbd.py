"""BG/NBD: how often a customer will buy again, and whether he still is a customer."""

from __future__ import annotations

import math

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels.customers import buytilldie
from salesfunnel.customers._fitted_law import checked, checked_ahead, fitted_law
from salesfunnel.customers._model_input import (
    FIT_VERDICTS,
    FitVerdict,
    log_interval,
    same_floats,
    summary_from,
)
from salesfunnel.fault import Fault

__all__ = ["BgNbd", "fit_bgnbd"]


@attrs.frozen(kw_only=True)
class BgNbd(ResultMixin):
    """A fitted BG/NBD model: customers buy at their own pace until they stop.

    Parameters
    ----------
    r, alpha : float
        The paces of customers are spread as Gamma(r, rate alpha), `alpha` in `unit`.
    a, b : float
        After a repeat purchase a customer stops with a chance spread as Beta(a, b).
    loglik : float, optional
        Log-likelihood at the top.
    log_errors : tuple of float
        Standard errors of the logs of r, alpha, a, b; NaN where the data do not settle them.
    customers, repeaters : int
        How many were fitted, and how many of them had a repeat purchase.
    unit : {"day", "week", "month"}
        The unit of time.
    ridge : float
        Strength of the pull of the logs to 0 (in mean observation times) that was used.
    verdict : {"ok", "not-enough-data", "likelihood-flat"}
        Whether the data are enough for this model and settle it; `faults` say why not.
    faults : tuple of Fault
        What the data are short of.
    log_covariance : tuple of float
        Covariance of the logs of r, alpha, a, b row by row, 16 numbers, with the pull of `ridge`;
        empty if not known. `purchases_ahead` takes its intervals from it.

    Examples
    --------
    >>> model = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, loglik=-9582.4, unit="week")
    >>> round(float(model.expected(39, 2, 30.43, 38.86)), 3)
    1.226
    """

    r: float = attrs.field(converter=float)
    alpha: float = attrs.field(converter=float)
    a: float = attrs.field(converter=float)
    b: float = attrs.field(converter=float)
    loglik: float | None = None
    log_errors: tuple[float, ...] = attrs.field(
        default=(math.nan,) * 4, converter=as_tuple, eq=attrs.cmp_using(eq=same_floats), hash=False
    )
    customers: int = 0
    repeaters: int = 0
    unit: str = "day"
    ridge: float = 0.0
    verdict: FitVerdict = "ok"
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    log_covariance: tuple[float, ...] = attrs.field(
        default=(), converter=as_tuple, eq=attrs.cmp_using(eq=same_floats), hash=False
    )

    def __attrs_post_init__(self) -> None:
        check_choice("verdict", self.verdict, FIT_VERDICTS)
        for field in ("r", "alpha", "a", "b"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value > 0):
                raise ArgumentError(f"{field!r} must be positive, got {value!r}")

    @property
    def params(self) -> tuple[float, float, float, float]:
        """The parameters r, alpha, a, b."""
        return self.r, self.alpha, self.a, self.b

    def interval(self, name: str, *, level: float = 0.95) -> Interval | None:
        """Return the interval of a parameter (Wald, on its log); None if it is not settled."""
        check_choice("name", name, ("r", "alpha", "a", "b"))
        at = ("r", "alpha", "a", "b").index(name)
        return log_interval(self.params[at], self.log_errors[at], level)

    def p_alive(self, frequency: object, recency: object, age: object) -> npt.NDArray[np.float64]:
        """Return the chance that customers still are customers.

        Parameters
        ----------
        frequency, recency, age : array_like
            As in `CustomerSummary`, in the model's unit.

        Returns
        -------
        ndarray of float64
            In (0, 1]; 1 without a repeat purchase, where the model knows no end.
        """
        return buytilldie.p_alive(*checked(frequency, recency, age), self.params)

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

        References
        ----------
        .. [1] Fader, Hardie & Lee (2005), Marketing Science 24:275, eq. (10).
        """
        time = checked_ahead(ahead)
        return buytilldie.expected(time, *checked(frequency, recency, age), self.params)

    def expected_new(self, ahead: object) -> npt.NDArray[np.float64]:
        """Return how many repeat purchases to expect of a new customer within a time."""
        return buytilldie.expected_new(checked_ahead(ahead), self.params)

    def loglik_each(
        self, frequency: object, recency: object, age: object
    ) -> npt.NDArray[np.float64]:
        """Return the log-likelihood of every customer under this model."""
        x, t, T = checked(frequency, recency, age)
        return buytilldie.loglik_each(x.astype(np.intp), t, T, self.params)


def fit_bgnbd(
    data: object,
    recency: object = None,
    age: object = None,
    *,
    as_of: Moment | None = None,
    unit: str = "week",
    ridge: float | None = None,
) -> BgNbd:
    """Fit how often customers buy until they stop (BG/NBD).

    Parameters
    ----------
    data : Purchases, CustomerSummary, or array_like of int, shape (n,)
        The purchases; or their summary; or the repeat purchases of each customer, then with
        `recency` and `age`.
    recency, age : array_like of float, shape (n,), optional
        As in `CustomerSummary`.
    as_of : date, datetime or ISO text, optional
        With purchases: the end of observation.
    unit : {"day", "week", "month"}
        The unit of time (of the model, and of `recency` and `age` where they are given).
    ridge : float, optional
        Strength of a pull of the parameters' logs to 0, in mean observation times. By default 0,
        and 0.001 with fewer than 200 customers or where the likelihood is flat (nobody stops).

    Returns
    -------
    BgNbd
        With ``verdict`` ``"not-enough-data"`` for fewer than 100 customers, fewer than 30 with a
        repeat purchase, or less than three median gaps of observation. The expected purchases
        then are a guess: use `lifecycle` and `repurchase_curve`. ``"likelihood-flat"`` where the
        likelihood does not settle the parameters (nobody seems to stop): P(alive) and what lies
        beyond the time observed are a guess then.

    See Also
    --------
    fit_buying : This model, MBG/NBD and Pareto/NBD, chosen by likelihood.
    purchases_ahead : What the model says of customers, with intervals.

    Raises
    ------
    DataError
        If figures of a customer cannot be, or nobody was observed for any time.
    ArgumentError
        If `ridge` is below 0, or `unit` is none of the three.

    Notes
    -----
    The likelihood of [1]_ is climbed from a fixed start with its exact gradient and Hessian;
    customers with equal figures are one term. Time O(d) an evaluation for d distinct customers.

    References
    ----------
    .. [1] Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science
       24:275.

    Examples
    --------
    >>> model = fit_bgnbd([2, 0, 1, 0], [30, 0, 10, 0], [39, 39, 39, 30])
    >>> model.verdict, model.faults[0].code
    ('not-enough-data', 'too-few-customers')
    """
    summary = summary_from(data, recency, age, as_of=as_of, unit=unit)
    fitted = fitted_law("bgnbd", summary, ridge)
    r, alpha, a, b = fitted.fit.params.tolist()
    return BgNbd(
        r=r,
        alpha=alpha,
        a=a,
        b=b,
        loglik=float(fitted.fit.loglik),
        log_errors=np.sqrt(np.diag(fitted.fit.covariance)).tolist(),
        log_covariance=fitted.fit.drawn.ravel().tolist(),
        customers=len(summary),
        repeaters=int((summary.frequency > 0).sum()),
        unit=summary.unit,
        ridge=fitted.fit.ridge,
        verdict=fitted.verdict,
        faults=fitted.faults,
    )
