"""The rows of a sheet of columns, made when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy.typing as npt

from salesfunnel.data.tracking import TrackingRow
from salesfunnel.intake.files.grid import shown
from salesfunnel.intake.sheet.plain_rows import PlainRows

__all__ = ["LaterRows"]

Ints = npt.NDArray[Any]


@attrs.frozen(kw_only=True, eq=False)
class LaterRows:
    """Makes the rows of a sheet.

    Parameters
    ----------
    plain : PlainRows
        The plain rows of the source.
    heads : sequence of TrackingRow
        One row of each kind, with its keys.
    kind, period, segment, actual : ndarray of int64
        Of each thing that a plain row stands for: the kind, the names, and the count.
    periods, segments : sequence of str
        The names.
    drafts : ndarray of int64
        Which of these things are rows of the sheet.
    own : sequence of TrackingRow
        The rows that were read one by one.
    number : ndarray of int64
        For each row of the sheet its place in `drafts`, or behind them in `own`.
    """

    plain: PlainRows
    heads: Sequence[TrackingRow]
    kind: Ints
    period: Ints
    segment: Ints
    actual: Ints
    periods: Sequence[str]
    segments: Sequence[str]
    drafts: Ints
    own: Sequence[TrackingRow]
    number: Ints

    def __call__(self) -> Iterable[TrackingRow]:
        """Return the rows."""
        plain, size = self.plain, len(self.plain.groups)
        texts = {role: [shown(v) for v in one.values] for role, one in plain.texts.items()}
        other = [(label, [shown(v) for v in one.values]) for label, one in plain.other]
        blank = TrackingRow(stage="-", metric="-")
        made: list[TrackingRow] = []
        for at in self.number.tolist():
            if at >= self.drafts.size:
                made.append(self.own[at - self.drafts.size])
                continue
            draft = int(self.drafts[at])
            row, group = divmod(draft, size)
            target = plain.groups[group].target
            actual = int(self.actual[draft])
            goal = None if target is None else int(target[row])
            made.append(
                self.heads[int(self.kind[draft])].with_valid(
                    period=self.periods[int(self.period[draft])],
                    segment=self.segments[int(self.segment[draft])],
                    actual=actual,
                    target=goal,
                    attainment=actual / goal if goal else None,
                    row=int(plain.places[row]) + 1,
                    **_texts(blank, texts, other, plain, row),
                )
            )
        return made


def _texts(
    blank: TrackingRow,
    texts: Mapping[Any, Sequence[str]],
    other: Sequence[tuple[str, Sequence[str]]],
    plain: PlainRows,
    row: int,
) -> dict[str, Any]:
    """Return the owner, the note and the unknown cells of a row, in their final form."""
    if not texts and not other:
        return {}
    said: dict[str, Any] = {
        str(role): values[int(plain.texts[role].codes[row])] for role, values in texts.items()
    }
    cells = (
        (label, values[int(one.codes[row])])
        for (label, values), (_, one) in zip(other, plain.other, strict=True)
    )
    said["other"] = [(label, cell) for label, cell in cells if cell.strip()]
    found = blank.replace(**said)
    return {name: getattr(found, name) for name in ("owner", "note", "other")}
