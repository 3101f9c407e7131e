"""A Tracking as CSV and as a workbook: what is written is read back equal."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import DataError, SalesFunnelError
from salesfunnel._core.files import write_file
from salesfunnel._core.formula_escape import escape_cell
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.export.column import Column
from salesfunnel.i18n import text
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.sheet.known_steps import builtin, translations
from salesfunnel.intake.sheet.names import FunnelNames, Role, has_chinese
from salesfunnel.intake.sheet.reader import read_table

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["columns_of", "tracking_to_csv", "tracking_to_xlsx"]

_EXACT = Context(prec=1000)
_COLUMNS: tuple[Role, ...] = (
    "period", "segment", "stage", "metric", "unit", "target", "actual", "rate", "stated_rate",
    "attainment", "owner", "note",
)  # fmt: skip


def tracking_to_csv(
    tracking: Tracking, path: str | PathLike[str] | None = None, *, locale: Locale = "en"
) -> str:
    """Return the sheet as CSV text; write it to `path` in UTF-8 with a byte order mark.

    Raises
    ------
    DataError
        If a row would not be read back as it is, such as one with a name that means another.
    """
    content = _csv(columns_of(tracking, locale))
    check_readable(tracking, content)
    if path is not None:
        write_file(path, content.encode("utf-8-sig"))
    return content


def tracking_to_xlsx(
    tracking: Tracking, path: str | PathLike[str] | None = None, *, locale: Locale = "en"
) -> bytes:
    """Return the sheet as a workbook; write it to `path`.

    Raises
    ------
    DataError
        As `tracking_to_csv`.
    MissingExtraError
        If XlsxWriter is not installed (extra ``excel``).
    """
    from salesfunnel.export.workbooks import sheet_book

    columns = columns_of(tracking, locale)
    check_readable(tracking, _csv(columns))
    content = sheet_book(tracking, columns, locale=locale)
    if path is not None:
        write_file(path, content)
    return content


def _csv(columns: Sequence[Column]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([escape_cell(column.header) for column in columns])
    writer.writerows(
        [_shown(column.role, cell) for column, cell in zip(columns, cells, strict=True)]
        for cells in zip(*(column.cells for column in columns), strict=True)
    )
    return out.getvalue()


def _shown(role: Role | None, cell: Any) -> str:
    """Return a cell as text; text of people is escaped, numbers are not."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell if role in _NUMBERS else escape_cell(cell)
    return percent(cell, 2) if role in {"rate", "attainment"} else repr(cell)


_NUMBERS = {"target", "actual", "rate", "stated_rate", "attainment"}


def columns_of(tracking: Tracking, locale: Locale) -> tuple[Column, ...]:
    """Return the columns of the sheet: template 1, with period, segment and unit where needed.

    Numbers are int or float; what a number cannot say (``42.%``, ``4.2/5``) is text.
    """
    rows = tracking.rows
    known = {metric.key: metric.unit for stage in tracking.funnel for metric in stage.metrics}
    wanted = set(_COLUMNS) - {"period", "segment", "unit"}
    wanted |= {"period"} if any(row.period != ALL for row in rows) else set()
    wanted |= {"segment"} if any(row.segment != ALL for row in rows) else set()
    wanted |= {"unit"} if any(row.unit != known.get(row.metric, "count") for row in rows) else set()
    names = _names(tracking, locale)
    cells = [_cells(row, names[i]) for i, row in enumerate(rows)]
    columns = [
        Column(
            role=role,
            header=text(f"sheet.column.{role}", locale),
            cells=tuple(line[role] for line in cells),
        )
        for role in _COLUMNS
        if role in wanted
    ]
    for name in dict.fromkeys(name for row in rows for name, _ in row.other):
        own = tuple(dict(row.other).get(name) for row in rows)
        columns.append(Column(role=None, header=name, cells=own))
    return tuple(columns)


def _cells(row: TrackingRow, names: tuple[str, str]) -> dict[Role, Any]:
    return {
        "period": row.period,
        "segment": row.segment,
        "stage": names[0],
        "metric": names[1],
        "unit": row.unit,
        "target": _value(row, row.target),
        "actual": _value(row, row.actual),
        "rate": row.rate,
        "stated_rate": _stated(row),
        "attainment": row.attainment,
        "owner": row.owner,
        "note": row.note or None,
    }


