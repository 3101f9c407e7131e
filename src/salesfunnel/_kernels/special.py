"""Special functions with numpy alone. Arguments are already validated.

One code path: scipy, if it is installed, changes nothing.

References
----------
.. [1] NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov: 5.5, 5.11, 5.15
   (gamma and its derivatives), 8.17.22 (continued fraction of the incomplete beta), 8.7.1,
   8.9.2 (incomplete gamma).
.. [2] Thompson & Barnett (1986), J. Comput. Phys. 64:490 (modified Lentz).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_TINY = 1e-300
_LARGE = 10.0
_NORMAL = 3000.0
"""Both parameters above this: the density is near enough to a normal one for 40 nodes."""


def gammaln(x: npt.ArrayLike) -> Array:
    """Return log Γ(x), x > 0: recurrence up to 10, then Stirling's series [1]_."""
    z = np.array(x, dtype=np.float64)
    flat = z.reshape(-1)  # a view: `z` is a fresh, contiguous copy
    small = np.flatnonzero(flat < 10)
    shift = np.zeros_like(flat)
    if small.size:
        low = flat[small]
        product = np.ones_like(low)
        for _ in range(10):
            less = low < 10
            product = np.where(less, product * low, product)
            low = np.where(less, low + 1, low)
        flat[small] = low
        shift[small] = np.log(product)
    rest = _stirling(z) - shift.reshape(z.shape)
    return np.asarray((z - 0.5) * np.log(z) - z + _HALF_LOG_2PI + rest)


def _stirling(z: Array) -> Array:
    """Return log Γ(z) − (z − ½) log z + z − ½ log 2π for z ≥ 10 [1]_."""
    u = 1 / z**2
    series = np.zeros_like(z)
    for c in reversed(_STIRLING):
        series *= u
        series += c
    series /= z
    return series


