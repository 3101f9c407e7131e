"""Amounts with their currency, as people of a language write them."""

from __future__ import annotations

import math

from salesfunnel._core.currencies import CHINESE, SYMBOLS, digits_of
from salesfunnel._core.vocabulary import Locale

__all__ = ["exact_amount", "short_amount"]

DASH = "–"
MINUS = "\N{MINUS SIGN}"
_FULL = 10_000
"""Below this an amount is written out."""
_UNITS: dict[Locale, tuple[tuple[float, str], ...]] = {
    "en": ((1e9, "bn"), (1e6, "M"), (1e3, "k")),
    "zh": ((1e8, "亿"), (1e4, "万")),
}


def short_amount(value: float | None, currency: str = "", locale: Locale = "en") -> str:
    """Return an amount with the three digits that mean something: $677k, 67.7万美元.

    Parameters
    ----------
    value : float or None
        None and NaN are a dash.
    currency : str
        A code; ``""`` if it is not known.
    locale : {"en", "zh"}
        The language; Chinese counts in 万 and 亿.

    Examples
    --------
    >>> short_amount(676_912.5, "USD"), short_amount(676_912.5, "CNY", "zh")
    ('$677k', '67.7万元')
    >>> short_amount(-1_254.4, "EUR"), short_amount(123_456_789, "", "zh")
    ('−€1,254', '1.23亿')
    """
    if value is None or not math.isfinite(value):
        return DASH
    size = abs(value)
    unit, name = 1.0, ""
    if size >= _FULL:
        size = _rounded(size)
        units = (
            ((1e8, "亿"), (1e4, "万")) if locale == "zh" else ((1e9, "bn"), (1e6, "M"), (1e3, "k"))
        )
        unit, name = next(((u, n) for u, n in units if size >= u), (1.0, ""))
    digits = 0 if size / unit >= 100 or not name else 2 if size / unit < 10 else 1
    if not name and 0 < size < 100:
        digits = digits_of(currency)
    number = f"{size / unit:,.{digits}f}"
    if name and "." in number:
        number = number.rstrip("0").rstrip(".")
    return _signed(number + name, currency, locale, negative=value < 0 and float(size) > 0)


def exact_amount(value: float | None, currency: str = "", locale: Locale = "en") -> str:
    """Return an amount to its last decimal: $10,000.50, 10,000.50元.

    Examples
    --------
    >>> exact_amount(10000.5, "USD"), exact_amount(70000, "JPY"), exact_amount(-3, "XTS", "zh")
    ('$10,000.50', '¥70,000', '−3.00 XTS')
    """
    if value is None or not math.isfinite(value):
        return DASH
    number = f"{abs(value):,.{digits_of(currency)}f}"
    return _signed(number, currency, locale, negative=value < 0)


def _rounded(size: float) -> float:
    return round(size, 2 - math.floor(math.log10(size)))


def _signed(number: str, currency: str, locale: Locale, *, negative: bool) -> str:
    sign = MINUS if negative else ""
    if not currency:
        return sign + number
    if locale == "zh":
        name = CHINESE.get(currency)
        return f"{sign}{number}{name}" if name else f"{sign}{number} {currency}"
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency} {number}"