def _value(row: TrackingRow, value: float | None) -> Any:
    if value is None:
        return None
    if row.unit == "score" and row.out_of is not None:
        return f"{value!r}/{row.out_of!r}"
    if row.unit == "rate" and not 0 <= value <= 1:
        return percent(value)
    return value


def _stated(row: TrackingRow) -> str | None:
    """Return the stated rate as it was written, where that says the same for sure."""
    if row.stated_rate is None:
        return None
    written = row.stated_text or ""
    found = read_number(written, decimal=".")
    same = found.unit == "rate" and found.plain() == row.stated_rate and found.fault is None
    return written if same and "," not in written else percent(row.stated_rate)


def percent(value: float, decimals: int | None = None) -> str:
    """Return a rate as percent, exactly, or with `decimals` and three significant digits."""
    exact = _EXACT.multiply(Decimal(repr(value)), Decimal(100))
    if decimals is None:
        return f"{exact}%"
    size = abs(value) * 100
    if 0 < size < 1:
        decimals = min(decimals - math.floor(math.log10(size)), 12)
    return f"{exact:.{decimals}f}%"


def _names(tracking: Tracking, locale: Locale) -> list[tuple[str, str]]:
    """Return the names of stage and metric to write: as written, or in the language asked for."""
    funnel = tracking.funnel
    index = FunnelNames.of(funnel, *translations(funnel))
    version = builtin(funnel.key, locale) or funnel
    stages = {stage.key: stage.label for stage in (*funnel, *version)}
    metrics = {m.key: m.label for stage in (*funnel, *version) for m in stage.metrics}
    done = []
    for row in tracking.rows:
        stage = next(
            (
                name
                for name in _preferred(row.stage_name, stages.get(row.stage), row.stage, locale)
                if index.stage(name) == row.stage or name == row.stage
            ),
            row.stage,
        )
        metric = next(
            (
                name
                for name in _preferred(row.metric_name, metrics.get(row.metric), row.metric, locale)
                if (index.metric(name, index.stage(stage)) or ("", name))[1] == row.metric
            ),
            row.metric,
        )
        done.append((stage, metric))
    return done


def _preferred(written: str, label: str | None, key: str, locale: Locale) -> list[str]:
    """Return names in the order to try: as written, unless the funnel has it in the language."""
    names = [written, label or "", key]
    if (
        label
        and has_chinese(label) != has_chinese(written)
        and (has_chinese(label) == (locale == "zh"))
    ):
        names = [label, written, key]
    return [name for name in names if name]


def check_readable(tracking: Tracking, content: str) -> None:
    """Raise DataError unless the written sheet is read back equal."""
    if not tracking.rows:
        raise DataError("'tracking' must have rows to be written, got none")
    hint = "give rows the names, units and periods that the reader gives them"
    try:
        again = read_table(content, funnel=tracking.funnel, decimal=".")
    except SalesFunnelError as error:
        raise DataError(
            f"'tracking' must be a sheet that can be read back, got {error.message}", hint=hint
        ) from error
    if again.rows == tracking.rows:
        return
    back = {row.row: row for row in again.rows}
    wrong = [i for i, row in enumerate(tracking.rows, start=1) if back.get(i) != row]
    fields = [
        f"row {i}: {name} {getattr(tracking.rows[i - 1], name)!r} as {getattr(back[i], name)!r}"
        if i in back
        else f"row {i}: {tracking.rows[i - 1].metric!r} not at all"
        for i in wrong[:20]
        for name in (_differing(tracking.rows[i - 1], back[i]) if i in back else ("",))
    ]
    lines = "".join(f"\n  - {line}" for line in fields)
    raise DataError(f"'tracking' must be read back equal, got{lines}", hint=hint)


def _differing(one: TrackingRow, other: TrackingRow) -> list[str]:
    return [
        field.name
        for field in attrs.fields(TrackingRow)
        if field.eq and getattr(one, field.name) != getattr(other, field.name)
    ]
