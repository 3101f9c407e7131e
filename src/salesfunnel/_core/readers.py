"""Which call reads a file, where a file stands where what was read from it is wanted."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.foreign import is_readable, library_of

__all__ = ["check_not_a_file", "named_only", "reader_hint", "table_hint"]

T = TypeVar("T")
_CALLS = {
    "StageHistory": "sf.read_deals({0}) reads deals",
    "Panel": "sf.read_deals({0}).panel() counts deals, sf.read_table({0}).panel() is that of a"
    " table of counts",
    "Tracking": "sf.read_table({0}) reads a table of counts",
    "EventLog": "sf.read_events({0}) reads a log of events",
    "Purchases": "sf.read_purchases({0}) reads orders",
    "ImprovementPlan": "sf.read_plan({0}) reads a plan",
    "CustomerSummary": "sf.read_purchases({0}).summary(as_of) is that of orders",
    "Bottleneck": "sf.find_bottlenecks(sf.read_deals({0}))[0] is the first of deals",
    "Bottlenecks": "sf.find_bottlenecks(sf.read_deals({0})) finds those of deals,"
    " sf.find_bottlenecks(sf.read_table({0}).panel()) those of a table",
    "Forecast": "sf.forecast(sf.read_deals({0}), horizon=...) is one of deals",
    "Velocity": "sf.velocity(sf.read_deals({0})) is that of deals",
    "TargetPlan": "sf.decompose_target(target, sf.read_deals({0})) makes one",
    "BgNbd": "sf.fit_bgnbd(sf.read_purchases({0}), as_of=...) is one of orders",
    "GammaGamma": "sf.fit_gamma_gamma(sf.read_purchases({0}), as_of=...) is one of orders",
    "Finding": "sf.diagnose(bottleneck, sf.read_deals({0})) finds those of deals",
    "Survivors": "sf.cohort_retention(sf.read_purchases({0}), as_of=...).active has the counts",
}
_SHOWN = 200


def reader_hint(given: object, *kinds: str) -> str | None:
    """Return the calls that make things of some kinds of what was given; None for other things.

    Paths, text, records and dataframes can be read; what has been read already cannot.
    """
    calls = [_CALLS[kind] for kind in kinds if kind in _CALLS]
    if not calls or not _is_readable(given):
        return None
    shown = "..."
    if isinstance(given, str | os.PathLike):
        text = os.fsdecode(os.fspath(given))
        shown = repr(text) if len(text) < _SHOWN and "\n" not in text else "..."
    return "; ".join(call.format(shown) for call in calls)


def _is_readable(given: object) -> bool:
    if isinstance(given, str | bytes | os.PathLike | list | tuple):
        return bool(given) or isinstance(given, os.PathLike)
    return library_of(given) in {"pandas", "polars", "pyarrow", "duckdb"} or is_readable(given)


def table_hint(given: object, *kinds: str) -> str | None:
    """Return the calls that read records or a dataframe; None for columns and other things."""
    rows = isinstance(given, list | tuple) and bool(given) and isinstance(given[0], Mapping)
    if not rows and library_of(given) not in {"pandas", "polars", "pyarrow"}:
        return None
    return None if getattr(given, "ndim", 2) == 1 else reader_hint(given, *kinds)


def check_not_a_file(
    field: str, given: object, *kinds: str, wanted: str = "data", tables: bool = True
) -> None:
    """Raise ArgumentError where a path or file stands where columns or records are wanted.

    Unless `tables`, records and dataframes are refused as well.
    """
    file = isinstance(given, str | bytes | bytearray | os.PathLike) or is_readable(given)
    if file or not (tables or table_hint(given, *kinds) is None):
        raise ArgumentError(
            f"{field!r} must be {wanted}, got {type(given).__name__} {given!r}"[:300],
            hint=reader_hint(given, *kinds),
        )


def named_only(cls: type[T]) -> type[T]:
    """Make a class say which call makes one, where it is given a thing without its name."""
    made: Callable[..., None] = cls.__init__

    @wraps(made)
    def init(self: T, *unnamed: object, **fields: object) -> None:
        if unnamed:
            name = type(self).__name__
            raise ArgumentError(
                f"{name!r} must be made of named fields, got {unnamed[0]!r}"[:300],
                hint=reader_hint(unnamed[0], name),
            )
        made(self, **fields)

    cls.__init__ = init  # type: ignore[assignment]
    return cls
