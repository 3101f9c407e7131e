"""Adherence: which key actions are done, and which in time."""

from __future__ import annotations

from typing import Any, Literal, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["Adherence", "AdherenceRow", "AdherenceSplit"]

AdherenceSplit = Literal["all", "owner", "department", "month"]
SPLITS: tuple[str, ...] = get_args(AdherenceSplit)


@attrs.frozen(kw_only=True)
class AdherenceRow(ResultMixin):
    """How far one key action is carried out, of all deals or of one part of them.

    Parameters
    ----------
    stage, action : str
        Keys in the funnel.
    owner, department : str, optional
        Who does it by the funnel, and their department; None if the funnel does not say.
    split : {"all", "owner", "department", "month"}
        What the deals are split by; owner and department are then those of the deals.
    part : str
        The part; ``"all"`` without a split.
    column : str, optional
        The column or metric that tells; None where none does, and nothing is said then.
    judged, did : int
        Deals that tell whether it was done, and those of them for which it was.
    due, in_time : int
        Deals that tell whether it was done in time, and those for which it was. Zero for an action
        without a time limit.
    pending : int
        Deals still in the stage, not done and not due yet: they count nowhere above.
    done, on_time : float, optional
        Shares, in [0, 1]; None if nothing tells.
    done_interval, on_time_interval : Interval, optional
        Their 95% Wilson intervals; None for a sheet that states a share.
    difference : float, optional
        The rate of advancing of deals still in the stage at the time limit for which the action
        was done in time, less that of the others; associated with it, not caused by it.
    difference_interval : Interval, optional
        Its 95% Newcombe interval.
    """

    stage: str
    action: str
    owner: str | None = None
    department: str | None = None
    split: AdherenceSplit = "all"
    part: str = "all"
    column: str | None = None
    judged: int = 0
    did: int = 0
    due: int = 0
    in_time: int = 0
    pending: int = 0
    done: float | None = None
    on_time: float | None = None
    done_interval: Interval | None = None
    on_time_interval: Interval | None = None
    difference: float | None = None
    difference_interval: Interval | None = None

    __repr__ = one_line

    def __attrs_post_init__(self) -> None:
        check_choice("split", self.split, SPLITS)


@attrs.frozen(kw_only=True, repr=False)
class Adherence(TableMixin):
    """Every key action of a funnel: is it done, and in time.

    Parameters
    ----------
    rows : tuple of AdherenceRow
        One a key action, in the order of the funnel.
    parts : tuple of AdherenceRow
        The same by owner, department and month of entry into the stage, where the data tell them.
    funnel : Funnel, optional
        Names stages and actions.
    faults : tuple of Fault
        What is missing or could not be read.
    """

    rows: tuple[AdherenceRow, ...] = attrs.field(converter=as_tuple)
    parts: tuple[AdherenceRow, ...] = attrs.field(default=(), converter=as_tuple)
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __repr__(self) -> str:
        measured = sum(row.column is not None for row in self.rows)
        return f"<Adherence: {len(self.rows)} key actions, {measured} measured>"

    def __len__(self) -> int:
        return len(self.rows)

    def adoption(self) -> dict[str, float]:
        """Return key of the action → share in time, or done if there is no time limit.

        ``review(plan, panel, today=..., adoption=found.adoption())`` takes it; actions that are
        not measured are left out, and so are those with one key in several stages.
        """
        keys = [row.action for row in self.rows]
        shares = {
            row.action: row.done if row.on_time is None else row.on_time
            for row in self.rows
            if keys.count(row.action) == 1
        }
        return {key: share for key, share in shares.items() if share is not None}

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row an action, and below them one a part; NaN or "" where nothing tells."""
        rows = (*self.rows, *self.parts)
        table: dict[str, npt.NDArray[Any]] = {}
        for name in ("stage", "action", "owner", "department", "split", "part", "column"):
            table[name] = np.array([getattr(row, name) or "" for row in rows], dtype=np.str_)
        for name in ("judged", "did", "due", "in_time", "pending"):
            table[name] = np.array([getattr(row, name) for row in rows], dtype=np.int64)
        for name in ("done", "on_time", "difference"):
            cells = [getattr(row, name) for row in rows]
            table[name] = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
        return table
