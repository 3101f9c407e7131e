"""A simulated sales team: deals whose amount, close date, category and owner change over time."""

from __future__ import annotations

import numpy as np

import salesfunnel as sf

STAGES = ("lead", "offer", "negotiation", "won")
OWNERS = ("Ann", "Bob", "Cid", "Dee", "Eve", "Fay")
DAY0 = np.datetime64("2025-01-01", "us")
CATEGORIES = ("Pipeline", "Best Case", "Commit")


def moment(day):
    """Return a moment, `day` days after the start."""
    return DAY0 + np.timedelta64(round(float(day) * 86_400_000_000), "us")


def date_of(day):
    """Return a date, `day` days after the start."""
    return (DAY0 + np.timedelta64(int(day), "D")).astype("M8[D]")


def deal(rng, k, until):
    """Return one deal: its stage entries, outcome, and rows of changes."""
    born = float(rng.uniform(0, until))
    owner = OWNERS[int(rng.integers(len(OWNERS)))]
    amount = float(np.round(rng.lognormal(9, 0.8), 2))
    name = f"d{k:04d}"
    rows = [
        (name, born, "amount", amount),
        (name, born, "owner", owner),
        (name, born, "category", CATEGORIES[0]),
        (name, born, "currency", "EUR" if k % 5 == 0 else "USD"),
        (name, born, "outcome", "open"),
    ]
    expected = np.floor(born + rng.uniform(30, 90))
    rows.append(
        (name, born, "expected", (DAY0 + np.timedelta64(int(expected), "D")).astype("M8[D]"))
    )
    entered, outcome, closed, now = [born], "open", None, born
    for stage in range(1, len(STAGES)):
        now += float(rng.exponential(18))
        if now >= until:
            break
        if rng.random() < 0.35:
            outcome, closed = "lost", now
            rows.append((name, now, "outcome", "lost"))
            break
        if now > expected and stage < len(STAGES) - 1:
            expected = np.floor(now + rng.uniform(10, 45))
            rows.append((name, now, "expected", date_of(expected)))
        if rng.random() < 0.3:
            amount = float(np.round(amount * rng.uniform(0.7, 1.4), 2))
            rows.append((name, now, "amount", amount))
        entered.append(now)
        if stage < len(STAGES) - 1:
            rows.append((name, now, "category", CATEGORIES[stage]))
        else:
            outcome, closed = "won", now
            rows.append((name, now, "outcome", "won"))
    if rng.random() < 0.05:
        handed = born + float(rng.uniform(0, 30))
        if handed < min(until, closed or until):
            rows.append((name, handed, "owner", OWNERS[int(rng.integers(len(OWNERS)))]))
    return name, born, entered, outcome, closed, rows


def team(deals=400, seed=1, until=540.0, fields=None):
    """Return a history with changes, as of `until` days after the start."""
    rng = np.random.default_rng(seed)
    made = [deal(rng, k, until) for k in range(deals)]
    nat = np.datetime64("NaT", "us")
    entered = np.full((deals, len(STAGES)), nat)
    for i, (_, _, times, *_) in enumerate(made):
        entered[i, : len(times)] = [moment(day) for day in times]
    codes = {"open": 0, "won": 1, "lost": 2}
    history = sf.StageHistory(
        deals=[row[0] for row in made],
        stages=STAGES,
        entered=entered,
        outcome=[codes[row[3]] for row in made],
        closed=[nat if row[4] is None else moment(row[4]) for row in made],
        as_of=moment(until),
    )
    changes = {}
    for name, day, field, value in (row for one in made for row in one[5]):
        if fields is None or field in fields:
            columns = changes.setdefault(field, {"deal": [], "time": [], "value": []})
            columns["deal"].append(name)
            columns["time"].append(moment(day))
            columns["value"].append(value)
    return history.with_changes(changes)
