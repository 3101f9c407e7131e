"""read_stage_history: deals from a CSV, a workbook, records or a dataframe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.data.history import StageHistory
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.deals.cells import Reader, moment_of
from salesfunnel.intake.deals.columns import find_columns, has_deals
from salesfunnel.intake.deals.name_checks import name_faults
from salesfunnel.intake.deals.tables import one_row_a_change, one_row_a_deal
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.source import load
from salesfunnel.plugins import template

__all__ = ["read_stage_history"]


def read_stage_history(
    source: Any,
    *,
    funnel: Funnel | str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: Any = None,
    tz: str | None = None,
    stages: Sequence[str] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    dayfirst: bool | None = None,
    names: Mapping[str, Iterable[str]] | None = None,
) -> StageHistory:
    """Read deals with the times of their stages.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        One row a deal, with a column of times a stage; or one row a stage change, with columns
        for the deal, the stage and the time. Headers in English or Chinese, in any order.
    funnel : Funnel or str, optional
        Whose stages these are, or the name of a template; found in the header by key, name or
        alias. Stages without a column are left out of the history, with a fault.
    columns : mapping of str to str, optional
        Names of columns: from ``deal``, ``stage``, ``time``, ``created``, ``closed``, ``outcome``,
        ``value``, or the key of a stage, to the name in the header. Others are attributes.
    as_of : datetime, date, datetime64 or str, optional
        When the data were true; what is later has not happened yet. The latest time in the data
        by default, with a fault that says so.
    tz : str, optional
        Time zone of the funnel, such as ``"Asia/Shanghai"``: times with a zone are brought there;
        times without one are there already. UTC by default.
    stages : sequence of str, optional
        Keys of the stages in order, where there is no funnel.
    encoding, sheet, decimal, dayfirst
        As in ``read_purchases``.
    names : mapping of str to iterable of str, optional
        The known names of an attribute, such as the products of a price list. Others are reported
        with the nearest known one, and kept as they are.

    Returns
    -------
    StageHistory
        With every fault of the source: row (from 1, without the header), column, value as
        written; and with findings on data quality.

    Raises
    ------
    IntakeError
        If there is no table with a deal and its stages.
    ArgumentError
        If stage changes come without a funnel or `stages` to put them in order.
    UnknownNameError
        If a column or worksheet that was named is not there.

    Examples
    --------
    >>> history = read_stage_history('''deal,lead,offer,won,outcome,closed,channel
    ... a,2026-01-05,2026-01-09,2026-02-01,won,2026-02-01,web
    ... b,2026-01-07,2026-01-20,,open,,ads
    ... c,2026-01-08,,,lost,2026-01-30,web''', stages=["lead", "offer", "won"], as_of="2026-03-01")
    >>> history.outcome.tolist(), history.reached.tolist()
    ([1, 0, 2], [2, 1, 0])
    """
    if isinstance(funnel, str):
        funnel = template(funnel)
    grid, others = _grid(load(source, encoding=encoding).grids, sheet, columns)
    found = find_columns(grid, funnel, stages, columns)
    reader = Reader(found, tz=tz, decimal=decimal, dayfirst=dayfirst)
    if others:
        reader.note("worksheets-left", severity="warning", value=", ".join(others))
    body = reader.filled(grid.rows[found.at + 1 :])
    read = one_row_a_deal if found.stage is None else one_row_a_change
    history = read(found, body, reader, moment_of(as_of, reader.zone))
    return attrs.evolve(history, faults=(*history.faults, *name_faults(history, names)))


def _grid(
    grids: Sequence[Grid], sheet: str | int | None, columns: Mapping[str, str] | None
) -> tuple[Grid, list[str]]:
    """Return the worksheet to read, and the names of others that hold deals, too."""
    names = [grid.name or "" for grid in grids]
    if sheet is None:
        places = [i for i, grid in enumerate(grids) if has_deals(grid, columns)] or [0]
        return grids[places[0]], [names[i] for i in places[1:]]
    if isinstance(sheet, int) and -len(grids) <= sheet < len(grids):
        return grids[sheet], []
    if sheet in names:
        return grids[names.index(str(sheet))], []
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )
