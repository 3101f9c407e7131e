"""Page: a tracking sheet while it is written into a worksheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.tracking import Tracking
from salesfunnel.definitions.metric import Metric
from salesfunnel.export.book import Book
from salesfunnel.export.column import Column

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

__all__ = ["COMPARED", "Page"]

COMPARED = 1000
"""Rows that get a note and a rule of their own, at most."""


@attrs.frozen(kw_only=True)
class Page:
    """A worksheet while it is written."""

    book: Book
    tracking: Tracking
    columns: Sequence[Column]
    sheet: Worksheet
    at: Mapping[str, int]
    above: Sequence[int | None]
    metrics: Mapping[str, Metric]

    @property
    def locale(self) -> Locale:
        """The language."""
        return self.book.locale
