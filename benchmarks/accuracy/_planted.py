"""Planted sales: deals whose law is known, so that a forecast can be judged."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf

STAGES = ("qualified", "demo", "proposal", "negotiation")
ADVANCE = (0.55, 0.60, 0.60, 0.55)
MEDIAN_DAYS = (12.0, 18.0, 22.0, 25.0)
SHAPE = 0.9  # of log-normal times
LOSS_SLOWER = 1.6  # losses take longer to be written off


def history(rng, *, days=900, per_day=6.0, growth=0.0, tau=0.15, stale=0.25, owners=4):
    """Return deals as a StageHistory keeps them.

    `growth` of arrivals a year; `tau` the standard deviation of a month's logit; `stale` the share
    of lost deals that nobody closes for a long time, so that ages grow.
    """
    rate = per_day * (1 + growth) ** (np.arange(days) / 365)
    born = np.repeat(np.arange(days), rng.poisson(rate)) + 0.0
    born += rng.random(born.size)
    n = born.size
    month = rng.normal(0, tau, days // 30 + 60)
    S = len(STAGES)
    entered = np.full((n, S), np.nan)
    closed = np.full(n, np.nan)
    outcome = np.zeros(n, dtype=np.int8)
    now, alive = born.copy(), np.ones(n, dtype=bool)
    owner = rng.integers(0, owners, n)
    skill = rng.normal(0, 0.2, owners)
    for s in range(S):
        entered[alive, s] = now[alive]
        logit = np.log(ADVANCE[s] / (1 - ADVANCE[s]))
        logit = logit + month[np.minimum(now // 30, month.size - 1).astype(int)] + skill[owner] / S
        goes = rng.random(n) < 1 / (1 + np.exp(-logit))
        spent = MEDIAN_DAYS[s] * np.exp(SHAPE * rng.standard_normal(n))
        slow = np.where(rng.random(n) < stale, 120 + rng.exponential(150, n), 0)
        spent = np.where(goes, spent, spent * LOSS_SLOWER + slow)
        lost = alive & ~goes
        closed[lost], outcome[lost] = (now + spent)[lost], 2
        now = np.where(alive, now + spent, now)
        alive &= goes
    closed[alive], outcome[alive] = now[alive], 1
    value = 10_000 * rng.gamma(2, 0.5, n)
    return _as_of(born, entered, closed, outcome, value=value, owner=owner, end=days)


def _as_of(born, entered, closed, outcome, *, value, owner, end):
    base = np.datetime64("2023-01-01T00:00:00.000000")

    def stamp(day):
        ticks = np.where(np.isfinite(day), day, 0) * 86_400_000_000
        when = base + ticks.astype("timedelta64[us]")
        return np.where(np.isfinite(day) & (day <= end), when, np.datetime64("NaT", "us"))

    done = closed <= end
    n = born.size
    parts = {
        "deals": tuple(f"d{i}" for i in range(n)),
        "stages": STAGES,
        "entered": stamp(entered),
        "time_in_stage": np.zeros(entered.shape, dtype="timedelta64[us]"),
        "created": stamp(born),
        "closed": stamp(closed),
        "outcome": np.where(done, outcome, 0).astype(np.int8),
        "value": value,
        "attributes": {"owner": np.array([f"o{i}" for i in owner])},
        "as_of": base + np.timedelta64(end, "D"),
        "funnel": None,
        "faults": (),
    }
    return sf.StageHistory(**parts)
