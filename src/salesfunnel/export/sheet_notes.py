"""Comments on the cells of a tracking sheet: what each metric counts, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.tracking import Tracking
from salesfunnel.export.sheet_page import COMPARED, Page
from salesfunnel.i18n import text
from salesfunnel.intake.sheet.names import Role
from salesfunnel.render.words.figures import fault_item

__all__ = ["notes", "notes_of_header", "wrong_cells"]

_HEADS: dict[Role | None, str] = {
    "target": "target", "actual": "actual", "rate": "rate-column", "attainment": "attainment",
    "owner": "owner", "note": "note",
}  # fmt: skip


def notes_of_header(page: Page) -> None:
    """Explain in comments on the headers how the columns are filled in."""
    for j, column in enumerate(page.columns):
        words = text(f"sheet.note.{_HEADS.get(column.role, '')}", page.locale, default="")
        if words:
            page.book.note(page.sheet, 0, j, words)


def notes(page: Page, wrong: Mapping[tuple[int, str], str]) -> None:
    """Explain in comments what each metric counts, and what is wrong in a cell."""
    labels = {row.metric: row.metric_name or row.metric for row in page.tracking.rows}
    labels |= {
        row.metric: str(page.columns[page.at["metric"]].cells[i])
        for i, row in enumerate(page.tracking.rows)
    }
    for i, row in enumerate(page.tracking.rows):
        if i < COMPARED:
            words = _counts(page, i, labels, row.out_of)
            page.book.note(page.sheet, i + 1, page.at["metric"], words)
    for (i, role), words in wrong.items():
        if role in page.at:
            page.book.note(page.sheet, i + 1, page.at[role], words)


def _counts(page: Page, i: int, labels: Mapping[str, str], best: float | None) -> str:
    row, above = page.tracking.rows[i], page.above[i]
    metric = page.metrics.get(row.metric)
    parts = [text(f"metric.counts.{row.metric}", page.locale, default="") if metric else ""]
    chain = page.tracking.funnel.level_keys("step")
    if above is not None:
        before = labels[page.tracking.rows[above].metric]
        parts.append(text("sheet.note.rate", page.locale, metric=labels[row.metric], before=before))
    elif chain and row.metric == chain[0]:
        parts.append(text("sheet.note.first", page.locale))
    elif row.metric not in chain:
        parts.append(text("sheet.note.no-step", page.locale))
    parts.append(text(f"sheet.note.unit.{row.unit}", page.locale))
    if best is not None:
        parts.append(text("sheet.note.out-of", page.locale, best=f"{best:g}"))
    if metric is not None and metric.better == "lower":
        parts.append(text("sheet.note.lower", page.locale))
    return "\n".join(part for part in parts if part)


def wrong_cells(tracking: Tracking, locale: Locale) -> dict[tuple[int, str], str]:
    """Return the cells, by position of the row and role, that a fault calls wrong, and why."""
    at = {(row.sheet, row.row): i for i, row in enumerate(tracking.rows)}
    roles = {"stated-rate-differs": "stated_rate", "stated-rate-imprecise": "stated_rate"}
    roles |= {"attainment-differs": "attainment", "rate-gt-1": "actual", "not-a-count": "actual"}
    found = {}
    for fault in tracking.faults:
        i, role = at.get((fault.file, fault.row)), roles.get(fault.code)
        if i is not None and role is not None:
            found[i, role] = fault_item(fault, locale).text
    return found
