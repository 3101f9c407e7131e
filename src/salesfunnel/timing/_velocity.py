"""Sales velocity: what the pipeline brings a day, and why it changed."""

from __future__ import annotations

import math

import attrs
import numpy as np

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin
from salesfunnel.data.history import LOST, StageHistory
from salesfunnel.data.history.entry_intervals import closing_faults
from salesfunnel.fault import Fault
from salesfunnel.stats.mix import lmdi
from salesfunnel.stats.survival import aalen_johansen
from salesfunnel.timing.censoring_faults import censoring_faults, known_rate

__all__ = ["Velocity", "VelocityChange", "velocity", "velocity_change"]

_DAY = np.timedelta64(86_400_000_000, "us")
UNDATED = 0.05
"""Share of lost deals without a closing time from which a win rate is refused."""
FACTORS = ("opportunities", "value", "win_rate", "cycle_days")


@attrs.frozen(kw_only=True)
class Velocity(ResultMixin):
    """Revenue per day of the pipeline: opportunities × value × win rate ÷ cycle.

    Parameters
    ----------
    opportunities : int
        Open deals.
    value : float or None
        Mean value of won deals, in the currency of the data; None where none is known.
    win_rate : float or None
        Share of deals that are won in the end, in [0, 1], open ones censored; None where too few
        are decided to say it.
    cycle_days : float or None
        Median days from creation to winning among those who win, open ones censored.
    win_rate_interval : Interval or None
        Of the win rate.
    left_out : int
        Deals without dates or with a closing before their creation.
    undecided : float or None
        Share of deals still open where the win rate is read: it lies between `win_rate` and
        `win_rate` + `undecided` in the end. None if there is no win rate.
    faults : tuple of Fault
        ``rate-before-the-end``: many deals were decided later than where the win rate is read,
        with both figures; ``rate-undecided``: many are still open there, with both bounds;
        ``currencies-mixed``: amounts cannot be added, there is no value.
    currency : str
        Code of the currency of `value`; ``""`` if the data name none.

    Examples
    --------
    >>> Velocity(opportunities=50, value=8000, win_rate=0.25, cycle_days=60).per_day
    1666.6666666666667
    """

    opportunities: int
    value: float | None
    win_rate: float | None
    cycle_days: float | None
    win_rate_interval: Interval | None = None
    left_out: int = 0
    undecided: float | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)
    currency: str = ""

    @property
    def per_day(self) -> float | None:
        """Currency a day; None if a factor is unknown or the cycle is zero."""
        if self.value is None or self.win_rate is None or not self.cycle_days:
            return None
        return self.opportunities * self.value * self.win_rate / self.cycle_days


