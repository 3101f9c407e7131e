"""Traits of deals that may tell where they go: value and groups, as known on entering a stage."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel.data.history import StageHistory
from salesfunnel.forecasting.pushes import MOST_PUSHES, pushes_by
from salesfunnel.forecasting.snapshot import Snapshot
from salesfunnel.forecasting.told_by_the_end import told_by_the_end

__all__ = ["NO_TRAITS", "Traits", "traits_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

LEVELS, FILLED, RARE, QUANTILES = 200, 0.6, 5, 5
"""Most groups of a trait, least share of deals that have it, fewest closed deals of a group that
is told apart, and groups of a number."""
NOT_TRAITS = {"currency", "stage", "outcome", "probability", "expected", "amount"}
PUSHED = "pushed"
"""How often the expected close date had been put off."""
FAR = 3.0


class Traits(NamedTuple):
    """Traits of the deals of a snapshot; the second axis, where there is one, is the place."""

    z: Floats | None
    """Standardised log value, (n,) or (n, K); 0 unknown; None if it is not a trait."""
    names: tuple[str, ...]
    codes: tuple[Ints, ...]
    sizes: tuple[int, ...]

    def at(self, deal: Ints, place: Ints | int) -> tuple[Floats, tuple[Ints, ...]]:
        """Return value and groups of deals when they entered a place."""
        z = np.zeros(deal.size) if self.z is None else _picked(self.z, deal, place)
        return z, tuple(_picked(code, deal, place) for code in self.codes)

    @property
    def all_names(self) -> tuple[str, ...]:
        """The names of all traits."""
        return (("value",) if self.z is not None else ()) + self.names


NO_TRAITS = Traits(None, (), (), ())


def _picked(column: npt.NDArray[Any], deal: Ints, place: Ints | int) -> npt.NDArray[Any]:
    return column[deal] if column.ndim == 1 else column[deal, place]


def traits_of(
    history: StageHistory,
    known: Snapshot,
    wanted: tuple[str, ...] | None,
    rows: Ints,
    *,
    always: tuple[str, ...] = (),
) -> Traits:
    """Return the traits of deals.

    A trait that open deals do not have as closed ones do is left out: it was filled in on closing.

    Parameters
    ----------
    history : StageHistory
    known : Snapshot
        Of it.
    wanted : tuple of str, optional
        Only these; all that are fit by default.
    rows : ndarray of int
        Deals of the snapshot for which traits are needed; the others have those of no group.
    always : tuple of str
        Used however few deals have them.
    """
    kept = [f for f in ("owner", "category", "pipeline") if f in history.changes]
    names = [n for n in dict.fromkeys([*history.attributes, *kept]) if n not in NOT_TRAITS]
    if "expected" in history.changes:
        names.append(PUSHED)
    if wanted is not None:
        names = [name for name in names if name in wanted]
    closed = known.outcome > 0
    found = []
    for name in names:
        named = name in always or (wanted is not None and name in wanted)
        made = _coded(history, known, name, rows, closed, forced=named)
        if made is not None:
            found.append((name, *made))
    z = None
    if wanted is None or "value" in wanted or "amount" in wanted:
        z = _log_value(history, known)
    return Traits(
        z, tuple(f[0] for f in found), tuple(f[1] for f in found), tuple(f[2] for f in found)
    )


def _entries(known: Snapshot) -> list[npt.NDArray[np.datetime64]]:
    """Return when deals entered each place, the first being creation."""
    return [known.created, *known.entered.T]


def _of_all(
    history: StageHistory, known: Snapshot, when: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.datetime64]:
    """Return moments of the deals of a snapshot as moments of all deals."""
    full = np.full(len(history), np.datetime64("NaT", "us"))
    full[known.rows] = when
    return full


def _log_value(history: StageHistory, known: Snapshot) -> Floats | None:
    """Return the standardised log value; None where open and closed deals differ in having one."""
    value = known.value
    some = np.isfinite(value) & (value > 0)
    for outcome in (0, 1, 2):
        group = known.outcome == outcome
        if group.any() and some[group].mean() < FILLED:
            return None
    if not some.any():
        return None
    log = np.log(np.where(some, value, 1.0))
    mean, sd = float(log[some].mean()), float(log[some].std())
    if sd < 1e-9:
        return None
    field = history.changes.get("amount")
    if field is None or field.present_only or known.converted:
        z = np.where(some, (log - mean) / sd, 0.0)
        return np.asarray(np.clip(z, -FAR, FAR))
    columns = []
    for when in _entries(known):
        amount = field.at(_of_all(history, known, when), len(history))[known.rows]
        good = np.isfinite(amount) & (amount > 0)
        columns.append(np.where(good, (np.log(np.where(good, amount, 1.0)) - mean) / sd, 0.0))
    return np.asarray(np.clip(np.stack(columns, axis=1), -FAR, FAR))


def _coded(
    history: StageHistory,
    known: Snapshot,
    name: str,
    rows: Ints,
    closed: npt.NDArray[np.bool_],
    *,
    forced: bool,
) -> tuple[Ints, int] | None:
    """Return the groups of a trait, 0 for rare ones, and how many; None where it is not fit."""
    field = history.changes.get(name)
    if name == PUSHED and name not in history.attributes:
        moments = [_of_all(history, known, when) for when in _entries(known)]
        found = pushes_by(history, moments)
        if found is None:
            return None
        code, size = found[known.rows], MOST_PUSHES + 2
        last = code[np.arange(code.shape[0]), known.stage + 1]
    elif field is not None and not field.present_only and field.words:
        columns = []
        for when in _entries(known):
            number = field.at(_of_all(history, known, when), len(history))[known.rows]
            columns.append(np.where(np.isfinite(number), number + 1, 0).astype(np.intp))
        code = np.stack(columns, axis=1)
        last = code[np.arange(code.shape[0]), known.stage + 1]
        size = len(field.words) + 1
    elif name in history.attributes:
        code, size = _numbered(history.attribute(name)[known.rows], rows)
        last = code
    else:
        return None
    now_only = code.ndim == 1 and not forced
    if now_only and told_by_the_end(
        known, code, rows, number=history.attribute(name).dtype.kind == "f"
    ):
        return None
    return _grouped(code, last, size, rows, closed, forced=forced)


def _numbered(column: npt.NDArray[np.generic], rows: Ints) -> tuple[Ints, int]:
    """Return codes of a column, 0 for nothing; a number with many values by its fifths."""
    code = np.zeros(column.size, dtype=np.intp)
    part = column[rows]
    if part.dtype.kind == "f":
        good = np.isfinite(part)
        words = np.unique(part[good])
        if words.size > 2 * QUANTILES:
            edges = np.unique(np.quantile(part[good], np.linspace(0, 1, QUANTILES + 1)[1:-1]))
            code[rows] = np.where(good, 1 + np.searchsorted(edges, part, "right"), 0)
            return code, edges.size + 2
        code[rows] = np.where(good, 1 + np.searchsorted(words, part), 0)
        return code, words.size + 1
    words, back = np.unique(part, return_inverse=True)
    shift = 0 if words.size and words[0] == "" else 1
    code[rows] = back.reshape(-1) + shift
    return code, words.size + shift


def _grouped(
    code: Ints,
    last: Ints,
    size: int,
    rows: Ints,
    closed: npt.NDArray[np.bool_],
    *,
    forced: bool,
) -> tuple[Ints, int] | None:
    over = closed[rows]
    here = last[rows]
    count = np.bincount(here[over], minlength=size)
    told = count >= RARE
    told[0] = False
    if not told.any():
        return None
    if not forced:
        opened = here[~over]
        fits = told.sum() <= LEVELS and (told.sum() > 1 or count[~told].sum() >= RARE)
        fits = fits and (here > 0).mean() >= FILLED
        if not fits or (opened.size and told[opened].mean() < FILLED):
            return None
    new = np.where(told, np.cumsum(told), 0)
    return np.asarray(new[code], dtype=np.intp), int(told.sum()) + 1
