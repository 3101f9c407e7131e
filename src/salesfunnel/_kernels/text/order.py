"""The order of texts by code points.

Arguments are already validated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_LONGEST = 32


def text_order(texts: npt.NDArray[np.str_]) -> npt.NDArray[np.intp]:
    """Return the stable order of texts; those of Latin-1 by words of eight bytes.

    Parameters
    ----------
    texts : ndarray of str, shape (n,)
    """
    width = texts.dtype.itemsize // 4
    if not texts.size or not 0 < width <= _LONGEST:
        return np.argsort(texts, kind="stable")
    points = np.ascontiguousarray(texts).view(np.uint32).reshape(texts.size, width)
    if int(points.max()) > 255:
        return np.argsort(texts, kind="stable")
    room = np.zeros((texts.size, -(-width // 8) * 8), dtype=np.uint8)
    room[:, :width] = points
    words: npt.NDArray[Any] = room.view(">u8").astype(np.uint64)
    if words.shape[1] == 1:
        return np.argsort(words[:, 0], kind="stable")
    return np.lexsort(words.T[::-1])
