"""How many deals of each month are won, month by month after they entered: a triangle."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_positive_int
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import label_of
from salesfunnel._core.result import TableMixin
from salesfunnel.data.history.stage_history import StageHistory
from salesfunnel.data.history.until import first_unknown
from salesfunnel.definitions.funnel import Funnel, win_of

__all__ = ["DealCohorts", "deal_cohorts"]


@attrs.frozen(kw_only=True, repr=False)
class DealCohorts(TableMixin):
    """The share of the deals of each month that is won by the end of every later month.

    Parameters
    ----------
    periods : tuple of str
        Months of the first entry, shape (T,), the earliest first.
    entered : ndarray of int64, shape (T,)
        Deals that entered the funnel in the month.
    won : ndarray of float64, shape (T, K)
        Of them, won by the end of the month that is k months later, k = 0 to K - 1: a count that
        never falls along a row; NaN where that month is not over.
    source, target : str
        The first stage, and the win.
    funnel : Funnel, optional
        Names the stages for people.

    Notes
    -----
    A month counts as over only if it ended before `as_of`, so that recent cohorts are not taken
    for worse ones. A deal that skipped the first stage entered when it reached a later one.
    """

    periods: tuple[str, ...] = attrs.field(converter=as_tuple)
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    won: npt.NDArray[np.float64] = array_field(np.float64)
    source: str
    target: str
    funnel: Funnel | None = None

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "periods", "entered", "won")

    def __repr__(self) -> str:
        months = f"{self.periods[0]} to {self.periods[-1]}" if self.periods else "no month"
        return f"<DealCohorts of {months}: {int(self.entered.sum()):,} deals>"

    @property
    def share(self) -> npt.NDArray[np.float64]:
        """Won deals ÷ entered ones, in [0, 1], shape (T, K); NaN where nobody entered as well."""
        size = np.where(self.entered > 0, self.entered, np.nan)[:, None]
        return np.asarray(self.won / size, dtype=np.float64)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per month of entry: its deals, and those won by each later month."""
        table: dict[str, npt.NDArray[Any]] = {
            "period": np.array(self.periods, np.str_),
            "entered": self.entered,
        }
        months = self.won.shape[1] if self.won.ndim == 2 else 0
        return table | {f"won_{k}": self.won[:, k] for k in range(months)}


def deal_cohorts(history: StageHistory, *, cohorts: int = 12, months: int = 12) -> DealCohorts:
    """Return how many deals of the last months are won, month by month.

    Parameters
    ----------
    history : StageHistory
    cohorts : int
        Months of entry at most, the latest that are over.
    months : int
        Months to follow them, that of the entry being the first.

    Raises
    ------
    ArgumentError
        If a number is not positive, or the history has no win.
    """
    check_positive_int("cohorts", cohorts, minimum=1)
    check_positive_int("months", months, minimum=1)
    win = win_of(history.stages, history.funnel)
    if win is None or win == history.stages[0]:
        raise ArgumentError(
            f"'history' must have a stage that is the win, got {', '.join(history.stages)}",
            hint="say so in its funnel: Stage(..., won=True)",
        )
    at = history.reached_at()
    began, ended = at[:, 0], at[:, history.stages.index(win)]
    last = int(period_numbers(np.array([first_unknown(history)]), "month")[0]) - 1
    known = ~np.isnat(began)
    start = period_numbers(np.where(known, began, history.as_of), "month")
    known &= start <= last
    first = max(int(start[known].min(initial=last + 1)), last - cohorts + 1)
    T, K = max(last - first + 1, 0), min(months, max(last - first + 1, 0))
    done = known & ~np.isnat(ended) & (ended <= history.as_of)
    age = period_numbers(np.where(done, ended, history.as_of), "month") - start
    inside = known & (start >= first)
    counts = np.zeros((T, K), dtype=np.int64)
    won = inside & done & (age < K)
    np.add.at(counts, (start[won] - first, np.maximum(age[won], 0)), 1)
    over = np.arange(T)[:, None] + np.arange(K)[None, :] < T
    return DealCohorts(
        periods=tuple(label_of(n, "month") for n in range(first, last + 1)),
        entered=np.bincount(start[inside] - first, minlength=T)[:T],
        won=np.where(over, counts.cumsum(axis=1), np.nan),
        source=history.stages[0],
        target=win,
        funnel=history.funnel,
    )