def velocity(
    history: StageHistory,
    *,
    level: float = 0.95,
    winsorise: float = 0.99,
    currency: str | None = None,
    rates: object = None,
) -> Velocity:
    """Return the sales velocity of a pipeline.

    Parameters
    ----------
    history : StageHistory
        The deals.
    level : float
        Nominal coverage of the interval of the win rate.
    winsorise : float
        Values of won deals above this quantile count as the quantile, so that one giant deal does
        not make the mean; 1 leaves them.
    currency : str, optional
        The currency of the value; that of the data, or the base of `rates`, by default.
    rates : Rates, or what `Rates` takes, optional
        Needed if there are several currencies: each win has the rate of its day. Without them
        there is no value, and a fault.

    Returns
    -------
    Velocity
        Win rate and cycle by Aalen–Johansen from creation: open deals are censored, lost ones are
        lost. The win rate is read where the data still hold, see ``AalenJohansen.eventual``; it is
        missing where more than half of the deals are still open there, or all wins come later:
        the faults say between which bounds it lies.

    Raises
    ------
    ArgumentError
        If `winsorise` is not in (0, 1].
    DataError
        If over 5% of the lost deals have no closing time.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> from salesfunnel.builtin.example_company import AS_OF, company_csv
    >>> deals = sf.read_deals(company_csv().encode(), funnel="b2b", as_of=str(AS_OF))
    >>> pace = sf.velocity(deals)
    >>> pace.opportunities, round(pace.win_rate, 2)
    (7, 0.17)
    """
    check_kind("history", history, StageHistory)
    if not 0.0 < winsorise <= 1.0:
        raise ArgumentError(f"'winsorise' must be in (0, 1], got {winsorise!r}")
    lost = history.outcome == LOST
    undated = lost & np.isnat(history.closed)
    if undated.sum() > UNDATED * lost.sum():
        raise DataError(
            "'history' must hold when deals were lost for velocity, got"
            f" {int(undated.sum())} of {int(lost.sum())} lost deals without it",
            hint="add the closing date to the export: without it every win rate is too high",
        )
    end = np.where(np.isnat(history.closed), history.observed_until, history.closed)
    with np.errstate(invalid="ignore"):
        good = (end >= history.created) & ~np.isnat(history.created)
        good &= (history.outcome == 0) | ~np.isnat(history.closed)
    days = (end[good] - history.created[good]) / _DAY
    curve = aalen_johansen(days, history.outcome[good])
    money = history.money(currency=currency, rates=rates)
    values = money.values[(history.outcome == 1) & np.isfinite(money.values)]
    value = None
    if values.size:
        value = float(np.minimum(values, np.quantile(values, winsorise)).mean())
    rate = known_rate(curve)
    return Velocity(
        opportunities=int((history.outcome == 0).sum()),
        value=value,
        win_rate=rate,
        cycle_days=curve.quantile(0.5),
        win_rate_interval=None if rate is None else curve.interval(level=level),
        left_out=int((~good).sum()),
        undecided=None if rate is None else curve.undecided,
        faults=(
            *censoring_faults(curve, "win_rate"),
            *closing_faults(history),
            *money.faults,
        ),
        currency=money.currency,
    )


@attrs.frozen(kw_only=True)
class VelocityChange(ResultMixin):
    """How much each factor brought to a change of velocity, in currency a day.

    The four parts add up to the change exactly and do not depend on their order (logarithmic mean
    Divisia index, Ang 2005).

    Attributes
    ----------
    before, after : Velocity
        The two velocities.
    opportunities, value, win_rate, cycle_days : float
        What each factor brought, in currency a day.
    """

    before: Velocity
    after: Velocity
    opportunities: float
    value: float
    win_rate: float
    cycle_days: float

    @property
    def change(self) -> float:
        """The change of velocity, in currency a day."""
        return self.opportunities + self.value + self.win_rate + self.cycle_days


def velocity_change(before: Velocity, after: Velocity) -> VelocityChange:
    """Split the change between two velocities over their four factors.

    Parameters
    ----------
    before, after : Velocity
        All four factors known and above zero.

    Returns
    -------
    VelocityChange
        Parts in currency a day; they add up to the change.

    Raises
    ------
    ArgumentError
        If one of the two is not known, a factor is zero, or their currencies differ.

    Examples
    --------
    >>> old = Velocity(opportunities=50, value=8000, win_rate=0.25, cycle_days=60)
    >>> change = velocity_change(old, Velocity(
    ...     opportunities=50, value=8000, win_rate=0.25, cycle_days=40))
    >>> round(change.cycle_days, 2), change.value
    (833.33, 0.0)
    """
    rows = []
    for name, one in (("before", before), ("after", after)):
        check_kind(name, one, Velocity)
        factors = (one.opportunities, one.value, one.win_rate, one.cycle_days)
        if not one.per_day or any(not factor for factor in factors):
            raise ArgumentError(f"{name!r} must have all four factors above zero, got {one!r}")
        known = [float(factor) for factor in factors if factor is not None]
        rows.append([*known[:3], 1.0 / known[3]])
    parts = [float(part) for part in lmdi(*rows)]
    if before.currency != after.currency:
        raise ArgumentError(
            f"velocities must be in one currency, got {before.currency!r} and {after.currency!r}"
        )
    if not all(map(math.isfinite, parts)):
        raise ArgumentError(f"velocities must be finite, got {before!r} and {after!r}")
    return VelocityChange(before=before, after=after, **dict(zip(FACTORS, parts, strict=True)))
