"""Converters and comparisons of the fields of a stage history."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import arrays_equal
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import FrozenMap

__all__ = ["columns_of", "moment_of", "same_columns", "text_of"]

_ZONE = re.compile(r"T.*(Z|[+-]\d\d:?\d\d)$|Z$")


def moment_of(value: Any) -> Any:
    """Return a moment without a zone as datetime64[us]."""
    aware = isinstance(value, datetime) and value.tzinfo is not None
    if aware or (isinstance(value, str) and _ZONE.search(value)):
        raise DataError(f"'as_of' must be a time without a zone, got {value!r}")
    try:
        return np.datetime64(value, "us")
    except (TypeError, ValueError) as error:
        raise DataError(f"'as_of' must be a time, got {value!r}") from error


def text_of(values: Any) -> npt.NDArray[np.str_]:
    """Return a read-only copy as text."""
    array = np.array(values, dtype=np.str_)
    array.flags.writeable = False
    return array


def columns_of(value: Mapping[str, Any]) -> FrozenMap[Any]:
    """Return attributes as read-only columns of text or floats."""
    columns = {}
    for name, column in value.items():
        array = np.asarray(column)
        if array.dtype.kind in "biuf":
            array = array.astype(np.float64)
        elif array.dtype.kind != "U":
            array = np.array(["" if v is None else str(v) for v in array.tolist()], dtype=np.str_)
        array = array.copy()
        array.flags.writeable = False
        columns[str(name)] = array
    return FrozenMap(columns)


def same_columns(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether two mappings hold equal columns under the same names."""
    return set(left) == set(right) and all(arrays_equal(left[k], right[k]) for k in left)
