"""FieldHistory: how one field of the deals changed over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import TableMixin
from salesfunnel._kernels.ledger import Track, starts_of, values_as_of

__all__ = ["DATES", "FIELDS", "NUMBERS", "TEXTS", "FieldHistory", "HistoryField"]

HistoryField = Literal[
    "amount",
    "currency",
    "expected",
    "category",
    "owner",
    "pipeline",
    "stage",
    "outcome",
    "probability",
]
FIELDS: tuple[str, ...] = get_args(HistoryField)
NUMBERS = ("amount", "probability")
DATES = ("expected",)
TEXTS = ("currency", "category", "owner", "pipeline", "stage", "outcome")

_NAT = np.datetime64("NaT", "D")


@attrs.frozen(kw_only=True, repr=False)
class FieldHistory(TableMixin):
    """How one field of the deals changed over time: sorted columns, one row per change.

    Make one with ``StageHistory.with_changes``, which sorts and cleans the rows; the constructor
    takes the canonical columns.

    Parameters
    ----------
    deal : array_like of int64, shape (m,)
        Row of the deal in the history, ascending.
    time : array_like of datetime64[us], shape (m,)
        When the field took this value; ascending within a deal, no two alike.
    number : array_like of float64, shape (m,)
        The value: a number; the days since 1970-01-01 of a date; or the position in `words` of a
        text. NaN where the field became unknown.
    words : tuple of str
        The texts of a text field; empty for numbers and dates.
    known_since : array_like of datetime64[us], shape (m,), optional
        The value came after this moment and not after `time`; `time` itself by default. Weekly
        exports give the date of the export before.
    present_only : bool
        Whether the source gave today's values only: they are then used for every moment, and
        ``StageHistory.leaks`` names the field.

    Raises
    ------
    DataError
        If columns differ in length, are not sorted, or hold positions outside `words`.

    Examples
    --------
    >>> amount = FieldHistory(
    ...     deal=[0, 0, 0], time=["2026-09-02", "2026-09-06", "2026-09-10"],
    ...     number=[1000, 1500, 900])
    >>> [amount.at(f"2026-09-{day:02d}", 1).tolist() for day in (1, 2, 9, 10)]
    [[nan], [1000.0], [1500.0], [900.0]]
    """

    deal: npt.NDArray[np.int64] = array_field(np.int64)
    time: npt.NDArray[np.datetime64] = array_field("datetime64[us]")
    number: npt.NDArray[np.float64] = array_field(np.float64)
    words: tuple[str, ...] = attrs.field(default=(), converter=as_tuple)
    known_since: npt.NDArray[np.datetime64] | None = array_field("datetime64[us]", default=None)
    present_only: bool = False

    def __attrs_post_init__(self) -> None:
        m = self.deal.size
        for name in ("time", "number", "known_since"):
            column = getattr(self, name)
            if column is not None and column.shape != (m,):
                raise DataError(f"{name!r} must have shape ({m},), got {column.shape}")
        if m and int(self.deal.min()) < 0:
            raise DataError("'deal' must hold rows of deals, got a negative one")
        if np.isnat(self.time).any():
            raise DataError("'time' must hold times, got NaT")
        same = self.deal[1:] == self.deal[:-1]
        if ((self.deal[1:] < self.deal[:-1]) | (same & (self.time[1:] <= self.time[:-1]))).any():
            raise DataError("'deal' and 'time' must be sorted and unique, got others")
        if self.known_since is not None and (self.known_since > self.time).any():
            raise DataError("'known_since' must not be after 'time', got a later one")
        if self.words and m:
            known = self.number[np.isfinite(self.number)]
            if known.size and not (known.min() >= 0 and known.max() < len(self.words)):
                raise DataError("'number' must hold positions in 'words', got one outside")

    def __repr__(self) -> str:
        return f"<FieldHistory: {len(self):,} changes of {np.unique(self.deal).size:,} deals>"

    def __len__(self) -> int:
        return int(self.deal.size)

    def track(self, n: int) -> Track:
        """Return the rows as a track of `n` deals, for kernels; times in microseconds."""
        if self.present_only:
            early = np.full(len(self), np.iinfo(np.int64).min + 1)
            return Track(starts_of(self.deal, n), self.deal, early, self.number)
        return Track(starts_of(self.deal, n), self.deal, self.time.view(np.int64), self.number)

    def at(self, time: object, n: int) -> npt.NDArray[np.float64]:
        """Return the number of each of `n` deals at a moment, NaN before its first row.

        Parameters
        ----------
        time : datetime64, or array_like of datetime64, shape (n,)
            One moment for all, or one per deal; NaT gives NaN.
        n : int
            Number of deals.
        """
        moment = np.asarray(time, dtype="datetime64[us]")
        ticks = moment.view(np.int64) if moment.ndim else moment.astype(np.int64)
        found = values_as_of(self.track(n), ticks)
        return np.where(np.isnat(moment), np.nan, found)

    def typed(self, number: npt.NDArray[np.float64], *, dates: bool) -> npt.NDArray[Any]:
        """Return numbers as what they mean: texts (``""`` unknown), dates, or numbers."""
        return typed(number, self.words, dates=dates)

    def of(self, rows: npt.NDArray[np.intp], n: int) -> FieldHistory:
        """Return the changes of the deals in `rows`, numbered by their place there.

        Parameters
        ----------
        rows : ndarray of intp, shape (k,)
            Deals to keep, in their new order; one may come more than once.
        n : int
            Number of deals before.
        """
        start = starts_of(self.deal, n)
        count = (start[1:] - start[:-1])[rows]
        total = int(count.sum())
        first = np.cumsum(count) - count
        take = np.repeat(start[:-1][rows] - first, count) + np.arange(total)
        since = None if self.known_since is None else self.known_since[take]
        return attrs.evolve(
            self,
            deal=np.repeat(np.arange(rows.size), count),
            time=self.time[take],
            number=self.number[take],
            known_since=since,
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per change: deal (its row in the history), time, value."""
        value = self.typed(self.number, dates=False)
        return {"deal": self.deal, "time": self.time, "value": value}


def typed(
    number: npt.NDArray[np.float64], words: Sequence[str], *, dates: bool
) -> npt.NDArray[Any]:
    """Return numbers as texts of `words`, as dates, or as they are."""
    if dates:
        known = np.isfinite(number)
        days = np.where(known, number, 0).astype(np.int64).astype("datetime64[D]")
        return np.where(known, days, _NAT)
    if words:
        texts = np.array([*words, ""], dtype=np.str_)
        return np.asarray(texts[np.where(np.isfinite(number), number, -1).astype(np.intp)])
    return number


def joined(
    left: FieldHistory | None, right: FieldHistory | None, n: int, *, text: bool
) -> FieldHistory:
    """Return the changes of two histories, the second of which begins at deal `n`."""
    parts = [part for part in (left, right) if part is not None]
    words = tuple(sorted({word for part in parts for word in part.words})) if text else ()
    place = {word: k for k, word in enumerate(words)}
    numbers = []
    for part in parts:
        moved = np.array([place[word] for word in part.words] or [0], dtype=np.float64)
        known = np.isfinite(part.number)
        codes = np.where(known, part.number, 0).astype(np.intp)
        numbers.append(np.where(known, moved[codes], np.nan) if words else part.number)
    since = None
    if any(part.known_since is not None for part in parts):
        since = np.concatenate(
            [part.time if part.known_since is None else part.known_since for part in parts]
        )
    return FieldHistory(
        deal=np.concatenate([part.deal + (n if part is right else 0) for part in parts]),
        time=np.concatenate([part.time for part in parts]),
        number=np.concatenate(numbers),
        words=words,
        known_since=since,
        present_only=any(part.present_only for part in parts),
    )
