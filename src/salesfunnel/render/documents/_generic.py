"""The document of a result that has no builder of its own: its fields, as they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import attrs
import numpy as np

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Locale
from salesfunnel.fault import Fault
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Block, Column, Document, Table
from salesfunnel.render.words.figures import faults_block

_LIMIT, _FEW = 20, 12


def generic_document(result: Any, locale: Locale) -> Document:
    """Return a document with one row per field; tables and faults come after."""
    rows: list[tuple[str, str]] = []
    blocks: list[Block] = []
    table = callable(getattr(result, "columns", None))
    if attrs.has(type(result)):
        for field in attrs.fields(type(result)):
            if field.repr is False:
                continue  # what a line has no room for
            value = getattr(result, field.name)
            if table and isinstance(value, np.ndarray | tuple) and field.name != "faults":
                continue  # a column of the table below
            if field.name == "faults":
                blocks.append(faults_block(value, locale))
            else:
                name = text(f"field.{field.name}", locale, default=field.name.replace("_", " "))
                words = _shown(value, locale)
                rows += [(name, words)] if words else []
    heads = (text("report.field", locale), text("report.value", locale))
    first: list[Block] = [Table(heads, rows)] if rows else []
    if table:
        first.append(columns_table(result.columns(), locale))
    kind = type(result).__name__
    title = text(f"field.of.{kind}", locale, default=kind)
    subtitle = kind if title != kind else ""
    return Document(title, [*first, *blocks], locale=locale, subtitle=subtitle)


def columns_table(columns: Mapping[str, Any], locale: Locale, *, limit: int = _LIMIT) -> Table:
    """Return the first rows of a table of columns, saying how many there are."""
    arrays = {name: np.asarray(column) for name, column in columns.items()}
    size = max((len(array) for array in arrays.values()), default=0)
    rows = [
        [_shown(array[i], locale) for array in arrays.values()] for i in range(min(size, limit))
    ]
    heads = [
        Column(
            text(f"field.{name}", locale, default=name.replace("_", " ")),
            align="right" if array.dtype.kind in "iuf" else "left",
        )
        for name, array in arrays.items()
    ]
    caption = text("report.rows-shown", locale, shown=len(rows), all=size) if size > limit else ""
    return Table(heads, rows, caption=caption)


def _shown(value: Any, locale: Locale) -> str:  # noqa: C901, PLR0912 - one line per kind
    if value is None:
        return "–"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return text("field.yes" if value else "field.no", locale)
    if isinstance(value, str):
        return text(f"field.value.{value}", locale, default=value)
    if isinstance(value, float) and not np.isfinite(value):
        return "–" if np.isnan(value) else str(value)
    if isinstance(value, int | float):
        return _number(value, locale)
    if isinstance(value, date):
        return FORMS["date"](value, locale)
    if isinstance(value, timedelta):
        return FORMS["duration"](value, locale)
    if isinstance(value, Interval):
        low, high = _shown(value.low, locale), _shown(value.high, locale)
        return text("report.range", locale, low=low, high=high)
    if isinstance(value, np.ndarray):
        if not value.ndim:
            return _shown(value.item(), locale)
        if value.ndim == 1 and value.size <= _FEW:
            return _comma(locale).join(_shown(item, locale) for item in value)
        return " × ".join(map(str, value.shape))
    if isinstance(value, Mapping):
        colon = text("report.colon", locale)
        parts = (f"{key}{colon}{_shown(item, locale)}" for key, item in value.items())
        return _comma(locale).join(parts)
    if isinstance(value, tuple | list):
        if any(isinstance(item, Fault) or attrs.has(type(item)) for item in value):
            return str(len(value))
        words = [_shown(item, locale) for item in value[:_LIMIT]]
        return _comma(locale).join([*words, "…"] if len(value) > _LIMIT else words)
    if attrs.has(type(value)):
        colon = text("report.colon", locale)
        parts = (
            text(f"field.{f.name}", locale, default=f.name.replace("_", " "))
            + colon
            + _shown(getattr(value, f.name), locale)
            for f in attrs.fields(type(value))
        )
        return ("；" if locale == "zh" else "; ").join(parts)
    return str(value)


def _comma(locale: Locale) -> str:
    return "、" if locale == "zh" else ", "


def _number(value: float, locale: Locale) -> str:
    """Return a number with three significant digits at least: rates and p values, too."""
    if isinstance(value, int) or value == 0 or abs(value) >= 100:
        return FORMS["number"](value, locale)
    digits = max(2 - math.floor(math.log10(abs(value))), 0)
    return f"{value:.{digits}f}" if digits <= 6 else f"{value:.2e}"
