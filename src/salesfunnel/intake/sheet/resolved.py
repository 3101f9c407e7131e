"""The rows of a sheet of columns with the keys of a funnel, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import RowColumns, TrackingRow, is_count, one_line
from salesfunnel.intake.cells.read_period import PeriodName
from salesfunnel.intake.sheet.by_columns import Draft, Drafts
from salesfunnel.intake.sheet.later_rows import LaterRows
from salesfunnel.intake.sheet.raw_rows import RawRow
from salesfunnel.intake.sheet.resolver import Resolver

__all__ = ["Resolved"]

Ints = npt.NDArray[Any]


class Resolved:
    """The rows of a sheet with the keys of a funnel.

    Parameters
    ----------
    drafts : Drafts
        The raw rows.
    default : str
        The period of rows that name none.
    """

    def __init__(self, drafts: Drafts, default: str) -> None:
        self.drafts, self.default = drafts, default
        self.rows: list[tuple[int, RawRow, TrackingRow]] = []

    @property
    def labels(self) -> list[str]:
        """The periods, one each, in order of no importance."""
        plain = np.unique(self.period[~self.alone]).tolist()
        return [*(self.periods[i] for i in plain), *(row.period for _, _, row in self.rows)]

    def resolve(self, resolver: Resolver) -> bool:
        """Find the keys of all rows, and say what is wrong; False where each row needs care."""
        drafts = self.drafts
        scratch = Resolver(
            resolver.funnel,
            resolver.names,
            [],
            year=resolver.year,
            has_targets=resolver.has_targets,
        )
        steps = {metric.key for metric in resolver.funnel.steps}
        firsts = [drafts.raw(first) for first in drafts.firsts.tolist()]
        heads = [scratch.row_of(raw, steps, self.default) for raw in firsts]
        if any(head is None or head.unit != "count" for head in heads):
            return False
        self.heads: list[TrackingRow] = [head for head in heads if head is not None]
        self._names(resolver)
        own = [(one, scratch.row_of(one.raw, steps, self.default)) for one in drafts.own]
        keys = self._keys([row for _, row in own if row is not None], steps)
        self.alone = np.isin(self.key, keys)
        order: list[Draft] = [
            *drafts.own,
            *(
                Draft(int(drafts.places[i]), drafts.raw(i))
                for i in np.flatnonzero(self.alone).tolist()
            ),
            *(
                Draft(int(drafts.places[i]), drafts.raw(i), i)
                for i in self._first_of_each(resolver)
                if not self.alone[i]
            ),
        ]
        order.sort(key=lambda one: one.place)
        for place, raw, kind in order:
            if kind >= 0:
                resolver.row_of(raw, steps, self.default)
                continue
            self.rows += [(place, raw, row) for raw, row in resolver.rows([raw], self.default)]
        return True

    def _names(self, resolver: Resolver) -> None:
        """Find the period and segment of every plain row, as codes of distinct names."""
        plain, groups = self.drafts.plain, self.drafts.plain.groups
        self.periods: list[str] = []
        self.segments: list[str] = []
        shape = (plain.places.size, len(groups))
        own = plain.periods
        labels = (
            []
            if own is None
            else [
                resolver.label_of(self.drafts.whole(period), text) or self.default
                for period, text in own.values
            ]
        )
        self.period = _spread(
            shape,
            None if own is None else own.codes,
            labels or [self.default],
            [
                None
                if one.period is None
                else resolver.label_of(self.drafts.whole(one.period), one.period.label)
                for one in groups
            ],
            self.periods,
        )
        of_rows = plain.segments
        self.segment = _spread(
            shape,
            None if of_rows is None else of_rows.codes,
            [ALL] if of_rows is None else [value or ALL for value in of_rows.values],
            [one_line(one.segment) or None for one in groups],
            self.segments,
        )

    def _keys(self, own: Iterable[TrackingRow], steps: set[str]) -> Ints:
        """Give each plain row the number of what it is of; return those that come again."""
        places: dict[tuple[str, str], int] = {}
        of_kind = [
            places.setdefault(
                ("" if head.metric in steps else head.stage, head.metric), len(places)
            )
            for head in self.heads
        ]
        width, depth = len(self.segments), len(places)
        kinds = np.array(of_kind, dtype=np.int64)[self.drafts.kind]
        self.key = (self.period * width + self.segment) * depth + kinds
        known, counts = np.unique(self.key, return_counts=True)
        twice = [known[counts > 1]]
        at = {name: i for i, name in enumerate(self.periods)}
        where = {name: i for i, name in enumerate(self.segments)}
        for row in own:
            place = places.get(("" if row.metric in steps else row.stage, row.metric))
            if place is not None and row.period in at and row.segment in where:
                one = (at[row.period] * width + where[row.segment]) * depth + place
                twice.append(np.array([one], dtype=np.int64))
        return np.unique(np.concatenate(twice))

    def _first_of_each(self, resolver: Resolver) -> list[int]:
        """Return the plain rows at which something is said once: of a name, of a year."""
        drafts = self.drafts
        firsts = {*drafts.firsts.tolist()}
        periods = drafts.plain.periods
        if periods is not None:
            for code, (period, _) in enumerate(periods.values):
                whole = period.in_year(resolver.year) if isinstance(period, PeriodName) else None
                if whole is not None and (whole.needs_year or whole.short):
                    rows = np.flatnonzero(periods.codes == code)
                    firsts |= {int(rows[0]) * drafts.size} if rows.size else set()
        for group, one in enumerate(drafts.plain.groups):
            if one.period is not None:
                firsts.add(group)
        return sorted(firsts)

    def columns(self, kept: str | None) -> RowColumns:
        """Return all rows by columns; of one period only where `kept` names it."""
        drafts = self.drafts
        plain = np.flatnonzero(~self.alone)
        own = [row for _, _, row in self.rows]
        places = [drafts.places[plain], np.array([one[0] for one in self.rows], dtype=np.int64)]
        order = np.argsort(np.concatenate(places), kind="stable")
        if kept is not None:
            labels = np.concatenate(
                [
                    np.array([name == kept for name in self.periods])[self.period[plain]],
                    np.array([row.period == kept for row in own], dtype=np.bool_),
                ]
            )
            order = order[labels[order]]
        period = _merged(self.period[plain], self.periods, [r.period for r in own], order)
        segment = _merged(self.segment[plain], self.segments, [r.segment for r in own], order)
        metrics = [head.metric for head in self.heads]
        metric = _merged(drafts.kind[plain], metrics, [row.metric for row in own], order)
        whole = [r.actual if is_count(r.actual) and r.actual is not None else -1 for r in own]
        of_own = np.array(whole, dtype=np.int64)
        actual = np.concatenate([drafts.actual[plain], np.maximum(of_own, 0)])[order]
        known = np.concatenate([np.ones(plain.size, np.bool_), of_own >= 0])[order]
        self.number, self.kept = order, plain
        return RowColumns(
            period=period[0],
            segment=segment[0],
            metric=metric[0],
            actual=actual,
            known=known,
            periods=period[1],
            segments=segment[1],
            metrics=metric[1],
            make=LaterRows(
                plain=drafts.plain,
                heads=self.heads,
                kind=drafts.kind,
                period=self.period,
                segment=self.segment,
                actual=drafts.actual,
                periods=self.periods,
                segments=self.segments,
                drafts=plain,
                own=own,
                number=order,
            ),
        )

    def raw(self, place: int) -> RawRow:
        """Return the raw row of a row of the columns."""
        at = int(self.number[place])
        if at >= self.kept.size:
            return self.rows[at - self.kept.size][1]
        return self.drafts.raw(int(self.kept[at]))


def _spread(
    shape: tuple[int, int],
    codes: Ints | None,
    labels: Sequence[str],
    of_groups: Sequence[str | None],
    names: list[str],
) -> Ints:
    """Return the code of the name of each row and group; one that a group has goes first."""
    at: dict[str, int] = {}
    table = np.array([at.setdefault(label, len(at)) for label in labels], dtype=np.int64)
    rows = np.zeros(shape[0], dtype=np.int64) if codes is None else codes
    found = np.repeat(table[rows][:, None], shape[1], axis=1)
    for group, label in enumerate(of_groups):
        if label is not None:
            found[:, group] = at.setdefault(label, len(at))
    names.extend(at)
    return found.reshape(-1)


def _merged(
    codes: Ints, names: Sequence[str], more: Sequence[str], order: Ints
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return codes of plain rows and of others in an order, names by their first row."""
    at: dict[str, int] = {}
    table = np.array([at.setdefault(name, len(at)) for name in names] or [0], dtype=np.int64)
    others = np.array([at.setdefault(name, len(at)) for name in more], dtype=np.int64)
    whole = np.concatenate([table[codes], others])[order]
    seen, firsts, found = np.unique(whole, return_index=True, return_inverse=True)
    by_first = np.argsort(firsts)
    place = np.empty(by_first.size, dtype=np.int64)
    place[by_first] = np.arange(by_first.size)
    listed = [*at]
    return place[found.reshape(-1)], tuple(listed[i] for i in seen[by_first].tolist())
