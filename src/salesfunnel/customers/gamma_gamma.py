"""Gamma–Gamma: what a customer will spend a purchase."""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.inputs import Moment
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import check_not_a_file
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels.customers import spending
from salesfunnel.customers._model_input import (
    FIT_VERDICTS,
    FitVerdict,
    log_interval,
    same_floats,
    whole_numbers,
)
from salesfunnel.data.purchases import CustomerSummary, Purchases
from salesfunnel.fault import Fault

__all__ = ["GammaGamma", "fit_gamma_gamma"]

REPEATERS, CORRELATION, STRENGTH = 30, 0.3, 2.0


@attrs.frozen(kw_only=True)
class GammaGamma(ResultMixin):
    """A fitted Gamma–Gamma model: every customer spends round a level of his own.

    Parameters
    ----------
    p, q, v : float
        Purchases scatter as Gamma(p, ν) with ν spread as Gamma(q, v) over customers.
    loglik : float, optional
        Log-likelihood at the top.
    log_errors : tuple of float
        Standard errors of the logs of p, q, v; NaN where the data do not settle them.
    customers : int
        How many were fitted (those with a repeat purchase of known amount).
    sample_mean : float
        The mean amount of their repeat purchases.
    correlation : float or None
        Of the number and the mean amount of purchases; the model takes it as 0.
    verdict : {"ok", "not-enough-data"}
        Whether the data are enough; `faults` say why not, and what else is suspicious.
    faults : tuple of Fault
        What was found.

    Examples
    --------
    >>> model = GammaGamma(p=6.25, q=3.74, v=15.44)
    >>> round(float(model.expected_mean(2, 22.35)), 2)
    24.66
    """

    p: float = attrs.field(converter=float)
    q: float = attrs.field(converter=float)
    v: float = attrs.field(converter=float)
    loglik: float | None = None
    log_errors: tuple[float, ...] = attrs.field(
        default=(math.nan,) * 3, converter=as_tuple, eq=attrs.cmp_using(eq=same_floats), hash=False
    )
    customers: int = 0
    sample_mean: float | None = None
    correlation: float | None = None
    verdict: FitVerdict = "ok"
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_choice("verdict", self.verdict, FIT_VERDICTS)
        for field in ("p", "q", "v"):
            value = getattr(self, field)
            if not (math.isfinite(value) and value > 0):
                raise ArgumentError(f"{field!r} must be positive, got {value!r}")

    @property
    def params(self) -> tuple[float, float, float]:
        """The parameters p, q, v."""
        return self.p, self.q, self.v

    @property
    def population_mean(self) -> float | None:
        """The mean amount of a purchase over all customers, p·v/(q − 1); None where q <= 1."""
        return self.p * self.v / (self.q - 1.0) if self.q > 1.0 else None

    def interval(self, name: str, *, level: float = 0.95) -> Interval | None:
        """Return the interval of a parameter (Wald, on its log); None if it is not settled."""
        check_choice("name", name, ("p", "q", "v"))
        at = ("p", "q", "v").index(name)
        return log_interval(self.params[at], self.log_errors[at], level)

    def expected_mean(self, frequency: object, monetary: object) -> npt.NDArray[np.float64]:
        """Return the mean amount to expect of customers' later purchases.

        Parameters
        ----------
        frequency : array_like
            Repeat purchases of known amount, at least 0.
        monetary : array_like of float
            Their mean amount; not used where `frequency` is 0.

        Raises
        ------
        DataError
            If an amount of a buyer is not positive, or q is at most 1 if there is no amount.

        Notes
        -----
        p(v + x·m)/(px + q − 1): the customer's own mean, shrunk toward that of the population [1]_.
        Where q <= 1 that is not defined; the customer's mean shrunk toward the sample's with the
        weight of two purchases is used instead.

        References
        ----------
        .. [1] Fader & Hardie (2013), The Gamma-Gamma model of monetary value, eq. (5).
        """
        x, m = (np.asarray(v, dtype=np.float64) for v in (frequency, monetary))
        if not ((x >= 0) & ((x == 0) | (m > 0))).all():
            raise DataError("'monetary' must be positive where 'frequency' is, got others")
        if self.q > 1.0:
            return spending.expected_mean(x, m, self.params)
        base = self.sample_mean
        if base is None:
            raise DataError(f"'q' must be above 1 without a sample mean, got {self.q!r}")
        own = np.where(x > 0, m, 0.0)
        return np.asarray((x * own + STRENGTH * base) / (x + STRENGTH))


