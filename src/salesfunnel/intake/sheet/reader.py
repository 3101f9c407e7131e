"""read_table: a team's monthly sheet, from wherever it is, to a Tracking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from salesfunnel._core.checks import check_choice, did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.source import Source, load
from salesfunnel.intake.files.text_cells import Progress
from salesfunnel.intake.sheet.assemble import Asked, Table, tracking_of
from salesfunnel.intake.sheet.header import find_header
from salesfunnel.intake.sheet.named import check_there, named_columns
from salesfunnel.intake.sheet.not_a_sheet_error import not_a_sheet_error, refuse_others
from salesfunnel.intake.sheet.raw_rows import decimal_mark, points_part_thousands
from salesfunnel.intake.sheet.sheet_periods import period_of_sheet

__all__ = ["read_table"]


def read_table(
    source: object,
    *,
    funnel: Funnel | str | None = None,
    period: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    columns: Mapping[str, str] | None = None,
    segment: str | Sequence[str] | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> Tracking:
    """Read a team's tracking sheet, as the team wrote it.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        A CSV, TSV or other text table (UTF-8, UTF-16, GB18030, Big5), a workbook (xlsx, xlsm,
        xls, ods; extra ``excel``), text pasted from one (a str with a line end or a tab),
        or records. The header may stand below titles, in English or Chinese, its columns in any
        order.
    funnel : Funnel or str, optional
        The funnel whose stages and metrics the sheet names, or the name of a template. By default
        the built-in template that fits best, or else one made from the sheet; an info fault says
        which.
    period : str, optional
        The month of a sheet that does not say it (``"2026-09"``), or the year of one whose months
        do not say it (``"2026"``). Where the sheet has several months, only this one is read.
    encoding : str, optional
        Encoding of text; found by default.
    sheet : str or int, optional
        Worksheet to read, by name or position from 0. By default every worksheet named after a
        period, or the first that holds a table.
    decimal : {".", ","}, optional
        The decimal mark; by default the one that all numbers of the sheet agree with.
    columns : mapping of str to str, optional
        The names of columns, where they are others: from ``stage``, ``metric``, ``target``,
        ``actual``, ``rate``, ``attainment``, ``owner``, ``note``, ``period``, ``year``, ``segment``
        or ``unit`` to the name in the header. By default words tell, or else the content: a column
        of text beside one of whole numbers is a funnel, whatever they are called.
    segment : str or sequence of str, optional
        The columns that define groups, such as the salesperson or the device; ``()`` for none.
        By default those whose names say so, and those without which rows would come twice.
    max_bytes : int, optional
        How many bytes the source may have. By default a path may have any number, and bytes and
        open files 256,000,000, because they may come from strangers.
    progress : callable, optional
        Called while rows are read with how many steps of the work are done and how many there are:
        each row is read once, and once more with the funnel.

    Returns
    -------
    Tracking
        The rows that could be read, with every fault found: row (from 1, without the header),
        column and value as written, and a hint.

    Raises
    ------
    IntakeError
        If there is no table in it, with every fault found.
    ArgumentError
        If an argument is not valid.
    UnknownNameError
        If there is no template or worksheet of this name.
    MissingExtraError
        If a workbook is given and python-calamine is not installed.

    Examples
    --------
    >>> sheet = read_table('''stage,metric,target,actual,rate
    ... Visit,visitors,1k,800,-
    ... Order,orders,100,80,12%''', period="2026-09")
    >>> [(row.metric, row.actual, row.rate) for row in sheet.rows]
    [('visits', 800, None), ('orders', 80, 0.1)]
    >>> [fault.code for fault in sheet.faults if fault.severity != "info"]
    ['stated-rate-differs']
    """
    _check_arguments(funnel, period, decimal)
    named, groups = named_columns(columns, segment)
    loaded = load(source, encoding=encoding, max_bytes=max_bytes)
    faults: list[Fault] = []
    points = decimal or ("," if any(map(points_part_thousands, loaded.grids)) else None)
    tables = _tables(loaded, sheet, faults, named, groups, points)
    for grid, header in tables:
        name = grid.name if len(tables) > 1 else None
        faults += [
            Fault.of(code, severity=severity, file=name, **params)
            for code, severity, params in header.notes
        ]
    mark = decimal
    if decimal is None:
        mark, agree = decimal_mark(tables)
        mark = mark or (points if agree else None)
        if mark == "," or not agree:
            code, severity = (
                ("decimal-comma", "info") if agree else ("decimal-marks-mixed", "warning")
            )
            faults.append(Fault.of(code, severity=severity))  # type: ignore[arg-type]
    return tracking_of(tables, faults, Asked(funnel, period, mark, progress))


def _check_arguments(funnel: object, period: object, decimal: object) -> None:
    if funnel is not None and not isinstance(funnel, Funnel | str):
        raise ArgumentError(f"'funnel' must be a Funnel or the name of a template, got {funnel!r}")
    if period is not None and (not isinstance(period, str) or not period.strip()):
        raise ArgumentError(
            f"'period' must be the name of a period, got {period!r}", hint="such as '2026-09'"
        )
    if decimal is not None:
        check_choice("decimal", decimal, get_args(DecimalMark))


def _tables(
    loaded: Source,
    sheet: str | int | None,
    faults: list[Fault],
    columns: Mapping[str, str],
    segment: Sequence[str] | None,
    decimal: DecimalMark | None,
) -> list[Table]:
    """Return the tables to read; sheets that are left out are said in `faults`."""
    seen = tuple(grid for grid in loaded.grids if not grid.hidden)
    grids = seen if sheet is None else (_one_sheet(loaded.grids, seen, sheet),)
    found = [(grid, find_header(grid.rows, columns, segment, decimal)) for grid in grids]
    tables = [(grid, header) for grid, header in found if header is not None and header.is_table]
    check_there(found, columns, segment)
    for grid, header in tables:
        refuse_others(grid, header, columns)
    if not tables:
        raise not_a_sheet_error(found)
    tables = [one for one in tables if one[1].score > 1] or tables
    dated = [
        (grid, header)
        for grid, header in tables
        if header.has_periods or (grid.name is not None and period_of_sheet(grid.name))
    ]
    chosen = dated or tables[:1]
    read = [grid.name for grid, _ in chosen]
    faults.extend(
        Fault.of("sheet-not-read", severity="warning" if table else "info", value=name, file=name)
        for name, table in ((g.name, h is not None and h.is_table) for g, h in found)
        if name not in read
    )
    if sheet is None:
        hidden = (grid.name for grid in loaded.grids if grid.hidden)
        faults.extend(
            Fault.of("sheet-hidden", severity="info", value=name, file=name) for name in hidden
        )
    return chosen


def _one_sheet(grids: Sequence[Grid], seen: Sequence[Grid], sheet: str | int) -> Grid:
    """Return the worksheet of a name, or at a position among those that are not hidden."""
    names = [grid.name for grid in grids if grid.name is not None]
    if not names:
        raise ArgumentError(
            f"'sheet' must be left out for a source without worksheets, got {sheet!r}"
        )
    if isinstance(sheet, str):
        for grid in grids:
            if grid.name == sheet:
                return grid
    elif isinstance(sheet, int) and not isinstance(sheet, bool) and -len(seen) <= sheet < len(seen):
        return seen[sheet]
    raise UnknownNameError(
        f"'sheet' must be a worksheet that holds something, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )
