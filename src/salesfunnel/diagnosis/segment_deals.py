"""Which deals of a history belong to the segment of a bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel.data.history.to_panel import segment_codes

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.data.history import StageHistory

__all__ = ["deals_of_segment"]

Bool = npt.NDArray[np.bool_]


def deals_of_segment(bottleneck: Bottleneck, history: StageHistory) -> Bool:
    """Return the deals of a bottleneck's segment, by the columns that made it.

    Parameters
    ----------
    bottleneck : Bottleneck
        Its `attributes` name the columns whose values make its `segment`.
    history : StageHistory
        The deals.

    Raises
    ------
    ArgumentError
        If it does not say which columns made its segment, and several hold it.
    UnknownNameError
        If no deal is of the segment.
    """
    segment = getattr(bottleneck, "segment", "all")
    if segment in {"all", None, ""}:
        return np.ones(len(history.deals), dtype=np.bool_)
    names = tuple(getattr(bottleneck, "attributes", ()) or ())
    if names and set(names) <= set(history.attributes):
        codes, segments = segment_codes(history, names)
        if segment in segments:
            found: Bool = codes == segments.index(segment)
            return found
        raise _unknown(segment)
    return _by_text(str(segment), history)


def _by_text(segment: str, history: StageHistory) -> Bool:
    """Find a segment that does not say which columns made it: the one column that holds it."""
    words = {
        name: values
        for name, values in sorted(history.attributes.items())
        if np.asarray(values).dtype.kind != "f"
    }
    for parts in ([segment], segment.split(" / ")):
        hits = [[name for name, v in words.items() if (v == part).any()] for part in parts]
        if not all(hits):
            continue
        found = np.ones(len(history.deals), dtype=np.bool_)
        for part, names in zip(parts, hits, strict=True):
            if len(names) > 1:
                listed = ", ".join(map(repr, names))
                raise ArgumentError(
                    f"'bottleneck' must say which column makes its segment {part!r},"
                    f" got {len(names)} that hold it: {listed}",
                    hint="take a row of find_bottlenecks(history.panel(segment=...)),"
                    " which carries the column",
                )
            found &= words[names[0]] == part
        return found
    raise _unknown(segment)


def _unknown(segment: str) -> UnknownNameError:
    return UnknownNameError(
        f"'bottleneck' must be of a segment of the data, got {segment!r}",
        hint="no column of the history holds it: diagnose with the history that was counted",
    )
