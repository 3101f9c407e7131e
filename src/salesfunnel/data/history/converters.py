"""Converters and comparisons of the fields of a stage history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import arrays_equal
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import FrozenMap
from salesfunnel._core.moments import read_moment
from salesfunnel.data.coded_texts import CodedTexts

__all__ = ["AttributeColumns", "columns_of", "moment_of", "same_columns", "text_of"]

T = TypeVar("T")


def moment_of(value: object) -> np.datetime64:
    """Return a moment without a zone as datetime64[us]; a day is its first moment."""
    moment: np.datetime64
    if isinstance(value, np.datetime64) and np.isnat(value):
        moment = value.astype("datetime64[us]")  # told with all other problems
        return moment
    try:
        moment = read_moment("as_of", value).astype("datetime64[us]")
    except ArgumentError as error:
        raise DataError(error.message, hint=error.hint) from None
    return moment


def text_of(values: object) -> npt.NDArray[np.str_]:
    """Return a read-only copy as text."""
    array: npt.NDArray[np.str_]
    if isinstance(values, np.ndarray) and values.dtype.kind == "U":
        array = values
        if values.base is None and not values.flags.writeable:
            return array
    array = np.array(values, dtype=np.str_)
    array.flags.writeable = False
    return array


class AttributeColumns(FrozenMap[Any]):
    """Columns of text or floats by name; those that are kept as codes are made when asked for."""

    __slots__ = ("_known",)

    def __init__(self, items: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__(items)
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> npt.NDArray[Any]:
        column: Any = self._items[key]
        if isinstance(column, CodedTexts):
            column = np.asarray(column)
            column.flags.writeable = False
        found: npt.NDArray[Any] = column
        return found

    def held(self, key: str) -> Any:
        """Return a column as it is kept: CodedTexts, or an array."""
        return self._items[key]

    def worked_out(self, key: str, work: Callable[[Any], T]) -> T:
        """Return what `work` makes of a column as it is kept; worked out once, by one `work`."""
        if key not in self._known:
            self._known[key] = work(self._items[key])
        found: T = self._known[key]
        return found

    def taken(self, rows: npt.NDArray[Any]) -> dict[str, Any]:
        """Return some rows of every column, as they are kept."""
        return {name: column[rows] for name, column in self._items.items()}


def columns_of(value: Mapping[str, Any]) -> AttributeColumns:
    """Return attributes as read-only columns of text or floats."""
    if isinstance(value, AttributeColumns):
        return value
    columns: dict[str, Any] = {}
    for name, column in value.items():
        if isinstance(column, CodedTexts):
            columns[str(name)] = column
            continue
        array = np.asarray(column)
        if array.dtype.kind in "biuf":
            array = array.astype(np.float64)
        elif array.dtype.kind != "U":
            array = np.array(["" if v is None else str(v) for v in array.tolist()], dtype=np.str_)
        array = array.copy()
        array.flags.writeable = False
        columns[str(name)] = array
    return AttributeColumns(columns)


def same_columns(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether two mappings hold equal columns under the same names."""
    return set(left) == set(right) and all(arrays_equal(left[k], right[k]) for k in left)
