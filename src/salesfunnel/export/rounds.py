"""The files that a round makes: the workbook of the next period, the report, the record."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.files import write_file
from salesfunnel.export.book import Book
from salesfunnel.export.plan_book import add_plan
from salesfunnel.export.plans import plan_rows
from salesfunnel.export.round_funnel import add_funnel, add_targets
from salesfunnel.export.round_pages import add_document
from salesfunnel.export.sheets import columns_of
from salesfunnel.export.workbooks import add_sheet
from salesfunnel.i18n import text
from salesfunnel.render import to_html
from salesfunnel.render.documents.departments import department_document
from salesfunnel.render.documents.playbooks import playbook_document
from salesfunnel.render.documents.rounds import (
    follow_up_document,
    standards_document,
    tasks_document,
)
from salesfunnel.render.model import Document, Section
from salesfunnel.rounds import Round
from salesfunnel.serialize import to_json

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["documents_of", "round_book", "to_xlsx"]


def documents_of(found: Round) -> dict[str, bytes]:
    """Return the files of a round by name; equal rounds give equal bytes."""
    name = f"{found.next_period}.xlsx"
    book = round_book(found)
    page: str = to_html(found, locale=found.locale)
    record = attrs.evolve(found, sent={name: sha256(book).hexdigest()})
    return {
        name: book,
        f"report_{found.period}.html": page.encode("utf-8"),
        f"round_{found.period}.json": f"{to_json(record)}\n".encode(),
    }


def to_xlsx(found: Round, path: str | PathLike[str] | None = None) -> bytes:
    """Return the workbook of a round, and write it to `path`."""
    book = round_book(found)
    if path is not None:
        write_file(Path(path), book)
    return book


def round_book(found: Round) -> bytes:
    """Return the workbook: the sheet to fill in first, then tasks, targets, funnel, plan, the rest.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed (extra ``excel``).
    """
    locale = found.locale
    book = Book(locale)
    add_sheet(book, found.sheet, columns_of(found.sheet, locale))
    add_document(book, text("round.book.tasks", locale), tasks_document(found, locale),
                 line=text("round.book.how", locale))  # fmt: skip
    add_targets(book, found)
    add_funnel(book, found)
    rows = plan_rows(found.plan, locale)
    add_plan(book, found.plan, rows, name=text("round.book.plan", locale))
    pages = [
        (text("round.book.follow-up", locale), follow_up_document(found, locale)),
        (text("round.book.standards", locale), _standards(found)),
        *((page.department, department_document(page, locale)) for page in found.departments),
    ]  # fmt: skip
    for name, document in pages:
        add_document(book, name, document)
    return book.close()


def _standards(found: Round) -> Document:
    """Return what worked and what did not, then the playbook, stage by stage."""
    first = standards_document(found, found.locale)
    rest = playbook_document(found.standards, found.locale)
    sections = [block for block in rest.blocks if isinstance(block, Section)]
    return attrs.evolve(first, blocks=(*first.blocks, *sections))
