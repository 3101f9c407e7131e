"""A plan as CSV, xlsx, Markdown and iCalendar."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from salesfunnel._core.files import write_file
from salesfunnel._core.formula_escape import escape_cell
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.book import Book
from salesfunnel.export.markdown import escape_markdown
from salesfunnel.export.plan_book import COLUMNS, add_plan
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
    revenue_words,
    seen_words,
    step_of,
)

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["plan_rows", "to_csv", "to_icalendar", "to_markdown", "to_xlsx"]


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
            unit = plan.assumptions.currency
            lines[-1] += revenue_words("plan.total-revenue", r, unit, locale)
    content = "\n".join(lines) + "\n"
    _write(path, content)
    return content


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(escape_markdown(str(cell)) for cell in cells) + " |"


def to_xlsx(plan: ImprovementPlan, path: str | PathLike[str], *, locale: Locale) -> None:
    """Write the plan as a workbook: states and owners to choose, dates as dates, text as text."""
    book = Book(locale)
    add_plan(book, plan, plan_rows(plan, locale))
    write_file(path, book.close())


def plan_rows(plan: ImprovementPlan, locale: Locale) -> list[list[Any]]:
    """Return the cells of every measure, in the order of `COLUMNS`."""
    return [_cells(plan, measure, locale) for measure in plan.measures]


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
