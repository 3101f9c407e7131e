"""Case: one bottleneck with the data that may tell why, cut to the deals that matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._core.period_arrays import period_numbers
from salesfunnel._core.periods import frequency_of, ordinal
from salesfunnel._core.readers import reader_hint
from salesfunnel._core.vocabulary import Frequency
from salesfunnel.bottleneck import Bottleneck
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.panel import Panel
from salesfunnel.data.tracking import Tracking
from salesfunnel.diagnosis.fields import CHANNEL, OWNER, Column, Field, fold_column_name, match
from salesfunnel.diagnosis.finding import Evidence, Finding
from salesfunnel.diagnosis.segment_deals import deals_of_segment

__all__ = ["Case"]

Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int64]
Time = npt.NDArray[np.datetime64]

DAY = np.timedelta64(1, "D")
MATURE = 0.9
"""A deal is mature when it is older than this quantile of the days that advances take."""
UNDECIDED = 0.1
"""A period with at most this share of young open deals is decided: its closed deals are mature."""


class Case:
    """The input of a rule: the bottleneck and the data around it.

    With deal data, every array has one value a *deal of the case*: those that entered the step in
    the judged window or in the reference before it (12 periods by default).

    Parameters
    ----------
    bottleneck : Bottleneck
        The step that fell short.
    data : StageHistory, Tracking or Panel
        Where to look.
    columns : mapping of str to str
        Field → the user's own column.
    history : int
        Periods of reference before the judged window.

    Attributes
    ----------
    bottleneck, data, columns
        As above.
    has_deals : bool
        Whether `data` is a stage history.
    now : ndarray of bool
        Deals of the judged window; the others are the reference.
    advanced : ndarray of bool
        Deals that reached the target by the time the history was taken.
    mature : ndarray of bool
        Deals old enough, or of a period so fully decided, that "not advanced" means something.
    time : ndarray of datetime64[us]
        When they entered the step.
    period : ndarray of int64
        Number of the period they entered in; neighbours differ by one.
    """

    def __init__(
        self,
        bottleneck: Bottleneck,
        data: Any,
        *,
        columns: Mapping[str, str] | None = None,
        history: int = 12,
    ) -> None:
        self.bottleneck, self.data = bottleneck, data
        self.columns, self.history = dict(columns or {}), history
        self.has_deals = isinstance(data, StageHistory)
        self.has_sheet = isinstance(data, Tracking)
        self.has_panel = isinstance(data, Panel)
        if not (self.has_deals or self.has_sheet or self.has_panel):
            raise ArgumentError(
                f"'data' must be a StageHistory, a Tracking or a Panel, got {type(data).__name__}",
                hint=reader_hint(data, "StageHistory", "Tracking"),
            )
        if self.has_deals:
            self._cut()
            names = self.named("columns", self.columns.values())
            self.columns = dict(zip(self.columns, names, strict=True))

    # -- deals ---------------------------------------------------------------------------------

    def _stage_index(self, key: str) -> int:
        stages: tuple[str, ...] = self.data.stages
        if key in stages:
            return stages.index(key)
        for stage in () if self.data.funnel is None else self.data.funnel.stages:
            if any(metric.key == key for metric in stage.metrics) and stage.key in stages:
                return stages.index(stage.key)
        raise UnknownNameError(
            f"'bottleneck' must be a step between stages of the history, got {key!r}",
            hint=f"the stages are {', '.join(map(repr, stages))}",
        )

    def _cut(self) -> None:
        data, b = self.data, self.bottleneck
        source = self._stage_index(b.transition.source)
        target = self._stage_index(b.transition.target)
        if source == target:
            raise ArgumentError(
                f"'bottleneck' must be a step between two stages of the history,"
                f" got {b.transition} inside {data.stages[source]!r}"
            )
        self.source, self.target = source, target
        by = frequency_of(b.period)
        self.by: Frequency = "month" if by == "none" else by
        later, never = data.entered[:, source:], np.datetime64("9999-01-01", "us")
        time = np.where(np.isnat(later), never, later).min(axis=1)
        entered = (data.reached >= source) & (time < never)
        number = np.where(entered, period_numbers(time, self.by), 0)
        last = ordinal(b.period, self.by) if by != "none" else int(number[entered].max(initial=0))
        width = max(int(getattr(b, "window", 1) or 1), 1)
        keep = entered & (number <= last) & (number > last - width - self.history)
        keep &= deals_of_segment(self.bottleneck, data)
        self.deals: npt.NDArray[np.intp] = np.flatnonzero(keep)
        self.time: Time = time[keep]
        self.period: Int = number[keep].astype(np.int64)
        self.now: Bool = self.period > last - width
        self.advanced: Bool = data.reached[keep] >= target
        self.outcome = data.outcome[keep]
        self.open: Bool = (self.outcome == 0) & ~self.advanced
        self.mature: Bool = self._mature()

    def _mature(self) -> Bool:
        """Mark deals whose "not advanced" is a result and not just early."""
        target = self.data.entered[self.deals][:, self.target :]
        far = np.datetime64("9999-01-01", "us")
        reached = np.where(np.isnat(target), far, target).min(axis=1)
        days = (reached - self.time)[self.advanced & (reached < far)] / DAY
        self.mature_days: float = float(np.quantile(days, MATURE)) if days.size >= 5 else 0.0
        old = (self.data.as_of - self.time) / DAY >= self.mature_days
        decided = ~self.open
        names, index = np.unique(self.period, return_inverse=True)
        total = np.bincount(index, minlength=names.size)
        still = np.bincount(index, weights=self.open & ~old, minlength=names.size)
        complete = still <= UNDECIDED * total
        return np.asarray(old | (complete[index] & decided))

    def named(self, argument: str, names: Iterable[str]) -> tuple[str, ...]:
        """Return columns of deals by the names they have; of other data as they are.

        Raises
        ------
        UnknownNameError
            If a column is not in the data.
        """
        names = tuple(names)
        if not self.has_deals:
            return names
        known = {*getattr(self.data, "attributes", ()), "value"}
        return tuple(attribute_name(argument, name, known) for name in names)

    def finding(self, code: str, **fields: Any) -> Finding:
        """Return a finding on this bottleneck; `fields` are those of `Finding`."""
        b = self.bottleneck
        fields.setdefault("evidence", Evidence(method="none", entered=self.entered_now))
        return Finding(
            code=code,
            transition=b.transition,
            segment=str(getattr(b, "segment", "all") or "all"),
            period=str(b.period),
            share=self.share(fields.get("contribution")),
            **fields,
        )

    def share(self, contribution: float | None) -> float | None:
        """Return a contribution as a part of the shortfall, cut to [0, 1]."""
        if contribution is None or self.shortfall is None:
            return None
        return min(max(contribution / self.shortfall, 0.0), 1.0)

    def __len__(self) -> int:
        """How many deals the case has."""
        return len(self.deals) if self.has_deals else 0

    def find(self, field: Field | str) -> Column | None:
        """Return the user's column that holds a field, or None."""
        if not self.has_deals:
            return None
        field = Field.of(field)
        name = match(field, self.data.attributes, self.columns)
        if name is None:
            return None
        column = Column(name, np.asarray(self.data.attributes[name])[self.deals])
        return column if column.known.any() else None

    def __getitem__(self, field: Field | str) -> Column:
        """Return the user's column that holds a field; raise UnknownNameError if there is none."""
        column = self.find(field)
        if column is None:
            raise UnknownNameError(f"'field' must be in the data, got {Field.of(field).key!r}")
        return column

    @cached_property
    def value(self) -> Column:
        """The value of every deal, NaN where it is not known."""
        return Column("value", np.asarray(self.data.value, dtype=np.float64)[self.deals])

    @cached_property
    def channel(self) -> Column | None:
        """The channel of every deal, where there is such a column."""
        return self.find(CHANNEL)

    @cached_property
    def owner(self) -> Column | None:
        """The owner of every deal, where there is such a column."""
        return self.find(OWNER)

    @cached_property
    def entered_now(self) -> int:
        """Entrants of the judged window: the bottleneck's own figure, else the deals."""
        counted = int(self.now.sum()) if self.has_deals else 0
        given = getattr(self.bottleneck, "entered", None)
        return counted or (0 if given is None else round(float(given)))

    @cached_property
    def shortfall(self) -> float | None:
        """Deals that are missing against the reference: entrants × (reference − rate)."""
        reference = getattr(self.bottleneck, "reference", None)
        rate = getattr(self.bottleneck, "rate", None)
        if reference is None or rate is None:
            return None
        gap = self.entered_now * (float(reference) - float(rate))
        return gap if gap > 0 else None

    @cached_property
    def missing_deals(self) -> float | None:
        """Deals to explain: the shortfall, or if there is no reference, that against before."""
        if getattr(self.bottleneck, "reference", None) is not None or not self.has_deals:
            return self.shortfall
        old, new = self.mature & ~self.now, self.mature & self.now
        if not (old.any() and new.any()):
            return None
        gap = float(self.advanced[old].mean()) - float(self.advanced[new].mean())
        return gap * self.entered_now if gap > 0 else None

    # -- sheets --------------------------------------------------------------------------------

    def _stages_of_step(self) -> tuple[set[str], set[str]]:
        """Return the stage keys and metric keys around the bottleneck."""
        b = self.bottleneck.transition
        stages, metrics = {b.source, b.target}, {b.source, b.target}
        funnel = getattr(self.data, "funnel", None)
        if funnel is not None:
            for stage in funnel.stages:
                keys = {metric.key for metric in stage.metrics}
                if stage.key in stages or keys & metrics:
                    stages |= {stage.key}
                    metrics |= keys
        return stages, metrics

    @cached_property
    def sheet_rows(self) -> tuple[Any, ...]:
        """The rows of a sheet that belong to the stages of the bottleneck."""
        if not self.has_sheet:
            return ()
        stages, metrics = self._stages_of_step()
        rows = self._rows_of_period()
        return tuple(row for row in rows if row.stage in stages or row.metric in metrics)

    def _rows_of_period(self) -> tuple[Any, ...]:
        """Return the rows of the bottleneck's period, all of them where none is of it."""
        rows = tuple(self.data.rows)
        return tuple(row for row in rows if row.period == str(self.bottleneck.period)) or rows

    def sheet_metric(self, field: Field | str) -> Any | None:
        """Return the row of a sheet whose metric is this field, or None."""
        if not self.has_sheet:
            return None
        field = Field.of(field)
        names = {fold_column_name(name) for name in (field.key, *field.names)}
        mapped = self.columns.get(field.key)
        for row in (*self.sheet_rows, *self._rows_of_period()):
            own = {str(row.metric), str(getattr(row, "metric_name", "") or row.metric)}
            if row.actual is not None and (
                mapped in own or {fold_column_name(name) for name in own} & names
            ):
                return row
        return None

    @property
    def panel(self) -> Any | None:
        """The counts, where the data are counts."""
        return self.data if self.has_panel else None
