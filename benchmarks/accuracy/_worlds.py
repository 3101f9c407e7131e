"""Planted worlds for the study of verdicts: counts by month whose truth is known."""

from __future__ import annotations

import numpy as np

STEPS = 5
LUNAR_NEW_YEAR = {
    2022: "2022-02-01", 2023: "2023-01-22", 2024: "2024-02-10", 2025: "2025-01-29",
    2026: "2026-02-17",
}  # fmt: skip


ONLY: list[int] = []
"""Places of the cells that are run; all if empty."""


def cells(rng, items):
    """Yield the items of a study, a stream of random numbers with each, so that parts add up."""
    items = list(items)
    for k, (stream, item) in enumerate(zip(rng.spawn(len(items)), items, strict=True)):
        if not ONLY or k in ONLY:
            yield stream, item


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def planted(rng, funnels, *, sick=0.5, sizes=(0.1, 0.4)):
    """Return the fall of every step, (funnels, steps); a share of funnels has one or two."""
    drop = np.zeros((funnels, STEPS))
    ill = np.arange(funnels) < round(sick * funnels)
    how_many = rng.integers(1, 3, funnels)
    order = rng.permuted(np.tile(np.arange(STEPS), (funnels, 1)), axis=1)
    for k in range(2):
        at = np.flatnonzero(ill & (how_many > k))
        drop[at, order[at, k]] = rng.uniform(*sizes, at.size)
    return drop


def noise(rng, shape, sd, ar=0.0):
    """Return month effects along the first axis, independent or fading by `ar` a month."""
    z = rng.normal(0, 1, shape)
    if ar:
        for t in range(1, shape[0]):
            z[t] = ar * z[t - 1] + np.sqrt(1 - ar**2) * z[t]
    return z * sd


def chain(rng, leads, rate):
    """Return counts (months, funnels, steps + 1)."""
    counts = [leads]
    for k in range(rate.shape[-1]):
        counts.append(rng.binomial(counts[-1], rate[..., k]))
    return np.stack(counts, axis=-1)


def world(rng, funnels, *, months=15, volume=300, sd=0.1, ar=0.0, season=0.0, trend=0.0, age=1,
          lead_season=0.0, sick=0.5, sizes=(0.1, 0.4), festival=None, common=0.0,
          tell=False):  # fmt: skip
    """Return counts (months, funnels, steps + 1) and the fall of every step.

    With `tell` also the log odds of every month but for the fall and the month's own effect.
    """
    drop = planted(rng, funnels, sick=sick, sizes=sizes)
    t = np.arange(months)[:, None, None]
    base = rng.uniform(0.25, 0.6, (1, funnels, STEPS))
    own = noise(rng, (months, funnels, STEPS), sd, ar)
    odds = np.log(base / (1 - base)) + own
    if common:
        odds = odds + noise(rng, (months, 1, STEPS), common)
    phase = rng.uniform(0, 2 * np.pi, (1, funnels, STEPS))
    odds = odds + season * np.sin(2 * np.pi * t / 12 + phase) + trend * (t - (months - 1) / 2)
    if festival is not None:
        odds = odds + festival[:, None, None]
    rate = sigmoid(odds)
    rate[months - age :] *= 1 - drop
    phase = rng.uniform(0, 2 * np.pi, (1, funnels))
    leads = volume * np.exp(lead_season * np.sin(2 * np.pi * t[..., 0] / 12 + phase))
    counts = chain(rng, rng.poisson(leads, (months, funnels)), rate)
    return (counts, drop, odds - own) if tell else (counts, drop)


def mended_world(rng, funnels, *, lasted=4, back=1, size=0.3, months=27, volume=300, sd=0.1):
    """Return counts of funnels whose second step fell for a time, back for `back` months."""
    base = rng.uniform(0.25, 0.6, (1, funnels, STEPS))
    rate = sigmoid(np.log(base / (1 - base)) + noise(rng, (months, funnels, STEPS), sd))
    rate[months - back - lasted : months - back, :, 1] *= 1 - size
    return chain(rng, rng.poisson(volume, (months, funnels)), rate)


