"""The derivatives of log Γ with numpy alone. Arguments are already validated.

References
----------
.. [1] NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov: 5.5, 5.15.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def polygamma(x: npt.ArrayLike) -> tuple[Array, Array]:
    """Return ψ(x) and ψ′(x) for x > 0: recurrence, then asymptotic series [1]_."""
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
