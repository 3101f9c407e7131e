"""Traits of deals that may tell where they go: value and groups, as known on entering a stage."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.ledger import keyed, values_of
from salesfunnel.data.history import FieldHistory, StageHistory
from salesfunnel.forecasting.pushes import MOST_PUSHES, push_counts
from salesfunnel.forecasting.snapshot import Snapshot
from salesfunnel.forecasting.told_by_the_end import told_by_the_end

__all__ = ["NO_TRAITS", "Traits", "leaky", "traits_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

LEVELS, FILLED, RARE, QUANTILES = 200, 0.6, 5, 5
"""Most groups of a trait, least share of deals that have it, fewest closed deals of a group that
is told apart, and groups of a number."""
SMALL = 30_000
"""Groups that fit into two bytes."""
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
    def of_today(self) -> tuple[str, ...]:
        """The names of groups that stand as they are by the end of the data."""
        return tuple(n for n, code in zip(self.names, self.codes, strict=True) if code.ndim == 1)

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
    leaks: frozenset[str] = frozenset(),
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
    leaks : frozenset of str
        Left out unless they are named: `leaky` at the end of the history.
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
        if name in leaks and not named:
            continue
        made = _coded(history, known, name, rows, closed, forced=named)
        if made is not None:
            found.append((name, *made))
    z = None
    if wanted is None or "value" in wanted or "amount" in wanted:
        z = _log_value(history, known, rows)
    return Traits(
        z, tuple(f[0] for f in found), tuple(f[1] for f in found), tuple(f[2] for f in found)
    )


def leaky(history: StageHistory, known: Snapshot) -> frozenset[str]:
    """Return attributes without a history that tell by the end of the data how deals ended.

    Deals that were open on an earlier day and are closed now have the values of their end, so that
    only deals that are still open show what open deals have.
    """
    rows = np.arange(len(known.rows))
    found = []
    for name in history.attributes:
        field = history.changes.get(name)
        told = field is not None and not field.present_only and bool(field.words)
        if told or name in NOT_TRAITS:
            continue
        column = history.attribute(name)
        code, _ = _numbered(column[known.rows], rows)
        if told_by_the_end(known, code, rows, number=column.dtype.kind == "f"):
            found.append(name)
    return frozenset(found)


def _entries(known: Snapshot) -> list[npt.NDArray[np.datetime64]]:
    """Return when deals entered each place, the first being creation."""
    return [known.created, *known.entered.T]


def _on_entry(
    history: StageHistory,
    known: Snapshot,
    field: FieldHistory,
    rows: Ints,
    *,
    own: bool = False,
) -> Floats:
    """Return the numbers of a field when deals entered each place, shape (rows, places).

    `own` says that the field is of these rows already.
    """
    part = field if own else field.of(known.rows[rows], len(history))
    found = keyed(part.track(rows.size))
    deal = np.arange(rows.size)
    columns = []
    for when in _entries(known):
        moment = when[rows].astype("datetime64[us]")
        number = values_of(found, deal, moment.astype(np.int64))
        columns.append(np.where(np.isnat(moment), np.nan, number))
    return np.stack(columns, axis=1)


def _log_value(history: StageHistory, known: Snapshot, rows: Ints) -> Floats | None:
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
    now = np.clip(np.where(some, (log - mean) / sd, 0.0), -FAR, FAR)
    field = history.changes.get("amount")
    if field is None or field.present_only or known.converted:
        return np.asarray(now)
    amount = _on_entry(history, known, field, rows)
    good = np.isfinite(amount) & (amount > 0)
    then = np.where(good, (np.log(np.where(good, amount, 1.0)) - mean) / sd, 0.0)
    z = np.repeat(now[:, None], amount.shape[1], axis=1)
    z[rows] = np.clip(then, -FAR, FAR)
    return z


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
    code: npt.NDArray[Any]
    if name == PUSHED and name not in history.attributes:
        expected = history.changes["expected"]
        if expected.present_only or not len(expected):
            return None
        part = expected.of(known.rows[rows], len(history))
        count = push_counts(part, known.created[rows])
        number = _on_entry(history, known, count, rows, own=True)
        size = MOST_PUSHES + 2
        code = np.zeros((known.rows.size, number.shape[1]), dtype=np.int16)
        code[rows] = np.where(np.isnan(number), 0, 1 + np.minimum(number, MOST_PUSHES))
        last = code[np.arange(code.shape[0]), known.stage + 1]
    elif field is not None and not field.present_only and field.words:
        number = _on_entry(history, known, field, rows)
        small = np.int16 if len(field.words) < SMALL else np.intp
        code = np.zeros((known.rows.size, number.shape[1]), dtype=small)
        code[rows] = np.where(np.isfinite(number), number + 1, 0)
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
    code: npt.NDArray[Any],
    last: npt.NDArray[Any],
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
    new = new.astype(code.dtype if code.ndim > 1 else np.intp)
    return new[code], int(told.sum()) + 1
