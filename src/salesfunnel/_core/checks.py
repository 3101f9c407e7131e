"""Checks at the edge: each raises an error that says what is allowed and what is nearest."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from salesfunnel._core.currencies import is_code
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.readers import reader_hint


def nearest(name: object, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `name`, or None if nothing is close."""
    import difflib

    by_fold: dict[str, str] = {}
    for candidate in candidates:
        by_fold.setdefault(candidate.casefold(), candidate)
    found = difflib.get_close_matches(str(name).casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(name: object, candidates: Iterable[str]) -> str:
    """Return a hint that names the nearest candidate, or all of them where none is close."""
    known = sorted(candidates)
    close = nearest(name, known)
    if close is not None:
        return f"did you mean {close!r}?"
    if not known:
        return "there is none"
    shown = ", ".join(repr(item) for item in known[:12])
    return f"known are {shown}" + (", ..." if len(known) > 12 else "")


def check_kind(field: str, value: object, kind: type) -> None:
    """Raise ArgumentError unless `value` is of this class; a method of that name can make one."""
    if not isinstance(value, kind):
        raise ArgumentError(
            f"{field!r} must be a {kind.__name__}, got {type(value).__name__}",
            hint=f"it has one to give: .{field}()"
            if hasattr(value, field)
            else reader_hint(value, kind.__name__),
        )


def check_choice(field: str, value: object, allowed: Sequence[str]) -> None:
    """Raise ArgumentError unless `value` is one of `allowed`."""
    if not isinstance(value, str) or value not in allowed:
        listed = ", ".join(repr(item) for item in allowed)
        close = nearest(value, allowed) if isinstance(value, str) else None
        raise ArgumentError(
            f"{field!r} must be one of {listed}, got {value!r}",
            hint=None if close is None else f"did you mean {close!r}?",
        )


def check_currency(currency: object) -> str:
    """Return the code of a currency, "" for None; raise ArgumentError where it is no code."""
    if currency is None or currency == "":
        return ""
    if not is_code(currency):
        raise ArgumentError(
            f"'currency' must be a code of three capital letters such as 'USD', got {currency!r}"
        )
    return str(currency)


def check_known(field: str, value: object, known: Sequence[str]) -> None:
    """Raise UnknownNameError unless `value` is one of the names in `known`."""
    if value not in known:
        raise UnknownNameError(
            f"{field!r} must be a known name, got {value!r}", hint=did_you_mean(value, known)
        )


def check_fraction(field: str, value: Any, *, open_ends: bool = False) -> float:
    """Return `value` as a float in [0, 1], or in (0, 1) with `open_ends`; raise ArgumentError."""
    low, high = ("(0", "1)") if open_ends else ("[0", "1]")
    try:
        number = float("nan") if isinstance(value, str | bytes) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    inside = 0.0 < number < 1.0 if open_ends else 0.0 <= number <= 1.0
    if isinstance(value, bool) or not inside:
        percent = number == number and 1.0 < number <= 100.0  # noqa: PLR0124 - NaN test, no numpy
        raise ArgumentError(
            f"{field!r} must be a number in {low}, {high}, got {value!r}",
            hint=f"write {number / 100:g} for {number:g}%" if percent else None,
        )
    return number


MOST_COUNT = 2**53
"""Up to here every whole number is a float of its own."""


def check_positive_int(
    field: str, value: Any, *, minimum: int = 1, maximum: int | None = None
) -> int:
    """Return `value` as an int of at least `minimum`; raise ArgumentError otherwise."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = None
    if number is None or isinstance(value, bool) or number < minimum:
        raise ArgumentError(
            f"{field!r} must be a whole number of at least {minimum}, got {value!r}"
        )
    if maximum is not None and number > maximum:
        raise ArgumentError(f"{field!r} must be at most {maximum}, got {value!r}")
    return int(number)


def check_number(
    field: str, value: Any, *, minimum: float | None = None, above: float | None = None
) -> float:
    """Return `value` as a finite float, not below a limit or above it; raise ArgumentError."""
    try:
        number = math.nan if isinstance(value, str | bytes | bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    inside = math.isfinite(number)
    inside = inside and (minimum is None or number >= minimum)
    if not (inside and (above is None or number > above)):
        limit = "" if minimum is None else f" of at least {minimum:g}"
        limit = limit if above is None else f" above {above:g}"
        raise ArgumentError(f"{field!r} must be a finite number{limit}, got {value!r}")
    return number


def key_problem(field: str, value: object) -> str | None:
    """Return what is wrong with a key, or None.

    A key is any non-empty printable text without white space at its ends, so that stage ids of
    CRMs and names of events serve as they are.
    """
    if not isinstance(value, str):
        return f"{field!r} must be a str, got {value!r}"
    if not value or value != value.strip() or not value.isprintable():
        return f"{field!r} must be non-empty printable text without outer spaces, got {value!r}"
    return None


def duplicates(values: Iterable[str]) -> list[str]:
    """Return the values that come more than once, in order of their first repeat."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for value in values:
        if value in seen:
            twice[value] = None
        seen.add(value)
    return list(twice)
