"""Columns of a result that must have one length."""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel._core.errors import DataError

__all__ = ["check_one_length", "check_shapes"]


def check_one_length(result: object, first: str, *others: str) -> None:
    """Raise DataError where a column of a result has more or fewer rows than its first one.

    Documents are read through the constructors: one that contradicts itself is refused when it is
    read, and not when it is shown.
    """
    rows = len(getattr(result, first))
    for name in others:
        if len(getattr(result, name)) != rows:
            raise DataError(
                f"{name!r} must have {rows} rows, as {first!r} has,"
                f" got {len(getattr(result, name))}"
            )


def check_shapes(result: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Raise DataError where an array of a result has another shape than it must have."""
    for name, shape in shapes.items():
        found = getattr(result, name).shape
        if found != shape:
            raise DataError(f"{name!r} must have shape {shape}, got {found}")
