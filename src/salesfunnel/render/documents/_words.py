"""Words that many documents share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from salesfunnel._typing import Locale
from salesfunnel.fault import Fault, hint_text
from salesfunnel.i18n import FORMS, text
from salesfunnel.panel import ALL
from salesfunnel.render.model import FaultItem, Faults


def fault_item(fault: Fault, locale: Locale) -> FaultItem:
    """Return a fault in the words of a language."""
    figures: dict[str, Any] = {"row": fault.row, "column": fault.column, "value": fault.value}
    figures.update(fault.params)
    if locale == "en" and fault.message:
        words, hint = fault.message, fault.hint
    else:
        words = text(f"fault.{fault.code}.message", locale, default=fault.message, **figures)
        hint = hint_text(fault.code, locale, figures, fault.hint)
    parts = [] if fault.file is None else [fault.file]
    if fault.row is not None:
        parts.append(text("report.row", locale, row=fault.row))
    if fault.column is not None:
        parts.append(text("report.column", locale, column=fault.column))
    return FaultItem(
        fault.severity, text("report.comma", locale).join(parts), words, hint, fault.code
    )


def faults_block(faults: Iterable[Fault], locale: Locale) -> Faults:
    """Return all faults, errors first, each severity in the order of the input."""
    order = {"error": 0, "warning": 1, "info": 2}
    items = [fault_item(f, locale) for f in sorted(faults, key=lambda f: order[f.severity])]
    return Faults(text("report.faults", locale), items, none=text("report.no-faults", locale))


def shown(value: float | None, form: str, locale: Locale) -> str:
    """Return a figure in a named form, a dash where there is none."""
    return "–" if value is None or value != value else FORMS[form](value, locale)  # noqa: PLR0124 - NaN


def segment_words(segment: str, locale: Locale) -> str:
    """Return the name of a segment; the one of all has words."""
    return text("report.all", locale) if segment == ALL else segment
