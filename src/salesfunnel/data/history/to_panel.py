"""Counts by period, segment and stage of a stage history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.durations import duration_of
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.fiscal import Fiscal, FiscalPeriod
from salesfunnel._core.moments import TICK
from salesfunnel._core.period_arrays import TICKS_PER_DAY, period_numbers
from salesfunnel._core.periods import label_of
from salesfunnel._core.vocabulary import FREQUENCIES, PANEL_MODES, Frequency, PanelMode
from salesfunnel._kernels.cohorts import MISSING as MISSING_KEY
from salesfunnel._kernels.cohorts import bin_places, cohort_depths, key_of, reached_keys, time_of
from salesfunnel.data.coded_texts import CodedTexts
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.by_entry import by_entry
from salesfunnel.data.history.converters import columns_of
from salesfunnel.data.history.entry_intervals import interval_faults
from salesfunnel.data.history.fiscal_panel import fiscal_panel
from salesfunnel.data.history.from_list import needs_stage_times
from salesfunnel.data.history.list_counts import list_cube
from salesfunnel.data.history.until import first_unknown
from salesfunnel.data.history.value_panel import value_panel
from salesfunnel.data.panel import ALL, Panel

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

MISSING = "(missing)"


def history_panel(
    history: StageHistory,
    *,
    by: Frequency | Literal["all"],
    mode: PanelMode,
    window: timedelta | str | None,
    segment: str | Sequence[str] | None,
    weight: Literal["value"] | None = None,
    currency: str | None = None,
    rates: object = None,
    fiscal: Fiscal | None = None,
) -> Panel:
    """Return the panel; see `StageHistory.panel`."""
    check_choice("weight", weight or "value", ("value",))
    own = fiscal is not None and by != "all"
    unit: Any = "day" if own else by
    counted = _counted(history, by=unit, mode=mode, window=window, segment=segment)
    if weight is not None:
        codes, _ = segment_codes(history, counted.attributes)
        counted = value_panel(history, counted, codes, currency=currency, rates=rates)
    return fiscal_panel(counted, fiscal, cast("FiscalPeriod", by)) if own and fiscal else counted


def _counted(
    history: StageHistory,
    *,
    by: Frequency | Literal["all"],
    mode: PanelMode,
    window: timedelta | str | None,
    segment: str | Sequence[str] | None,
) -> Panel:
    """Return the panel of deals by calendar periods."""
    check_choice("by", by, [*(name for name in FREQUENCIES if name != "none"), "all"])
    check_choice("mode", mode, PANEL_MODES)
    length = duration_of("window", window)
    if length is not None and mode != "cohort":
        raise ArgumentError(
            f"'window' must be None in {mode} mode, got {window!r}",
            hint="a window follows a cohort: mode='cohort'",
        )
    asked = (segment,) if isinstance(segment, str) else tuple(segment or ())
    names = tuple(attribute_name("attribute", name, history.attributes) for name in asked)
    codes, segments = segment_codes(history, names)
    if mode != "cohort" or length is not None:
        needs_stage_times(history, f"panel(mode={mode!r})" if length is None else "panel(window=)")
    upper = None
    immature: npt.NDArray[np.int64] | None
    if history.reached_stage is not None or (by == "all" and mode == "cohort" and length is None):
        counts, upper, first, immature = list_cube(history, codes, len(segments), by)
    elif mode == "cohort":
        counts, first, immature = _cohorts(history, codes, len(segments), _unit(by), length)
    else:
        counts, first, immature = _periods(history, codes, len(segments), _unit(by))
    followed: dict[str, Any] = {}
    if mode == "entry":
        shape = (counts.shape[0], len(segments))
        followed = by_entry(history, codes, shape, first, _unit(by))._asdict()
    if (by == "all" and mode == "period") or (by == "all" and length is not None):
        counts = counts.sum(axis=0, keepdims=True)
        immature = None if immature is None else immature.sum(axis=0, keepdims=True)
    whole = by == "all" and mode != "entry"
    unit: Frequency = "none" if whole else _unit(by)
    periods = (ALL,) if whole else tuple(label_of(first + i, unit) for i in range(counts.shape[0]))
    panel = Panel(
        counts=counts,
        periods=periods,
        segments=segments,
        steps=history.stages,
        mode=mode,
        by=unit,
        window=length,
        immature=immature,
        attributes=names,
        partial=() if by == "all" else _partial(history, periods, first, by),
        funnel=history.funnel,
        upper=upper,
        faults=() if history.reached_stage is not None else interval_faults(history, middle=False),
        **followed,
    )
    return panel.total(over="periods") if by == "all" and mode == "entry" else panel


def _unit(by: Frequency | Literal["all"]) -> Frequency:
    return "year" if by == "all" else by


def segment_codes(
    history: StageHistory, names: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return the segment of each deal as a code, and the names of the segments, sorted."""
    if not names:
        return np.zeros(len(history), dtype=np.int64), (ALL,)
    columns = [_levels_of(history, name) for name in names]
    if len(columns) == 1:
        return columns[0].codes, columns[0].words
    codes = np.zeros(len(history), dtype=np.int64)
    for column in columns:
        codes = codes * len(column.words) + column.codes
    present, compact = np.unique(codes, return_inverse=True)
    labels = []
    for code in present.tolist():
        parts, rest = [], code
        for column in reversed(columns):
            rest, place = divmod(rest, len(column.words))
            parts.append(column.words[place])
        labels.append(" / ".join(reversed(parts)))
    return compact.reshape(-1).astype(np.int64), tuple(labels)


