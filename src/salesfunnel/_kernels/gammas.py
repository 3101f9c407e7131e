"""The gamma function's family and Gauss' series. Arguments are already validated.

References
----------
.. [1] NIST Digital Library of Mathematical Functions, 5.5, 5.11 (gamma), 5.15 (trigamma).
.. [2] The same, 15.2.1 (Gauss series) and 15.8.1 (Euler's transformation).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)


def gammaln(x: npt.ArrayLike) -> Array:
    """Return log Γ(x) for x > 0: recurrence up to 10, then Stirling's series [1]_."""
    z = np.array(x, dtype=np.float64)
    product = np.ones_like(z)
    for _ in range(10):
        small = z < 10.0
        if not small.any():
            break
        product = np.where(small, product * z, product)
        z = np.where(small, z + 1.0, z)
    u = 1.0 / z**2
    series = np.zeros_like(z)
    for c in reversed(_STIRLING):
        series = series * u + c
    return np.asarray((z - 0.5) * np.log(z) - z + _HALF_LOG_2PI + series / z - np.log(product))


def polygamma(x: npt.ArrayLike) -> tuple[Array, Array]:
    """Return ψ(x) and ψ′(x) for x > 0: recurrence up to 12, then the asymptotic series [1]_."""
    z = np.array(x, dtype=np.float64)
    psi, tri = np.zeros_like(z), np.zeros_like(z)
    for _ in range(12):
        small = z < 12.0
        if not small.any():
            break
        psi = np.where(small, psi - 1.0 / z, psi)
        tri = np.where(small, tri + 1.0 / z**2, tri)
        z = np.where(small, z + 1.0, z)
    u = 1.0 / z**2
    psi += np.log(z) - 0.5 / z
    psi -= u * (1 / 12 - u * (1 / 120 - u * (1 / 252 - u * (1 / 240 - u * (1 / 132)))))
    tri += 1.0 / z + 0.5 * u
    tri += u / z * (1 / 6 - u * (1 / 30 - u * (1 / 42 - u * (1 / 30 - u * (5 / 66)))))
    return psi, tri


def hyp2f1(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, z: npt.ArrayLike) -> Array:
    """Return Gauss' 2F1(a, b; c; z) for 0 <= z < 1, c > 0 [2]_; arguments broadcast.

    Where c − a − b < 0 the series of Euler's transform is summed, whose terms fall faster.
    """
    A, B, C, Z = (
        np.array(v, dtype=np.float64).ravel()
        for v in np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, c, z)))
    )
    shape = np.broadcast_shapes(*(np.shape(v) for v in (a, b, c, z)))
    power = C - A - B
    turn = power < 0
    factor = np.where(turn, np.exp(np.where(turn, power, 0.0) * np.log1p(-Z)), 1.0)
    A, B = np.where(turn, C - A, A), np.where(turn, C - B, B)
    total, term = np.ones_like(Z), np.ones_like(Z)
    left = np.arange(Z.size)
    for k in range(200_000):
        if not left.size:
            break
        i = left
        term[i] *= (A[i] + k) * (B[i] + k) / ((C[i] + k) * (k + 1.0)) * Z[i]
        total[i] += term[i]
        left = i[np.abs(term[i]) > 1e-16 * np.abs(total[i])]
    return np.asarray((factor * total).reshape(shape))
