"""CodedTexts: a column of texts as codes into its distinct ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

__all__ = ["CodedTexts"]


class CodedTexts(Sequence[str]):
    """A column of texts as codes into its distinct ones: it takes a fraction of their memory.

    It reads like a tuple of str, equals one of the same texts, and ``np.asarray`` makes an array.

    Parameters
    ----------
    codes : array_like of int, shape (n,)
        Places in `values`.
    values : sequence of str
        The texts, each once.

    Examples
    --------
    >>> column = CodedTexts.of(["web", "ads", "web"])
    >>> column[2], len(column), column == ("web", "ads", "web")
    ('web', 3, True)
    """

    __slots__ = ("codes", "values")

    def __init__(self, codes: npt.ArrayLike, values: Iterable[str]) -> None:
        self.values: tuple[str, ...] = tuple(values)
        narrow = np.min_scalar_type(-max(len(self.values), 1))
        self.codes: npt.NDArray[Any] = np.array(codes, dtype=narrow)
        self.codes.flags.writeable = False

    @classmethod
    def of(cls, texts: Iterable[str]) -> CodedTexts:
        """Return texts as codes; those that are coded already stay as they are."""
        if isinstance(texts, CodedTexts):
            return texts
        place: dict[str, int] = {}
        codes = [place.setdefault(str(text), len(place)) for text in texts]
        return cls(codes, place)

    def __len__(self) -> int:
        return self.codes.size

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice | npt.NDArray[Any]) -> CodedTexts: ...
    def __getitem__(self, place: int | slice | npt.NDArray[Any]) -> str | CodedTexts:
        if isinstance(place, slice | np.ndarray):
            return CodedTexts(self.codes[place], self.values)
        return self.values[int(self.codes[place])]

    def __iter__(self) -> Iterator[str]:
        values = self.values
        return (values[code] for code in self.codes.tolist())

    def take(self, rows: npt.NDArray[Any]) -> CodedTexts:
        """Return some rows: places, or bool for each row."""
        return self[rows]

    def tolist(self) -> list[str]:
        """Return the texts."""
        return list(self)

    def counts(self) -> dict[str, int]:
        """Return how often each text occurs, sorted; those that do not occur are left out."""
        number = np.bincount(self.codes, minlength=len(self.values)).tolist()
        return {text: n for text, n in sorted(zip(self.values, number, strict=True)) if n}

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        del copy
        texts: npt.NDArray[Any] = np.array(self.values or ("",), dtype=np.str_)[self.codes]
        return texts if dtype is None else texts.astype(dtype)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, CodedTexts) and self.values == other.values:
            return bool(np.array_equal(self.codes, other.codes))
        if isinstance(other, str) or not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self)) if len(self) <= 20 else f"<CodedTexts: {len(self):,} texts>"

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.codes, self.values))
