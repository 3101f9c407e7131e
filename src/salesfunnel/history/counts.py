"""Counts by period, segment and stage of a stage history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from salesfunnel._periods import label_of
from salesfunnel._typing import FREQUENCIES, PANEL_MODES, Frequency, PanelMode
from salesfunnel._validators import check_choice
from salesfunnel.errors import ArgumentError
from salesfunnel.panel import ALL, Panel

if TYPE_CHECKING:
    from salesfunnel.history.columns import StageHistory

MISSING = "(missing)"
_UNITS = {"D": 86_400, "h": 3600, "m": 60, "s": 1, "W": 7 * 86_400}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONDAY = 3  # 1969-12-29 is three days before the epoch


def history_panel(
    history: StageHistory,
    *,
    by: Frequency,
    mode: PanelMode,
    window: timedelta | str | None,
    segment: str | Sequence[str] | None,
) -> Panel:
    """Return the panel; see `StageHistory.panel`."""
    check_choice("by", by, [name for name in FREQUENCIES if name != "none"])
    check_choice("mode", mode, PANEL_MODES)
    length = window_of(window)
    if length is not None and mode == "period":
        raise ArgumentError(
            f"'window' must be None in period mode, got {window!r}",
            hint="a window follows a cohort: mode='cohort'",
        )
    names = (segment,) if isinstance(segment, str) else tuple(segment or ())
    codes, segments = segment_codes(history, names)
    reached = history.reached_at()
    cube: tuple[npt.NDArray[np.int64], int, npt.NDArray[np.int64] | None]
    if mode == "cohort":
        cube = _cohorts(history, reached, codes, len(segments), by, length)
    else:
        cube = _periods(history, reached, codes, len(segments), by)
    counts, first, immature = cube
    periods = tuple(label_of(first + i, by) for i in range(counts.shape[0]))
    return Panel(
        counts=counts,
        periods=periods,
        segments=segments,
        steps=history.stages,
        mode=mode,
        by=by,
        window=length,
        immature=immature,
        attributes=names,
        partial=_partial(history, periods, first, by),
        funnel=history.funnel,
    )


def window_of(window: timedelta | str | None) -> timedelta | None:
    """Return a window as a timedelta; text is a number and one of D, h, m, s, W."""
    if window is None:
        return None
    if isinstance(window, str):
        number, unit = window[:-1].strip(), window[-1:]
        if unit not in _UNITS or not number.replace(".", "", 1).isdigit():
            raise ArgumentError(
                f"'window' must be a duration such as '90D' or '12h', got {window!r}"
            )
        window = timedelta(seconds=float(number) * _UNITS[unit])
    if not isinstance(window, timedelta) or window <= timedelta(0):
        raise ArgumentError(f"'window' must be a timedelta longer than zero, got {window!r}")
    return window


def segment_codes(
    history: StageHistory, names: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Return the segment of each deal as a code, and the names of the segments, sorted."""
    if not names:
        return np.zeros(len(history), dtype=np.int64), (ALL,)
    codes = np.zeros(len(history), dtype=np.int64)
    levels: list[list[str]] = []
    for name in names:
        column = history.attribute(name)
        if column.dtype.kind == "f":
            values, at = np.unique(column, return_inverse=True)
            words = [MISSING if v != v else f"{v:g}" for v in values.tolist()]  # noqa: PLR0124 - NaN
        else:
            values, at = _unique_text(column)
            words = [v or MISSING for v in values.tolist()]
        codes = codes * len(words) + at.reshape(-1)
        levels.append(words)
    present, compact = np.unique(codes, return_inverse=True)
    labels = []
    for code in present.tolist():
        parts, rest = [], code
        for words in reversed(levels):
            rest, place = divmod(rest, len(words))
            parts.append(words[place])
        labels.append(" / ".join(reversed(parts)))
    return compact.reshape(-1).astype(np.int64), tuple(labels)


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


