"""Columns of a result that must have one length."""

from __future__ import annotations

from salesfunnel._core.errors import DataError

__all__ = ["check_one_length"]


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
