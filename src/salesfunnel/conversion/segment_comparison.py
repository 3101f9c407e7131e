"""SegmentComparison: the segments of a step against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_known
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel._core.rows import LazyRows
from salesfunnel._kernels.intervals import wilson
from salesfunnel.definitions.funnel import Funnel, Transition
from salesfunnel.fault import Fault

__all__ = ["CALLED", "LEAST", "SegmentComparison", "SegmentPair", "SegmentRow", "verdict_of"]

Float = npt.NDArray[np.float64]
PeerVerdict = Literal["worse", "better", "as-others", "not-enough-data"]
CALLED = 0.8
"""Probability from which a segment is called worse or better (docs/benchmarks/comparisons.md)."""
LEAST = 10
"""Entrants below which a segment that is not called is said to have too little data."""


@attrs.frozen(kw_only=True)
class SegmentRow(ResultMixin):
    """One segment compared with its peers.

    Parameters
    ----------
    segment : str
        Its name.
    entered, advanced : int
        Of `entered` mature entrants that are decided, `advanced` went on.
    still_open : int
        Mature entrants that are undecided and not among them.
    rate : float or None
        advanced ÷ entered as counted; None if nobody entered.
    interval : Interval or None
        Wilson interval of `rate`.
    shrunk : Interval
        Interval of the rate at the mix of all, shrunk toward the peers: as much of its posterior
        lies below as above. `estimate` is the mean of the posterior and lies inside, but not in
        the middle: the posterior is lopsided, the more so near 0 and 1 and where a segment may
        be like its peers or be of another kind.
    estimate : float
        Rate at the mix of all, shrunk toward the peers: what to expect of it.
    expected : float or None
        Rate that the mean peer would have with this segment's own mix.
    probability_worse, probability_better : float
        That its rate, at equal mix, is truly below or above that of the mean peer. With open
        entrants, whatever becomes of them: the smaller of what it is if they are left out and if
        they are lost. Then the two do not add up to 1.
    verdict : {"worse", "better", "as-others", "not-enough-data"}
        From `CALLED` on worse or better; with fewer than `LEAST` entrants otherwise
        not-enough-data.
    """

    segment: str
    entered: int
    advanced: int
    rate: float | None
    interval: Interval | None
    shrunk: Interval
    estimate: float
    expected: float | None
    probability_worse: float
    probability_better: float
    verdict: PeerVerdict
    still_open: int = 0


@attrs.frozen(kw_only=True)
class SegmentPair(ResultMixin):
    """One segment against another one, at equal mix and both shrunk toward the peers.

    Parameters
    ----------
    segment, other : str
        Their names.
    difference : float
        Rate of `segment` less that of `other`, in [-1, 1]: the mean of the posterior.
    interval : Interval
        Of the difference.
    probability_worse, probability_better : float
        That the rate of `segment` is truly below or above that of `other`; with open entrants as in
        `SegmentRow`.
    verdict : {"worse", "better", "as-others", "not-enough-data"}
        As in `SegmentRow`, of the one with fewer entrants.
    """

    segment: str
    other: str
    difference: float
    interval: Interval
    probability_worse: float
    probability_better: float
    verdict: PeerVerdict


@attrs.frozen(kw_only=True, repr=False)
class SegmentComparison(TableMixin):
    """Segments of one step against each other, most probably worse first.

    Parameters
    ----------
    transition : Transition
        The step.
    by : str
        The column whose values are the segments.
    adjust : tuple of str
        Columns that were adjusted for.
    segments : tuple of str
        Names, in the order of the arrays.
    entered, advanced : ndarray of int64, shape (segments,)
        Mature entrants, and those who went on.
    estimate, low, high, expected, probability_worse, probability_better : ndarray of float64
        As in `SegmentRow`.
    centre : float
        Rate of the mean peer at the mix of all.
    spread : float
        Standard deviation of the peers in log odds.
    alike : float
        Probability that all segments are alike.
    immature : int
        Deals that entered too recently to count.
    level : float
        Of the intervals.
    faults : tuple of Fault
        What is worth knowing.
    still_open : ndarray of int64, shape (segments,)
        Mature entrants that are still open and left out, as undecided.
    open_counted : bool
        Whether open mature entrants count as not advanced, since losses are hardly recorded.
    funnel : Funnel, optional
        Of the data: it names the steps for people.
    pair : SegmentPair, optional
        The two segments that were asked for with ``between=``.
    """

    transition: Transition
    by: str
    adjust: tuple[str, ...]
    segments: tuple[str, ...]
    entered: npt.NDArray[np.int64] = array_field(np.int64)
    advanced: npt.NDArray[np.int64] = array_field(np.int64)
    still_open: npt.NDArray[np.int64] = array_field(np.int64)
    estimate: Float = array_field(np.float64)
    low: Float = array_field(np.float64)
    high: Float = array_field(np.float64)
    expected: Float = array_field(np.float64)
    probability_worse: Float = array_field(np.float64)
    probability_better: Float = array_field(np.float64)
    centre: float
    spread: float
    alike: float
    immature: int = 0
    level: float = 0.95
    faults: tuple[Fault, ...] = ()
    open_counted: bool = True
    funnel: Funnel | None = None
    pair: SegmentPair | None = None

    def __attrs_post_init__(self) -> None:
        check_one_length(
            self,
            "segments",
            "entered",
            "advanced",
            "estimate",
            "low",
            "high",
            "expected",
            "probability_worse",
            "probability_better",
        )

    def __repr__(self) -> str:
        called = int((self.probability_worse >= CALLED).sum())
        return f"<SegmentComparison {self.transition} by {self.by}: {len(self)}, {called} worse>"

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[SegmentRow]:
        return iter(self.rows)

    @property
    def order(self) -> npt.NDArray[np.intp]:
        """Positions of the segments, most probably worse first, then by entrants and name."""
        names = np.array(self.segments, dtype=np.str_)
        return np.lexsort((names, -self.entered, -np.round(self.probability_worse, 12)))

    @property
    def rows(self) -> Sequence[SegmentRow]:
        """One row per segment, most probably worse first; built when read."""
        order = self.order
        return LazyRows(len(self), lambda place: self._row(int(order[place])))

    def find(self, segment: str) -> SegmentRow:
        """Return the row of one segment; raise UnknownNameError if there is none."""
        check_known("segment", segment, self.segments)
        return self._row(self.segments.index(segment))

    def _row(self, at: int) -> SegmentRow:
        n, x = int(self.entered[at]), int(self.advanced[at])
        expected = float(self.expected[at])
        low, high = wilson(x, n, self.level) if n else (np.nan, np.nan)
        worse, better = float(self.probability_worse[at]), float(self.probability_better[at])
        return SegmentRow(
            segment=self.segments[at],
            entered=n,
            advanced=x,
            rate=x / n if n else None,
            interval=Interval(float(low), float(high), self.level, "wilson") if n else None,
            shrunk=Interval(float(self.low[at]), float(self.high[at]), self.level, "hierarchical"),
            estimate=float(self.estimate[at]),
            expected=None if np.isnan(expected) else expected,
            probability_worse=worse,
            probability_better=better,
            verdict=verdict_of(worse, better, n),
            still_open=int(self.still_open[at]),
        )

    def limits(self, entrants: npt.ArrayLike, *, level: float = 0.95) -> tuple[Float, Float]:
        """Return the limits of a funnel plot: where a peer with so many entrants lies by chance.

        Parameters
        ----------
        entrants : array_like of float
            Numbers of entrants, above 0.
        level : float
            Share of peers inside, in (0, 1).

        Notes
        -----
        Wilson limits around `centre` (Spiegelhalter 2005), without the spread of the peers.
        """
        n = np.asarray(entrants, dtype=np.float64)
        low, high = wilson(self.centre * n, n, level)
        return np.asarray(low), np.asarray(high)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per segment, most probably worse first; NaN if there is no value."""
        order = self.order
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(self.entered > 0, self.advanced / self.entered, np.nan)
        figures = {
            "entered": self.entered, "advanced": self.advanced, "rate": rate,
            "estimate": self.estimate, "low": self.low, "high": self.high,
            "expected": self.expected, "still_open": self.still_open,
            "probability_worse": self.probability_worse,
            "probability_better": self.probability_better,
        }  # fmt: skip
        verdicts = [
            verdict_of(float(w), float(b), int(n))
            for w, b, n in zip(
                self.probability_worse, self.probability_better, self.entered, strict=True
            )
        ]
        return {
            "segment": np.array(self.segments, dtype=np.str_)[order],
            **{name: values[order] for name, values in figures.items()},
            "verdict": np.array(verdicts, dtype=np.str_)[order],
        }


def verdict_of(worse: float, better: float, entrants: int) -> PeerVerdict:
    """Return what two probabilities and a number of entrants say."""
    if worse >= CALLED:
        return "worse"
    if better >= CALLED:
        return "better"
    return "not-enough-data" if entrants < LEAST else "as-others"
