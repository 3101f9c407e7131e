"""Worlds to forecast in: planted deals cut at a day, and what came in the 90 days after it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from _planted import ADVANCE, LOSS_SLOWER, MEDIAN_DAYS, SHAPE, STAGES

import salesfunnel as sf

AHEAD = 90
TWO_YEARS, THIRTY_MONTHS = 720, 913
YEAR = 365.25

WORLDS = {
    "base": {},
    "zombies": {"stale": 0.6},
    "reps": {"skill": 1.2},
    "sigma 1.5": {"sigma": 1.5},
    "few": {"per_day": 0.5},
    "whale": {"whales": 1 / 400},
    "rate season": {"rate_season": 0.5, "days": THIRTY_MONTHS},
    "lead season": {"lead_season": 0.5, "days": THIRTY_MONTHS},
    "winters": {"winter": 0.3, "days": THIRTY_MONTHS},
    "month sd .4": {"tau": 0.4},
    "regime": {"regime": -0.7},
    "season and regime": {"regime": -0.7, "rate_season": 0.5, "days": THIRTY_MONTHS},
    "bigger deals win less": {"sigma": 1.5, "slope": -0.4},
    "growing 60 % a year": {"growth": 0.6, "days": THIRTY_MONTHS},
    "falling 30 % a year": {"growth": -0.3, "days": THIRTY_MONTHS},
    "silent and pushed": {},
    "edits that say nothing": {},
}
LEDGERS = {"silent and pushed": True, "edits that say nothing": False}
"""Worlds whose deals have histories of fields, and whether these tell where deals go."""
EDIT_DAYS, TYPED_DAYS, QUIET, PUSHED = 8.0, 30.0, 0.35, (0.45, 0.8)
"""Days between edits; days until the date typed; when in its stay a deal that will be lost is left
alone; chance that a date is put off once it has passed, of deals that will go on, and of others."""


class Funnel(NamedTuple):
    """What a forecast is given, and what it is judged by."""

    history: sf.StageHistory
    won_open: float
    won_all: float
    won: dict[str, bool]


def world(
    rng, *, days=TWO_YEARS, per_day=6.0, growth=0.0, tau=0.15, stale=0.25, owners=4, skill=0.4,
    sigma=0.8, slope=0.0, whales=0.0, rate_season=0.0, lead_season=0.0, winter=1.0, regime=0.0,
    break_days=60,
):  # fmt: skip
    """Return deals until `AHEAD` days after `days`.

    `skill` is the spread of the owners' logits over all stages; `slope` the effect of a unit of
    the log value in every stage; `regime` what is added to the logits of those who enter a stage
    in the last `break_days` days before the forecast and after it. Seasons begin anywhere in the
    year, winters are those of a forecast made on 1 December.
    """
    end = days + AHEAD
    day = np.arange(end)
    phase = rng.uniform(0, YEAR)
    last = np.datetime64("2026-12-01") if winter < 1 else np.datetime64("2026-06-01")
    base = last - np.timedelta64(days, "D")
    month_of = (base + day.astype("m8[D]")).astype("M8[M]").astype(int) % 12
    rate = per_day * (1 + growth) ** (day / 365)
    rate = rate * (1 + lead_season * np.sin(2 * np.pi * (day + phase) / YEAR))
    rate = rate * np.where(np.isin(month_of, [11, 0, 1]), winter, 1.0)
    born = np.repeat(day, rng.poisson(rate)) + 0.0
    born += rng.random(born.size)
    n, S = born.size, len(STAGES)
    month = rng.normal(0, tau, end // 30 + 100)
    value = 10_000 * np.exp(sigma * rng.standard_normal(n) - sigma**2 / 2)
    value[rng.random(n) < whales] *= 40
    owner = rng.integers(0, owners, n)
    able = rng.normal(0, skill / np.sqrt(S), owners)
    steady = able[owner] + slope * (np.log(value) - np.log(value).mean())
    entered, closed = np.full((n, S), np.nan), np.full(n, np.nan)
    outcome = np.zeros(n, dtype=np.int8)
    now, alive = born.copy(), np.ones(n, dtype=bool)
    for s in range(S):
        entered[alive, s] = now[alive]
        logit = np.log(ADVANCE[s] / (1 - ADVANCE[s])) + steady
        logit = logit + month[np.minimum(now // 30, month.size - 1).astype(int)]
        logit = logit + rate_season * np.sin(2 * np.pi * (now + phase) / YEAR)
        logit = logit + regime * (now >= days - break_days)
        goes = rng.random(n) < 1 / (1 + np.exp(-logit))
        spent = MEDIAN_DAYS[s] * np.exp(SHAPE * rng.standard_normal(n))
        slow = np.where(rng.random(n) < stale, 120 + rng.exponential(150, n), 0)
        spent = np.where(goes, spent, spent * LOSS_SLOWER + slow)
        lost = alive & ~goes
        closed[lost], outcome[lost] = (now + spent)[lost], 2
        now = np.where(alive, now + spent, now)
        alive &= goes
    closed[alive], outcome[alive] = now[alive], 1
    return base, days, born, entered, closed, outcome, value, owner


def stays_of(entered, closed, outcome):
    """Return deal, day of entering, days stayed, and whether it went on, of every stay."""
    after = np.concatenate([entered[:, 1:], np.full((len(closed), 1), np.nan)], axis=1)
    end = np.where(np.isfinite(after), after, closed[:, None])
    deal, stage = np.nonzero(np.isfinite(entered))
    went = np.isfinite(after)[deal, stage] | (outcome[deal] == 1)
    start = entered[deal, stage]
    return deal, start, end[deal, stage] - start, went


def ledger(rng, deal, entry, stay, went, *, tells, at, start):
    """Return edits of deals, and expected close dates that are put off.

    If they tell something, deals that will be lost are left alone after a third of their stay and
    are put off more; otherwise deals are edited and put off alike.
    """
    quiet = np.where(went | (not tells), 1.0, QUIET)
    count = rng.poisson(stay / EDIT_DAYS)
    who = np.repeat(np.arange(deal.size), count)
    when = entry[who] + rng.random(who.size) * stay[who]
    kept = (when - entry[who] <= quiet[who] * stay[who]) & (when <= at)
    who, when = who[kept], when[kept]
    touches = {"deal": deal[who], "value": rng.random(who.size).round(3)}
    rate = np.where(went | (not tells), PUSHED[0], PUSHED[1])
    rows = [(deal, entry, entry + TYPED_DAYS)]
    due, alive = entry + TYPED_DAYS, np.ones(deal.size, dtype=bool)
    for _ in range(12):
        alive = alive & (due + 1 < entry + stay) & (rng.random(deal.size) < rate)
        rows.append((deal[alive], due[alive] + 1, due[alive] + 1 + TYPED_DAYS))
        due = np.where(alive, due + 1 + TYPED_DAYS, due)
    d, t, date = (np.concatenate(part) for part in zip(*rows, strict=True))
    seen = t <= at

    def moments(day):
        return start + (day * 86_400e6).astype("m8[us]")

    expected = {
        "deal": d[seen], "time": moments(t[seen]),
        "value": moments(date[seen]).astype("datetime64[D]"),
    }  # fmt: skip
    return {"probability": {**touches, "time": moments(when)}, "expected": expected}


def funnel(name, k):
    """Return the k-th funnel of a world."""
    rng = np.random.default_rng([list(WORLDS).index(name), k, 2026])
    base, at, born, entered, closed, outcome, value, owner = world(rng, **WORLDS[name])
    ids = np.array([f"d{i}" for i in range(born.size)])
    known = born <= at
    was_open = known & ~(closed <= at)
    wins = (outcome == 1) & (closed > at) & (closed <= at + AHEAD)
    start = base.astype("M8[us]")

    def stamp(when):
        past = np.isfinite(when) & (when <= at)
        ticks = (np.where(past, when, 0) * 86_400e6).astype("m8[us]")
        return np.where(past, start + ticks, np.datetime64("NaT", "us"))

    history = sf.StageHistory(
        deals=tuple(ids[known].tolist()), stages=STAGES, entered=stamp(entered[known]),
        created=stamp(born[known]),
        closed=stamp(closed[known]),
        outcome=np.where(closed[known] <= at, outcome[known], 0).astype(np.int8),
        value=value[known], attributes={"owner": np.array([f"o{i}" for i in owner[known]])},
        as_of=start + np.timedelta64(at, "D"), funnel=None, faults=(),
    )  # fmt: skip
    if name in LEDGERS and hasattr(history, "with_changes"):
        stays = stays_of(entered[known], closed[known], outcome[known])
        changes = ledger(rng, *stays, tells=LEDGERS[name], at=at, start=start)
        history = history.with_changes(changes)
    won = dict(zip(ids[was_open].tolist(), wins[was_open].tolist(), strict=True))
    return Funnel(history, float(value[was_open & wins].sum()), float(value[wins].sum()), won)
