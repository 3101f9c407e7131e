"""The period of a sheet: of its name, its title, or the argument."""

from __future__ import annotations

from collections.abc import Iterable

from salesfunnel._core.checks import did_you_mean
from salesfunnel.data.panel import ALL
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.read_period import PeriodName, month_inside, read_period
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.header import Header

__all__ = ["default_period", "one_period_of", "period_of_sheet", "year_of"]


def period_of_sheet(name: str) -> PeriodName | None:
    """Return the period that the name of a worksheet speaks of, None if it speaks of none."""
    month = month_inside(name)
    return read_period(name) or (None if month is None else PeriodName(month))


def year_of(period: str | None) -> str | None:
    """Return the year that `period` names, alone or in a month."""
    found = None if period is None else read_period(period)
    return None if found is None or found.needs_year else found.label[:4]


def default_period(grid: Grid, header: Header, period: str | None, faults: list[Fault]) -> str:
    """Return the period of rows that name none: of the sheet, the argument, or a title."""
    asked = None if period is None else read_period(period)
    of_sheet = None if grid.name is None else period_of_sheet(grid.name)
    if of_sheet is not None:
        of_sheet = of_sheet.in_year(year_of(period))
        if of_sheet.needs_year:
            faults.append(Fault.of("period-without-year", value=grid.name, file=grid.name))
            return str(grid.name)
        if of_sheet.short:
            faults.append(
                Fault.of(
                    "year-of-two-digits",
                    severity="info",
                    value=grid.name,
                    file=grid.name,
                    period=of_sheet.label,
                )
            )
        return of_sheet.label
    is_year = asked is not None and len(asked.label) == 4 and asked.label.isdigit()
    if period is not None and not (is_year and header.has_periods):
        return asked.label if asked is not None and not asked.needs_year else period.strip()
    if header.has_periods:
        return ALL
    title = " ".join(shown(cell) for row in grid.rows[: header.at] for cell in row)
    month = month_inside(title)
    if month is None:
        return ALL
    faults.append(
        Fault.of("period-inferred", severity="info", value=title.strip()[:200], period=month)
    )
    return month


def one_period_of(period: str | None, labels: Iterable[str]) -> str | None:
    """Return the one period asked for, where the sheet has several; None for all of them."""
    known = tuple(dict.fromkeys(labels))
    asked = None if period is None else read_period(period)
    if asked is None or asked.needs_year or len(known) < 2 or len(asked.label) == 4:
        return None
    if asked.label not in known:
        raise IntakeError(
            f"'period' must be one of the sheet, got {period!r}",
            hint=did_you_mean(asked.label, known),
        )
    return asked.label
