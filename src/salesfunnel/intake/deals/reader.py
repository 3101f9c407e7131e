"""read_deals: deals from a CSV, a workbook, records or a dataframe, whatever their shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from salesfunnel._core.checks import did_you_mean
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.checks import with_faults
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.deals.changes_reader import changes_history
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.find_table import FoundTable, find_table
from salesfunnel.intake.deals.list_history import list_history
from salesfunnel.intake.deals.list_reader import DealList, StagesWanted, read_deal_list
from salesfunnel.intake.deals.lost_values import without_zero_losses
from salesfunnel.intake.deals.name_checks import name_faults
from salesfunnel.intake.deals.outcomes import OutcomeWords
from salesfunnel.intake.deals.pipelines import choose_pipeline, kept
from salesfunnel.intake.deals.stage_times import table_of_times
from salesfunnel.intake.deals.times_reader import times_history
from salesfunnel.intake.deals.told_columns import tell_table
from salesfunnel.intake.deals.wanted import stages_wanted
from salesfunnel.intake.deals.zones import moment_of
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.source import load
from salesfunnel.intake.files.text_cells import Progress
from salesfunnel.plugins import template

__all__ = ["read_deals", "read_list", "read_stage_history"]


def read_deals(
    source: object,
    *,
    funnel: Funnel | str | None = None,
    columns: Mapping[str, str] | None = None,
    as_of: object = None,
    tz: str | None = None,
    stages: Sequence[str] | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    dayfirst: bool | None = None,
    names: Mapping[str, Iterable[str]] | None = None,
    outcomes: Mapping[str, str] | None = None,
    date_format: str | None = None,
    pipeline: str | None = None,
    max_bytes: int | None = None,
    progress: Progress | None = None,
) -> StageHistory:
    """Read deals, in whatever shape they come.

    Parameters
    ----------
    source : path, file, bytes, str, sequence of mappings or of lists, mapping, or dataframe
        A list, one row per deal with its stage or status now, as CRMs export it; one row per deal
        with a column of times per stage; one row per stage change (stage and time, or old and new
        stage); one row per stay in a stage (entered, left); or a change log with a column that
        names the field. Headers in English, Chinese, German, Spanish, French, Portuguese or
        Russian, or the field names of a CRM, in any order. Which shape was recognised is a fault
        ``deals-shape`` of severity ``info``.
    funnel : Funnel or str, optional
        Whose stages these are, or the name of a template; found by key, name or alias.
    columns : mapping of str to str, optional
        Names of columns, where they are not recognised: from ``deal``, ``stage``, ``outcome``,
        ``created``, ``closed``, ``expected``, ``value``, ``currency``, ``pipeline``,
        ``probability``, ``stage_since``, ``won_at``, ``lost_at``, ``time``, ``entered``, ``left``,
        ``old_stage``, ``new_stage``, ``field``, or the key of a stage, to the name in the header.
        Others are attributes.
    as_of : datetime, date, datetime64 or str, optional
        When the data were true; what is later has not happened yet. The latest plausible time in
        the data by default, with a fault that says so. Expected dates never count.
    tz : str, optional
        Time zone of the funnel, such as ``"Asia/Shanghai"``: times with a zone are brought there;
        times without one are there already. UTC by default.
    stages : sequence of str, optional
        Keys of the stages in order, if there is no funnel. By default they are those of the
        data, ordered as their CRM has them, by a column of probabilities, by numbers or words in
        their names, with a fault that says which.
    encoding, sheet, decimal
        As in ``read_purchases``.
    names : mapping of str to iterable of str, optional
        The known names of an attribute, such as the products of a price list. Others are reported
        with the nearest known one, and kept as they are.
    outcomes : mapping of str to {"open", "won", "lost"}, optional
        What words of the stage or status column mean, in addition to the known ones:
        ``{"churned": "lost"}``.
    dayfirst : bool, optional
        Whether 03/04/2026 is the third of April. By default a date of the column that can only be
        read in one way decides for all of them, and dates with points have the day first.
    date_format : str, optional
        The format of all times, as ``datetime.strptime`` takes it.
    pipeline : str, optional
        Read the deals of this pipeline only. Several whose stages differ are refused without it;
        `read_pipelines` reads each by itself.
    max_bytes, progress
        As in ``read_purchases``.

    Returns
    -------
    StageHistory
        With every fault of the source: row (from 1, without the header), column, value as
        written; and with findings on data quality. What a list cannot tell is missing: see
        ``StageHistory.reached_stage``.

    Raises
    ------
    IntakeError
        If there is no table of deals.
    ArgumentError
        If stage changes come without a funnel or `stages`, and nothing puts their stages in
        order; if nothing says how closed deals ended.
    UnknownNameError
        If a column, worksheet or pipeline that was named is not there.

    Examples
    --------
    >>> history = read_deals('''Deal ID,Deal Stage,Create Date,Close Date,Amount
    ... 1,Closed Won,2026-01-05,2026-02-01,900
    ... 2,Closed Lost,2026-01-07,2026-01-20,400
    ... 3,Proposal,2026-01-08,2026-04-30,700''', as_of="2026-03-01")
    >>> history.outcome.tolist(), history.stages
    ([1, 2, 0], ('Proposal', 'Closed Won'))
    >>> history.panel(by="all").counts.ravel().tolist()
    [3, 1]
    """
    if isinstance(funnel, str):
        funnel = template(funnel)
    wanted = stages_wanted(funnel, stages)
    words = OutcomeWords.of(outcomes)
    found = _found(
        load(source, encoding=encoding, max_bytes=max_bytes, progress=progress).grids,
        sheet,
        columns,
        wanted,
        words,
        date_format,
    )
    reader = ColumnReader(
        found.table, tz=tz, decimal=decimal, dayfirst=dayfirst, date_format=date_format
    )
    moment = moment_of(as_of, reader.zone)
    tell_table(reader, found)
    choose_pipeline(reader, found.shape, pipeline, together=bool(wanted.keys))
    history = without_zero_losses(_read(reader, found, words, wanted, moment, funnel))
    return with_faults(history, (*history.faults, *name_faults(history, names)))


def read_pipelines(source: object, **options: Any) -> dict[str, StageHistory]:
    """Read a table that holds several pipelines: a history of each.

    Pipelines have stages of their own, so that they are funnels of their own.

    Parameters
    ----------
    source
        As in `read_deals`.
    **options
        As in `read_deals`, without ``pipeline``.

    Returns
    -------
    dict of str to StageHistory
        By the name of the pipeline, in order of their first rows.

    Raises
    ------
    IntakeError
        If there is no table of deals.
    UnknownNameError
        If there is no column of pipelines.

    Examples
    --------
    >>> each = read_pipelines('''id,pipeline,stage,created
    ... 1,New,Offer,2026-01-01
    ... 2,New,Won,2026-01-02
    ... 3,Renewal,Due,2026-01-02''', as_of="2026-02-01")
    >>> {name: history.stages for name, history in each.items()}
    {'New': ('Offer', 'Won'), 'Renewal': ('Due', 'won')}
    """
    source = kept(source)
    found = _found(
        load(source, encoding=options.get("encoding"), max_bytes=options.get("max_bytes")).grids,
        options.get("sheet"),
        options.get("columns"),
        stages_wanted(None, options.get("stages")),
        OutcomeWords.of(options.get("outcomes")),
        options.get("date_format"),
    )
    if "pipeline" not in found.shape.roles:
        raise UnknownNameError(
            "'source' must have a column of pipelines, got none we know",
            hint='columns={"pipeline": ...}',
        )
    _, words = found.table.words(found.shape.roles["pipeline"])
    return {name: read_deals(source, **options, pipeline=name) for name in words if name}


def read_list(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    outcomes: Mapping[str, str] | None = None,
    tz: str | None = None,
    dayfirst: bool | None = None,
    date_format: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    decimal: DecimalMark | None = None,
    pipeline: str | None = None,
) -> tuple[DealList, tuple[Fault, ...]]:
    """Read one list of deals as columns, for readers of several lists; options as `read_deals`.

    Raises
    ------
    ArgumentError
        If the table is not a list with one row per deal.
    """
    words = OutcomeWords.of(outcomes)
    wanted = StagesWanted()
    grids = load(source, encoding=encoding).grids
    found = _found(grids, sheet, columns, wanted, words, date_format)
    if found.shape.kind != "list":
        raise ArgumentError(
            f"'source' must be a list with one row per deal, got {found.shape.kind}",
            hint="read_deals reads this table as a history of its own",
        )
    reader = ColumnReader(
        found.table, tz=tz, decimal=decimal, dayfirst=dayfirst, date_format=date_format
    )
    tell_table(reader, found)
    choose_pipeline(reader, found.shape, pipeline, together=True)
    listed = read_deal_list(reader, found.shape, words, wanted)
    return listed, tuple(reader.faults)


read_stage_history = read_deals
"""The same function."""


def _found(
    grids: Sequence[Grid],
    sheet: str | int | None,
    columns: Mapping[str, str] | None,
    wanted: StagesWanted,
    words: OutcomeWords,
    date_format: str | None,
) -> FoundTable:
    """Return the table of deals in the worksheet that was named, or the first that has one."""
    names = [grid.name or "" for grid in grids]
    if sheet is None:
        return find_table(grids, columns, wanted, words, date_format)
    if isinstance(sheet, int) and -len(grids) <= sheet < len(grids):
        return find_table([grids[sheet]], columns, wanted, words, date_format)
    if sheet in names:
        return find_table([grids[names.index(str(sheet))]], columns, wanted, words, date_format)
    raise UnknownNameError(
        f"'sheet' must be a worksheet of the source, got {sheet!r}",
        hint=did_you_mean(sheet, names),
    )


def _read(
    reader: ColumnReader,
    found: FoundTable,
    words: OutcomeWords,
    wanted: StagesWanted,
    moment: np.datetime64 | None,
    funnel: Funnel | None,
) -> StageHistory:
    shape = found.shape
    reader.note(f"deals-shape-{shape.kind}", value=shape.by_stage, rows=len(reader.table))
    if shape.kind == "list":
        listed = read_deal_list(reader, shape, words, wanted)
        definition = None if funnel is None or listed.stages != funnel.keys else funnel
        return list_history(listed, reader, shape, moment, definition)
    if shape.kind == "times":
        table = table_of_times(reader, shape, words, wanted, funnel)
        return times_history(reader, shape, table, words, moment)
    if not len(reader.table):
        reader.table = reader.table.take(np.zeros(0, dtype=np.intp))
    return changes_history(reader, shape, words, wanted, moment, funnel)
