"""Column: the cells below one header; TextColumn: those of text, where they lie.

A column gives the times and the numbers that are written plainly, and its distinct cells: whoever
reads it asks the careful readers for each distinct cell that is left, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.text.amounts import PlainNumbers, plain_integers, plain_numbers
from salesfunnel._kernels.text.cells import Cells, gather
from salesfunnel._kernels.text.codes import Distinct, Pieces, distinct_cells
from salesfunnel._kernels.text.times import plain_times
from salesfunnel.intake.files.text_cells import WHITE, cells_of

Ints = npt.NDArray[Any]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ticks = npt.NDArray[np.int64]
States = npt.NDArray[np.int8]
_PART = 1 << 16
_SHORT = 32


@runtime_checkable
class Column(Protocol):
    """The cells of one column below the header."""

    @property
    def count(self) -> int:
        """How many cells there are."""
        ...

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        ...

    def plain_numbers(self, *, point: bool = True) -> PlainNumbers:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        ...

    def plain_integers(self) -> tuple[Ticks, Bools]:
        """Return whole numbers, exactly, and which cells are such."""
        ...

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the cell of each number.

        Numbers are given in the order in which cells come first.
        """
        ...

    def codes(self, rows: Ints | None = None) -> Codes:
        """Return the numbers that `distinct` gives, without the cells."""
        ...

    def take(self, rows: Ints) -> Column:
        """Return some rows, which ascend."""
        ...

    def blank(self) -> Bools:
        """Return in which cells nothing stands."""
        ...

    def maybe(self, text: str) -> Bools:
        """Return which cells may hold a text; all that do."""
        ...


class TextColumn:
    """Cells of text in UTF-8."""

    def __init__(self, pieces: Sequence[Cells]) -> None:
        self.pieces = Pieces(pieces)
        self._numbered: Distinct | None = None

    @classmethod
    def of(cls, texts: Sequence[str]) -> TextColumn:
        """Return a column of texts."""
        return cls([cells_of(texts[k : k + _PART]) for k in range(0, len(texts), _PART)])

    @property
    def count(self) -> int:
        """How many cells there are."""
        return self.pieces.count

    def plain_times(self, *, day_first: bool | None = None) -> tuple[Ticks, States]:
        """Return microseconds since 1970, and 0 not read, 1 without a zone, 2 in UTC, 3 empty."""
        ticks = np.empty(self.count, dtype=np.int64)
        states = np.empty(self.count, dtype=np.int8)
        for k, piece in enumerate(self.pieces.pieces):
            here = slice(self.pieces.ends[k], self.pieces.ends[k + 1])
            ticks[here], states[here] = plain_times(piece, day_first=day_first)
        return ticks, states

    def plain_numbers(self, *, point: bool = True) -> PlainNumbers:
        """Return numbers, NaN where empty or not read, and which cells are read."""
        values = np.empty(self.count, dtype=np.float64)
        known = np.empty(self.count, dtype=np.bool_)
        decided = False
        for k, piece in enumerate(self.pieces.pieces):
            here = slice(self.pieces.ends[k], self.pieces.ends[k + 1])
            values[here], known[here], sure = plain_numbers(piece, point=point)
            decided |= sure
        return PlainNumbers(values, known, decided)

    def plain_integers(self) -> tuple[Ticks, Bools]:
        """Return whole numbers, exactly, and which cells are such."""
        values = np.empty(self.count, dtype=np.int64)
        known = np.empty(self.count, dtype=np.bool_)
        for k, piece in enumerate(self.pieces.pieces):
            here = slice(self.pieces.ends[k], self.pieces.ends[k + 1])
            values[here], known[here] = plain_integers(piece)
        return values, known

    def distinct(self, rows: Ints | None = None) -> tuple[Codes, list[Any]]:
        """Return a number for each cell of all or some ascending rows, and the text of each."""
        pieces = self.pieces if rows is None else self.pieces.take(rows)
        found = self._whole() if rows is None else distinct_cells(pieces)
        return found.codes, pieces.texts(found.rows)

    def _whole(self) -> Distinct:
        """Return the numbers of all cells: columns are asked for them more than once."""
        if self._numbered is None:
            self._numbered = distinct_cells(self.pieces)
            self._numbered.codes.flags.writeable = False
        return self._numbered

    def codes(self, rows: Ints | None = None) -> Codes:
        """Return the numbers that `distinct` gives, without the texts."""
        if rows is None:
            return self._whole().codes
        return distinct_cells(self.pieces.take(rows)).codes

    def cell(self, row: int) -> str:
        """Return the text of one cell."""
        return self.pieces.raw(row).decode("utf-8", "surrogatepass")

    def take(self, rows: Ints) -> TextColumn:
        """Return some rows, which ascend."""
        return TextColumn(self.pieces.take(rows).pieces)

    def blank(self) -> Bools:
        """Return in which cells nothing stands, or white space."""
        parts = [np.zeros(0, dtype=np.bool_)]
        for piece in self.pieces.pieces:
            blank = piece.length == 0
            doubtful = np.flatnonzero(~blank & WHITE.take(piece.data.take(piece.start)))
            if doubtful.size:
                codes, words = TextColumn([piece.take(doubtful)]).distinct()
                blank[doubtful] = np.array([not word.strip() for word in words])[codes]
            parts.append(blank)
        return np.concatenate(parts)

    def maybe(self, text: str) -> Bools:
        """Return which cells may hold a text: they begin like it, or with white space."""
        head = np.frombuffer(text.encode("utf-8", "surrogatepass")[:8], dtype=np.uint8)
        parts = [np.zeros(0, dtype=np.bool_)]
        for data, start, _ in self.pieces.pieces:
            same = (gather(data, start, head.size) == head).all(axis=1) if head.size else True
            parts.append(same | WHITE.take(data.take(start)))
        return np.concatenate(parts)

    def array(self) -> npt.NDArray[np.str_] | None:
        """Return the texts as an array, without a text for each; None if they do not fit.

        They are short, in ASCII, and have no white space around them.
        """
        longest = max((int(p.length.max()) for p in self.pieces.pieces if p.length.size), default=0)
        if not 0 < longest <= _SHORT:
            return None
        found = np.zeros((self.count, longest), dtype=np.uint32)
        for k, (data, start, length) in enumerate(self.pieces.pieces):
            filled = np.flatnonzero(length > 0)
            edges = data.take(start[filled]), data.take(start[filled] + length[filled] - 1)
            if any(WHITE.take(edge).any() for edge in edges):
                return None
            here = found[self.pieces.ends[k] : self.pieces.ends[k + 1]]
            for place, byte in enumerate(np.ascontiguousarray(gather(data, start, longest).T)):
                inside = length > place
                plain = (byte > 0) & (byte < 128)
                if not (plain | ~inside).all():
                    return None
                here[:, place] = np.where(inside, byte, np.uint8(0))
        return found.view(f"U{longest}").reshape(-1)
