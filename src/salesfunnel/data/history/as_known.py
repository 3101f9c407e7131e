"""A history as it was known at an earlier moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from salesfunnel.data.history.closings_filled import undated, with_closings
from salesfunnel.data.history.lookups import value_at

if TYPE_CHECKING:
    from salesfunnel.data.history.field_history import FieldHistory
    from salesfunnel.data.history.stage_history import StageHistory

_NAT = np.datetime64("NaT", "us")


def as_known(history: StageHistory, moment: np.datetime64) -> StageHistory:
    """Return the deals created by a moment, with what was known of them then.

    Later entries, closes and changes are cut off; a deal that closed later is open. Won or lost
    deals without a closing date close as dated ones do, and are left out where none is dated. The
    history comes back as it is if the moment is its own.
    """
    if moment >= history.as_of:
        return history
    history = with_closings(history)
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((history.created <= moment) & ~undated(history))
    part = history.select(rows)
    with np.errstate(invalid="ignore"):
        over = part.closed <= moment
        entered = np.where(part.entered <= moment, part.entered, _NAT)
    later: dict[str, Any] = {"time_in_stage": None}
    value = value_at(part, moment, "amount") if "amount" in part.changes else part.value
    return attrs.evolve(
        part,
        entered=entered,
        **later,
        outcome=np.where(over, part.outcome, 0).astype(np.int8),
        closed=np.where(over, part.closed, _NAT),
        value=value,
        as_of=moment,
        changes={name: _until(field, moment) for name, field in part.changes.items()},
    )


def _until(field: FieldHistory, moment: np.datetime64) -> FieldHistory:
    if field.present_only:
        return field
    rows = field.time <= moment
    since = None if field.known_since is None else field.known_since[rows]
    return attrs.evolve(
        field, deal=field.deal[rows], time=field.time[rows], number=field.number[rows],
        known_since=since,
    )  # fmt: skip
