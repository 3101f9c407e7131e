"""The columns of two histories one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from salesfunnel.data.history.stage_history import StageHistory

__all__ = ["joined_attribute", "joined_optional"]


def joined_optional(
    left: StageHistory, right: StageHistory, name: str, missing: Any
) -> npt.NDArray[Any] | None:
    """Return a column of both that either may lack; `missing`, or what was reached, stands in."""
    columns = [getattr(history, name) for history in (left, right)]
    if all(column is None for column in columns):
        return None
    filled = [
        column if column is not None
        else history.reached if missing is None
        else np.full(len(history), missing)
        for history, column in zip((left, right), columns, strict=True)
    ]  # fmt: skip
    return np.concatenate(filled)


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