class _Levels(NamedTuple):
    """A column as codes into its distinct words, sorted."""

    codes: npt.NDArray[np.int64]
    words: tuple[str, ...]


def _levels_of(history: StageHistory, name: str) -> _Levels:
    name = attribute_name("attribute", name, history.attributes)
    return columns_of(history.attributes).worked_out(name, _levels)


def _levels(column: Any) -> _Levels:
    if isinstance(column, CodedTexts):
        words = list(column.counts())
        place = {word: k for k, word in enumerate(words)}
        at = np.array([place.get(value, 0) for value in column.values])[column.codes]
        words = [word or MISSING for word in words]
    elif column.dtype.kind == "f":
        values, at = np.unique(column, return_inverse=True)
        words = [MISSING if v != v else f"{v:g}" for v in values.tolist()]  # noqa: PLR0124 - NaN
    else:
        values, at = _unique_text(column)
        words = [v or MISSING for v in values.tolist()]
    found = _Levels(at.reshape(-1).astype(np.int64), tuple(words))
    found.codes.flags.writeable = False
    return found


def _unique_text(column: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """Return sorted distinct texts and the place of each; by hash, for few distinct ones."""
    place: dict[str, int] = {}
    texts = column.tolist()
    codes = np.fromiter(
        (place.setdefault(text, len(place)) for text in texts), dtype=np.intp, count=len(texts)
    )
    values = np.array(list(place), dtype=np.str_)
    order = np.argsort(values)
    rank = np.empty(order.size, dtype=np.intp)
    rank[order] = np.arange(order.size)
    return values[order], rank[codes] if codes.size else codes


def _places(history: StageHistory, low: int, high: int, by: Frequency) -> _Calendar:
    """Return the period of each day from the one that holds `low` to that of `as_of` or `high`.

    A period that `as_of` only touches, at its very start, counts only if something is in it.
    """
    if high < low:
        before = history.as_of - TICK
        last = int(period_numbers(np.array([before]), by)[0])
        return _Calendar(key_of(0), np.ones(1, dtype=np.int64), last, 1)
    begin = low // TICKS_PER_DAY
    moment = int(history.as_of.astype(np.int64))
    end = max(high, moment - 1) // TICKS_PER_DAY
    days = np.arange(begin, end + 1).astype("datetime64[D]")
    numbers = period_numbers(days.astype("datetime64[us]"), by)
    first = int(numbers[0])
    size = int(numbers[-1]) - first + 1
    place = np.append(numbers - first, size)
    return _Calendar(key_of(begin * TICKS_PER_DAY), place, first, size)


class _Calendar(NamedTuple):
    """Where each day belongs: days from the first on, and one more for times that are missing."""

    start: np.uint64
    place: npt.NDArray[np.int64]
    first: int
    size: int


def _cohorts(
    history: StageHistory,
    codes: npt.NDArray[np.int64],
    groups: int,
    by: Frequency,
    window: timedelta | None,
) -> tuple[npt.NDArray[np.int64], int, npt.NDArray[np.int64]]:
    steps = len(history.stages)
    start, depth, immature = cohort_depths(
        history.entered.view(np.int64),
        open_deals=history.outcome == 0,
        window=None if window is None else window // timedelta(microseconds=1),
        as_of=int(history.as_of.astype(np.int64)),
    )
    known = start[start != MISSING_KEY]
    low, high = (time_of(known.min()), time_of(known.max())) if known.size else (0, -1)
    days = _places(history, low, high, by)
    # Reached stages are nested, so one count by the furthest stage gives all of them.
    wide = 2 * (steps + 1)
    code = bin_places(
        start, first=days.start, width=TICKS_PER_DAY, place=days.place * (groups * wide)
    )
    code += codes * wide
    code += depth * np.uint8(2)
    code += immature
    shape = (days.size + 1, groups, steps + 1, 2)
    exact = np.bincount(code, minlength=int(np.prod(shape))).reshape(shape)[:-1]
    immature = exact[..., 1].sum(axis=-1)
    exact = exact[..., 0] if window is not None else exact.sum(axis=-1)
    counts = exact[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:]
    return counts, days.first, immature


def _periods(
    history: StageHistory,
    codes: npt.NDArray[np.int64],
    groups: int,
    by: Frequency,
) -> tuple[npt.NDArray[np.int64], int, None]:
    keys = reached_keys(history.entered.view(np.int64))
    start = keys[0][keys[0] != MISSING_KEY]
    low, high = (time_of(start.min()), 0) if start.size else (0, -1)
    if start.size:
        high = max(time_of(column[column != MISSING_KEY].max(initial=start[0])) for column in keys)
    days = _places(history, low, high, by)
    place = days.place * groups
    counts = np.empty((days.size, groups, keys.shape[0]), dtype=np.int64)
    for k, column in enumerate(keys):
        code = bin_places(column, first=days.start, width=TICKS_PER_DAY, place=place)
        code += codes
        total = np.bincount(code, minlength=(days.size + 1) * groups)
        counts[:, :, k] = total.reshape(days.size + 1, groups)[:-1]
    return counts, days.first, None


def _partial(
    history: StageHistory, periods: tuple[str, ...], first: int, by: Frequency
) -> tuple[str, ...]:
    """Return the last period where the data end inside it."""
    moments = np.array([history.as_of, first_unknown(history)], dtype="datetime64[us]")
    now, after = period_numbers(moments, by).tolist()
    return periods[-1:] if now == first + len(periods) - 1 and now == after else ()
