"""Open deals: the chance of each by time, what it is made of, and what would raise it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.forecasting.stage_rows import Stays
from salesfunnel.forecasting.win_model import PARTS, Standing, WinModel, win_chances

__all__ = ["OpenDeals", "Stand", "open_deals", "standing_chances"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

MOVE = 0.25


class OpenDeals(NamedTuple):
    """Chances of the open deals, in the order of the snapshot; n deals, P pieces of time."""

    deal: Ints  # rows of the snapshot
    chance: Floats  # (n,), to be won within the horizon
    pieces: Floats  # (n, P), share of it
    by_day: Floats  # (horizon, 2): wins and value to expect
    plain: Floats  # (n,), by stage and age alone
    terms: Floats  # (n, T), what each part adds
    names: tuple[str, ...]  # of the parts
    load: Floats  # (n, 2), what a unit of log odds in all places, and in places ahead, does
    next_place: Ints  # (n,), the usual next one, -1 won or none
    raised: Floats  # (n,), the chance there
    ever: Floats  # (n,), to be won at all

    @property
    def empty(self) -> bool:
        """Whether there are no open deals."""
        return self.deal.size == 0


class Stand(NamedTuple):
    """Where the open deals of a snapshot stand, in its order."""

    deal: Ints
    age: Ints
    ever: Floats  # chance to be won at all


def standing_chances(model: WinModel, rows: Stays) -> Stand:
    """Return the chance of each open deal to be won ever, and its age."""
    opened = _opened(rows)
    place, age = rows.place[opened], rows.duration[opened].astype(np.intp)
    ever = np.zeros(opened.size)
    for s in range(rows.places):
        mine = np.flatnonzero(place == s)
        take = opened[mine]
        ever[mine] = win_chances(model, Standing(s, age[mine], rows.month[take], rows.deal[take]))
    return Stand(rows.deal[opened], age, ever)


def _opened(rows: Stays) -> Ints:
    """Return the stays of open deals, in the order of the deals."""
    opened = np.flatnonzero(rows.fate == 0)
    return opened[np.argsort(rows.deal[opened], kind="stable")]


def open_deals(
    model: WinModel, rows: Stays, value: Floats, cuts: Floats, *, explain: bool = True
) -> OpenDeals:
    """Return the chances of the open deals.

    Parameters
    ----------
    model : WinModel
    rows : Stays
    value : ndarray of float64, shape (deals of the snapshot,)
        What each brings.
    cuts : ndarray of float64, shape (P + 1,)
        Days at which pieces of the horizon begin and end.
    explain : bool
        Whether the parts of the chances, and the chances in the next stage, are wanted.
    """
    opened = _opened(rows)
    horizon, P = model.times.fresh.shape[1], cuts.size - 1
    names = (*PARTS, *model.traits.all_names, *model.now.names) if explain else ()
    n = opened.size
    piece = np.zeros((horizon, P))
    piece[np.arange(horizon), np.searchsorted(cuts, np.arange(horizon), "right") - 1] = 1.0
    chance, plain, raised, ever = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    terms, pieces, load = np.zeros((n, len(names))), np.zeros((n, P)), np.zeros((n, 2))
    place_next = np.full(n, -1, dtype=np.intp)
    by_day = np.zeros((horizon, 2))
    place = rows.place[opened]
    for s in range(rows.places):
        mine = np.flatnonzero(place == s)
        if not mine.size:
            continue
        take = opened[mine]
        age = rows.duration[take].astype(np.intp)
        who = Standing(s, age, rows.month[take], rows.deal[take])
        ages, old = np.unique(model.times.delays_of[s].age(age), return_inverse=True)
        old = old.reshape(-1)
        table = model.times.of(s, ages)
        total = np.minimum(table.sum(axis=1), 1.0)
        split = table @ piece / np.maximum(total, 1e-300)[:, None]
        within = total[old]
        if explain:
            sums = _added(model, who, within, names)
            plain[mine], chance[mine] = sums[0], sums[-1]
            terms[mine] = np.diff(np.array(sums), axis=0).T
            place_next[mine], raised[mine] = _moved_on(model, who)
        else:
            chance[mine] = np.minimum(win_chances(model, who) * within, 1.0)
        pieces[mine] = split[old]
        load[mine] = _loads(model, who, within)
        ever[mine] = np.minimum(chance[mine] / np.maximum(within, 1e-300), 1.0)
        for column, what in enumerate((ever[mine], ever[mine] * value[rows.deal[take]])):
            by_day[:, column] += np.bincount(old, what, minlength=total.size) @ table
    return OpenDeals(
        rows.deal[opened], chance, pieces, by_day, plain, terms, names, load, place_next, raised,
        ever,
    )  # fmt: skip


def _added(model: WinModel, who: Standing, within: Floats, names: tuple[str, ...]) -> list[Floats]:
    """Return chances by stage and age alone, and after each part is added."""
    return [
        np.minimum(win_chances(model, who, parts=names[:k]) * within, 1.0)
        for k in range(len(names) + 1)
    ]


def _loads(model: WinModel, who: Standing, within: Floats) -> Floats:
    """Return the derivatives of the logit of the chance."""
    found = []
    for move in ((MOVE, MOVE), (0.0, MOVE)):
        up, down = (
            np.clip(win_chances(model, who, move=(a, b)) * within, 1e-9, 1 - 1e-9)
            for a, b in (move, (-move[0], -move[1]))
        )
        found.append((np.log(up / (1 - up)) - np.log(down / (1 - down))) / (2 * MOVE))
    return np.stack(found, axis=1)


def _moved_on(model: WinModel, who: Standing) -> tuple[int, Floats]:
    """Return the usual next place, -1 if it is won, and the chances of the deals there."""
    K = len(model.times.delays_of)
    nearest = int(np.argmax(model.following[who.place]))
    if nearest >= K:
        return -1, np.zeros(who.age.size)
    zero = np.zeros(who.age.size, dtype=np.intp)
    there = win_chances(
        model, Standing(nearest, zero, zero, who.deal), later=1e-6, traits_at=who.place
    )
    return nearest, np.minimum(there * model.times.fresh[nearest].sum(), 1.0)
