"""Read the input of the models of buying: purchases, a summary of them, or plain columns."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.inputs import Moment
from salesfunnel._core.interval import Interval
from salesfunnel._core.readers import check_not_a_file
from salesfunnel._kernels.intervals import two_sided_z
from salesfunnel.data.purchases import CustomerSummary, Purchases

FitVerdict = Literal["ok", "not-enough-data", "likelihood-flat"]
FIT_VERDICTS: tuple[str, ...] = get_args(FitVerdict)


def whole_numbers(field: str, column: object) -> npt.NDArray[np.int64]:
    """Return a column of whole numbers of at least 0; raise DataError that names the row."""
    array = np.asarray(column)
    if array.ndim != 1 or array.dtype.kind not in "iuf":
        raise DataError(f"{field!r} must be a column of whole numbers, got {column!r}")
    wrong = np.flatnonzero(~np.isfinite(array) | (array < 0) | (array != np.floor(array)))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            f"{field!r} must hold whole numbers of at least 0, got {array[row].item()!r}"
            f" at row {row + 1}"
        )
    return array.astype(np.int64)


def summary_from(
    data: Any, recency: Any, age: Any, *, as_of: Moment | None, unit: str
) -> CustomerSummary:
    """Return the summary of purchases, a summary as it is, or one of three columns."""
    check_not_a_file("data", data, "Purchases", wanted="purchases or columns", tables=False)
    if isinstance(data, Purchases):
        if as_of is None:
            raise ArgumentError("'as_of' must be given with purchases, got None")
        return data.summary(as_of, unit=unit)
    if as_of is not None:
        raise ArgumentError(f"'as_of' must be left out without purchases, got {as_of!r}")
    if isinstance(data, CustomerSummary):
        return data
    if recency is None or age is None:
        raise ArgumentError(
            "'recency' and 'age' must be given with a column of frequencies, got None"
        )
    return CustomerSummary(
        frequency=whole_numbers("frequency", data), recency=recency, age=age, unit=unit
    )


def log_interval(value: float, log_error: float, level: float) -> Interval | None:
    """Return the interval of a positive parameter from the standard error of its log."""
    if not math.isfinite(log_error):
        return None
    reach = two_sided_z(level) * log_error
    return Interval(
        value * math.exp(-reach), value * math.exp(min(reach, 700.0)), level, "wald-log"
    )


def same_floats(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    """Whether numbers are equal, NaN to NaN."""
    return bool(np.array_equal(left, right, equal_nan=True))