def betaln(a: npt.ArrayLike, b: npt.ArrayLike) -> Array:
    """Return log B(a, b), a, b > 0."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    return np.asarray(gammaln(a) + gammaln(b) - gammaln(a + b))


def _log_front(a: Array, b: Array, x: Array) -> Array:
    """Return log(x^a (1 − x)^b / B(a, b)), 0 < x < 1, one dimension.

    Logs of large Γ cancel: where both parameters are large their leading terms are taken together
    as deviances, where one is, as the ratio Γ(a + b) / Γ(a).
    """
    least, most = np.minimum(a, b), np.maximum(a, b)
    out = np.empty_like(x)
    plain = most < _LARGE
    i = np.flatnonzero(plain)
    out[i] = a[i] * np.log(x[i]) + b[i] * np.log1p(-x[i]) - betaln(a[i], b[i])
    i = np.flatnonzero(~plain & (least < _LARGE))
    s, m = least[i], most[i]
    rise = (m + s - 0.5) * np.log1p(s / m) + s * (np.log(m) - 1) + _stirling(m + s) - _stirling(m)
    out[i] = a[i] * np.log(x[i]) + b[i] * np.log1p(-x[i]) - gammaln(s) + rise
    i = np.flatnonzero(~plain & (least >= _LARGE))
    p, q = a[i], b[i]
    n = p + q
    off = x[i] * n - p
    u, v = off / p, -off / q
    with np.errstate(divide="ignore"):
        deviance = p * (np.log1p(np.maximum(u, -1.0)) - u) + q * (np.log1p(np.maximum(v, -1.0)) - v)
    out[i] = deviance + 0.5 * (np.log(p) + np.log(q) - np.log(n)) - _HALF_LOG_2PI
    out[i] += _stirling(n) - _stirling(p) - _stirling(q)
    return out


def betainc(a: npt.ArrayLike, b: npt.ArrayLike, x: npt.ArrayLike) -> Array:
    """Return the regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1.

    The continued fraction of [1]_ by modified Lentz [2]_, of the smaller tail.
    """
    A, B, X = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, x)))
    shape = A.shape
    A, B, X = A.ravel(), B.ravel(), X.ravel()
    turn = (A + 1) / (A + B + 2) < X
    p, q = np.where(turn, B, A), np.where(turn, A, B)
    y = np.where(turn, 1 - X, X)
    inside = (X > 0) & (X < 1)
    safe = np.where(inside, y, 0.5)
    tail = np.empty_like(safe)
    wide = np.minimum(p, q) >= _NORMAL
    i, j = np.flatnonzero(~wide), np.flatnonzero(wide)
    with np.errstate(under="ignore"):
        front = np.exp(_log_front(p[i], q[i], safe[i])) / p[i]
        tail[i] = front * _beta_fraction(p[i], q[i], safe[i])
        tail[j] = _beta_tail(p[j], q[j], safe[j])
    value = np.where(turn, 1 - tail, tail)
    value = np.where(X <= 0, 0.0, np.where(X >= 1, 1.0, value))
    return np.asarray(np.clip(value, 0.0, 1.0).reshape(shape))


def _beta_tail(a: Array, b: Array, x: Array) -> Array:
    """Return the integral of the beta density below x, which is below the mean, one dimension.

    Gauss and Legendre's rule from x down to where the density has fallen by e⁻⁴⁰; the continued
    fraction would need more steps the larger the parameters are.
    """
    n = a + b
    sd = np.sqrt(a * b / (n + 1)) / n
    z = np.maximum(a / n - x, 0.0) / sd
    reach = np.minimum(80.0 / (z + np.sqrt(z * z + 80.0)) * sd, x)
    nodes, weights = np.polynomial.legendre.leggauss(40)
    t = x[:, None] - reach[:, None] * (nodes + 1) / 2
    inner = np.maximum(t, _TINY).ravel()
    wide_a, wide_b = np.repeat(a, nodes.size), np.repeat(b, nodes.size)
    log_density = _log_front(wide_a, wide_b, inner) - np.log(inner) - np.log1p(-inner)
    return np.asarray((np.exp(log_density).reshape(t.shape) @ weights) * reach / 2)


def _beta_fraction(a: Array, b: Array, x: Array) -> Array:
    """Return the continued fraction of the incomplete beta, one dimension."""
    h = np.ones_like(x)
    c = np.ones_like(x)
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / np.where(np.abs(d) < _TINY, _TINY, d)
    h = d.copy()
    left = np.arange(x.size)
    for m in range(1, 20_001):
        if not left.size:
            break
        i = left
        for numerator in (
            m * (b[i] - m) * x[i] / ((a[i] + 2 * m - 1) * (a[i] + 2 * m)),
            -(a[i] + m) * (a[i] + b[i] + m) * x[i] / ((a[i] + 2 * m) * (a[i] + 2 * m + 1)),
        ):
            new_d = 1 + numerator * d[i]
            d[i] = 1 / np.where(np.abs(new_d) < _TINY, _TINY, new_d)
            new_c = 1 + numerator / c[i]
            c[i] = np.where(np.abs(new_c) < _TINY, _TINY, new_c)
            step = c[i] * d[i]
            h[i] *= step
        left = i[np.abs(step - 1) > 3e-16]
    return np.asarray(h)


def betaincinv(a: npt.ArrayLike, b: npt.ArrayLike, p: npt.ArrayLike) -> Array:
    """Return x with I_x(a, b) = p: Newton's steps in logit x, kept inside a bracket."""
    A, B, P = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, p)))
    shape = A.shape
    A, B, P = A.ravel(), B.ravel(), P.ravel()
    low, high = np.full(A.size, -745.0), np.full(A.size, 40.0)
    u = np.clip(np.log(A / B), -700, 36)
    left = np.flatnonzero((P > 0) & (P < 1))
    for _ in range(200):
        if not left.size:
            break
        i, v = left, u[left]
        x = np.exp(-np.logaddexp(0, -v))
        f = betainc(A[i], B[i], x) - P[i]
        low[i], high[i] = np.where(f < 0, v, low[i]), np.where(f >= 0, v, high[i])
        with np.errstate(over="ignore", divide="ignore", invalid="ignore", under="ignore"):
            newton = v - f / np.exp(_log_front(A[i], B[i], x))
        ok = (newton > low[i]) & (newton < high[i])
        u[i] = np.where(ok, newton, (low[i] + high[i]) / 2)
        left = i[np.abs(u[i] - v) > 1e-14 * np.maximum(1.0, np.abs(v))]
    x = np.exp(-np.logaddexp(0, -u))
    return np.asarray(np.where(P <= 0, 0.0, np.where(P >= 1, 1.0, x)).reshape(shape))


def gammaincc(s: npt.ArrayLike, x: npt.ArrayLike) -> Array:
    """Return the upper regularised incomplete gamma function Q(s, x), s > 0, x ≥ 0 [1]_."""
    S, X = np.broadcast_arrays(np.asarray(s, dtype=np.float64), np.asarray(x, dtype=np.float64))
    shape = S.shape
    S, X = S.ravel(), X.ravel()
    out = np.ones(S.size)
    series = (X > 0) & (X < S + 1)
    out[series] = 1 - _gamma_series(S[series], X[series])
    fraction = X >= S + 1
    out[fraction] = _gamma_fraction(S[fraction], X[fraction])
    return out.reshape(shape)


def _gamma_front(s: Array, x: Array) -> Array:
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(s * np.log(x) - x - gammaln(s)))


def _gamma_series(s: Array, x: Array) -> Array:
    term = 1 / s
    total = term.copy()
    for k in range(1, 10_000):
        term = term * x / (s + k)
        total = total + term
        if not (np.abs(term) > 1e-17 * np.abs(total)).any():
            break
    return np.asarray(total * _gamma_front(s, x))


