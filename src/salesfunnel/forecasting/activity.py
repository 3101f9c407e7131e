"""What happened to open deals in the stage where they are: silent, pushed, overdue.

Read from the histories of fields at landmarks, one in 30 days, of deals that stood in a stage then;
what came of them tells what such flags add to the log odds of open deals now. Flags are compared
among deals of the same stage and age, because the age is in the model already.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.moments import DAY
from salesfunnel._core.period_arrays import TICKS_PER_DAY
from salesfunnel._kernels.ledger import Keyed, keyed, rows_of, values_of
from salesfunnel._kernels.winning.delays import GO, OPEN
from salesfunnel._kernels.winning.landmarks import Landmarks, centred, fit_landmarks
from salesfunnel.data.history import StageHistory
from salesfunnel.forecasting.now import NO_NOW, Now
from salesfunnel.forecasting.pushes import push_counts
from salesfunnel.forecasting.snapshot import Snapshot
from salesfunnel.forecasting.stage_rows import MONTH_DAYS, Stays
from salesfunnel.forecasting.win_model import PARTS, Standing, WinModel, log_odds_here

__all__ = ["ACTIVITY", "activity_fields", "activity_now", "activity_seen"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

ACTIVITY = ("silent", "pushed-in-stage", "overdue")
SILENT, PUSHES, OVERDUE = (14, 30, 60, 120), (1, 2), (0, 30)
"""Days without a change, times the expected close date was put off in the stage, days since it."""
PART = np.repeat(np.arange(3), (len(SILENT), len(PUSHES), len(OVERDUE)))
MOMENTS, MOST_DEALS, FEW_ROWS = 18, 20_000, 100
"""Landmarks, closed deals that are read, and fewest rows that are fitted."""
AGES = np.array([14, 30, 60, 90, 150, 270])
NOT_CHANGES = {"stage", "outcome"}


class _Ledger(NamedTuple):
    """Histories of fields of some deals."""

    fields: tuple[Keyed, ...]
    pushes: Keyed | None
    expected: Keyed | None
    place: Ints  # of deals of the snapshot among them, -1 not read


class _Rows(NamedTuple):
    """Stays at a moment."""

    stay: Ints
    age: Ints
    flags: Floats


def activity_fields(history: StageHistory) -> tuple[str, ...]:
    """Return the fields whose histories tell when something happened to a deal."""
    return tuple(
        name
        for name, field in history.changes.items()
        if name not in NOT_CHANGES and not field.present_only and len(field)
    )


class Seen(NamedTuple):
    """What flags were at landmarks and are now, less their mean in the same stage and age."""

    stay: Ints
    age: Ints
    flags: Floats
    now: _Rows


def activity_seen(history: StageHistory, known: Snapshot, rows: Stays) -> Seen | None:
    """Return the flags of stays; None where no history tells any."""
    names = activity_fields(history)
    if not names:
        return None
    use = _stays_used(rows)
    ledger = _ledger(history, known, names, rows.deal[use])
    moments = min(int((-rows.entered[use]).max(initial=0)) // MONTH_DAYS, MOMENTS)
    past = [_at(ledger, rows, use, -MONTH_DAYS * j, known.at) for j in range(1, moments + 1)]
    now = _at(ledger, rows, use, 0, known.at)
    if not past or sum(one.stay.size for one in past) < FEW_ROWS:
        return None
    stay, age, flags = (np.concatenate(part) for part in zip(*past, strict=True))
    cell, here = _cell(rows, stay, age), _cell(rows, now.stay, now.age)
    size = rows.places * (AGES.size + 1)
    both, cells = np.concatenate([flags, now.flags]), np.concatenate([cell, here])
    flags, today = (
        centred(part, of, both, cells, size) for part, of in ((flags, cell), (now.flags, here))
    )
    return Seen(stay, age, flags, now._replace(flags=today))


def activity_now(
    seen: Seen | None, model: WinModel, rows: Stays, wanted: tuple[str, ...] | None = None
) -> Now:
    """Return what flags add to the log odds of open deals; nothing where no history tells them.

    Parameters
    ----------
    seen : Seen, optional
        Of `rows`.
    model : WinModel
        Without flags.
    rows : Stays
    wanted : tuple of str, optional
        Of `ACTIVITY`; all by default.
    """
    if seen is None or wanted == ():
        return NO_NOW
    stay, age, flags, now = seen
    left = np.isin(PART, [k for k, name in enumerate(ACTIVITY) if wanted is None or name in wanted])
    told = left & (np.abs(flags).max(axis=0) > 1e-9)
    if not told.any():
        return NO_NOW
    gone = rows.fate[stay] != OPEN
    index = np.full(rows.deal.size, -1, dtype=np.intp)
    index[now.stay] = np.arange(now.stay.size)
    again = index[stay[~gone]]
    offset = _log_odds(model, rows, stay, age)
    now_offset = _log_odds(model, rows, now.stay, now.age)
    beta = np.zeros(PART.size)
    beta[told] = fit_landmarks(
        Landmarks(
            flags[gone][:, told], offset[gone], (rows.fate[stay[gone]] == GO).astype(np.float64),
            flags[~gone][:, told], offset[~gone], now.flags[again][:, told], now_offset[again],
        ),
        stay.size / np.unique(stay).size,
    )  # fmt: skip
    deals = int(rows.deal.max(initial=-1)) + 1
    moves = np.zeros((deals, len(ACTIVITY)))
    added = now.flags * beta
    for k in range(len(ACTIVITY)):
        moves[rows.deal[now.stay], k] = added[:, k == PART].sum(axis=1)
    shown = [k for k in range(len(ACTIVITY)) if (told & (k == PART)).any()]
    return Now(names=tuple(ACTIVITY[k] for k in shown), moves=moves[:, shown])


def _stays_used(rows: Stays) -> Ints:
    """Return the stays of open deals, and of as many others as are read."""
    opened = np.zeros(int(rows.deal.max(initial=-1)) + 1, dtype=np.bool_)
    opened[rows.deal[rows.fate == OPEN]] = True
    every = max(-(-int((~opened).sum()) // MOST_DEALS), 1)
    return np.flatnonzero(opened[rows.deal] | (rows.deal % every == 0))


def _ledger(history: StageHistory, known: Snapshot, names: tuple[str, ...], deals: Ints) -> _Ledger:
    read = np.unique(deals)
    at, n = known.rows[read], len(history)
    found = {name: history.changes[name].of(at, n) for name in names}
    place = np.full(known.rows.size, -1, dtype=np.intp)
    place[read] = np.arange(read.size)
    expected, n = found.get("expected"), read.size
    pushes = None
    if expected is not None:
        pushes = keyed(push_counts(expected, known.created[read]).track(n))
    fields = {name: keyed(field.track(n)) for name, field in found.items()}
    return _Ledger(tuple(fields.values()), pushes, fields.get("expected"), place)


def _at(
    ledger: _Ledger,
    rows: Stays,
    use: Ints,
    day: int,
    at: np.datetime64,
) -> _Rows:
    """Return the stays of deals some days from the moment, and their flags then."""
    start = rows.entered[use]
    there = (start < day) & (
        (start + rows.duration[use] >= day) if day else (rows.fate[use] == OPEN)
    )
    stay = use[there]
    age = (day - rows.entered[stay]).astype(np.intp)
    who = ledger.place[rows.deal[stay]]
    moment = int((at + day * DAY).astype("datetime64[us]").astype(np.int64))
    last = np.full(who.size, np.iinfo(np.int64).min)
    for field in ledger.fields:
        row = rows_of(field, who, moment)
        if field.key.size:
            last = np.maximum(last, np.where(row >= 0, field.track.time[row], last))
    silent = np.minimum((moment - last) / TICKS_PER_DAY, age)
    columns = [silent >= limit for limit in SILENT]
    pushes, over = np.zeros(stay.size), np.full(stay.size, -np.inf)
    if ledger.pushes is not None and ledger.expected is not None:
        entry = (at + (rows.entered[stay] + 1) * DAY).astype("datetime64[us]").astype(np.int64)
        before, then = (
            np.nan_to_num(values_of(ledger.pushes, who, when)) for when in (entry, moment)
        )
        pushes = then - before
        date = values_of(ledger.expected, who, moment)
        over = np.where(np.isfinite(date), moment // TICKS_PER_DAY - date, -np.inf)
    columns += [pushes >= limit for limit in PUSHES]
    columns += [over > limit for limit in OVERDUE]
    return _Rows(stay, age, np.stack(columns, axis=1).astype(np.float64))


def _cell(rows: Stays, stay: Ints, age: Ints) -> Ints:
    band = np.searchsorted(AGES, age, "right")
    return np.asarray(rows.place[stay] * (AGES.size + 1) + band, dtype=np.intp)


def _log_odds(model: WinModel, rows: Stays, stay: Ints, age: Ints) -> Floats:
    """Return the log odds to go on of stays at their ages, without flags."""
    total = np.zeros(stay.size)
    place, month = rows.place[stay], rows.month[stay]
    on = {*PARTS, *model.traits.all_names}
    for s in np.unique(place).tolist():
        mine = place == s
        who = Standing(s, age[mine], month[mine], rows.deal[stay[mine]])
        total[mine] = log_odds_here(model, who, on)
    return total
