"""The document of a result that has no builder of its own: its fields, as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import numpy as np

from salesfunnel._typing import Locale
from salesfunnel.fault import Fault
from salesfunnel.i18n import FORMS, text
from salesfunnel.interval import Interval
from salesfunnel.render.documents._words import faults_block
from salesfunnel.render.model import Block, Column, Document, Table

_LIMIT = 20


def generic_document(result: Any, locale: Locale) -> Document:
    """Return a document with one row a field; tables and faults come after."""
    rows: list[tuple[str, str]] = []
    blocks: list[Block] = []
    if attrs.has(type(result)):
        for field in attrs.fields(type(result)):
            value = getattr(result, field.name)
            if field.name == "faults":
                blocks.append(faults_block(value, locale))
            else:
                rows.append((field.name, _shown(value, locale)))
    heads = (text("report.field", locale), text("report.value", locale))
    first: list[Block] = [Table(heads, rows)] if rows else []
    if callable(getattr(result, "columns", None)):
        first.append(columns_table(result.columns(), locale))
    return Document(type(result).__name__, [*first, *blocks], locale=locale)


def columns_table(columns: Mapping[str, Any], locale: Locale, *, limit: int = _LIMIT) -> Table:
    """Return the first rows of a table of columns, saying how many there are."""
    arrays = {name: np.asarray(column) for name, column in columns.items()}
    size = max((len(array) for array in arrays.values()), default=0)
    rows = [
        [_shown(array[i], locale) for array in arrays.values()] for i in range(min(size, limit))
    ]
    heads = [
        Column(name, align="right" if array.dtype.kind in "iuf" else "left")
        for name, array in arrays.items()
    ]
    caption = text("report.rows-shown", locale, shown=len(rows), all=size) if size > limit else ""
    return Table(heads, rows, caption=caption)


def _shown(value: Any, locale: Locale) -> str:  # noqa: C901 - a line a kind
    if value is None:
        return "–"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, float) and not np.isfinite(value):
        return "–" if np.isnan(value) else str(value)
    if isinstance(value, int | float):
        return FORMS["number"](value, locale)
    if isinstance(value, date):
        return FORMS["date"](value, locale)
    if isinstance(value, timedelta):
        return FORMS["duration"](value, locale)
    if isinstance(value, Interval):
        return f"{_shown(value.low, locale)} – {_shown(value.high, locale)}"
    if isinstance(value, np.ndarray):
        return " × ".join(map(str, value.shape)) if value.ndim else str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(item, locale)}" for key, item in value.items())
    if isinstance(value, tuple | list):
        if any(isinstance(item, Fault) or attrs.has(type(item)) for item in value):
            return str(len(value))
        return ", ".join(_shown(item, locale) for item in value[:_LIMIT]) + (
            ", …" if len(value) > _LIMIT else ""
        )
    return str(value)
