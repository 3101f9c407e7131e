"""Words in a column of outcomes that mean neither won nor lost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import nearest
from salesfunnel.intake.deals.column_reader import ColumnReader
from salesfunnel.intake.deals.outcome_evidence import UNKNOWN, flags_of
from salesfunnel.intake.deals.outcomes import fold_label
from salesfunnel.intake.deals.vocabulary.lookup import outcome_words

__all__ = ["tell_closed", "tell_unknown"]

Codes = npt.NDArray[np.int8]
_TOLD = 50
"""Most words that a fault names."""
_SHOWN = 10


def tell_unknown(
    reader: ColumnReader,
    at: int,
    codes: object,
    texts: list[str],
    meaning: list[int | None],
    by_stage: Codes,
) -> None:
    """Report words that are no outcome, where no stage tells instead; the first ones by name."""
    known = [word for word in outcome_words() if word]
    strange = np.array([*(code is None for code in meaning), False], dtype=np.bool_)
    places = np.asarray(codes)
    rows = np.flatnonzero(strange[places] & (by_stage == UNKNOWN))
    rows = rows[np.argsort(places[rows], kind="stable")]
    words, starts = np.unique(places[rows], return_index=True)
    ends = [*starts.tolist()[1:], rows.size]
    for place, first, end in zip(words.tolist()[:_TOLD], starts.tolist(), ends, strict=False):
        own = rows[first:end]
        numbers = [str(reader.number(int(row))) for row in own[:_SHOWN]]
        reader.note(
            "outcome-taken-as-open",
            severity="warning",
            row=reader.number(int(own[0])),
            column=reader.table.names[at],
            value=texts[place][:80],
            deals=int(own.size),
            rows=", ".join(numbers) + (", ..." if own.size > _SHOWN else ""),
            nearest=nearest(fold_label(texts[place]), known) or "",
        )
    if len(words) > _TOLD:
        reader.note(
            "outcomes-taken-as-open",
            severity="warning",
            column=reader.table.names[at],
            words=len(words) - _TOLD,
            deals=int(rows.size - starts[_TOLD]),
        )


def tell_closed(reader: ColumnReader, roles: Mapping[str, int], outcome: Codes) -> None:
    """Say which deals a flag calls closed, while nothing says whether they were won or lost."""
    if "is_closed" not in roles:
        return
    here = (flags_of(reader, roles["is_closed"]) == 1) & (outcome == UNKNOWN)
    if not here.any():
        return
    words = "–"
    if "stage" in roles:
        codes, labels = reader.table.words(roles["stage"])
        counts = np.bincount(codes[here], minlength=len(labels))
        top = [k for k in np.argsort(-counts, kind="stable").tolist() if counts[k] and labels[k]]
        words = ", ".join(f"{labels[k][:40]} ({int(counts[k]):,})" for k in top[:_SHOWN]) or words
    reader.note(
        "closed-without-outcome",
        severity="warning",
        row=reader.number(int(np.argmax(here))),
        column=reader.table.names[roles["is_closed"]],
        deals=int(here.sum()),
        words=words,
    )