def fit_gamma_gamma(
    data: object, monetary: object = None, *, as_of: Moment | None = None
) -> GammaGamma:
    """Fit what customers spend a purchase (Gamma–Gamma).

    Parameters
    ----------
    data : Purchases, CustomerSummary, or array_like of int, shape (n,)
        The purchases; or their summary; or the repeat purchases of each customer, then with
        `monetary`.
    monetary : array_like of float, shape (n,), optional
        Mean amount of the repeat purchases.
    as_of : date, datetime or ISO text, optional
        With purchases: the end of observation.

    Returns
    -------
    GammaGamma
        Fitted on customers with a repeat purchase of known, positive amount; ``verdict``
        ``"not-enough-data"`` for fewer than 30 of them.

    Raises
    ------
    DataError
        If fewer than two customers have a repeat purchase of known amount.
    ArgumentError
        If purchases come without `as_of`.

    References
    ----------
    .. [1] Fader & Hardie (2013), The Gamma-Gamma model of monetary value, note 025.

    Examples
    --------
    >>> fit_gamma_gamma([2, 1, 0, 3], [20.0, 35.0, 0.0, 28.0]).customers
    3
    """
    check_not_a_file("data", data, "Purchases", wanted="purchases or columns", tables=False)
    if isinstance(data, Purchases):
        if as_of is None:
            raise ArgumentError("'as_of' must be given with purchases, got None")
        data = data.summary(as_of)
    if isinstance(data, CustomerSummary):
        x: Any = data.frequency
        m = np.full(len(data), np.nan) if data.monetary is None else data.monetary
    else:
        x, m = whole_numbers("frequency", data), np.asarray(monetary, dtype=np.float64)
        if m.shape != x.shape:
            raise DataError(f"'monetary' must have shape {x.shape}, got {m.shape}")
    use = (x > 0) & np.isfinite(m) & (m > 0)
    x, m = x[use].astype(np.float64), m[use]
    if x.size < 2 or np.ptp(m) == 0:
        raise DataError(
            "'data' must hold customers with repeat purchases of different mean amounts,"
            f" got {x.size}"
        )
    fit = spending.fit(x, m)
    if not fit.converged or not np.isfinite(fit.covariance).all():
        fit = spending.fit(x, m, ridge=1e-3)
    p, q, v = fit.params.tolist()
    varied = np.ptp(x) > 0
    correlation = float(np.corrcoef(x, m)[0, 1]) if varied else None
    few = (
        []
        if x.size >= REPEATERS
        else [Fault.of("too-few-repeaters", n=int(x.size), needed=REPEATERS)]
    )
    notes = list(few)
    if correlation is not None and abs(correlation) >= CORRELATION:
        notes.append(Fault.of("amount-depends-on-frequency", correlation=correlation))
    if q <= 1.0:
        notes.append(Fault.of("population-mean-infinite", q=q))
    if not fit.converged:
        notes.append(Fault.of("fit-not-converged", n=fit.evaluations))
    return GammaGamma(
        p=p,
        q=q,
        v=v,
        loglik=float(fit.loglik),
        log_errors=np.sqrt(np.diag(fit.covariance)).tolist(),
        customers=int(x.size),
        sample_mean=float((x @ m) / x.sum()),
        correlation=correlation,
        verdict="not-enough-data" if few else "ok",
        faults=notes,
    )