def period_numbers(times: npt.NDArray[np.datetime64], by: Frequency) -> npt.NDArray[np.int64]:
    """Return the ordinal of the period of each time; the least int64 for NaT."""
    if by in _MONTHS:
        months = times.astype("datetime64[M]").astype(np.int64)
        unknown = np.isnat(times)
        numbers = np.floor_divide(months, _MONTHS[by])
        return np.where(unknown, np.iinfo(np.int64).min, numbers)
    days = times.astype("datetime64[D]").astype(np.int64)
    unknown = np.isnat(times)
    numbers = days if by == "day" else np.floor_divide(days + _MONDAY, 7)
    return np.where(unknown, np.iinfo(np.int64).min, numbers)


def _edges(history: StageHistory, numbers: npt.NDArray[np.int64], by: Frequency) -> tuple[int, int]:
    """Return the first period that has a deal and how many there are, to that of `as_of`."""
    last = int(period_numbers(np.array([history.as_of]), by)[0])
    known = numbers[numbers != np.iinfo(np.int64).min]
    first = int(known.min()) if known.size else last
    return first, last - first + 1


def _tally(
    code: npt.NDArray[np.int64], keep: npt.NDArray[np.bool_] | None, shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    chosen = code if keep is None else code[keep]
    return np.bincount(chosen, minlength=int(np.prod(shape))).reshape(shape).astype(np.int64)


def _cohorts(
    history: StageHistory,
    reached: npt.NDArray[np.datetime64],
    codes: npt.NDArray[np.int64],
    groups: int,
    by: Frequency,
    window: timedelta | None,
) -> tuple[npt.NDArray[np.int64], int, npt.NDArray[np.int64]]:
    start = reached[:, 0]
    known = ~np.isnat(start)
    numbers = period_numbers(start, by)
    first, size = _edges(history, numbers, by)
    steps = len(history.stages)
    code = np.where(known, (numbers - first) * groups + codes, 0)
    if window is None:
        ripe = known
        open_ = known & (history.outcome == 0) & np.isnat(reached[:, -1])
    else:
        length = np.timedelta64(window)
        with np.errstate(invalid="ignore"):
            ripe = known & (history.as_of - start >= length)
        open_ = known & ~ripe
    counts = np.zeros((size, groups, steps), dtype=np.int64)
    # Reached stages are nested, so one count by the furthest stage gives all of them.
    depth = np.zeros(len(history), dtype=np.int64)
    for k in range(steps):
        if window is None:
            there = ~np.isnat(reached[:, k])
        else:
            with np.errstate(invalid="ignore"):
                there = reached[:, k] - start <= length
        depth += there
    exact = _tally(code * (steps + 1) + depth, ripe, (size, groups, steps + 1))
    counts[...] = exact[..., ::-1].cumsum(axis=-1)[..., ::-1][..., 1:]
    return counts, first, _tally(code, open_, (size, groups))


def _periods(
    history: StageHistory,
    reached: npt.NDArray[np.datetime64],
    codes: npt.NDArray[np.int64],
    groups: int,
    by: Frequency,
) -> tuple[npt.NDArray[np.int64], int, None]:
    columns = [period_numbers(reached[:, k], by) for k in range(len(history.stages))]
    first, size = _edges(history, columns[0], by)
    counts = np.zeros((size, groups, len(columns)), dtype=np.int64)
    for k, numbers in enumerate(columns):
        known = numbers != np.iinfo(np.int64).min
        code = (np.where(known, numbers, first) - first) * groups + codes
        counts[:, :, k] = _tally(code, known, (size, groups))
    return counts, first, None


def _partial(
    history: StageHistory, periods: tuple[str, ...], first: int, by: Frequency
) -> tuple[str, ...]:
    """Return the last period where `as_of` lies inside it."""
    just_before = history.as_of - np.timedelta64(1, "us")
    whole = int(period_numbers(np.array([just_before]), by)[0])
    last = first + len(periods) - 1
    return periods[-1:] if whole == last and not _ends(history.as_of, by) else ()


def _ends(moment: np.datetime64, by: Frequency) -> bool:
    after = moment + np.timedelta64(1, "us")
    numbers = period_numbers(np.array([moment, after]), by)
    return bool(numbers[0] != numbers[1])
