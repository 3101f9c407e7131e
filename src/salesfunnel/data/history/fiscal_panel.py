"""A panel by the company's own months, quarters or years: days put together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel._core.checks import check_choice
from salesfunnel._core.fiscal import PERIODS, Fiscal
from salesfunnel._core.periods import start_of
from salesfunnel.data.panel import Panel

if TYPE_CHECKING:
    from salesfunnel._core.fiscal import FiscalPeriod

__all__ = ["fiscal_panel"]


def fiscal_panel(daily: Panel, fiscal: Fiscal, by: FiscalPeriod) -> Panel:
    """Return a panel by day as one by fiscal period.

    Parameters
    ----------
    daily : Panel
        By day, without gaps.
    fiscal : Fiscal
        The calendar.
    by : {"month", "quarter", "year"}
        Which periods; their names are those of the calendar, and ``Panel.by`` is ``"none"``.

    Raises
    ------
    ArgumentError
        If `by` is none of these.
    """
    check_choice("by", by, PERIODS)
    days: list[date] = [start_of(name, "day") for name in daily.periods]
    number = [fiscal.ordinal(day, by) for day in days]
    parts, names, partial = [], [], []
    for place in dict.fromkeys(number):
        inside = [name for name, n in zip(daily.periods, number, strict=True) if n == place]
        parts.append(daily.select(periods=inside).total(over="periods"))
        names.append(fiscal.name_of(place, by))
        last = fiscal.start_of(place + 1, by) - timedelta(days=1)
        if inside[-1] in daily.partial or start_of(inside[-1], "day") < last:
            partial.append(names[-1])
    if not parts:
        return attrs.evolve(daily, by="none")

    def joined(field: str) -> Any:
        arrays = [getattr(part, field) for part in parts]
        return None if arrays[0] is None else np.concatenate(arrays)

    arrays: dict[str, Any] = {
        field: joined(field)
        for field in (
            "counts", "missing", "upper", "advanced", "immature", "exposed", "exposed_cv2",
            "squares",
        )
    }  # fmt: skip
    return attrs.evolve(parts[0], periods=tuple(names), by="none", partial=tuple(partial), **arrays)
