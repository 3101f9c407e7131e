"""Counted: how much of a sheet is read, told to whoever asked for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from salesfunnel.intake.files.text_cells import Progress

__all__ = ["Counted"]

T = TypeVar("T")
_EVERY = 500


class Counted:
    """Tells how far the reading of rows is: the first half as written, the second with a funnel.

    Parameters
    ----------
    report : callable, optional
        Called with what is done and what there is.
    rows : int
        How many rows there are.
    """

    def __init__(self, report: Progress | None, rows: int) -> None:
        self.half = max(rows, 1)
        self._report = report
        self._done = 0.0

    def each(self, items: Iterable[T], *, weight: float = 1.0) -> Iterator[T]:
        """Yield items and count them, each as so many rows."""
        for at, item in enumerate(items, 1):
            yield item
            self._done += weight
            if at % _EVERY == 0 and self._report is not None:
                self._report(min(int(self._done), 2 * self.half - 1), 2 * self.half)

    def read(self) -> None:
        """Tell that all is read as written."""
        if self._report is not None:
            self._report(self.half, 2 * self.half)

    def done(self) -> None:
        """Tell that all is read."""
        if self._report is not None:
            self._report(2 * self.half, 2 * self.half)
