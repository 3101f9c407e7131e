"""What open deals bring, drawn: the ones that matter one by one, the others by the cell."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.simulate import shifted, won_cells

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

ALL, BIGGEST = 2000, 300
"""Deals up to which each is drawn, and how many of more are."""
CHANCE_BINS, VALUE_BINS = 24, 8
NODES = np.linspace(-3.0, 3.0, 13)
MANY_WINS = 2000.0


class Drawn(NamedTuple):
    """Draws of value and wins by piece of time, and of value by group."""

    value: Array  # (draws, pieces)
    wins: Array
    by_group: tuple[Array, ...]  # of each grouping, (draws, groups)


def drawn_wins(
    chance: Array, value: Array, pieces: Array, common: tuple[Array, Array],
    groupings: tuple[tuple[Ints, int], ...], rng: np.random.Generator,
) -> Drawn:  # fmt: skip
    """Return draws of what deals bring.

    Parameters
    ----------
    chance, value : ndarray of float64, shape (n,)
        Chance to be won within the horizon, and what it brings.
    pieces : ndarray of float64, shape (n, k)
        Share of the chance in each piece of the horizon.
    common : tuple of ndarray
        What deals have in common on the logit: draws (draws, c) and loadings (n, c).
    groupings : tuple of (codes, number of groups)
        Sums are drawn for each; codes have shape (n,).
    rng : numpy.random.Generator
    """
    draws, load = common
    if chance.size <= ALL:
        big = np.ones(chance.size, dtype=np.bool_)
    else:
        big = np.zeros(chance.size, dtype=np.bool_)
        big[np.argsort(-chance * value**2, kind="stable")[:BIGGEST]] = True
    factor = draws @ load[big].T
    codes = tuple(code[big] for code, _ in groupings)
    sums, wins, groups = won_cells(
        chance[big, None] * pieces[big], value[big], factor, rng,
        groupings=tuple((c, n) for c, (_, n) in zip(codes, groupings, strict=True)),
    )  # fmt: skip
    if big.all():
        return Drawn(sums, wins, groups)
    rest = ~big
    chance, value, load, pieces = chance[rest], value[rest], load[rest], pieces[rest]
    more, number = _by_cell(chance, value, (draws, load), rng)
    profile = chance @ pieces
    split = rng.multinomial(number.astype(np.int64), profile / profile.sum()).astype(np.float64)
    share = split / np.maximum(number, 1)[:, None]
    parts = tuple(
        have + _moments(chance, value, (draws, load), (code[rest], n), rng)
        for have, (code, n) in zip(groups, groupings, strict=True)
    )
    return Drawn(sums + more[:, None] * share, wins + split, parts)


def _by_cell(
    chance: Array, value: Array, common: tuple[Array, Array], rng: np.random.Generator
) -> tuple[Array, Array]:
    """Return draws of value and number of wins of deals in cells of like chance and value."""
    draws, load = common
    code = _bins(np.log(chance + 1e-9), CHANCE_BINS) * VALUE_BINS + _bins(value, VALUE_BINS)
    _, code = np.unique(code, return_inverse=True)
    code = code.reshape(-1)
    n = np.bincount(code).astype(np.float64)
    p, brings = (np.bincount(code, part) for part in (chance, chance * value))
    mean = brings / np.maximum(p, 1e-300)
    square = np.bincount(code, chance * value**2) / np.maximum(p, 1e-300)
    spread = np.sqrt(np.maximum(square - mean**2, 0.0))
    loads = np.stack([np.bincount(code, column) / n for column in load.T], axis=1)
    moved = shifted((p / n)[None, :], draws @ loads.T)
    wins = rng.binomial(n.astype(np.int64)[None, :], np.clip(moved, 0, 1)).astype(np.float64)
    noise = rng.standard_normal(wins.shape) * spread * np.sqrt(wins * (1 - wins / n))
    return np.asarray(np.maximum((wins * mean + noise).sum(1), 0.0)), np.asarray(wins.sum(1))


def _bins(x: Array, most: int) -> Ints:
    """Return which of about `most` bins of equal numbers each lies in."""
    edges = np.unique(np.quantile(x, np.linspace(0, 1, most + 1)[1:-1]))
    return np.asarray(np.searchsorted(edges, x, "right"), dtype=np.intp)


def _moments(
    chance: Array,
    value: Array,
    common: tuple[Array, Array],
    grouping: tuple[Ints, int],
    rng: np.random.Generator,
) -> Array:
    """Return draws of the value of groups of many deals, with the mean and variance of each."""
    code, groups = grouping
    if not groups:
        return np.zeros((common[0].shape[0], 0))
    draws, load = common
    sd = draws.std(axis=0)
    move = draws[:, 0] / (sd[0] if sd[0] > 0 else 1.0)
    wide = np.sqrt((load**2 * sd**2).sum(axis=1))
    means, variances = [], []
    for node in NODES.tolist():
        p = shifted(chance, node * wide)
        means.append(np.bincount(code, p * value, minlength=groups))
        variances.append(np.bincount(code, p * (1 - p) * value**2, minlength=groups))
    mean = np.stack([np.interp(move, NODES, m) for m in np.array(means).T], axis=1)
    spread = np.stack([np.interp(move, NODES, v) for v in np.array(variances).T], axis=1)
    return np.asarray(np.maximum(mean + np.sqrt(spread) * rng.standard_normal(mean.shape), 0.0))


def drawn_new(mean: Array, values: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return draws of the value and the number of wins of deals to come.

    Parameters
    ----------
    mean : ndarray of float64, shape (draws, pieces)
        Wins to expect.
    values : ndarray of float64, shape (v,)
        What wins bring; each is as likely.
    """
    number = rng.poisson(mean).astype(np.float64)
    if number.sum(1).mean() > MANY_WINS:
        noise = rng.standard_normal(number.shape) * values.std() * np.sqrt(number)
        return np.maximum(number * values.mean() + noise, 0.0), number
    flat = number.ravel().astype(np.int64)
    drawn = values[rng.integers(0, values.size, int(flat.sum()))]
    end = np.concatenate([[0.0], np.cumsum(drawn)])
    stop = np.cumsum(flat)
    return (end[stop] - end[stop - flat]).reshape(number.shape), number
