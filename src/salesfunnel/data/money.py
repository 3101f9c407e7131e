"""Amounts in one currency: converted by the rates of their days, or refused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_currency
from salesfunnel._core.currencies import digits_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel._kernels.money import minor_units
from salesfunnel.data.rates import STALE_DAYS, Rates
from salesfunnel.fault import Fault

__all__ = ["Money", "as_rates", "in_one_currency"]

Floats = npt.NDArray[np.float64]


class Money(NamedTuple):
    """Amounts in one currency.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        NaN where unknown; NaN everywhere if currencies are mixed and there are no rates.
    currency : str
        Their code; ``""`` if the data name none.
    faults : tuple of Fault
        ``currencies-mixed`` (error), ``currency-missing``, ``rate-stale``, ``rate-constant``.
    """

    values: Floats
    currency: str
    faults: tuple[Fault, ...]

    @property
    def mixed(self) -> bool:
        """Whether amounts of several currencies cannot be added for want of rates."""
        return any(fault.code == "currencies-mixed" for fault in self.faults)


def as_rates(rates: object, currency: str | None = None) -> Rates | None:
    """Return the argument `rates` of a verb as Rates; `currency` is the base where none is named.

    Raises
    ------
    ArgumentError
        If it cannot be read as rates.
    """
    base = check_currency(currency) or None
    if rates is None or isinstance(rates, Rates):
        return rates
    try:
        return Rates(rates)
    except ArgumentError:
        if base is None:
            raise
    return Rates(rates, base=base)


def in_one_currency(
    amount: Floats,
    codes: npt.NDArray[np.str_] | None,
    days: object,
    *,
    currency: str | None = None,
    rates: object = None,
) -> Money:
    """Return amounts in one currency, or NaN and a fault where they cannot be converted.

    Parameters
    ----------
    amount : ndarray of float64, shape (n,)
        NaN where unknown.
    codes : ndarray of str, shape (n,), optional
        Currency of each amount, ``""`` where unknown.
    days : datetime64, or ndarray of datetime64, shape (n,)
        The day whose rate counts for each.
    currency : str, optional
        The currency of the result; the only one of the amounts, or the base of `rates`, by default.
    rates : Rates, or what `Rates` takes, optional
        Needed if there are several currencies, or another one than `currency`.

    Returns
    -------
    Money

    Raises
    ------
    ArgumentError
        If the only currency is not `currency` and there are no rates.
    DataError
        If a rate is missing.
    """
    table = as_rates(rates, currency)
    known = np.isfinite(amount)
    present, counts = _present(codes, known)
    missing = int(known.sum()) - int(counts.sum()) if present else 0
    faults: list[Fault] = []
    if len(present) > 1 and table is None:
        faults.append(_mixed(present, counts, missing))
        return Money(np.full(amount.shape, np.nan), currency or "", tuple(faults))
    target = currency or (table.base if table is not None else (present[0] if present else ""))
    if missing:
        only = len(present) == 1
        faults.append(
            Fault.of("currency-missing", n=missing, taken=present[0] if only else "", used=only)
        )
        if not only:
            amount = np.where(known & (codes == ""), np.nan, amount)
    if not present or present == (target,):
        return Money(amount, target, tuple(faults))
    if table is None:
        raise ArgumentError(
            f"'rates' must be given to convert {present[0]} to {target}, got None",
            hint=f"rates={{{present[0]!r}: what one {present[0]} is worth in {target}}}",
        )
    named = np.asarray(codes)
    filled = np.where(named == "", present[0], named) if len(present) == 1 else named
    values, more = _converted(amount, filled, days, target, table)
    return Money(values, target, (*faults, *more))


def _present(
    codes: npt.NDArray[np.str_] | None, known: npt.NDArray[np.bool_]
) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    if codes is None or not known.any():
        return (), np.zeros(0, dtype=np.intp)
    names, counts = np.unique(codes[known], return_counts=True)
    named = names != ""
    return tuple(names[named].tolist()), counts[named]


def _mixed(present: tuple[str, ...], counts: npt.NDArray[np.intp], missing: int) -> Fault:
    parts = [f"{code} {n:,}" for code, n in zip(present, counts.tolist(), strict=True)]
    if missing:
        parts.append(f"? {missing:,}")
    return Fault.of("currencies-mixed", severity="error", n=len(present), codes=", ".join(parts))


def _converted(
    amount: Floats, codes: npt.NDArray[np.str_], days: object, target: str, table: Rates
) -> tuple[Floats, list[Fault]]:
    when = np.broadcast_to(np.asarray(days, dtype="datetime64[D]"), amount.shape)
    rate, faults = rates_for(np.where(np.isfinite(amount), codes, ""), when, target, table)
    digits = digits_of(target)
    known = np.isfinite(amount) & np.isfinite(rate)
    values = np.full(amount.shape, np.nan)
    values[known] = minor_units(amount[known], digits, rate[known]) / 10.0**digits
    return values, faults


def rates_for(
    codes: npt.NDArray[np.str_], days: npt.NDArray[np.datetime64], target: str, table: Rates
) -> tuple[Floats, list[Fault]]:
    """Return what one unit of each code is worth in `target` on its day, NaN for ``""``.

    Also the faults: rates that were old on the day, and constant ones.
    """
    rate = np.full(days.shape, np.nan)
    faults: list[Fault] = []
    for code in np.unique(codes).tolist():
        if code == "":
            continue
        mine = codes == code
        if code == target:
            rate[mine] = 1.0
            continue
        unique, back = np.unique(days[mine], return_inverse=True)
        worth, age = table.lookup(code, unique)
        if target != table.base:
            other, older = table.lookup(target, unique)
            worth, age = worth / other, np.maximum(age, older)
        rate[mine] = worth[back.reshape(-1)]
        old = age > STALE_DAYS
        if old.any():
            worst = int(np.argmax(age))
            faults.append(
                Fault.of(
                    "rate-stale", currency=code, day=str(unique[worst]), age=int(age[worst]),
                    n=int(old[back.reshape(-1)].sum()),
                )
            )  # fmt: skip
    fixed = [
        code for code in np.unique(codes).tolist() if code in table.constant and code != target
    ]
    if fixed:
        faults.append(Fault.of("rate-constant", severity="info", codes=", ".join(fixed)))
    return rate, faults
