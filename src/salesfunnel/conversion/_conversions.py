"""conversions: how many of those who enter each step go on, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice, check_fraction
from salesfunnel._core.vocabulary import INTERVAL_METHODS, IntervalMethod
from salesfunnel._kernels import intervals as kernel
from salesfunnel._kernels.rate_bounds import rate_bounds
from salesfunnel._kernels.weighted import effective_trials
from salesfunnel.conversion.counted import counted
from salesfunnel.conversion.counted import exposed as who_could
from salesfunnel.conversion.table import ConversionTable
from salesfunnel.data.history import StageHistory
from salesfunnel.data.panel import Panel

__all__ = ["conversions"]

Float = npt.NDArray[np.float64]
OK, NO_DATA, MISSING, ABOVE_ONE = range(4)


def conversions(
    panel: Panel | StageHistory,
    *,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    method: IntervalMethod = "wilson",
    lag: object = None,
) -> ConversionTable:
    """Work out how many of those who enter each step go on, and how sure that is.

    Parameters
    ----------
    panel : Panel or StageHistory
        Counts by period, segment and step; or deals, open ones counted separately: who has not
        been lost and has not had time to advance is no failure. Of a list, which does not say when
        deals entered their stages, the rate is that from creation to winning.
    by : str or sequence of str, optional
        Columns whose values are broken down by, ``"channel"`` or ``("channel", "region")``: one
        rate of each over all periods. Of deals also how long a period is: ``"month"``,
        ``("quarter", "channel")``. By default deals make one rate of each step over everything, and
        a panel one of each period and segment.
    level : float
        Nominal coverage of the intervals, in (0, 1).
    method : {"wilson", "jeffreys", "clopper-pearson"}
        How the intervals are made, see `salesfunnel.stats.rate_interval`.
    lag : optional
        How long entrants take, as in `find_bottlenecks`: rates are then advances ÷ those who could
        advance, the rates that its verdicts rest on.

    Returns
    -------
    ConversionTable
        One row per period, segment and step: rate, interval, status, cumulative rate.

    Raises
    ------
    ArgumentError
        If `level`, `method`, `by` or `panel` is not valid.
    UnknownNameError
        If there is no such column.

    Notes
    -----
    Rates of deals are those of ``panel(mode="entry")``: advances ÷ those who have had time, by the
    likelihood of who advanced, who was lost and who is still open at which age (`exposed`). A panel
    of cohorts counts open deals as not advanced; where there are some, a fault says how many.
    In ``period`` mode a rate is advances in the period ÷ entries in the period; it may pass 1 when
    older entrants advance, and then gets the interval of a ratio of counts and the status
    ``rate-gt-1``. Nothing is cut. With a lag, and by month of entry, `exposed` are
    those who could advance; how uncertain that is widens the interval:
    Var(log r) = (1 − r)/(n r) + cv².
    Rates of amounts (``panel(weight="value")``) have the interval of as many equal deals as give
    the spread of a ratio of sums over deals: one giant deal makes it wide.
    The interval of a cumulative rate is that of one rate with as many entrants as give the spread
    of the product: Var(log R) = Σ(1 − r)/(n r).

    Examples
    --------
    >>> import salesfunnel as sf
    >>> panel = sf.Panel.from_counts({"intent": 45, "won": 14})
    >>> row = conversions(panel).rows[0]
    >>> round(row.rate, 4), row.status, round(row.interval.low, 3), round(row.interval.high, 3)
    (0.3111, 'ok', 0.195, 0.457)

    Of four deals two ended; the other two are younger than those were, and say nothing yet:

    >>> dates = [("2026-01-05", "2026-02-01"), ("2026-01-25", "")]
    >>> rows = [
    ...     {"id": k, "stage": stage, "created": dates[k // 2][0], "closed": dates[k // 2][1],
    ...      "channel": "ads"}
    ...     for k, stage in enumerate(["Won", "Lost", "Open", "Open"])
    ... ]
    >>> row = conversions(sf.read_deals(rows, as_of="2026-02-01"), by="channel").rows[0]
    >>> row.segment, row.entered, round(row.exposed, 6), round(row.rate, 6)
    ('ads', 4, 2.0, 0.5)
    """
    check_choice("method", method, INTERVAL_METHODS)
    level = check_fraction("level", level, open_ends=True)
    panel, lags, faults = counted(panel, by, lag)
    entered, advanced, missing = panel.entered_advanced(weighted=True)
    n, cv2 = entered.astype(np.float64), None
    if lags is not None or panel.exposed is not None:
        n, cv2 = who_could(panel, lags)
        missing = missing | np.isnan(n)
        n = np.where(missing, 0.0, n)
    x = np.where(missing, 0.0, advanced)
    status = np.full(n.shape, OK, dtype=np.int8)
    status[x > n] = ABOVE_ONE
    status[n == 0] = NO_DATA
    status[missing] = MISSING
    if panel.squares is not None:
        squares = panel.squares
        trials = effective_trials(x, n, squares[..., 1:], squares[..., :-1])
        exact = np.where(n > 0, x / np.where(n > 0, n, 1.0), 0.0)
        x, n = exact * trials, trials
    rate, low, high = _rates(x, n, status, level, method, cv2)
    if panel.squares is not None:
        rate = np.where(np.isnan(rate), rate, exact)
    exposed = None if cv2 is None else np.where(missing, np.nan, n)
    n = n if cv2 is None else _worth(rate, n, cv2)
    whole: Float = np.multiply.accumulate(rate, axis=-1)  # NaN spreads to the steps after it
    if panel.upper is not None:
        least, most = rate_bounds(panel.counts, panel.upper)
        low, high = (np.where(status == MISSING, a, b) for a, b in ((least, low), (most, high)))
        whole = _to_exact_ends(panel, whole)
    n_eff = kernel.effective_entrants(rate, n)
    if panel.upper is not None:
        n_eff = np.where(np.isnan(rate), panel.counts[..., :1].astype(np.float64), n_eff)
    there = ~np.isnan(whole)
    above = there & (whole > 1)
    code = np.where(above, ABOVE_ONE, np.where(there, OK, NO_DATA)).astype(np.int8)
    product = np.where(there, whole, 0.0) * n_eff
    _, c_low, c_high = _rates(np.where(above, product, np.minimum(product, n_eff)), n_eff, code,
                              level, method)  # fmt: skip
    return ConversionTable(
        transitions=panel.transitions,
        periods=panel.periods,
        segments=panel.segments,
        entered=entered,
        advanced=advanced,
        rate=rate,
        low=low,
        high=high,
        cumulative=whole,
        cumulative_low=c_low,
        cumulative_high=c_high,
        status=status,
        level=level,
        method=method,
        mode=panel.mode,
        partial=panel.partial,
        exposed=exposed,
        funnel=panel.funnel,
        faults=(*panel.faults, *faults),
        attributes=panel.attributes,
    )


def _worth(rate: Float, n: Float, cv2: Float) -> Float:
    """Return how many entrants of certain exposure say as much about the rate."""
    r = np.clip(np.nan_to_num(rate, nan=0.5), 1e-6, 1 - 1e-6)
    with np.errstate(divide="ignore"):
        worth = 1 / (1 / n + np.nan_to_num(cv2) * r / (1 - r))
    return np.asarray(np.where(n > 0, worth, 0.0))


def _to_exact_ends(panel: Panel, whole: Float) -> Float:
    """Return cumulative rates, also across steps in doubt where both ends are exact."""
    unknown = panel.missing | (panel.upper != panel.counts)
    first, ends = panel.counts[..., :1], panel.counts[..., 1:]
    known = ~unknown[..., :1] & ~unknown[..., 1:] & (first > 0) & np.isnan(whole)
    return np.where(known, ends / np.maximum(first, 1), whole)


def _rates(
    x: Float,
    n: Float,
    status: npt.NDArray[np.int8],
    level: float,
    method: IntervalMethod,
    cv2: Float | None = None,
) -> tuple[Float, Float, Float]:
    """Return rates with their intervals by status; NaN, 0, 1 if there is none."""
    rate = np.full(n.shape, np.nan)
    low, high = np.zeros(n.shape), np.ones(n.shape)
    for code in (OK, ABOVE_ONE):
        at = status == code
        if not at.any():
            continue
        here: Any = ... if at.all() else at  # where all are alike nothing is picked out
        rate[here] = x[here] / n[here]
        if code == ABOVE_ONE and cv2 is not None:
            low[here], high[here] = kernel.ratio_of_doubt(rate[here], x[here], cv2[here], level)
        else:
            made = kernel.METHODS[method] if code == OK else kernel.ratio_above_one
            worth = n[here] if cv2 is None else _worth(rate[here], n[here], cv2[here])
            low[here], high[here] = made(rate[here] * worth, worth, level)
    return rate, low, high
