"""A plan as CSV, xlsx, Markdown and iCalendar."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from salesfunnel._core.extras import require
from salesfunnel._core.files import write_file
from salesfunnel._core.formula_escape import escape_cell
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.markdown import escape_markdown
from salesfunnel.export.workbooks import save
from salesfunnel.i18n import FORMS, text
from salesfunnel.planning.improvement import ImprovementPlan
from salesfunnel.planning.measure import Measure
from salesfunnel.render.words.names import action_names
from salesfunnel.render.words.plans import (
    effect_words,
    measure_detail,
    measure_title,
    owner_words,
    problem_words,
    seen_words,
    step_of,
)

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["to_csv", "to_icalendar", "to_markdown", "to_xlsx"]

COLUMNS = (
    "bottleneck", "problem", "measure", "owner", "due", "effect", "priority", "effort", "seen",
    "state", "note", "key",
)  # fmt: skip
WIDTHS = (20, 26, 42, 14, 12, 44, 10, 10, 16, 10, 30, 14)


def _cells(plan: ImprovementPlan, measure: Measure, locale: Locale) -> list[Any]:
    actions = action_names(plan.funnel, locale)
    title, detail = measure_title(measure, locale), measure_detail(measure, locale, actions)
    return [
        step_of(plan, measure, locale),
        problem_words(measure, locale, actions),
        f"{title}\n{detail}" if detail else title,
        owner_words(measure.owner, locale),
        measure.due,
        effect_words(measure.effect, locale),
        round(measure.priority, 2),
        measure.effort,
        seen_words(measure, locale),
        text(f"plan.state.{measure.state}", locale),
        measure.note,
        measure.key,
    ]


def _header(locale: Locale) -> list[str]:
    return [text(f"plan.column.{name}", locale) for name in COLUMNS]


def _write(path: str | PathLike[str] | None, content: str) -> None:
    if path is not None:
        write_file(path, content.encode("utf-8"))


def to_csv(plan: ImprovementPlan, path: str | PathLike[str] | None, *, locale: Locale) -> str:
    """Return the plan as CSV (RFC 4180), and write it with a byte-order mark for spreadsheets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_header(locale))
    for measure in plan.measures:
        writer.writerow(
            [
                escape_cell(clean(cell, keep="\t\n\r")) if isinstance(cell, str) else cell
                for cell in _cells(plan, measure, locale)
            ]
        )
    content = out.getvalue()
    _write(path, "\ufeff" + content)
    return content


def to_markdown(plan: ImprovementPlan, path: str | PathLike[str] | None, *, locale: Locale) -> str:
    """Return the plan as a Markdown table."""
    header = _header(locale)
    lines = [
        f"# {text('plan.title', locale)}",
        "",
        *(() if plan.start is None else (text("plan.start", locale, start=plan.start), "")),
        _line(header),
        "|" + "---|" * len(header),
    ]
    lines += [
        _line([FORMS["number"](c, locale) if isinstance(c, float) else c for c in cells])
        for cells in (_cells(plan, measure, locale) for measure in plan.measures)
    ]
    if any(m.effect for m in plan.active):
        d, r, months = plan.deals, plan.revenue, plan.assumptions.months
        lines += ["", text("plan.total", locale, p10=d.p10, p50=d.p50, p90=d.p90, months=months)]
        if r is not None:
            lines[-1] += text("bottleneck.space", locale)
            lines[-1] += text("plan.total-revenue", locale, p10=r.p10, p50=r.p50, p90=r.p90)
    content = "\n".join(lines) + "\n"
    _write(path, content)
    return content


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(escape_markdown(str(cell)) for cell in cells) + " |"


