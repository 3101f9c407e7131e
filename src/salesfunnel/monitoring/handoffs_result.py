"""Handoffs: what is lost and how long it waits where a deal changes departments."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["Handoff", "Handoffs"]


@attrs.frozen(kw_only=True)
class Handoff(ResultMixin):
    """One change of department between two neighbouring stages.

    Parameters
    ----------
    source, target : str
        Keys of the stages.
    giver, taker : str
        Departments.
    sign : {"action", "owner", "advance"}
        What shows that a deal was picked up, besides its advance: a key action of the target stage
        was recorded, or it got an owner of the taking department; ``"advance"`` where the data
        tell neither.
    handed : int
        Deals that entered the target stage.
    picked, dropped, waiting : int
        Of these: picked up; lost without; still open without.
    median_wait : float, optional
        Days until half of the deals were picked up, open ones censored; None where fewer than half
        ever are.
    dropped_share : float, optional
        Deals never picked up over picked up and dropped; None if there are none.
    dropped_interval : Interval, optional
        Its 95% Wilson interval.
    returned : int, optional
        Deals that went back to a stage of the giver, at or before the source; None if the
        changes of stage are not recorded.
    returned_share : float, optional
        Over `handed`.
    returned_interval : Interval, optional
        Its 95% Wilson interval.
    """

    source: str
    target: str
    giver: str
    taker: str
    sign: str
    handed: int
    picked: int
    dropped: int
    waiting: int
    median_wait: float | None = None
    dropped_share: float | None = None
    dropped_interval: Interval | None = None
    returned: int | None = None
    returned_share: float | None = None
    returned_interval: Interval | None = None

    __repr__ = one_line


@attrs.frozen(kw_only=True, repr=False)
class Handoffs(TableMixin):
    """Every change of department in a funnel.

    Parameters
    ----------
    rows : tuple of Handoff
        In the order of the stages.
    funnel : Funnel, optional
        Names the stages.
    faults : tuple of Fault
        What the data do not tell.
    """

    rows: tuple[Handoff, ...] = attrs.field(converter=as_tuple)
    funnel: Funnel | None = None
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __repr__(self) -> str:
        return f"<Handoffs: {len(self.rows)} changes of department>"

    def __len__(self) -> int:
        return len(self.rows)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per change of department; NaN where a figure is not known."""
        table: dict[str, npt.NDArray[Any]] = {}
        for name in ("source", "target", "giver", "taker", "sign"):
            table[name] = np.array([getattr(row, name) for row in self.rows], dtype=np.str_)
        for name in ("handed", "picked", "dropped", "waiting"):
            table[name] = np.array([getattr(row, name) for row in self.rows], dtype=np.int64)
        for name in ("median_wait", "dropped_share", "returned", "returned_share"):
            cells = [getattr(row, name) for row in self.rows]
            table[name] = np.array([np.nan if c is None else c for c in cells], dtype=np.float64)
        return table
