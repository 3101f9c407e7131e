"""Planted deals for tests of what lies ahead."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf

BASE = np.datetime64("2024-01-01T00:00:00.000000")
NAT = np.datetime64("NaT", "us")


def stamps(days):
    """Days since the base as moments; NaN as NaT."""
    days = np.asarray(days, dtype=float)
    ticks = np.round(np.where(np.isfinite(days), days, 0) * 86_400e6).astype("timedelta64[us]")
    return np.where(np.isfinite(days), BASE + ticks, NAT)


def history(created, entered, closed, outcome, *, as_of, value=None, stages=None, **attributes):
    """Deals from days: created (n,), entered (n, S), closed (n,)."""
    entered = np.asarray(entered, dtype=float)
    n, S = entered.shape
    parts = {
        "deals": tuple(f"d{i}" for i in range(n)),
        "stages": stages or tuple(f"s{k}" for k in range(S)),
        "entered": stamps(entered),
        "time_in_stage": np.zeros((n, S), dtype="timedelta64[us]"),
        "created": stamps(created),
        "closed": stamps(closed),
        "outcome": np.asarray(outcome, dtype=np.int8),
        "value": np.full(n, np.nan) if value is None else np.asarray(value, dtype=float),
        "attributes": {k: np.asarray(v, dtype=np.str_) for k, v in attributes.items()},
        "as_of": stamps([as_of])[0],
        "funnel": None,
        "faults": (),
    }
    return sf.StageHistory(**parts)


def planted(seed, *, days=600, per_day=2.0, stages=2, go=0.6, mean=15.0, **options):
    """Deals that arrive evenly, spend exponential times in stages and go on with one chance."""
    rng = np.random.default_rng(seed)
    born = np.sort(rng.uniform(0, days, rng.poisson(days * per_day)))
    n = born.size
    entered = np.full((n, stages), np.nan)
    closed, outcome = np.full(n, np.nan), np.zeros(n, dtype=int)
    now, alive = born.copy(), np.ones(n, dtype=bool)
    for s in range(stages):
        entered[alive, s] = now[alive]
        goes, spent = rng.random(n) < go, rng.exponential(mean, n)
        lost = alive & ~goes
        closed[lost], outcome[lost] = (now + spent)[lost], 2
        now, alive = now + spent, alive & goes
    closed[alive], outcome[alive] = now[alive], 1
    late = ~(closed <= days)
    closed[late], outcome[late] = np.nan, 0
    entered[entered > days] = np.nan
    owner = [f"o{i}" for i in rng.integers(0, 3, n)]
    value = 1000 * rng.gamma(2, 0.5, n)
    return history(born, entered, closed, outcome, as_of=days, value=value, owner=owner, **options)
