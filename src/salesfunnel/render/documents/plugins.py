"""The document of plugins: a table a group."""

from __future__ import annotations

from collections.abc import Iterable

from salesfunnel._core.vocabulary import PLUGIN_GROUPS, Locale
from salesfunnel.i18n import text
from salesfunnel.plugins import PluginRecord
from salesfunnel.render.model import Block, Column, Document, Mark, Section, Table
from salesfunnel.render.words.figures import filled

_BAD = {"broken", "conflict", "incompatible"}


def plugins_document(records: Iterable[PluginRecord], locale: Locale) -> Document:
    """Return what is installed, by group; what cannot be used is marked, with its error."""
    found = tuple(records)
    names = ("name", "distribution", "version", "state", "error")
    heads = [text(f"plugin.column.{name}", locale) for name in names]
    blocks: list[Block] = []
    for group in PLUGIN_GROUPS:
        rows, marks = [], []
        for record in found:
            if record.group == group:
                state = text(f"plugin.state.{record.state}", locale)
                error = record.error or ""
                rows.append((record.name, record.distribution, record.version, state, error))
                mark: Mark = "bad" if record.state in _BAD else ""
                marks.append(mark)
        if rows:
            title = text(f"plugin.group.{group}", locale)
            columns, cells = filled([Column(head) for head in heads], rows)
            blocks.append(Section(title, [Table(columns, cells, marks=marks)]))
    return Document(text("report.plugins", locale), blocks, locale=locale)


def record_document(record: PluginRecord, locale: Locale) -> Document:
    """Return the one row of a plugin."""
    return plugins_document((record,), locale)