def mixed_world(rng, funnels, *, months=27, volume=200, sick=0.5):
    """Return a world in which no two funnels are alike: noise, season, trend, age, volume."""
    drop = planted(rng, funnels, sick=sick, sizes=(0.1, 0.5))
    shape = (months, funnels, STEPS)
    t = np.arange(months)[:, None, None]
    sd = np.minimum(0.12 * np.exp(rng.normal(0, 0.6, (1, funnels, 1))), 0.4)
    sticky = rng.random((1, funnels, 1)) < 0.2
    month = np.where(sticky, noise(rng, shape, 1.0, 0.8), noise(rng, shape, 1.0)) * sd
    seasonal = rng.random((1, funnels, 1)) < 0.4
    first = rng.uniform(0.1, 0.5, (1, funnels, 1)) * seasonal
    second = first * rng.uniform(0, 0.5, (1, funnels, 1))
    phases = rng.uniform(0, 2 * np.pi, (2, 1, funnels, STEPS))
    slope = rng.normal(0, 0.015, (1, funnels, STEPS)) * (rng.random((1, funnels, STEPS)) < 0.3)
    base = rng.uniform(0.1, 0.7, (1, funnels, STEPS))
    odds = (
        np.log(base / (1 - base)) + month + slope * (t - months / 2)
        + first * np.sin(2 * np.pi * t / 12 + phases[0])
        + second * np.sin(4 * np.pi * t / 12 + phases[1])
    )  # fmt: skip
    rate = sigmoid(odds)
    age = rng.integers(1, min(8, months - 1) + 1, (1, funnels, STEPS))
    rate = np.where(t >= months - age, rate * (1 - drop), rate)
    leads = volume * np.exp(rng.normal(0, 0.7, (1, funnels)))
    return chain(rng, rng.poisson(leads, (months, funnels)), rate), drop


def segments_world(rng, *, segments=50, months=15, base=0.15, sd=0.1, ar=0.0, season=0.0,
                   unlike=False, one_age=True):  # fmt: skip
    """Return one panel of segments; a share `base` of all steps has fallen."""
    shape = (months, segments, STEPS)
    t = np.arange(months)[:, None, None]
    fallen = rng.random((segments, STEPS)) < base
    drop = fallen * rng.uniform(0.1, 0.5 if unlike else 0.4, (segments, STEPS))
    if unlike:
        each = np.minimum(sd * np.exp(rng.normal(0, 0.6, (1, segments, 1))), 0.4)
        sticky = rng.random((1, segments, 1)) < 0.2
        month = np.where(sticky, noise(rng, shape, 1.0, 0.8), noise(rng, shape, 1.0)) * each
        wave = rng.uniform(0.1, 0.5, (1, segments, 1)) * (rng.random((1, segments, 1)) < 0.4)
    else:
        month, wave = noise(rng, shape, sd, ar), season
    age = rng.integers(1, 9, (1, 1, 1) if one_age else (1, segments, STEPS))
    rates = rng.uniform(0.25, 0.6, (1, 1 if not unlike else segments, STEPS))
    odds = np.log(rates / (1 - rates)) + rng.normal(0, 0.2, (1, segments, STEPS)) + month
    phase = rng.uniform(0, 2 * np.pi, (1, segments if unlike else 1, STEPS))
    odds = odds + wave * np.sin(2 * np.pi * t / 12 + phase)
    rate = np.where(t >= months - age, sigmoid(odds) * (1 - drop), sigmoid(odds))
    leads = 80 * np.exp(rng.normal(0, 0.8, (1, segments)))
    return chain(rng, rng.poisson(leads, (months, segments)), rate), drop


def moved_gate(rng, funnels, *, factor=0.7, age=2, volume=600, months=15, kind="definition"):
    """Return a world in which the gate of the second step moved, or steps really fell."""
    base = np.array([0.5, 0.5, 0.45, 0.5, 0.4])
    odds = np.log(base / (1 - base)) + noise(rng, (months, funnels, STEPS), 0.1)
    rate = sigmoid(odds)
    late = slice(months - age, None)
    if kind == "definition":
        rate[late, :, 1] *= factor
        rate[late, :, 2] = np.minimum(rate[late, :, 2] / factor, 0.98)
    elif kind == "one":
        rate[late, :, 1] *= factor
    elif kind == "both":
        rate[late, :, 1:3] *= factor
    return chain(rng, rng.poisson(volume, (months, funnels)), rate)


def entries_world(rng, funnels, *, months=27, volume=300, sd=0.15, ar=0.0, season=0.0, trend=0.0,
                  age=1, sizes=(0.15, 0.6), sick=0.2, festival=None):  # fmt: skip
    """Return entries (months, funnels) and which of them fell."""
    ill = np.arange(funnels) < round(sick * funnels)
    fall = ill * rng.uniform(*sizes, funnels)
    t = np.arange(months)[:, None]
    log = noise(rng, (months, funnels), sd, ar) + trend * (t - (months - 1) / 2)
    log = log + season * np.sin(2 * np.pi * t / 12 + rng.uniform(0, 2 * np.pi, (1, funnels)))
    if festival is not None:
        log = log + festival[:, None]
    mean = volume * np.exp(log)
    mean[months - age :] *= 1 - fall
    return rng.poisson(mean), ill


def new_year_share(end, months):
    """Return the share of 22 days about each lunar New Year in each of `months` months to `end`."""
    last = np.datetime64(end, "M")
    names = [last - k for k in range(months)][::-1]
    days = [np.datetime64(day) + np.arange(-7, 15) for day in LUNAR_NEW_YEAR.values()]
    month = np.concatenate(days).astype("datetime64[M]")
    return np.array([(month == name).mean() * len(days) for name in names])
