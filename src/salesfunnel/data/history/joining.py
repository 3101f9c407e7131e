"""The columns of two histories one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["joined_attribute", "joined_reached"]


def joined_reached(left: StageHistory, right: StageHistory) -> npt.NDArray[np.intp] | None:
    """Return how far the deals of both got, where either is of a list."""
    if left.reached_stage is None and right.reached_stage is None:
        return None
    return np.concatenate(
        [history.reached if history.reached_stage is None else history.reached_stage
         for history in (left, right)]
    )  # fmt: skip


def joined_attribute(left: StageHistory, right: StageHistory, name: str) -> npt.NDArray[Any]:
    """Return an attribute of both; missing where one does not have it."""
    parts = []
    kinds = {h.attributes[name].dtype.kind for h in (left, right) if name in h.attributes}
    for history in (left, right):
        column = history.attributes.get(name)
        if column is None:
            column = np.full(len(history), np.nan) if kinds == {"f"} else np.full(len(history), "")
        if len(kinds) > 1 and column.dtype.kind == "f":
            column = np.array(["" if v != v else f"{v:g}" for v in column.tolist()])  # noqa: PLR0124
        parts.append(column)
    return np.concatenate(parts)
