"""Rates: what one unit of each currency is worth in a base currency, constant or by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.currencies import is_code
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.foreign import is_arrow_table, is_pandas_frame, is_polars_frame
from salesfunnel._core.frozen import FrozenMap
from salesfunnel._core.result import ResultMixin

__all__ = ["STALE_DAYS", "Rates"]

STALE_DAYS = 35
"""A rate that is older than this at the day it is used for is reported."""

Row = tuple[str, float]


def _converted(value: object) -> FrozenMap[tuple[Row, ...]]:
    return _table(value)


@attrs.frozen
class Rates(ResultMixin):
    """Exchange rates: the value of one unit of each currency in a base currency.

    Parameters
    ----------
    table : mapping, or rows
        A mapping from currency code to one rate (constant), or to rates by day (a mapping from day
        to rate, or pairs of day and rate); or rows of code, day and rate; or mappings with the keys
        ``currency`` (or ``code``), ``date`` (or ``day``) and ``rate``.
    base : str, optional
        The currency that rates convert to: 1 unit of a code is `rate` units of it. The code whose
        only rate is 1 by default.

    Raises
    ------
    ArgumentError
        If a rate is not a number above 0, a day cannot be read, a code is given twice for one day,
        or no base can be found.

    Notes
    -----
    The rate of a day is the last one at or before it, so a weekend has the rate of Friday. There is
    no rate before the first one: asking for it is an error that names the currency and the day.

    Examples
    --------
    >>> rates = Rates({"EUR": {"2026-01-01": 1.10, "2026-06-01": 1.12}, "GBP": 1.3}, base="USD")
    >>> rates.on("EUR", ["2026-03-01", "2026-06-01"]).tolist()
    [1.1, 1.12]
    >>> rates.codes
    ('EUR', 'GBP', 'USD')
    """

    table: Mapping[str, tuple[tuple[str, float], ...]] = attrs.field(converter=_converted)
    base: str = attrs.field(default="", kw_only=True)

    def __attrs_post_init__(self) -> None:
        base = self.base or _only_one(self.table)
        if not is_code(base):
            raise ArgumentError(
                f"'base' must be the currency that rates convert to, got {self.base!r}",
                hint="write base='USD' if 1 unit of each currency is worth so many dollars",
            )
        object.__setattr__(self, "base", base)
        if any(rate != 1.0 for _, rate in self.table.get(base, ())):
            raise ArgumentError(f"the rate of the base currency {base} must be 1, got another")
        if base not in self.table:
            object.__setattr__(self, "table", FrozenMap({**self.table, base: (("", 1.0),)}))

    @property
    def codes(self) -> tuple[str, ...]:
        """The currencies that have a rate, the base included, sorted."""
        return tuple(self.table)

    @property
    def constant(self) -> tuple[str, ...]:
        """The currencies, without the base, that have one rate for all days."""
        return tuple(
            code
            for code, rows in self.table.items()
            if code != self.base and len(rows) == 1 and not rows[0][0]
        )

    def on(self, code: str, days: object) -> npt.NDArray[np.float64]:
        """Return the rate of a currency on each day; see `lookup` for their age.

        Parameters
        ----------
        code : str
            A currency.
        days : array_like of datetime64 or ISO text, shape (n,)
            NaT gives NaN.

        Raises
        ------
        DataError
            If there is no rate for the currency, or none at or before a day.
        """
        return self.lookup(code, days)[0]

    def lookup(
        self, code: str, days: object
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the rate of a currency on each day, and how many days old it is.

        Parameters
        ----------
        code : str
            A currency.
        days : array_like of datetime64 or ISO text, shape (n,)
            NaT gives NaN.

        Returns
        -------
        rate : ndarray of float64, shape (n,)
            Units of the base currency for one unit of `code`.
        age : ndarray of float64, shape (n,)
            Days since the rate was set; 0 for a constant rate.

        Raises
        ------
        DataError
            If there is no rate for the currency, or none at or before a day.
        """
        wanted = np.atleast_1d(np.asarray(days, dtype="datetime64[D]"))
        if code not in self.table:
            raise DataError(
                f"'rates' must have a rate for {code or 'deals without a currency'}, got none",
                hint=did_you_mean(code, self.table),
            )
        rows = self.table[code]
        if not rows[0][0]:
            return np.where(np.isnat(wanted), np.nan, rows[0][1]), np.zeros(wanted.shape)
        known = np.array([day for day, _ in rows], dtype="datetime64[D]")
        rates = np.array([rate for _, rate in rows])
        at = np.searchsorted(known, wanted, side="right") - 1
        unknown = np.isnat(wanted)
        early = (at < 0) & ~unknown
        if early.any():
            raise DataError(
                f"'rates' must have a rate for {code} on {wanted[early].min()},"
                f" got the first one on {known[0]}",
                hint=f"add a rate for {code} from {wanted[early].min()} or earlier",
            )
        age = (wanted - known[at]).astype(np.float64)
        return np.where(unknown, np.nan, rates[at]), np.where(unknown, 0.0, age)


