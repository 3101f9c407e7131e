"""The document of cohort retention: a triangle of shares."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.customers import CohortRetention
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.model import Document, Grid, Paragraph
from salesfunnel.render.words.figures import cohort_name, shown

_MOST = 24


def retention_document(kept: CohortRetention, locale: Locale) -> Document:
    """Return the share of each cohort that was active in each later period."""
    share = kept.triangle()[-_MOST:, :_MOST].tolist()
    cells = [[None if v != v else v for v in row] for row in share]  # noqa: PLR0124 - NaN
    names = list(zip(kept.cohorts, kept.entered.tolist(), strict=True))[-_MOST:]
    grid = Grid(
        text("retention.grid", locale),
        [str(later) for later in range(min(len(kept.cohorts), _MOST))],
        [cohort_name(name, n, locale) for name, n in names],
        cells,
        [["" if v is None else shown(v, "percent", locale) for v in row] for row in cells],
        corner=text("ahead.cohort", locale),
    )
    title = text("retention.title", locale, day=FORMS["date"](kept.as_of, locale))
    note = Paragraph(text("retention.note", locale), mark="muted")
    return Document(title, [grid, note], locale=locale)
