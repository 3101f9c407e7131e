"""ParsedNumber: a number as somebody wrote it, exact, with its precision and its unit."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Literal

import attrs

from salesfunnel._core.vocabulary import Severity, Unit

DecimalMark = Literal[".", ","]

EXACT = Context(prec=1000)
_LIMIT = 2**63 - 1


@attrs.frozen(kw_only=True)
class ParsedNumber:
    """A number as somebody wrote it.

    Parameters
    ----------
    value : Decimal, optional
        Its value: a rate as a fraction, a duration in days. None where missing or not readable.
    precision : Decimal
        What one unit of the last written digit is worth: the written precision.
    unit : {"count", "currency", "rate", "score", "duration"}, optional
        What the writing says of the unit; None if it says nothing.
    out_of : Decimal, optional
        The best score, in ``4.2/5``.
    cut : bool
        Whether digits were cut off after the decimal mark: ``42.%``.
    mark : {".", ","}, optional
        The only decimal mark with which it can be read; None if both or neither do.
    scaled : bool
        Whether the writing says of its own what the digits are times: ``50万``, ``3k``.
    thousands : bool
        Whether what was read as a decimal point may separate thousands: ``480.000``.
    fault : str, optional
        Code of what is wrong or suspicious.
    severity : {"error", "warning", "info"}
        How bad `fault` is; the value is None for an error.
    """

    value: Decimal | None = None
    precision: Decimal = Decimal(0)
    unit: Unit | None = None
    out_of: Decimal | None = None
    cut: bool = False
    mark: DecimalMark | None = None
    scaled: bool = False
    thousands: bool = False
    fault: str | None = None
    severity: Severity = "error"

    @property
    def is_missing(self) -> bool:
        """Whether the cell says that there is no value."""
        return self.value is None and self.fault is None

    def plain(self) -> int | float | None:
        """Return the value as an int where it is whole and fits, as the nearest float otherwise."""
        return plain(self.value)


def plain(value: Decimal | None) -> int | float | None:
    """Return an int where the value is whole and fits in int64, the nearest float otherwise."""
    if value is None:
        return None
    if -_LIMIT <= value <= _LIMIT and value == value.to_integral_value(context=EXACT):
        return int(value)
    return float(value)