def _only_one(table: Mapping[str, tuple[Row, ...]]) -> str:
    found = [code for code, rows in table.items() if all(rate == 1.0 for _, rate in rows)]
    return found[0] if len(found) == 1 else ""


def _table(value: object) -> FrozenMap[tuple[Row, ...]]:
    if isinstance(value, Mapping):
        pairs = [(code, _rows_of(code, rates)) for code, rates in value.items()]
    else:
        grouped: dict[str, list[tuple[Any, Any]]] = {}
        for code, day, rate in _long_rows(value):
            grouped.setdefault(code, []).append((day, rate))
        pairs = [(code, _rows_of(code, rows)) for code, rows in grouped.items()]
    for code, _ in pairs:
        if not is_code(code):
            raise ArgumentError(
                f"'rates' must have currency codes such as 'EUR', got {code!r}",
                hint="three capital letters of ISO 4217",
            )
    return FrozenMap(dict(pairs))


def _long_rows(value: Any) -> Iterable[tuple[Any, Any, Any]]:
    if is_pandas_frame(value):
        value = value.to_dict("records")
    elif is_polars_frame(value):
        value = value.to_dicts()
    elif is_arrow_table(value):
        value = value.to_pylist()
    try:
        rows = list(value)
    except TypeError as error:
        raise ArgumentError(
            f"'rates' must be a mapping from currency to rate, or rows, got {value!r}"
        ) from error
    for number, row in enumerate(rows, 1):
        if isinstance(row, Mapping):
            named = {str(key).lower(): item for key, item in row.items()}
            row = (  # noqa: PLW2901 - the same row in its other form
                named.get("currency", named.get("code")),
                named.get("date", named.get("day")),
                named.get("rate"),
            )
        if isinstance(row, str) or len(row) != 3:
            raise ArgumentError(
                f"row {number} of 'rates' must hold code, day and rate, got {row!r}"
            )
        yield tuple(row)


def _rows_of(code: object, rates: object) -> tuple[Row, ...]:
    if isinstance(rates, Mapping):
        rates = list(rates.items())
    if isinstance(rates, str | int | float) or not isinstance(rates, Iterable):
        rates = [("", rates)]
    rows = [(_day(code, day), _rate(code, rate)) for day, rate in rates]
    if not rows:
        raise ArgumentError(f"'rates' must have a rate for {code}, got none")
    days = [day for day, _ in rows]
    twice = {day for day in days if days.count(day) > 1} if len(set(days)) < len(days) else set()
    if twice:
        raise ArgumentError(f"'rates' must have one rate per day, got {code} twice on {min(twice)}")
    if len(rows) > 1 and "" in days:
        raise ArgumentError(f"'rates' must have a day for each rate of {code}, got one without")
    return tuple(sorted(rows))


def _rate(code: object, value: Any) -> float:
    try:
        rate = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        rate = float("nan")
    if not 0 < rate < float("inf"):
        raise ArgumentError(f"the rate of {code} must be a number above 0, got {value!r}")
    return rate


def _day(code: object, value: Any) -> str:
    if value == "" or value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    try:
        day = np.datetime64(value, "D")
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"the day of a rate of {code} must be a date, got {value!r}") from error
    if np.isnat(day):
        raise ArgumentError(f"the day of a rate of {code} must be a date, got {value!r}")
    return str(day)
