"""Segments that are the sum of the others: a row "All" next to mobile and desktop."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np

from salesfunnel.data.tracking import Tracking
from salesfunnel.fault import Fault
from salesfunnel.intake.sheet.names import TOTALS, fold

__all__ = ["without_sums"]

_ALL = (
    "all|overall|all channels|all regions|all devices|all segments|all teams|all users|everything"
    "|everyone|company|alle|insgesamt|todos|todas|todo|tous|toutes|все|全部|全体|整体|总体|全国|全公司"
    "|所有|全渠道|大盘|公司整体|不限"
)
_NAMES = frozenset(map(fold, _ALL.split("|"))) | TOTALS
_FIRST = ("total ", "totals ", "sum ", "all ", "gesamt ", "summe ", "итого ", "всего ", "suma ")


def without_sums(sheet: Tracking) -> Tracking:
    """Return a sheet without segments that are called all and are the sum of the others.

    One that is such a sum and has another name stays, with a warning: it may be chance.

    Parameters
    ----------
    sheet : Tracking
        As read.
    """
    if len(sheet.segments) < 3:
        return sheet
    sums = _sums(sheet)
    named = [name for name in sums if _says_all(name)]
    left = {*(named if len(named) == 1 else ())}
    faults = [*sheet.faults]
    if left:
        firsts = (next(row for row in sheet.rows if row.segment == name) for name in left)
        faults += [
            Fault.of("total-row", severity="info", row=row.row, value=row.segment, file=row.sheet)
            for row in firsts
        ]
        kept = [row for row in sheet.rows if row.segment not in left]
        return Tracking(rows=kept, funnel=sheet.funnel, faults=faults)
    if not sums:
        return sheet
    listed = ", ".join(sums)[:200]
    return attrs.evolve(sheet, faults=[*faults, Fault.of("segment-is-sum", value=listed)])


def _sums(sheet: Tracking) -> list[str]:
    """Return the segments whose counts are the sum of the counts of all others, everywhere."""
    panel = sheet.panel("step")
    counts = np.where(panel.missing, 0, panel.counts).astype(np.float64)
    whole = counts.sum(axis=1)
    same = (2 * counts == whole[:, None, :]).all(axis=(0, 2))
    some = (counts > 0).sum(axis=(0, 2)) >= 2
    others = (counts > 0).any(axis=(0, 2)).sum() > 2
    found: Iterable[int] = np.flatnonzero(same & some & others).tolist()
    return [panel.segments[i] for i in found]


def _says_all(name: str) -> bool:
    """Whether a segment is called all, or a total, in one of its parts."""
    parts = [part.strip() for part in name.split(" / ")]
    return any(fold(part) in _NAMES or part.casefold().startswith(_FIRST) for part in parts)
