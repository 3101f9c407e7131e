"""Assemble: the rows of the tables of a sheet, with a funnel, to a Tracking."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from salesfunnel._core.periods import frequency_of
from salesfunnel.data.tracking import Tracking, sheet_of_columns
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.cells.number import DecimalMark
from salesfunnel.intake.cells.read_period import read_period
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.text_cells import Progress
from salesfunnel.intake.sheet.by_columns import Drafts
from salesfunnel.intake.sheet.counted import Counted
from salesfunnel.intake.sheet.header import Header, fill_merged
from salesfunnel.intake.sheet.infer_funnel import funnel_for
from salesfunnel.intake.sheet.known_steps import translations
from salesfunnel.intake.sheet.names import FunnelNames, has_chinese
from salesfunnel.intake.sheet.plain_rows import plain_rows_of
from salesfunnel.intake.sheet.raw_rows import RawRow, by_month
from salesfunnel.intake.sheet.resolved import Resolved
from salesfunnel.intake.sheet.resolver import Resolver
from salesfunnel.intake.sheet.row_reader import RowReader, drafts_of
from salesfunnel.intake.sheet.segment_sums import without_sums
from salesfunnel.intake.sheet.sheet_periods import default_period, one_period_of, year_of
from salesfunnel.intake.sheet.sheet_segments import segments_by_worksheet
from salesfunnel.intake.sheet.stated_rates import with_stated_rates
from salesfunnel.plugins import template

__all__ = ["Asked", "Table", "tracking_of"]

Table = tuple[Grid, Header]
_MANY = 200
"""From so many rows on a sheet is read by columns."""


class Asked(NamedTuple):
    """What the caller asked for."""

    funnel: Funnel | str | None
    period: str | None
    mark: DecimalMark | None
    progress: Progress | None


def tracking_of(tables: Sequence[Table], faults: Sequence[Fault], asked: Asked) -> Tracking:
    """Return the sheet of some tables, with all that is wrong in them.

    Raises
    ------
    IntakeError
        If there is no row.
    """
    rows = sum(len(grid.rows) - header.at - 1 for grid, header in tables)
    if len(tables) == 1 and rows >= _MANY:
        found = _by_columns(tables[0], list(faults), asked, Counted(asked.progress, rows))
        if found is not None:
            return without_sums(found)
    return without_sums(_by_rows(tables, list(faults), asked, Counted(asked.progress, rows)))


def _by_rows(
    tables: Sequence[Table], faults: list[Fault], asked: Asked, counted: Counted
) -> Tracking:
    """Read row by row."""
    raw_rows: list[RawRow] = []
    told: list[Fault] = []
    default: dict[str | None, str] = {}
    for grid, header in tables:
        name = grid.name if len(tables) > 1 else None
        raw_rows += drafts_of(grid, header, told, sheet=name, decimal=asked.mark, counted=counted)
        default[name] = default_period(grid, header, asked.period, faults)
    if not raw_rows:
        raise IntakeError(
            "'source' must have rows below its header, got none",
            [*faults, *told, Fault.of("no-rows", severity="error")],
        )
    raw_rows = segments_by_worksheet(by_month(raw_rows), tables, faults)
    chosen, resolver = _resolver(raw_rows, faults, told, asked)
    pairs = []
    for name, of_sheet in default.items():
        of_name = [raw for raw in raw_rows if raw.sheet == name]
        pairs += resolver.rows(counted.each(of_name, weight=counted.half / len(raw_rows)), of_sheet)
    counted.done()
    wanted = one_period_of(asked.period, [row.period for _, row in pairs])
    pairs = [pair for pair in pairs if wanted is None or pair[1].period == wanted]
    first = Tracking(rows=[row for _, row in pairs], funnel=chosen)
    kept = [raw for raw, _ in pairs]
    rows = with_stated_rates(first, kept, told)
    _tell_about_steps({row.metric for row in rows}, chosen, faults)
    for row, raw in zip(first.rows, kept, strict=True):
        if row.basis == "rate-gt-1":
            told.append(raw.fault("rate-gt-1", "actual", rate=row.rate))
    _tell_about_periods(dict.fromkeys(row.period for row in rows), faults)
    return Tracking(rows=rows, funnel=chosen, faults=(*faults, *_in_order(told, default)))


def _by_columns(
    table: Table, faults: list[Fault], asked: Asked, counted: Counted
) -> Tracking | None:
    """Read the plain rows at once; None where every row wants care."""
    grid, header = table
    told: list[Fault] = []
    rows = fill_merged(grid, header)
    reader = RowReader(grid, header, rows, told, sheet=None, decimal=asked.mark)
    plain = plain_rows_of(reader, rows)
    if plain is None:
        return None
    drafts = Drafts(reader, rows, plain, counted)
    counted.read()
    default = default_period(grid, header, asked.period, faults)
    chosen, resolver = _resolver(drafts.summary(), faults, told, asked)
    resolved = Resolved(drafts, default)
    if not resolved.resolve(resolver):
        return None
    wanted = one_period_of(asked.period, resolved.labels)
    columns = resolved.columns(wanted)
    _tell_about_steps(columns.metrics, chosen, faults)
    for place, rate in columns.above_all(chosen.level_keys("step")):
        told.append(resolved.raw(place).fault("rate-gt-1", "actual", rate=rate))
    _tell_about_periods(columns.periods, faults)
    counted.done()
    every = (*faults, *_in_order(told, {None: default}))
    return sheet_of_columns(columns, funnel=chosen, faults=every)


def _resolver(
    raw_rows: Sequence[RawRow], faults: list[Fault], told: list[Fault], asked: Asked
) -> tuple[Funnel, Resolver]:
    """Return the funnel of the rows, and what gives them its keys."""
    chosen = _funnel(asked.funnel, raw_rows, faults)
    names = FunnelNames.of(chosen, *translations(chosen))
    aimed = any(raw.number("target").value is not None for raw in raw_rows)
    return chosen, Resolver(chosen, names, told, year=year_of(asked.period), has_targets=aimed)


def _in_order(told: Sequence[Fault], sheets: Collection[str | None]) -> list[Fault]:
    """Return faults of rows once each, by sheet and row."""
    order = {name: i for i, name in enumerate(sheets)}
    return sorted(dict.fromkeys(told), key=lambda fault: (order.get(fault.file, 0), fault.row or 0))


def _funnel(funnel: Funnel | str | None, raw_rows: Sequence[RawRow], faults: list[Fault]) -> Funnel:
    if funnel is None:
        return funnel_for(raw_rows, faults)
    if isinstance(funnel, str):
        chinese = any(has_chinese(d.text("metric") + d.text("stage")) for d in raw_rows)
        return template(funnel, locale="zh" if chinese else "en")
    return funnel


def _tell_about_periods(labels: Iterable[str], faults: list[Fault]) -> None:
    """Report months together with their quarters or years, which are not periods of one row."""
    kinds: dict[str, str] = {}
    for label in labels:
        found = read_period(label)
        if found is not None:
            whole = found.in_year("2000").label
            kinds.setdefault(frequency_of(whole), label)
    if len(kinds) > 1:
        faults.append(Fault.of("periods-mixed", value=", ".join(kinds.values())))


def _tell_about_steps(present: Collection[str], chosen: Funnel, faults: list[Fault]) -> None:
    """Report steps of the funnel that the sheet lacks."""
    faults.extend(
        Fault.of("step-absent", severity="info", metric=metric.label)
        for metric in chosen.steps
        if metric.key not in present
    )
