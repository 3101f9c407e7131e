"""Panel: counts by period, segment and step, the one currency of all statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arguments import check_period
from salesfunnel._core.arrays import array_field
from salesfunnel._core.checks import check_choice, check_known, duplicates
from salesfunnel._core.durations import duration_of
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.frozen import as_items
from salesfunnel._core.periods import common_frequency, label_of, ordinal
from salesfunnel._core.readers import check_not_a_file, named_only
from salesfunnel._core.result import TableMixin
from salesfunnel._core.vocabulary import FREQUENCIES, PANEL_MODES, Frequency, PanelMode
from salesfunnel.data.panel_counts import parse_counts
from salesfunnel.definitions.funnel import Funnel, Transition, win_of
from salesfunnel.fault import Fault

__all__ = ["ALL", "Panel"]

ALL = "all"
"""The name of the one segment of a panel that is not broken down."""


def _window(value: object) -> timedelta | None:
    return duration_of("window", value)


@named_only
@attrs.frozen(kw_only=True, repr=False)
class Panel(TableMixin):
    """Counts by period × segment × step.

    Make one with `from_counts`, ``Tracking.panel`` or ``StageHistory.panel``; the constructor
    takes the canonical parts.

    Parameters
    ----------
    counts : array_like of int64, shape (periods, segments, steps)
        How many got to each step. In ``period`` mode: entries in the period. In ``cohort`` mode:
        of those whose first entry fell in the period, how many reached the step. In ``entry``
        mode: entries into the step in the period, whose advances `advanced` follows to the end.
        Zero where missing. Copied, read-only.
    periods : tuple of str
        Names, unique; in order of time.
    steps : tuple of str
        Keys of the stages or step metrics, unique, in order.
    segments : tuple of str
        Names, unique; ``("all",)`` if there is no breakdown. Several attributes are joined by
        ``" / "`` in the order of `attributes`.
    missing : array_like of bool, same shape, optional
        Where the count is not known, which is not zero.
    mode : {"period", "cohort", "entry"}
        What a count means, see `counts`.
    by : {"day", "week", "month", "quarter", "year", "none"}, optional
        How long a period is; read from the names of the periods by default.
    window : datetime.timedelta or str such as ``"90D"``, optional
        In cohort mode: how long after its first entry a deal may advance to be counted.
    advanced : array_like of int64, shape (periods, segments, steps - 1), optional
        How many of ``counts[..., k]`` advanced to step k + 1, where that is counted separately from
        ``counts[..., k + 1]``; that one by default.
    immature : array_like of int64, shape (periods, segments), optional
        Cohort mode: entities left out because their window is still open.
    exposed : array_like of float64, shape (periods, segments, steps - 1), optional
        Of those who entered, how many have had time to advance; rates are then advances ÷ exposed.
    exposed_cv2 : array_like of float64, same shape, optional
        Squared relative error of `exposed`.
    attributes : tuple of str
        Names of the attributes that make the segments.
    partial : tuple of str
        Periods that are not over yet, or not fully observed.
    funnel : Funnel, optional
        The funnel whose stages or step metrics the steps are.
    upper : array_like of int64, shape (periods, segments, steps), optional
        At most so many got to each step, where `counts` is only the least: lost deals of which a
        list does not say the stage. None if all counts are exact.
    weight : {"value"}, optional
        Counts are amounts, rounded to whole units of `currency`, instead of deals.
    squares : array_like of float64, shape (periods, segments, steps), optional
        With `weight`: sums of the squared amounts, which make the intervals of rates.
    currency : str
        With `weight`: the code of the amounts.
    unvalued : int
        With `weight`: deals without an amount, which are left out.
    faults : tuple of Fault
        What concerns the counts: entries that are known to lie between two exports only; not
        compared by ``==``.

    Raises
    ------
    DataError
        If shapes do not fit, a count is negative, names come twice, or in cohort mode more
        advanced than entered.

    Examples
    --------
    >>> panel = Panel.from_counts({"2026-09": [100, 40], "2026-10": [120, None]})
    >>> panel.counts.shape
    (2, 1, 2)
    >>> bool(panel.missing[1, 0, 1])
    True
    """

    counts: npt.NDArray[np.int64] = array_field(np.int64)
    periods: tuple[str, ...] = attrs.field(converter=as_items)
    steps: tuple[str, ...] = attrs.field(converter=as_items)
    segments: tuple[str, ...] = attrs.field(default=(ALL,), converter=as_items)
    missing: npt.NDArray[np.bool_] = array_field(np.bool_, default=None)
    mode: PanelMode = "period"
    by: Frequency = attrs.field(
        default=attrs.Factory(lambda self: common_frequency(self.periods), takes_self=True)
    )
    window: timedelta | None = attrs.field(default=None, converter=_window)
    advanced: npt.NDArray[np.int64] | None = array_field(np.int64, default=None)
    immature: npt.NDArray[np.int64] | None = array_field(np.int64, default=None)
    exposed: npt.NDArray[np.float64] | None = array_field(np.float64, default=None)
    exposed_cv2: npt.NDArray[np.float64] | None = array_field(np.float64, default=None)
    attributes: tuple[str, ...] = attrs.field(default=(), converter=as_items)
    partial: tuple[str, ...] = attrs.field(default=(), converter=as_items)
    funnel: Funnel | None = None
    upper: npt.NDArray[np.int64] | None = array_field(np.int64, default=None)
    weight: Literal["value"] | None = None
    squares: npt.NDArray[np.float64] | None = array_field(np.float64, default=None)
    currency: str = ""
    unvalued: int = 0
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_items, eq=False)

    def __attrs_post_init__(self) -> None:
        check_choice("mode", self.mode, PANEL_MODES)
        check_choice("by", self.by, FREQUENCIES)
        if self.missing is None:
            missing = np.zeros(self.counts.shape, dtype=np.bool_)
            missing.flags.writeable = False
            object.__setattr__(self, "missing", missing)
        problems = self._problems()
        if problems:
            lines = "".join(f"\n  - {problem}" for problem in problems)
            raise DataError(f"'panel' must be well formed, got{lines}")
        if self.counts[self.missing].any():
            clean = np.where(self.missing, 0, self.counts)
            clean.flags.writeable = False
            object.__setattr__(self, "counts", clean)

    def _problems(self) -> list[str]:
        shape = (len(self.periods), len(self.segments), len(self.steps))
        found = []
        wanted: tuple[tuple[str, tuple[int, ...]], ...] = (
            ("counts", shape),
            ("missing", shape),
            ("upper", shape),
            ("squares", shape),
            ("advanced", (*shape[:2], max(shape[2] - 1, 0))),
            ("immature", shape[:2]),
            ("exposed", (*shape[:2], max(shape[2] - 1, 0))),
            ("exposed_cv2", (*shape[:2], max(shape[2] - 1, 0))),
        )
        for field, expected in wanted:
            array = getattr(self, field)
            if array is not None and array.shape != expected:
                found.append(f"{field!r} must have shape {expected}, got {array.shape}")
            elif array is not None and array.dtype.kind == "i" and array.size and array.min() < 0:
                at = tuple(int(i[0]) for i in np.nonzero(array < 0))
                found.append(
                    f"{field!r} must not be negative, got {array[at]} at {self._place(at)}"
                )
        for field in ("periods", "segments", "steps"):
            found.extend(
                f"{field!r} must be unique, got {name!r} twice"
                for name in duplicates(getattr(self, field))
            )
        found.extend(
            f"'partial' must name periods of the panel, got {name!r}"
            for name in self.partial
            if name not in self.periods
        )
        if not found and self.by != "none":
            numbers = [ordinal(name, self.by) for name in self.periods]
            if numbers != sorted(numbers):
                found.append(f"'periods' must be in order of time, got {self.periods!r}")
        if not found and self.mode == "cohort":
            found.extend(self._cohort_problems())
        return found

    def _cohort_problems(self) -> list[str]:
        known = ~(self.missing[..., :-1] | self.missing[..., 1:])
        advanced = self.counts[..., 1:] if self.advanced is None else self.advanced
        wrong = np.argwhere(known & (advanced > self.counts[..., :-1]))
        return [
            f"a cohort must not grow, got {self.counts[t, g, s]} entered and"
            f" {advanced[t, g, s]} advanced at {self._place((t, g, s))}"
            for t, g, s in wrong[:20]
        ]

    def _place(self, at: tuple[int, ...]) -> str:
        names = (self.periods, self.segments, self.steps)
        return ", ".join(repr(names[axis][i]) for axis, i in enumerate(at))

    @classmethod
    def from_counts(
        cls,
        counts: object,
        *,
        funnel: Funnel | None = None,
        missing: object = None,
        segments: Sequence[str] | None = None,
        periods: Sequence[str] | None = None,
        steps: Sequence[str] | None = None,
        mode: PanelMode = "period",
        partial: Iterable[str] = (),
    ) -> Panel:
        """Make a panel from plain numbers.

        Parameters
        ----------
        counts : mapping or array_like
            ``{"2026-09": [100, 40], ...}`` (a list, or a mapping step → count, a period; a list of
            lists for several segments); or a mapping step → count (one period); or an array of
            shape (periods, segments, steps), (periods, steps) or (steps,). None and NaN are
            missing. Periods named like ``2026-09`` are put in order of time.
        funnel : Funnel, optional
            Names the steps: its stages, or its step metrics where their number fits.
        missing : array_like of bool, optional
            Where counts are not known, in addition to None and NaN.
        segments, periods, steps : sequence of str, optional
            Names of the axes, where `counts` does not give them.
        mode : {"period", "cohort"}
            What a count means.
        partial : iterable of str
            Periods that are not over yet.

        Raises
        ------
        DataError
            With every bad count and its place: negative, not whole, not a number.
        UnknownNameError
            If a step is none of the funnel's.
        """
        check_not_a_file("counts", counts, "Panel")
        parsed = parse_counts(
            counts,
            level_keys=None
            if funnel is None
            else (funnel.level_keys("stage"), funnel.level_keys("step")),
            missing=missing,
            segments=segments,
            periods=periods,
            steps=steps,
        )
        return cls(**parsed, mode=mode, partial=tuple(partial), funnel=funnel)

    def __repr__(self) -> str:
        t, g, s = self.counts.shape
        span = f" {self.periods[0]}..{self.periods[-1]}" if t else ""
        return f"<Panel {self.mode}: {t} periods{span} × {g} segments × {s} steps>"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of periods, segments and steps."""
        return len(self.periods), len(self.segments), len(self.steps)

    @property
    def win(self) -> str | None:
        """The step at which a deal is won: `Stage.won`, else by name; None if nothing says so."""
        return win_of(self.steps, self.funnel)

    @property
    def transitions(self) -> tuple[Transition, ...]:
        """The steps between neighbours."""
        return tuple(Transition(a, b) for a, b in pairwise(self.steps))

    def entered_advanced(
        self, *, weighted: bool = False
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Return what every rate is made of.

        Parameters
        ----------
        weighted : bool
            Whether amounts will do instead of deals.

        Returns
        -------
        entered, advanced : ndarray of int64, shape (periods, segments, steps - 1)
            Of `entered` at a step, `advanced` went on to the next; zero where missing.
        missing : ndarray of bool, same shape
            Where either is not known, or lies between `counts` and `upper`.

        Raises
        ------
        ArgumentError
            If the panel holds amounts and deals are wanted.
        """
        if self.weight is not None and not weighted:
            raise ArgumentError(
                "'panel' must count deals, got amounts (weight='value')",
                hint="only conversions works with amounts; panel() without weight= counts deals",
            )
        unknown = self.missing
        if self.upper is not None:
            unknown = unknown | (self.upper != self.counts)
        missing = unknown[..., :-1] | unknown[..., 1:]
        advanced = self.counts[..., 1:] if self.advanced is None else self.advanced
        zero = np.int64(0)
        return (
            np.where(missing, zero, self.counts[..., :-1]),
            np.where(missing, zero, advanced),
            missing,
        )

    def select(
        self,
        *,
        periods: Iterable[str] | str | None = None,
        segments: Iterable[str] | str | None = None,
        steps: Iterable[str] | str | None = None,
    ) -> Panel:
        """Return the part of the panel with these periods, segments and steps, in panel order.

        Raises
        ------
        UnknownNameError
            If a name is not in the panel.
        ArgumentError
            If steps are left out where `advanced` is counted separately.
        """
        index = []
        for field, wanted in (("periods", periods), ("segments", segments), ("steps", steps)):
            names: tuple[str, ...] = getattr(self, field)
            chosen = (
                names if wanted is None else (wanted,) if isinstance(wanted, str) else tuple(wanted)
            )
            keep, known = set(chosen), set(names)
            for name in chosen:
                if name not in known and field == "periods":
                    check_period(name, names, field)
                if name not in known:
                    check_known(field, name, names)
            index.append([i for i, name in enumerate(names) if name in keep])
        t, g, s = index
        if self.advanced is not None and len(s) != len(self.steps):
            raise ArgumentError(
                f"'steps' must be all steps where advances are counted separately, got {steps!r}"
            )
        kept = [self.periods[i] for i in t]
        return attrs.evolve(
            self,
            counts=self.counts[np.ix_(t, g, s)],
            missing=self.missing[np.ix_(t, g, s)],
            periods=kept,
            segments=[self.segments[i] for i in g],
            steps=[self.steps[i] for i in s],
            upper=None if self.upper is None else self.upper[np.ix_(t, g, s)],
            squares=None if self.squares is None else self.squares[np.ix_(t, g, s)],
            advanced=None if self.advanced is None else self.advanced[np.ix_(t, g)],
            immature=None if self.immature is None else self.immature[np.ix_(t, g)],
            exposed=None if self.exposed is None else self.exposed[np.ix_(t, g)],
            exposed_cv2=None if self.exposed_cv2 is None else self.exposed_cv2[np.ix_(t, g)],
            partial=tuple(name for name in self.partial if name in kept),
        )

    def between(self, start: str | None = None, end: str | None = None) -> Panel:
        """Return the periods from `start` to `end`, both inside; both must be in the panel."""
        for name in (start, end):
            if name is not None:
                check_period(name, self.periods)
        first = 0 if start is None else self.periods.index(start)
        last = len(self.periods) if end is None else self.periods.index(end) + 1
        return self.select(periods=self.periods[first:last])

    def total(self, over: Literal["segments", "periods"] = "segments") -> Panel:
        """Return the panel with all segments, or all periods, added up; missing where any is.

        Parameters
        ----------
        over : {"segments", "periods"}
            ``periods`` gives one period, ``all``, with what came in over the whole panel: one rate
            for each step and segment in one call, ``conversions(panel.total(over="periods"))``.

        Raises
        ------
        ArgumentError
            If `over` is none of the two.
        """
        check_choice("over", over, ("segments", "periods"))
        axis = 1 if over == "segments" else 0

        def summed(array: npt.NDArray[Any] | None) -> Any:
            return None if array is None else array.sum(axis=axis, keepdims=True)

        doubt = None
        if self.exposed is not None and self.exposed_cv2 is not None:
            # one delay distribution lies behind all of it, so errors do not cancel
            errors = (np.sqrt(self.exposed_cv2) * self.exposed).sum(axis=axis, keepdims=True)
            doubt = (errors / np.maximum(summed(self.exposed), 1e-12)) ** 2
        names: dict[str, Any] = {"segments": (ALL,), "attributes": ()}
        if over == "periods":
            names = {"periods": (ALL,), "by": "none", "partial": ()}
        return attrs.evolve(
            self,
            counts=summed(self.counts),
            missing=np.logical_or.reduce(self.missing, axis=axis, keepdims=True),
            upper=summed(self.upper),
            squares=summed(self.squares),
            advanced=summed(self.advanced),
            immature=summed(self.immature),
            exposed=summed(self.exposed),
            exposed_cv2=doubt,
            **names,
        )

    def fill_gaps(self) -> Panel:
        """Return the panel with the periods that lie in a gap put in, all of them missing."""
        if self.by == "none" or not self.periods:
            return self
        numbers = [ordinal(name, self.by) for name in self.periods]
        names = tuple(label_of(n, self.by) for n in range(numbers[0], numbers[-1] + 1))
        return self if len(names) == len(self.periods) else self._spread(names, self.segments)

    def _spread(self, periods: tuple[str, ...], segments: tuple[str, ...]) -> Panel:
        """Return the panel on larger axes; new cells are missing."""
        t = [periods.index(name) for name in self.periods]
        where = {name: i for i, name in enumerate(segments)}
        g = [where[name] for name in self.segments]

        def place(array: npt.NDArray[Any] | None, fill: object) -> Any:
            if array is None:
                return None
            wide = np.full((len(periods), len(segments), *array.shape[2:]), fill, dtype=array.dtype)
            wide[np.ix_(t, g)] = array
            return wide

        return attrs.evolve(
            self,
            counts=place(self.counts, 0),
            missing=place(self.missing, fill=True),
            upper=place(self.upper, 0),
            squares=place(self.squares, 0.0),
            advanced=place(self.advanced, 0),
            immature=place(self.immature, 0),
            exposed=place(self.exposed, np.nan),
            exposed_cv2=place(self.exposed_cv2, np.nan),
            periods=periods,
            segments=segments,
        )

    def __add__(self, other: object) -> Panel:
        """Add counts cell by cell; periods and segments are united.

        A cell that only one panel has is taken from it; a cell that is missing in a panel that has
        it stays missing, because a sum with an unknown is unknown.
        """
        if not isinstance(other, Panel):
            return NotImplemented
        for field in ("steps", "mode", "by", "window", "attributes", "weight", "currency"):
            mine, theirs = getattr(self, field), getattr(other, field)
            if mine != theirs:
                raise DataError(
                    f"panels to add must have the same {field!r}, got {mine!r} and {theirs!r}"
                )
        for field in ("advanced", "exposed"):
            if (getattr(self, field) is None) != (getattr(other, field) is None):
                raise DataError(
                    f"panels to add must both have {field!r} or neither, got one of each"
                )
        names = dict.fromkeys((*self.periods, *other.periods))
        by = self.by
        periods = (
            tuple(names) if by == "none" else tuple(sorted(names, key=lambda p: ordinal(p, by)))
        )
        segments = tuple(dict.fromkeys((*self.segments, *other.segments)))
        left, right = self._spread(periods, segments), other._spread(periods, segments)
        absent_left = _absent(self, periods, segments)
        absent_right = _absent(other, periods, segments)
        missing = np.where(
            absent_left,
            right.missing,
            np.where(absent_right, left.missing, left.missing | right.missing),
        )
        total = left.counts + right.counts
        if bool((total < 0).any()):
            raise DataError("panels to add must have sums below 2**63, got one that is larger")
        upper = None
        if self.upper is not None or other.upper is not None:
            tops = [p.counts if p.upper is None else p.upper for p in (left, right)]
            upper = np.where(missing, 0, tops[0] + tops[1])
        return attrs.evolve(
            left,
            counts=np.where(missing, 0, total),
            upper=upper,
            squares=_sum(left.squares, right.squares),
            unvalued=self.unvalued + other.unvalued,
            faults=tuple(dict.fromkeys((*self.faults, *other.faults))),
            missing=missing,
            advanced=_sum(left.advanced, right.advanced),
            immature=_sum(left.immature, right.immature),
            **_exposures(left, right),
            partial=tuple(p for p in periods if p in self.partial or p in other.partial),
            funnel=self.funnel if self.funnel == other.funnel else None,
        )

    def __radd__(self, other: object) -> Panel:
        """Take the zero that ``sum`` starts with; nothing else is added to a panel."""
        return self if type(other) is int and other == 0 else NotImplemented

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per cell: period, segment, step, count (int64), missing (bool)."""
        t, g, s = self.shape
        return {
            "period": np.repeat(np.array(self.periods, dtype=np.str_), g * s),
            "segment": np.tile(np.repeat(np.array(self.segments, dtype=np.str_), s), t),
            "step": np.tile(np.array(self.steps, dtype=np.str_), t * g),
            "count": self.counts.ravel(),
            "missing": self.missing.ravel(),
        }


def _absent(panel: Panel, periods: Sequence[str], segments: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether a cell of the larger axes is outside the panel, shape (periods, segments, 1)."""
    has_t = np.array([name in panel.periods for name in periods], dtype=np.bool_)
    known = set(panel.segments)
    has_g = np.array([name in known for name in segments], dtype=np.bool_)
    return ~(has_t[:, None] & has_g[None, :])[..., None]


def _sum(left: npt.NDArray[Any] | None, right: npt.NDArray[Any] | None) -> npt.NDArray[Any] | None:
    if left is None or right is None:
        return right if left is None else left
    total: npt.NDArray[Any] = left + right
    return total


def _exposures(left: Panel, right: Panel) -> dict[str, Any]:
    """Return the sum of both exposures with its error, as if both errors were one."""
    if left.exposed is None or right.exposed is None:
        return {}
    one, two = np.nan_to_num(left.exposed), np.nan_to_num(right.exposed)
    if left.exposed_cv2 is None or right.exposed_cv2 is None:
        return {"exposed": one + two, "exposed_cv2": None}
    parts = [np.nan_to_num(cv2) for cv2 in (left.exposed_cv2, right.exposed_cv2)]
    errors = np.sqrt(parts[0]) * one + np.sqrt(parts[1]) * two
    return {"exposed": one + two, "exposed_cv2": (errors / np.maximum(one + two, 1e-12)) ** 2}