def _gamma_fraction(s: Array, x: Array) -> Array:
    b = x + 1 - s
    c = np.full(x.shape, 1 / _TINY)
    d = 1 / b
    h = d.copy()
    for k in range(1, 10_000):
        numerator = -k * (k - s)
        b = b + 2
        d = numerator * d + b
        d = 1 / np.where(np.abs(d) < _TINY, _TINY, d)
        c = b + numerator / c
        c = np.where(np.abs(c) < _TINY, _TINY, c)
        step = c * d
        h = h * step
        if not (np.abs(step - 1) > 3e-16).any():
            break
    return np.asarray(h * _gamma_front(s, x))


def chi2_sf(x: npt.ArrayLike, df: npt.ArrayLike) -> Array:
    """Return P(χ² > x) with `df` degrees of freedom."""
    return gammaincc(np.asarray(df, dtype=np.float64) / 2, np.asarray(x, dtype=np.float64) / 2)


def t_sf(t: npt.ArrayLike, df: npt.ArrayLike) -> Array:
    """Return P(T > t) of Student's distribution with `df` degrees of freedom."""
    t, df = np.asarray(t, dtype=np.float64), np.asarray(df, dtype=np.float64)
    half = 0.5 * betainc(df / 2, 0.5, df / (df + t**2))
    return np.asarray(np.where(t >= 0, half, 1 - half))


def t_ppf(p: npt.ArrayLike, df: npt.ArrayLike) -> Array:
    """Return the quantile of Student's distribution with `df` degrees of freedom, 0 < p < 1."""
    p, df = np.asarray(p, dtype=np.float64), np.asarray(df, dtype=np.float64)
    tail = 2 * np.minimum(p, 1 - p)
    y = betaincinv(0.5, df / 2, 1 - tail)  # t² / (df + t²)
    size = np.sqrt(df * y / np.maximum(1 - y, _TINY))
    return np.asarray(np.where(p >= 0.5, size, -size))


def norm_sf(z: npt.ArrayLike) -> Array:
    """Return P(Z > z) of the normal distribution, exact in the tail."""
    values = np.asarray(z, dtype=np.float64)
    flat = [math.erfc(v / math.sqrt(2)) / 2 for v in values.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(values.shape)


def norm_ppf(p: npt.ArrayLike) -> Array:
    """Return the quantile of the normal distribution; −∞ at 0 and ∞ at 1."""
    values = np.asarray(p, dtype=np.float64)
    normal = NormalDist()
    flat = [
        -math.inf if v <= 0 else math.inf if v >= 1 else normal.inv_cdf(v)
        for v in values.ravel().tolist()
    ]
    return np.array(flat, dtype=np.float64).reshape(values.shape)


def hyp2f1(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, z: npt.ArrayLike) -> Array:
    """Return Gauss' 2F1(a, b; c; z) for a, b, c > 0, 0 <= z < 1; arguments broadcast.

    The Gauss series (DLMF 15.2.1), whose terms are positive here; where c − a − b < 0 first that of
    Euler's transform (15.8.1), whose terms fall faster, kept where its terms do not cancel. NaN
    where the series does not settle in 200,000 terms or the value is too large.
    """
    A, B, C, Z = (
        np.array(v, dtype=np.float64).ravel()
        for v in np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (a, b, c, z)))
    )
    shape = np.broadcast_shapes(*(np.shape(v) for v in (a, b, c, z)))
    found = np.full(Z.shape, np.nan)
    power = C - A - B
    turn = np.flatnonzero(power < 0)
    with np.errstate(over="ignore", invalid="ignore"):
        if turn.size:
            total, size = _gauss((C - A)[turn], (C - B)[turn], C[turn], Z[turn])
            value = np.exp(power[turn] * np.log1p(-Z[turn])) * total
            found[turn] = np.where(size <= _CANCELS * np.abs(total), value, np.nan)
        rest = np.flatnonzero(np.isnan(found))
        if rest.size:
            found[rest] = _gauss(A[rest], B[rest], C[rest], Z[rest])[0]
    found[~np.isfinite(found)] = np.nan
    return np.asarray(found.reshape(shape))


_CANCELS = 1e3
_TERMS = 200_000


def _gauss(a: Array, b: Array, c: Array, z: Array) -> tuple[Array, Array]:
    """Return the sum of the Gauss series and that of the sizes of its terms; NaN if not settled."""
    total, size, term = np.ones_like(z), np.ones_like(z), np.ones_like(z)
    left = np.arange(z.size)
    for k in range(_TERMS):
        if not left.size:
            return total, size
        i = left
        term[i] *= (a[i] + k) * (b[i] + k) / ((c[i] + k) * (k + 1.0)) * z[i]
        total[i] += term[i]
        size[i] += np.abs(term[i])
        n = k + 1.0
        ratio = np.abs((a[i] + n) * (b[i] + n) / ((c[i] + n) * (n + 1.0)) * z[i])
        ratio = np.maximum(ratio, z[i])
        # what is left out is below term · ratio / (1 − ratio)
        open_ = ~(np.abs(term[i]) * ratio <= 1e-16 * size[i] * (1.0 - ratio))
        left = i[open_ & np.isfinite(total[i])]
    total[left] = np.nan
    return total, size


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
