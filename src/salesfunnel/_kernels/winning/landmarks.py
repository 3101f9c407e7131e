"""What flags of a moment tell of where deals go, beyond log odds that are known: landmark rows.

One row a deal and moment of the past at which it stood in a stage. A logit with an offset and a
ridge; rows of deals that are still there count with the chance that they will go on (EM).

References
----------
.. [1] van Houwelingen (2007), Dynamic prediction by landmarking in event history analysis,
   Scand. J. Statistics 34:70.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

SD, ROUNDS, FAR = 0.5, 12, 1.0


class Landmarks(NamedTuple):
    """Rows of deals at moments; m rows, T flags, o rows of deals that are still there."""

    flags: Array  # (m, T)
    offset: Array  # (m,), log odds to go on at that moment
    went: Array  # (m,), 1 went on, 0 lost
    open_flags: Array  # (o, T)
    open_offset: Array  # (o,)
    now_flags: Array  # (o, T), of the same deals now
    now_offset: Array  # (o,)


def fit_landmarks(rows: Landmarks, repeats: float) -> Array:
    """Return what each flag adds to the log odds, shape (T,).

    Parameters
    ----------
    rows : Landmarks
    repeats : float
        Rows of a deal in a stage, on average: they say one thing and not as many.
    """
    X = np.concatenate([rows.flags, rows.open_flags])
    offset = np.concatenate([rows.offset, rows.open_offset])
    m, T = rows.flags.shape
    prior = max(repeats, 1.0) / SD**2
    beta = np.zeros(T)
    for _ in range(ROUNDS):
        p = _expit(offset + X @ beta)
        will = _expit(rows.now_offset + rows.now_flags @ beta)
        came = np.concatenate([rows.went, will])
        info = p * (1 - p)
        info[m:] = np.maximum(info[m:] - will * (1 - will), 0.0)
        gain = X.T @ (info[:, None] * X) + prior * np.eye(T)
        step = np.linalg.solve(gain, X.T @ (came - p) - prior * beta)
        beta = beta + np.clip(step, -FAR, FAR)
        if np.abs(step).max(initial=0.0) < 1e-6:
            break
    return beta


def centred(flags: Array, cell: Ints, of: Array, cells: Ints, size: int) -> Array:
    """Return flags less their mean among rows of the same cell.

    Parameters
    ----------
    flags : ndarray of float64, shape (m, T)
        Rows to centre.
    cell : ndarray of int, shape (m,)
    of : ndarray of float64, shape (k, T)
        Rows whose means are taken.
    cells : ndarray of int, shape (k,)
    size : int
        Cells.
    """
    count = np.maximum(np.bincount(cells, minlength=size), 1)
    mean = np.stack([np.bincount(cells, column, minlength=size) / count for column in of.T], axis=1)
    return np.asarray(flags - mean[cell])


def _expit(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))
