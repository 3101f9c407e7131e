"""Cells of a CRM's records: moments and amounts, with a fault for each that cannot be read."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel._core.vocabulary import Severity
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.cells.read_time import (
    AmbiguousTimeError,
    NumberAsTimeError,
    is_missing_cell,
    read_time,
)
from salesfunnel.intake.crm._records import text_of
from salesfunnel.intake.deals.cells import zone_of

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["Cells"]

_YEARS = (1971, 2200)
"""Years outside these are not times of deals: CRMs write 0001, 1970 and 9999 for nothing."""
_SECONDS, _MILLIS = 10**11, 10**14
"""Numbers below these count seconds, milliseconds; others microseconds (the year 1973 in each)."""


@attrs.define(kw_only=True)
class Cells:
    """Reads cells and keeps what it could not read.

    Parameters
    ----------
    tz : str, optional
        Zone of the funnel; UTC by default.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April.
    local : bool
        Whether times without a zone are in the funnel's zone; most CRMs write UTC.
    """

    tz: str | None = None
    dayfirst: bool | None = None
    local: bool = False
    faults: list[Fault] = attrs.field(factory=list)
    zone: tzinfo | None = None

    def __attrs_post_init__(self) -> None:
        self.zone = timezone.utc if self.tz is None else zone_of(self.tz)

    def moment(self, value: object, row: int, field: str) -> Any:
        """Return a moment in the funnel's zone; None is missing, or a fault."""
        if value is False or is_missing_cell(value) or value == "":
            return None
        params: dict[str, Any] = {}
        try:
            found, whole_day = _moment(value, self.dayfirst)
            if found is None:
                return None
            if not _YEARS[0] <= found.year <= _YEARS[1]:
                self.fault("time-sentinel", row, field, value, severity="warning")
                return None
            if found.tzinfo is None and not (whole_day or self.local):
                found = found.replace(tzinfo=timezone.utc)
            if found.tzinfo is not None:
                found = found.astimezone(self.zone).replace(tzinfo=None)
            return np.datetime64(found, "us")
        except AmbiguousTimeError:
            code = "time-ambiguous"
        except NumberAsTimeError as error:
            code, params = "time-is-number", {"reading": f"{error.reading:%Y-%m-%d}"}
        except (ValueError, TypeError, OverflowError, OSError):
            code = "time-not-understood"
        self.fault(code, row, field, value, **params)
        return None

    def day(self, value: object, row: int, field: str) -> Any:
        """Return the day of a moment in the funnel's zone, datetime64[D]; None is missing."""
        moment = self.moment(value, row, field)
        return None if moment is None else moment.astype("datetime64[D]")

    def amount(self, value: object, row: int, field: str) -> float | None:
        """Return an amount; one that cannot be read is a fault, a negative one a warning."""
        written = read_number(text_of(value))
        if written.fault is not None or written.unit not in {None, "currency"}:
            self.fault("amount-not-understood", row, field, value)
            return None
        if written.value is None:
            return None
        if written.value < 0:
            self.fault("amount-negative", row, field, value, severity="warning")
        return float(written.value)

    def fault(
        self,
        code: str,
        row: int,
        field: str,
        value: Any,
        *,
        severity: Severity = "error",
        **params: Any,
    ) -> None:
        """Keep a fault of a field of a record (counted from 1)."""
        shown_value = text_of(value)[:80]
        self.faults.append(
            Fault.of(code, severity=severity, row=row, column=field, value=shown_value, **params)
        )


def _moment(value: Any, dayfirst: bool | None) -> tuple[datetime | None, bool]:
    """Return a written time, a datetime or a number since 1970; whether it is a whole day."""
    if isinstance(value, np.generic) and value.dtype.kind in "iuf":
        value = value.item()
    if isinstance(value, bool):
        raise TypeError(value)
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, int | float) or (text.isascii() and text.isdigit() and len(text) >= 10):
        ticks = int(value)
        unit = 1 if abs(ticks) < _SECONDS else 1000 if abs(ticks) < _MILLIS else 10**6
        return datetime.fromtimestamp(ticks / unit, timezone.utc), False
    day = isinstance(value, date) and not isinstance(value, datetime)
    if text[:4] == "0000":
        raise ValueError(text)
    return read_time(value, dayfirst=dayfirst), day or (bool(text) and ":" not in text)