def to_xlsx(plan: ImprovementPlan, path: str | PathLike[str], *, locale: Locale) -> None:
    """Write the plan as a workbook: wrapped cells, dates as dates, text as text."""
    openpyxl = require("openpyxl", extra="excel", feature="writing xlsx")
    styles = require("openpyxl.styles", extra="excel", feature="writing xlsx")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = text("plan.title", locale)[:31]
    rows = [_header(locale), *(_cells(plan, measure, locale) for measure in plan.measures)]
    for i, values in enumerate(rows, 1):
        for j, value in enumerate(values, 1):
            _set(sheet.cell(i, j), value)
        sheet.row_dimensions[i].height = 14 * _lines(values) + 2
    edge = styles.Side(style="thin", color="BFBFBF")
    for row in sheet.iter_rows():
        for cell in row:
            cell.alignment = styles.Alignment(vertical="top", wrap_text=True)
            cell.border = styles.Border(left=edge, right=edge, top=edge, bottom=edge)
    for cell in sheet[1]:
        cell.font = styles.Font(bold=True)
        cell.fill = styles.PatternFill("solid", fgColor="DDE7F0")
    for index, width in enumerate(WIDTHS):
        sheet.column_dimensions[sheet.cell(1, index + 1).column_letter].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(
        fitToPage=True
    )
    write_file(path, save(book))


def _lines(values: Sequence[Any]) -> int:
    """Return how many lines the tallest cell of a row takes; wide characters count twice."""

    def lines(value: Any, width: int) -> int:
        sizes = [
            sum(2 if east_asian_width(ch) in "WF" else 1 for ch in part)
            for part in str(value).split("\n")
        ]
        return sum(max(1, math.ceil(size * 1.35 / width)) for size in sizes)

    return max(lines(value, width) for value, width in zip(values, WIDTHS, strict=True))


def _set(cell: Any, value: Any) -> None:
    """Set a cell; text stays text, whatever sign it starts with."""
    if isinstance(value, str):
        legal = "".join(ch for ch in value if ch in "\t\n\r" or ord(ch) >= 32)
        cell.value = legal
        cell.data_type = "s"
        cell.quotePrefix = legal[:1] in {"=", "+", "-", "@", "\t"}
        return
    cell.value = value
    cell.number_format = "yyyy-mm-dd" if hasattr(value, "year") else "#,##0.##"


def to_icalendar(
    plan: ImprovementPlan,
    path: str | PathLike[str] | None,
    *,
    stamp: datetime | None,
    locale: Locale,
) -> str:
    """Return the due dates as an iCalendar: one all-day event a measure that is not rejected."""
    first = plan.start or date.min  # None for a plan without measures only
    made = datetime.combine(first, time(), timezone.utc) if stamp is None else stamp
    if made.tzinfo is not None:
        made = made.astimezone(timezone.utc)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//salesfunnel//improvement plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    ]
    for measure in plan.active:
        title = measure_title(measure, locale)
        about = "\n".join(
            part
            for part in (
                problem_words(measure, locale),
                measure_detail(measure, locale, action_names(plan.funnel, locale)),
                effect_words(measure.effect, locale),
            )
            if part
        )
        owner = owner_words(measure.owner, locale)
        uid = sha256(f"{first.isoformat()}\x1f{measure.key}".encode()).hexdigest()[:32]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{uid}@salesfunnel",
            f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{measure.due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{measure.due + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escape(text('plan.calendar', locale, measure=f'{title} ({owner})'))}",
            f"DESCRIPTION:{_escape(about)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    content = "".join(_fold(line) + "\r\n" for line in lines)
    _write(path, content)
    return content


def _escape(value: str) -> str:
    """Escape TEXT as RFC 5545, section 3.3.11 says."""
    plain = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(ch for ch in plain if ch == "\t" or ord(ch) >= 32)


def _fold(line: str) -> str:
    """Fold at 75 octets without cutting a character (RFC 5545, section 3.1)."""
    parts: list[str] = []
    part, size = "", 0
    for ch in line:
        width = len(ch.encode("utf-8"))
        if size + width > (75 if not parts else 74):
            parts.append(part)
            part, size = "", 0
        part, size = part + ch, size + width
    return "\r\n ".join([*parts, part])
