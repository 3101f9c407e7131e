"""Array fields of frozen classes: copied, read-only, compared by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import DataError


def mature_entrants(
    entered: npt.NDArray[Any], exposed: npt.NDArray[np.float64] | None
) -> npt.NDArray[np.float64]:
    """Return how many of those who entered have had time to advance: all where it is not known."""
    return np.asarray(entered if exposed is None else exposed, dtype=np.float64)


def frozen_array(dtype: npt.DTypeLike) -> Callable[[Any], Any]:
    """Return a converter that copies to a read-only array of `dtype`; None stays None."""

    def convert(value: object) -> Any:
        if value is None:
            return None
        if (
            isinstance(value, np.ndarray)
            and value.dtype == dtype
            and not value.flags.writeable
            and value.flags.c_contiguous
            and _owned_read_only(value)
        ):
            return value
        try:
            array = np.array(value, dtype=dtype, order="C", copy=True)
        except (TypeError, ValueError, OverflowError) as error:
            raise DataError(
                f"a column of {np.dtype(dtype)} must hold such values, got others: {error}"
            ) from error
        array.flags.writeable = False
        return array

    return convert


def _owned_read_only(array: npt.NDArray[Any]) -> bool:
    """Whether nobody can write to the memory: the owner of the data is read-only too."""
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return False
        base = base.base
    return base is None


def arrays_equal(left: npt.NDArray[Any] | None, right: npt.NDArray[Any] | None) -> bool:
    """Whether two array fields are equal by shape, dtype kind and value; NaN equals NaN."""
    if left is None or right is None:
        return left is right
    nan = left.dtype.kind in "fcmM" and right.dtype.kind in "fcmM"
    return bool(np.array_equal(left, right, equal_nan=nan))


def array_field(dtype: npt.DTypeLike, **options: Any) -> Any:
    """Return an attrs field for a read-only array, compared by value and left out of the hash.

    The dtype is in the metadata too, for the serializer.
    """
    metadata = {"dtype": np.dtype(dtype).str}
    return attrs.field(
        converter=frozen_array(dtype),
        eq=attrs.cmp_using(eq=arrays_equal),
        hash=False,
        repr=False,
        metadata=metadata,
        **options,
    )
