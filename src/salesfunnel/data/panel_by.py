"""A panel over all its periods, by some of its attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.errors import ArgumentError
from salesfunnel.data.panel import Panel

__all__ = ["attribute_parts", "panel_by"]


def attribute_parts(panel: Panel) -> npt.NDArray[np.str_]:
    """Return the value of each attribute of each segment, shape (segments, attributes).

    Raises
    ------
    ArgumentError
        If the names of the segments do not fit the attributes.
    """
    known = panel.attributes or ("segment",)
    one = len(known) == 1
    parts = np.array([[n] if one else n.split(" / ") for n in panel.segments], dtype=np.str_)
    if parts.ndim != 2 or parts.shape[1] != len(known):
        raise ArgumentError(f"'data' must have segments of {known}, got {panel.segments[:3]}")
    return parts


def panel_by(panel: Panel, names: Sequence[str]) -> Panel:
    """Return the panel with its periods added up, and its segments by some attributes.

    Parameters
    ----------
    panel : Panel
    names : sequence of str
        Attributes of the panel.
    """
    known = list(panel.attributes or ("segment",))
    whole = panel.total(over="periods")
    parts = attribute_parts(panel)[:, [known.index(name) for name in names]]
    kept, place = np.unique(parts, axis=0, return_inverse=True)
    place = place.reshape(-1)

    def summed(array: npt.NDArray[Any] | None) -> Any:
        if array is None:
            return None
        total = np.zeros((array.shape[0], len(kept), *array.shape[2:]), dtype=array.dtype)
        for g, at in enumerate(place.tolist()):
            total[:, at] += array[:, g]
        return total

    doubt = None
    exposed = summed(whole.exposed)
    if whole.exposed is not None and whole.exposed_cv2 is not None:
        # one delay distribution lies behind all of it, so errors do not cancel
        doubt = (
            summed(np.sqrt(whole.exposed_cv2) * whole.exposed) / np.maximum(exposed, 1e-12)
        ) ** 2
    return attrs.evolve(
        whole,
        counts=summed(whole.counts),
        missing=summed(whole.missing.astype(np.int64)) > 0,
        upper=summed(whole.upper),
        squares=summed(whole.squares),
        advanced=summed(whole.advanced),
        immature=summed(whole.immature),
        exposed=exposed,
        exposed_cv2=doubt,
        segments=tuple(" / ".join(row) for row in kept.tolist()),
        attributes=tuple(names),
    )
