"""Columns of text numbered by hashing.

For speed alone: a column that does not fit is None here, and is then read value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.events.encoding import text_codes
from salesfunnel._kernels.events.texts import FixedTexts, OffsetTexts, Texts
from salesfunnel.data.events.scalars import is_missing

FEW = 200
"""For fewer values it does not pay."""
BETWEEN = "\x1f"
"""Separator of joined texts; a column with a text that holds it is read value by value."""


class Factorized(NamedTuple):
    """A column of texts as numbers.

    `codes` has a number for each row, -1 where it is missing or blank; `rows` has a row for each
    number, and `numbers` are those that occur.
    """

    codes: npt.NDArray[np.int32]
    rows: npt.NDArray[Any]
    numbers: npt.NDArray[np.intp]
    pick: Callable[[npt.NDArray[Any]], list[str]]

    def names(self, numbers: npt.NDArray[Any]) -> list[str]:
        """Return the texts of some numbers."""
        return self.pick(self.rows[numbers])


class EntityNames:
    """The names of entities by code: known, or still in the column they came in."""

    def __init__(self, values: Any = None, *, look_up: Callable[[Any], Any] | None = None) -> None:
        self._values = values
        self._look_up = look_up

    def __getitem__(self, codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = (
            self._values[codes] if self._look_up is None else self._look_up(codes)
        )
        return found


class Ids(NamedTuple):
    """A column of entities as codes, -1 where missing; numbers that are not used have no name."""

    codes: npt.NDArray[Any]
    names: EntityNames


def names_array(values: Iterable[Any]) -> npt.NDArray[Any]:
    """Return names as an array of objects."""
    listed = list(values)
    names = np.empty(len(listed), dtype=object)
    names[:] = listed
    return names


def factorized_ids(found: Factorized) -> Ids:
    """Return texts that are numbered as entities, whose names are looked up when asked for."""
    return Ids(found.codes, EntityNames(look_up=lambda codes: names_array(found.names(codes))))


def factorize(
    texts: Texts,
    nulls: npt.NDArray[np.bool_] | None,
    pick: Callable[[npt.NDArray[Any]], list[str]],
) -> Factorized | None:
    """Return texts as numbers; None if they are not fit for it.

    `pick` returns the texts of some rows.
    """
    found = text_codes(texts)
    if found is None:
        return None
    codes, rows, used = found
    if nulls is not None:
        # What stands at a null is nothing that anybody wrote.
        codes[nulls] = -1
    numbers = np.flatnonzero(used)
    doubtful = numbers[texts.may_be_blank(rows[numbers])]
    blank = [not name.strip() for name in pick(rows[doubtful])]
    if any(blank):
        gone = np.zeros(used.size, dtype=np.bool_)
        gone[doubtful] = blank
        codes[gone.take(codes) & (codes >= 0)] = -1
        numbers = numbers[~gone[numbers]]
    codes.flags.writeable = False
    return Factorized(codes, rows, numbers, pick)


def factorize_array(array: npt.NDArray[Any]) -> Factorized | None:
    """Return a one-dimensional array of text (numpy's S, U or O) as numbers; None if it is none."""
    if array.size < FEW:
        return None
    if array.dtype.kind == "O":
        return _factorize_list(array.tolist())
    if array.dtype.kind not in "SU" or not array.dtype.itemsize:
        return None
    native = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("="), copy=False))
    cell = np.dtype(np.uint8 if array.dtype.kind == "S" else np.uint32)
    cells = native.view(cell).reshape(array.size, -1)
    if array.dtype.kind == "S" and int(cells.max()) > 127:
        return None

    def pick(rows: npt.NDArray[Any]) -> list[str]:
        return [_text(name) for name in native[rows].tolist()]

    return factorize(FixedTexts(cells), None, pick)


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _factorize_list(values: list[Any]) -> Factorized | None:
    nulls = None
    try:
        whole = BETWEEN.join(values)
    except TypeError:
        other = [row for row, value in enumerate(values) if not isinstance(value, str)]
        if not all(is_missing(values[row]) for row in other):
            return None
        nulls = np.zeros(len(values), dtype=np.bool_)
        nulls[other] = True
        for row in other:
            values[row] = ""
        whole = BETWEEN.join(values)
    data = np.frombuffer(whole.encode("utf-8", "surrogatepass"), dtype=np.uint8)
    ends = np.flatnonzero(data == ord(BETWEEN))
    if ends.size != len(values) - 1:
        return None
    offsets = np.concatenate([[0], ends + 1, [data.size + 1]])

    def pick(rows: npt.NDArray[Any]) -> list[str]:
        return [values[row] for row in rows.tolist()]

    return factorize(OffsetTexts(data, offsets, gap=1), nulls, pick)
