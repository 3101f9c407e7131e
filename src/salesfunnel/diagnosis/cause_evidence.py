"""The figures behind a named part: counts, rates, levels, and how it went over time."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel._core.periods import label_of
from salesfunnel._kernels.causes.answer import Cause
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.finding import Evidence, Group, PeriodShare
from salesfunnel.diagnosis.typed_columns import BLANK_LEVEL, OTHER_LEVEL, TypedColumn

__all__ = ["MOST_GROUPS", "evidence_of", "over_time"]

Bool = npt.NDArray[np.bool_]
MOST_GROUPS = 12


def over_time(case: Case, inside: Bool, known: Bool) -> tuple[PeriodShare, ...]:
    """Return how often deals are concerned, and how both groups fared, period by period."""
    first = int(case.period.min(initial=0))
    at = case.period - first
    k = int(at.max(initial=-1)) + 1

    def count(which: Bool) -> npt.NDArray[np.int64]:
        return np.bincount(at[which], minlength=k)

    inside = inside & known
    n, x = count(known), count(inside)
    mature = case.mature & known
    n1, x1 = count(mature & inside), count(mature & inside & case.advanced)
    n0, x0 = count(mature & ~inside), count(mature & ~inside & case.advanced)
    return tuple(
        PeriodShare(
            period=label_of(first + i, case.by),
            known=int(n[i]),
            exposed=int(x[i]),
            rate=float(x1[i] / n1[i]) if n1[i] else None,
            rate_others=float(x0[i] / n0[i]) if n0[i] else None,
        )
        for i in range(k)
        if n[i]
    )


def evidence_of(
    case: Case,
    cause: Cause,
    used: Sequence[TypedColumn],
    inside: Bool,
    known: Bool,
    notices: tuple[str, ...],
    *,
    field: str,
) -> Evidence:
    """Return the figures behind a named part; `inside` are the deals of its levels."""
    mature = case.mature & known
    won = case.advanced
    table = tuple(int((mature & a & b).sum()) for a in (inside, ~inside) for b in (won, ~won))
    half = 1.959963984540054 * cause.se
    return Evidence(
        method="model",
        field=field,
        entered=int(case.now.sum()),
        entered_before=int((~case.now).sum()),
        known=int((known & case.now).sum()),
        known_before=int((known & ~case.now).sum()),
        exposed=int((inside & known & case.now).sum()),
        exposed_before=int((inside & known & ~case.now).sum()),
        table=table,
        difference=cause.rate,
        difference_se=cause.se,
        difference_interval=Interval(cause.rate - half, cause.rate + half, 0.95, "sandwich"),
        p=min(cause.p, 1.0),
        groups=_groups(case, used[0]) if len(used) == 1 else (),
        notices=notices,
        over_time=over_time(case, inside, known),
    )


def _groups(case: Case, column: TypedColumn) -> tuple[Group, ...]:
    """Return the levels of a column, before and now."""
    k = len(column.levels)

    def count(which: Bool) -> npt.NDArray[np.int64]:
        return np.bincount(column.codes[which], minlength=k)

    n1, n0 = count(case.now), count(~case.now)
    r1, r0 = count(case.now & case.mature), count(~case.now & case.mature)
    x1 = count(case.now & case.mature & case.advanced)
    x0 = count(~case.now & case.mature & case.advanced)
    order = np.argsort(-(n0 + n1), kind="stable")[:MOST_GROUPS]
    order = np.sort(order) if column.ordered else order
    return tuple(
        Group(
            name=level_name(column, i),
            entered=int(n1[i]),
            entered_before=int(n0[i]),
            rate=float(x1[i] / r1[i]) if r1[i] else None,
            rate_before=float(x0[i] / r0[i]) if r0[i] else None,
            mix=0.0,
            rate_part=0.0,
        )
        for i in order.tolist()
    )


def level_name(column: TypedColumn, i: int) -> str:
    """Return a level as it is written: its own word, or the bounds of its bin."""
    if not column.cuts or column.levels[i] in {BLANK_LEVEL, OTHER_LEVEL}:
        return column.levels[i]
    low, high = column.bounds([i])
    if math.isinf(low):
        return f"< {high:g}"
    return f"≥ {low:g}" if math.isinf(high) else f"{low:g}–{high:g}"
