"""RowColumns: the rows of a sheet by columns, for sheets of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.periods import common_frequency, ordinal
from salesfunnel.data.tracking.row import TrackingRow

__all__ = ["RowColumns", "in_order_of_time"]


@attrs.frozen(kw_only=True, eq=False)
class RowColumns:
    """The rows of a sheet by columns; the rows themselves are made when they are asked for.

    Parameters
    ----------
    period, segment, metric : ndarray of int64, shape (rows,)
        Places in the names.
    actual : ndarray of int64, shape (rows,)
        The counts of the steps, 0 if there is none.
    known : ndarray of bool, shape (rows,)
        Which rows have a count.
    periods, segments, metrics : tuple of str
        The names, in order of the rows that have them first.
    make : callable
        Returns the rows, without rates.
    """

    period: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64]
    metric: npt.NDArray[np.int64]
    actual: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_]
    periods: tuple[str, ...]
    segments: tuple[str, ...]
    metrics: tuple[str, ...]
    make: Callable[[], Iterable[TrackingRow]]

    def __len__(self) -> int:
        return self.period.size

    def counts(
        self, periods: Iterable[str], segments: Iterable[str], metrics: Iterable[str | None]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return the counts by period, segment and metric, and which are missing."""
        places = []
        shape = []
        for codes, names, wanted in (
            (self.period, self.periods, [*periods]),
            (self.segment, self.segments, [*segments]),
            (self.metric, self.metrics, [*metrics]),
        ):
            at = {name: i for i, name in enumerate(wanted) if name is not None}
            table = np.array([*(at.get(name, -1) for name in names), -1], dtype=np.int64)
            places.append(table[codes])
            shape.append(len(wanted))
        here = self.known & np.logical_and.reduce([one >= 0 for one in places])
        counts = np.zeros(shape, dtype=np.int64)
        missing = np.ones(shape, dtype=np.bool_)
        cells = tuple(one[here] for one in places)
        counts[cells], missing[cells] = self.actual[here], False
        return counts, missing

    def above_all(self, chain: Sequence[str]) -> list[tuple[int, float]]:
        """Return the rows with more than the step before them, and their rate.

        Parameters
        ----------
        chain : sequence of str
            The metrics that follow each other.
        """
        step = {name: i for i, name in enumerate(chain)}
        table = np.array([*(step.get(name, -2) for name in self.metrics), -2], dtype=np.int64)
        steps = table[self.metric]
        width = len(chain) + 1
        group = self.period * max(len(self.segments), 1) + self.segment
        rows = np.flatnonzero((steps >= 0) & self.known)
        keys = group[rows] * width + steps[rows]
        order = np.argsort(keys)
        ranked = keys[order]
        before = np.minimum(np.searchsorted(ranked, keys - 1), max(ranked.size - 1, 0))
        some = (ranked[before] == keys - 1) & (steps[rows] > 0)
        above = self.actual[rows[order[before]]]
        found = some & (above > 0) & (self.actual[rows] > above)
        return [
            (int(row), int(self.actual[row]) / int(over))
            for row, over in zip(rows[found].tolist(), above[found].tolist(), strict=True)
        ]


def in_order_of_time(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names of periods in order of time where their names say it, else as they are."""
    by = common_frequency(names)
    return names if by == "none" else tuple(sorted(names, key=lambda name: ordinal(name, by)))
