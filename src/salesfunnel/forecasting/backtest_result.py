"""Backtest: forecasts of the past and what came, and the scores of each way to forecast."""

from __future__ import annotations

from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import DataError, UnknownNameError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import TableMixin
from salesfunnel.fault import Fault

__all__ = ["SCOPES", "WAYS", "Backtest", "BacktestScore", "Scope", "Way"]

Way = Literal[
    "age-conditioned",
    "stage-weights",
    "static-win-rate",
    "last-period",
    "stage-and-age",
    "every-covariate",
]
WAYS: tuple[str, ...] = get_args(Way)

Scope = Literal["open", "all"]
SCOPES: tuple[str, ...] = get_args(Scope)

Floats = npt.NDArray[np.float64]


def _none() -> npt.NDArray[np.bool_]:
    return np.empty(0, dtype=np.bool_)


@attrs.frozen(kw_only=True)
class BacktestScore:
    """How good one way to forecast was over all origins.

    Parameters
    ----------
    way : str
        ``"age-conditioned"``: ours. ``"stage-weights"``: the CRM's weight of each stage times open
        value. ``"static-win-rate"``: the win rate of closed deals times open value.
        ``"last-period"``: what was won in the same time before. ``"stage-and-age"`` and
        ``"every-covariate"``: ours with no covariates, and with all of them, where ours may choose.
    scope : {"open", "all"}
        The value won from deals that were open at the origin, or from all.
    wape : float or None
        Sum of absolute errors over the sum of what was won; None where nothing was.
    bias : float or None
        Sum of forecast less what was won, over the latter.
    coverage : float or None
        Share of origins at which the 80% interval held what came; None for ways without one.
    crps : float or None
        Mean continuous ranked probability score, in the unit of the value.
    pinball : float or None
        Mean pinball loss of the quantiles .1 and .9.
    log_loss : float or None
        Mean log loss of the chances of the open deals, in nats; for ours and ``scope="open"``.
    """

    way: Way
    scope: Scope
    wape: float | None
    bias: float | None
    coverage: float | None = None
    crps: float | None = None
    pinball: float | None = None
    log_loss: float | None = None

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class Backtest(TableMixin):
    """Forecasts of the past compared with what came.

    Parameters
    ----------
    horizon : int
        Days.
    origins : array_like of datetime64[D], shape (k,)
        The days of the forecasts.
    actual_open, actual : array_like of float64, shape (k,)
        Value won in the time after, from deals that were open at the origin, and from all.
    expected_open, expected, low, high : array_like of float64, shape (k,)
        The forecast of them and its 80% interval (of all).
    open_low, open_high : array_like of float64, shape (k,)
        The 80% interval of the value from open deals.
    stage_weights, static, last : array_like of float64, shape (k,)
        What the other ways said.
    scores : tuple of BacktestScore
        Of every way.
    faults : tuple of Fault
        What is suspicious.
    with_covariates : array_like of bool, shape (k,) or (0,)
        Whether traits of the deals were used.
    """

    horizon: int
    origins: npt.NDArray[np.datetime64] = array_field("datetime64[D]")
    actual_open: Floats = array_field(np.float64)
    actual: Floats = array_field(np.float64)
    expected_open: Floats = array_field(np.float64)
    expected: Floats = array_field(np.float64)
    low: Floats = array_field(np.float64)
    high: Floats = array_field(np.float64)
    open_low: Floats = array_field(np.float64)
    open_high: Floats = array_field(np.float64)
    stage_weights: Floats = array_field(np.float64)
    static: Floats = array_field(np.float64)
    last: Floats = array_field(np.float64)
    scores: tuple[BacktestScore, ...] = attrs.field(converter=as_tuple)
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    with_covariates: npt.NDArray[np.bool_] = array_field(np.bool_, factory=_none)

    def __attrs_post_init__(self) -> None:
        n = len(self.origins)
        for field in ("actual_open", "actual", "expected_open", "expected", "low", "high"):
            if getattr(self, field).shape != (n,):
                raise DataError(f"{field!r} must have {n} rows, got {getattr(self, field).shape}")

    def __repr__(self) -> str:
        score = self.score("age-conditioned", "all")
        shown = "–" if score.wape is None else f"{score.wape:.2f}"
        return f"<Backtest {len(self.origins)} origins, {self.horizon} days: WAPE {shown}>"

    def score(self, way: Way, scope: Scope = "all") -> BacktestScore:
        """Return the score of one way; raise UnknownNameError if there is none."""
        for score in self.scores:
            if (score.way, score.scope) == (way, scope):
                return score
        listed = ", ".join(f"{s.way}/{s.scope}" for s in self.scores)
        raise UnknownNameError(
            f"'way' and 'scope' must be scored, got {way!r} and {scope!r}", hint=f"known: {listed}"
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an origin."""
        return {
            "origin": self.origins,
            "actual_open": self.actual_open,
            "expected_open": self.expected_open,
            "actual": self.actual,
            "expected": self.expected,
            "low": self.low,
            "high": self.high,
            "stage_weights": self.stage_weights,
            "static": self.static,
            "last": self.last,
        }
