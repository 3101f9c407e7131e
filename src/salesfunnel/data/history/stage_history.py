"""StageHistory: one row per deal, a time a stage, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field, arrays_equal
from salesfunnel._core.checks import check_known
from salesfunnel._core.errors import DataError
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.frozen import as_tuple, frozen_map
from salesfunnel._core.readers import check_not_a_file, named_only
from salesfunnel._core.result import TableMixin, leaf
from salesfunnel._core.vocabulary import Frequency, PanelMode
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.checks import (
    LOST,
    OPEN,
    WON,
    contradictions,
    shape_problems,
    time_in_stage_between,
)
from salesfunnel.data.history.converters import (
    columns_of,
    moment_of,
    same_columns,
    text_of,
)
from salesfunnel.data.history.entry_intervals import middle_entries
from salesfunnel.data.history.field_history import TEXTS, FieldHistory, joined
from salesfunnel.data.history.fields_over_time import FieldsOverTime
from salesfunnel.data.history.from_list import needs_stage_times, timed_stages
from salesfunnel.data.history.joining import joined_attribute, joined_reached
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.panel import Panel

__all__ = ["LOST", "OPEN", "WON", "StageHistory"]

_DAY = np.timedelta64(86_400_000_000, "us")


@named_only
@attrs.frozen(kw_only=True, repr=False)
class StageHistory(FieldsOverTime, TableMixin):
    """Deals with the first entry into every stage, the time spent there, and how they ended.

    Make one with ``read_stage_history`` or `from_records`; the constructor takes the canonical
    columns. Open deals are open: censored, never lost.

    Parameters
    ----------
    deals : sequence of str, length n
        Ids, unique.
    stages : tuple of str, length S
        Keys of the stages, in order.
    entered : array_like of datetime64[us], shape (n, S)
        First entry into each stage, NaT where it was never visited.
    outcome : array_like of int8, shape (n,)
        0 open, 1 won, 2 lost.
    as_of : datetime64[us]
        When the data were true, as it is; open deals are censored there. A day is its start here.
    time_in_stage : array_like of timedelta64[us], shape (n, S), optional
        Total time in each stage, the sum of its spells; computed from the first entries by
        default.
    created : array_like of datetime64[us], shape (n,), optional
        When the deal came into being; the first entry by default.
    closed : array_like of datetime64[us], shape (n,), optional
        When it was won or lost, NaT while open.
    value : array_like of float64, shape (n,), optional
        Its amount, NaN where unknown.
    reached_stage : array_like of intp, shape (n,), optional
        Of a list, which has no times of stages: the furthest stage that a deal is known to have
        reached, -1 where the list does not say. None if the times of all stages are known.
    attributes : mapping of str to array_like, shape (n,)
        Text ("" is missing) or float columns: channel, owner, product, region, ...
    funnel : Funnel, optional
        The funnel whose stages these are.
    faults : tuple of Fault
        What was wrong or suspicious in the source; not compared by ``==``.
    changes : mapping of str to FieldHistory
        How fields changed over time: ``amount``, ``currency``, ``expected`` (the expected close
        date), ``category``, ``owner``, ``pipeline``, ``stage``, ``outcome``, ``probability``.
        `with_changes` makes it from rows. The columns above hold the state at `as_of`.

    Raises
    ------
    DataError
        With every problem: shapes, ids that come twice, unknown outcomes, a closed deal that is
        open, times after `as_of`.

    Examples
    --------
    >>> history = StageHistory.from_records(
    ...     [{"deal": "a", "lead": "2026-09-01", "won": "2026-09-20"},
    ...      {"deal": "b", "lead": "2026-09-03"}],
    ...     stages=["lead", "won"], as_of="2026-10-01")
    >>> len(history), history.outcome.tolist(), history.reached.tolist()
    (2, [1, 0], [1, 0])
    """

    deals: npt.NDArray[np.str_] = attrs.field(
        converter=text_of, eq=attrs.cmp_using(eq=arrays_equal), hash=False
    )
    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    entered: npt.NDArray[np.datetime64] = array_field("datetime64[us]")
    outcome: npt.NDArray[np.int8] = array_field(np.int8)
    as_of: Any = attrs.field(converter=moment_of)
    time_in_stage: npt.NDArray[np.timedelta64] = array_field("timedelta64[us]", default=None)
    created: npt.NDArray[np.datetime64] = array_field("datetime64[us]", default=None)
    closed: npt.NDArray[np.datetime64] = array_field("datetime64[us]", default=None)
    value: npt.NDArray[np.float64] = array_field(np.float64, default=None)
    reached_stage: npt.NDArray[np.intp] | None = array_field(np.intp, default=None)
    attributes: Mapping[str, Any] = attrs.field(
        factory=dict, converter=columns_of, eq=attrs.cmp_using(eq=same_columns), hash=False
    )
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple, eq=False)
    changes: Mapping[str, FieldHistory] = attrs.field(factory=dict, converter=frozen_map)

    def __attrs_post_init__(self) -> None:
        problems = shape_problems(self)
        if not problems:
            self._fill()
            problems = contradictions(self)
        if problems:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise DataError(f"'history' must be well formed, got{lines}")

    def _fill(self) -> None:
        """Put in what can be computed of what is given."""
        n = len(self.deals)
        if self.created is None:
            first = np.full(n, np.datetime64("NaT", "us"))
            for k in range(len(self.stages)):
                first = np.fmin(first, self.entered[:, k])
            self._set("created", first)
        if self.closed is None:
            last = np.full(n, np.datetime64("NaT", "us"))
            for k in range(len(self.stages)):
                last = np.fmax(last, self.entered[:, k])
            self._set("closed", np.where(self.outcome == OPEN, np.datetime64("NaT", "us"), last))
        if self.value is None:
            self._set("value", np.full(n, np.nan))
        if self.time_in_stage is None:
            self._set("time_in_stage", time_in_stage_between(self.entered, self.closed, self.as_of))

    def _set(self, name: str, array: npt.NDArray[Any]) -> None:
        array.flags.writeable = False
        object.__setattr__(self, name, array)

    @classmethod
    def from_records(cls, records: object, **options: object) -> StageHistory:
        """Make a history from records in memory, of any shape that ``read_deals`` knows.

        Parameters
        ----------
        records : iterable of mapping or of lists, mapping of columns, or any dataframe
            Never a path: it is not opened.
        **options
            As in ``read_deals``.

        Raises
        ------
        ArgumentError
            If `records` is a path, text, bytes or a file.
        IntakeError
            With every fault and its place, where no deal can be read.
        """
        check_not_a_file("records", records, "StageHistory", wanted="records or a dataframe")
        reader: Any = leaf("salesfunnel.intake.deals.reader")
        history: StageHistory = reader.read_deals(records, **options)
        return history

    def __repr__(self) -> str:
        open_, won, lost = (int((self.outcome == code).sum()) for code in (OPEN, WON, LOST))
        return (
            f"<StageHistory: {len(self)} deals ({won} won, {lost} lost, {open_} open)"
            f" × {len(self.stages)} stages as of {str(self.as_of)[:10]}>"
        )

    def __len__(self) -> int:
        return len(self.deals)

    @property
    def reached(self) -> npt.NDArray[np.intp]:
        """The highest stage that each deal ever visited, -1 for none; shape (n,).

        A skipped stage counts as passed and a step back never un-reaches: a deal has reached every
        stage up to this one. Of a list also what `reached_stage` says; -1 where it does not say.
        """
        visited = ~np.isnat(self.entered)
        last = len(self.stages) - 1 - np.argmax(visited[:, ::-1], axis=1)
        furthest = np.asarray(np.where(visited.any(axis=1), last, -1), dtype=np.intp)
        if self.reached_stage is None:
            return furthest
        told = (self.reached_stage >= 0) | (furthest > 0)
        return np.where(told, np.maximum(furthest, self.reached_stage), -1)

    def reached_at(self) -> npt.NDArray[np.datetime64]:
        """Return when each deal first reached each stage or one beyond it, shape (n, S).

        The earliest entry into any stage from k on; NaT where none was entered.

        Raises
        ------
        DataError
            If it is of a list, which does not say.
        """
        needs_stage_times(self, "reached_at")
        return self._reached_at()

    def _reached_at(self) -> npt.NDArray[np.datetime64]:
        at = np.array(self.entered)
        for k in range(len(self.stages) - 2, -1, -1):
            at[:, k] = np.fmin(at[:, k], at[:, k + 1])
        return at

    def select(self, mask: npt.ArrayLike) -> StageHistory:
        """Return the deals where `mask` (bool, or indices, shape (n,)) says so.

        Raises
        ------
        DataError
            If the mask has another shape or dtype, or an index is not there.
        """
        index = np.asarray(mask)
        if index.dtype == np.bool_ and index.shape != (len(self),):
            raise DataError(f"'mask' must have shape ({len(self)},), got {index.shape}")
        if index.dtype.kind not in "biu" and index.size:
            raise DataError(f"'mask' must hold bool or indices, got {index.dtype}")
        index = index if index.size else index.astype(np.intp)
        if index.dtype.kind in "iu" and ((index < -len(self)) | (index >= len(self))).any():
            raise DataError(f"'mask' must hold indices below {len(self)}, got others")
        return attrs.evolve(
            self,
            deals=self.deals[index],
            entered=self.entered[index],
            time_in_stage=self.time_in_stage[index],
            created=self.created[index],
            closed=self.closed[index],
            outcome=self.outcome[index],
            value=self.value[index],
            reached_stage=None if self.reached_stage is None else self.reached_stage[index],
            attributes=columns_of(self.attributes).taken(index),
            changes={
                name: field.of(np.arange(len(self))[index], len(self))
                for name, field in self.changes.items()
            },
        )

    def attribute(self, name: str) -> npt.NDArray[Any]:
        """Return the column of an attribute; raise UnknownNameError if there is none.

        Also by what it is: ``attribute("owner")`` of a list whose header says "Deal owner".
        """
        name = attribute_name("attribute", name, self.attributes)
        column: npt.NDArray[Any] = self.attributes[name]
        return column

    def stage_times(
        self, stage: str
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int8], npt.NDArray[np.intp]]:
        """Return how long deals waited in a stage and how that ended.

        Parameters
        ----------
        stage : str
            Key of a stage but the last.

        Returns
        -------
        duration : ndarray of float64, shape (m,)
            Days from the first entry to the advance, the loss, or `as_of`; never negative.
        event : ndarray of int8, shape (m,)
            0 still open (censored), 1 advanced to any later stage, 2 lost.
        deal : ndarray of intp, shape (m,)
            Row of the deal.

        Raises
        ------
        DataError
            If it is of a list that does not say when deals entered or left this stage.

        Notes
        -----
        If the history was made of dated lists, an entry counts at the middle of its interval, and
        entries before the first list are left out: of these only deals that were still in the stage
        are known. A deal that vanished is censored at the last list that has it.
        """
        check_known("stage", stage, self.stages)
        k = self.stages.index(stage)
        if k < len(self.stages) - 1 and not timed_stages(self)[k]:
            needs_stage_times(self, f"stage_times({stage!r})")
        entered, unborn = middle_entries(self)
        entry = entered[:, k]
        rows = np.flatnonzero(~np.isnat(entry) & ~unborn[:, k])
        if k + 1 < len(self.stages):
            after = np.fmin.reduce(entered[rows, k + 1 :], axis=1)
        else:
            after = np.where(
                self.outcome[rows] == WON, self.closed[rows], np.datetime64("NaT", "us")
            )
        advanced = ~np.isnat(after)
        lost = ~advanced & (self.outcome[rows] == LOST)
        # of a loss without a time the last thing known is the last entry
        ended = np.fmax(self.closed[rows], np.fmax.reduce(self.entered[rows], axis=1))
        ended = np.where(np.isnat(self.closed[rows]), ended, self.closed[rows])
        end = np.where(advanced, after, np.where(lost, ended, self.observed_until[rows]))
        duration = (end - entry[rows]) / _DAY
        event = np.where(advanced, 1, np.where(lost, 2, 0)).astype(np.int8)
        return np.maximum(duration, 0.0), event, rows

    def panel(
        self,
        by: Frequency | Literal["all"] = "month",
        mode: PanelMode = "cohort",
        *,
        window: timedelta | str | None = None,
        segment: str | Sequence[str] | None = None,
        weight: Literal["value"] | None = None,
        currency: str | None = None,
        rates: object = None,
        fiscal_start: int | None = None,
        fiscal: Fiscal | None = None,
    ) -> Panel:
        """Return counts by period, segment and stage.

        Parameters
        ----------
        by : {"day", "week", "month", "quarter", "year", "all"}
            How long a period is; ``"all"`` makes one of all deals, those without dates too.
        mode : {"cohort", "period", "entry"}
            ``cohort``: deals by the period of their first entry, followed to `as_of` or for
            `window`. ``period``: first entries into each stage in the period, whenever the deal
            began. ``entry``: the same entries, each followed to `as_of`: ``Panel.advanced`` says
            how many of them have advanced, ``Panel.exposed`` how many have had time to.
        window : timedelta or str such as ``"90D"``, optional
            Cohort mode: a stage counts if it was reached within this time of the first entry, the
            bound inside; deals whose window is still open are left out of the counts and counted
            in ``Panel.immature``. Without a window the open deals of a cohort that have not
            reached the last stage stand in ``Panel.immature`` and are counted, too.
        segment : str or sequence of str, optional
            Attributes to break down by; a missing value is a segment of its own, ``"(missing)"``.
        weight : {"value"}, optional
            Add up amounts instead of deals, for rates by value.
        currency, rates : optional
            With `weight`: as in `money`.
        fiscal_start : int, optional
            The month in which the fiscal year begins: months, quarters and years are the company's,
            under its names.
        fiscal : Fiscal, optional
            The whole fiscal calendar instead.

        Returns
        -------
        Panel
            Periods from the first to that of `as_of`, which is ``partial`` unless `as_of` is its
            end. A period that starts at `as_of` is left out unless a deal is in it. A stage
            counts all deals that visited it or any later one.

        Raises
        ------
        ArgumentError
            If a word is none of the allowed ones.
        DataError
            If a list is asked for what needs the times of stages: periods, or a window; if amounts
            are asked for and there are none, or they cannot be added.
        UnknownNameError
            If there is no such attribute.

        Notes
        -----
        A list counts deals by the period of their creation. Lost deals of which it does not say
        the stage count at the first stage in ``Panel.counts`` and up to the last before the win in
        ``Panel.upper``.
        """
        from salesfunnel.data.history.to_panel import history_panel

        calendar = as_fiscal(fiscal_start, fiscal)
        return history_panel(
            self, by=by, mode=mode, window=window, segment=segment, weight=weight,
            currency=currency, rates=rates, fiscal=calendar,
        )  # fmt: skip

    def __add__(self, other: object) -> StageHistory:
        """Return the deals of both; raise DataError where an id is in both.

        The later `as_of` holds for all; where they differ, a fault says so.
        """
        if not isinstance(other, StageHistory):
            return NotImplemented
        if self.stages != other.stages:
            raise DataError(
                f"histories to add must have the same stages, got {self.stages} and {other.stages}"
            )
        names = sorted({*self.attributes, *other.attributes})
        faults = [*self.faults, *other.faults]
        if self.as_of != other.as_of and len(self) and len(other):
            first, second = sorted(str(moment)[:10] for moment in (self.as_of, other.as_of))
            faults.append(Fault.of("as-of-differs", first=first, second=second))
        return StageHistory(
            deals=np.concatenate([self.deals, other.deals]),
            stages=self.stages,
            entered=np.concatenate([self.entered, other.entered]),
            time_in_stage=np.concatenate([self.time_in_stage, other.time_in_stage]),
            created=np.concatenate([self.created, other.created]),
            closed=np.concatenate([self.closed, other.closed]),
            outcome=np.concatenate([self.outcome, other.outcome]),
            value=np.concatenate([self.value, other.value]),
            reached_stage=joined_reached(self, other),
            attributes={name: joined_attribute(self, other, name) for name in names},
            as_of=max(self.as_of, other.as_of),
            funnel=self.funnel if self.funnel == other.funnel else None,
            faults=faults,
            changes={
                name: joined(
                    self.changes.get(name), other.changes.get(name), len(self), text=name in TEXTS
                )
                for name in {*self.changes, *other.changes}
            },
        )

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per deal: id, time of each stage, created, closed, outcome, value, ...."""
        names = np.array(["open", "won", "lost"])
        fixed: dict[str, npt.NDArray[Any]] = {"deal": self.deals}
        fixed.update({stage: self.entered[:, k] for k, stage in enumerate(self.stages)})
        fixed.update(created=self.created, closed=self.closed, outcome=names[self.outcome])
        fixed["value"] = self.value
        return {**fixed, **{k: v for k, v in self.attributes.items() if k not in fixed}}
