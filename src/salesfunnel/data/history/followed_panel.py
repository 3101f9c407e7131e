"""Deals by the period in which they entered each step, open ones separately; lists as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from salesfunnel._core.vocabulary import Frequency
from salesfunnel.data.history.checks import LOST
from salesfunnel.data.history.from_list import goal_of, two_ends
from salesfunnel.data.history.to_panel import history_panel, segment_codes
from salesfunnel.data.panel import ALL, Panel
from salesfunnel.fault import Fault

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["followed_panel"]

NOTABLE = 0.01
"""Difference of two rates from which on it is said what makes it."""


def followed_panel(
    history: StageHistory,
    *,
    by: Frequency | Literal["all"] = "all",
    segment: str | Sequence[str] | None = None,
) -> tuple[Panel, tuple[Fault, ...]]:
    """Return the entries of every step, each followed to `as_of`, and what was left out.

    Of a list, which does not say when deals entered their stages, the way from creation to winning.
    Where `by` is ``"all"``, its deals without dates count as well: the ended ones as they ended,
    the open ones as undecided.

    Parameters
    ----------
    history : StageHistory
    by : {"day", "week", "month", "quarter", "year", "all"}
        How long a period is.
    segment : str or sequence of str, optional
        Attributes to break down by.
    """
    names = (segment,) if isinstance(segment, str) else tuple(segment or ())
    none: tuple[Fault, ...] = ()
    if len(history) and not (history.outcome != 0).any():
        none = (Fault.of("no-outcomes", deals=len(history)),)
    if history.reached_stage is None:
        panel = _counted(history, by, names)
        return panel, (*none, *_overdue(history, panel))
    goal = goal_of(history)
    won = history.outcome == 1
    ended = np.where(np.isnat(history.entered[:, goal]), history.closed, history.entered[:, goal])
    dated = ~np.isnat(history.created) & ~(won & np.isnat(ended))
    ends = (history.stages[0], history.stages[goal])
    between = [stage for stage in history.stages if stage not in ends]
    said = []
    if between:
        value = ", ".join(between)
        said.append(Fault.of("needs-stage-times", severity="info", value=value))
    parts: list[Panel] = []
    overdue: tuple[Fault, ...] = ()
    if dated.any() or by != "all":
        known = two_ends(history.select(dated))
        parts.append(_counted(known, by, names))
        overdue = _overdue(known, parts[0])
    rest = history.select(~dated)
    if len(rest) and by == "all":
        parts.append(_decided(rest, ends, names))
        still = int((rest.outcome == 0).sum())
        if still:
            said.append(Fault.of("open-without-age", severity="info", n=still))
    elif len(rest):
        said.append(Fault.of("entries-without-date", n=len(rest)))
    panel = parts[0] if len(parts) == 1 else sum(parts[1:], start=parts[0])
    return panel, (*none, *overdue, *said)


def _overdue(history: StageHistory, panel: Panel) -> tuple[Fault, ...]:
    """Say where open deals are so old that they count as not advanced, and the rate without."""
    reached = history.reached_at()
    if panel.exposed is None or panel.advanced is None:
        return ()
    exposed, advanced = panel.exposed.sum(axis=(0, 1)), panel.advanced.sum(axis=(0, 1))
    found = []
    for k, step in enumerate(panel.transitions):
        ended = ~np.isnat(reached[:, k]) & np.isnat(reached[:, k + 1]) & (history.outcome == LOST)
        x, lost = float(advanced[k]), float(ended.sum())
        if x and not lost and exposed[k] > x:
            found.append(Fault.of(
                "losses-unrecorded", severity="info", step=str(step), rate=x / float(exposed[k]),
                n=round(float(exposed[k]) - x),
            ))  # fmt: skip
            continue
        if not x or x / (x + lost) - x / exposed[k] < NOTABLE:
            continue
        found.append(Fault.of(
            "open-past-their-time", step=str(step), n=round(exposed[k] - x - lost),
            rate=x / float(exposed[k]), ended=x / (x + lost),
        ))  # fmt: skip
    return tuple(found)


def _counted(
    history: StageHistory, by: Frequency | Literal["all"], names: tuple[str, ...]
) -> Panel:
    return history_panel(history, by=by, mode="entry", window=None, segment=names)


def _decided(history: StageHistory, ends: tuple[str, str], names: tuple[str, ...]) -> Panel:
    """Return deals without dates: who was won of those who were won or lost; the rest is open."""
    codes, segments = segment_codes(history, names)
    size = len(segments)

    def count(*outcomes: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        found = np.bincount(codes[np.isin(history.outcome, outcomes)], minlength=size)
        return found.reshape(1, size).astype(np.int64)

    won, ended = count(1), count(1, 2)
    funnel = history.funnel
    if funnel is not None:
        funnel = funnel.replace(stages=tuple(stage for stage in funnel if stage.key in ends))
    return Panel(
        counts=np.stack([count(0, 1, 2), won], axis=-1),
        periods=(ALL,),
        segments=segments,
        steps=ends,
        mode="entry",
        by="none",
        attributes=names,
        advanced=won[..., None],
        exposed=ended[..., None].astype(np.float64),
        exposed_cv2=np.zeros((1, size, 1)),
        funnel=funnel,
    )
