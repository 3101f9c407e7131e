"""What the months of the stages share: levels, a season, a break; models weighed by evidence.

y = level of the stage + season + break + month + noise, on the log odds. The season is a harmonic
that all stages share and one of each; a break lifts or lowers all months from one on, in all
stages and in each; a month is what all stages share of it and what each has of its own. With every
prior normal each model has its evidence in closed form.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEVEL_SD, SEASON_SD, OWN_SEASON_SD, BREAK_SD, OWN_BREAK_SD = 3.0, 0.3, 0.1, 0.5, 0.2
P_SEASON, P_BREAK = 1 / 3, 0.1
TOLD = 1.0
"""Least information of a stage that counts for `ahead_sd`."""
BREAKS, SEPARABLE = 12, 17
"""Months ago at which a break may begin, and the months from which a season can be told."""


class Spread(NamedTuple):
    """Standard deviations of months on the log odds."""

    shared: float
    own: float


class Months(NamedTuple):
    """The parts of the log odds that depend on the stage and on the month of entering it."""

    level: Array
    """(S,)"""
    season: Array
    """Of the sine and cosine of the year, (S, 2)."""
    shift: Array
    """What breaks add, (S, M); month 0 is the last one."""
    p_season: float
    p_break: Array
    """Probability that a break began k months ago, (BREAKS,)."""
    ahead_sd: float
    """Of level, season and shift at the month ahead, mean of the stages."""
    common: Array
    """What the stages share of each month, (M,)."""

    def at(self, angle: Array) -> Array:
        """Return level, season and shift of the months, (S, M)."""
        return np.asarray(self.level[:, None] + self.season @ waves(angle) + self.shift)


def waves(angle: Array) -> Array:
    """Return sine and cosine of angles, shape (2, ...)."""
    return np.stack([np.sin(angle), np.cos(angle)])


def fit_months(
    y: Array,
    info: Array,
    angle: Array,
    tau: Spread,
    *,
    ahead: float,
    around: Array,
    fixed: Array | None = None,
    season: bool = True,
) -> Months:
    """Return the parts, averaged over models.

    Parameters
    ----------
    y, info : ndarray of float64, shape (S, M)
        Log odds of the months, and their information; 0 if there is none.
    angle : ndarray of float64, shape (M,)
        Of the year.
    tau : Spread
        Of months.
    ahead : float
        Angle of the time for which `ahead_sd` is wanted.
    around : ndarray of float64, shape (S,)
        Where levels are looked for; they stay there without information.
    fixed : ndarray of float64, shape (S, M), optional
        A shift that is known already: no other breaks are tried.
    season : bool
        Whether a season is tried, from 17 months on.
    """
    S, M = y.shape
    separable = season and M >= SEPARABLE
    known = info > 0
    w = np.where(known, 1 / (1 / np.where(known, info, 1) + tau.own**2), 0.0)
    target = y - around[:, None] - (0 if fixed is None else fixed)
    breaks = min(BREAKS, M - 1) if fixed is None else 0
    X, precision, where = _design(S, M, angle, breaks)
    flat = X.reshape(S * M, -1)
    weighed = flat * w.reshape(-1, 1)
    gram, moment = weighed.T @ flat, weighed.T @ target.ravel()
    # what the stages share of a month is integrated out
    each = weighed.reshape(S, M, -1).sum(axis=0)
    share = 1 / (tau.shared**-2.0 + w.sum(axis=0))
    gram -= (each * share[:, None]).T @ each
    moment -= each.T @ (share * (w * target).sum(axis=0))
    told = info.sum(axis=1) > TOLD
    toward = _ahead_row(told / max(told.sum(), 1), ahead, breaks)
    levels, waving = where
    width = 1 + S
    found = []
    for with_season in (False, True) if separable else (False,):
        always = [*levels, *(waving if with_season else [])]
        plain = _log_prior(with_season, -1, breaks, separable=separable)
        found.append(_solved(gram, moment, precision, np.array([always]), plain, toward))
        if breaks:
            first = S + 2 + 2 * S + np.arange(breaks)[:, None] * width
            use = np.concatenate(
                [np.tile(always, (breaks, 1)), first + np.arange(width)[None, :]], axis=1
            )
            prior = _log_prior(with_season, 0, breaks, separable=separable)
            found.append(_solved(gram, moment, precision, use, prior, toward))
    parts = _averaged(found, S, M, breaks, separable=separable, fixed=fixed)
    parts = parts._replace(level=parts.level + around)
    left = (w * (y - parts.at(angle))).sum(axis=0)
    return parts._replace(common=share * left)


def _log_prior(with_season: bool, k: int, breaks: int, *, separable: bool) -> float:
    season = (P_SEASON if with_season else 1 - P_SEASON) if separable else 1.0
    if not breaks:
        return float(np.log(season))
    return float(np.log(season * (1 - P_BREAK if k < 0 else P_BREAK / breaks)))


def _design(S: int, M: int, angle: Array, breaks: int) -> tuple[Array, Array, tuple[range, range]]:
    """Return columns (S, M, K), prior precisions (K,), where levels and season stand."""
    wave = waves(angle)
    K = S + 2 + 2 * S + breaks * (1 + S)
    X = np.zeros((S, M, K))
    sd = np.empty(K)
    X[np.arange(S), :, np.arange(S)] = 1.0
    sd[:S] = LEVEL_SD
    X[:, :, S : S + 2] = wave.T
    sd[S : S + 2] = SEASON_SD
    for s in range(S):
        X[s, :, S + 2 + 2 * s : S + 4 + 2 * s] = wave.T
    sd[S + 2 : S + 2 + 2 * S] = OWN_SEASON_SD
    for k in range(breaks):
        first = S + 2 + 2 * S + k * (1 + S)
        X[:, : k + 1, first] = 1.0
        X[np.arange(S), : k + 1, first + 1 + np.arange(S)] = 1.0
        sd[first], sd[first + 1 : first + 1 + S] = BREAK_SD, OWN_BREAK_SD
    return X, sd**-2.0, (range(S), range(S, S + 2 + 2 * S))


def _ahead_row(weight: Array, ahead: float, breaks: int) -> Array:
    """Return the columns of the mean stage at the time ahead, after any break."""
    wave = waves(np.array(ahead))
    one = np.concatenate([[1.0], weight])
    season = np.concatenate([wave, np.outer(weight, wave).ravel()])
    return np.concatenate([weight, season, np.tile(one, breaks)])


def _solved(
    gram: Array,
    moment: Array,
    precision: Array,
    use: npt.NDArray[np.intp],
    prior: float,
    toward: Array,
) -> tuple[Array, Array, Array]:
    """Return log evidence and prior, all coefficients, and the variance of the value ahead.

    Of m models of as many columns; `use` (m, k) are their columns.
    """
    G = gram[use[:, :, None], use[:, None, :]]
    at = np.arange(use.shape[1])
    G[:, at, at] += precision[use]
    sides = np.stack([moment[use], toward[use]], axis=2)
    solved = np.linalg.solve(G, sides)
    beta = np.zeros((use.shape[0], gram.shape[0]))
    np.put_along_axis(beta, use, solved[:, :, 0], axis=1)
    evidence = 0.5 * (
        (moment[use] * solved[:, :, 0]).sum(axis=1)
        - np.linalg.slogdet(G)[1]
        + np.log(precision[use]).sum(axis=1)
    )
    return prior + evidence, beta, (toward[use] * solved[:, :, 1]).sum(axis=1)


def _averaged(
    found: list[tuple[Array, Array, Array]],
    S: int,
    M: int,
    breaks: int,
    *,
    separable: bool,
    fixed: Array | None,
) -> Months:
    score, coefficients, spread = (np.concatenate(part) for part in zip(*found, strict=True))
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    mean = weight @ coefficients
    own = mean[S + 2 : S + 2 + 2 * S].reshape(S, 2)
    shift = np.zeros((S, M)) if fixed is None else fixed
    table = weight.reshape(2 if separable else 1, breaks + 1)
    for k in range(breaks):
        first = S + 2 + 2 * S + k * (1 + S)
        step = mean[first] + mean[first + 1 : first + 1 + S]
        shift[:, : k + 1] += step[:, None]
    p_break = np.zeros(BREAKS)
    p_break[:breaks] = table.sum(0)[1:]
    variance = float(weight @ spread)
    return Months(
        level=mean[:S],
        season=mean[S : S + 2] + own,
        shift=shift,
        p_season=float(table[-1].sum()) if separable else 0.0,
        p_break=p_break,
        ahead_sd=float(np.sqrt(variance)),
        common=np.zeros(M),
    )
