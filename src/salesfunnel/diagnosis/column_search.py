"""Every recorded column of a case: used or set aside, and what they explain."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._kernels.causes.answer import Answer, Coded, answer_of
from salesfunnel._kernels.causes.coding import spaced
from salesfunnel._kernels.causes.design import design_of
from salesfunnel._kernels.causes.leaks import (
    after_by_date,
    auc_of,
    fill_leak,
    follows_outcome,
    level_leak,
    life_bins,
    life_tied,
    recorded_by_outcome,
)
from salesfunnel._kernels.causes.parts import LevelCounts, level_counts
from salesfunnel.diagnosis.after_outcome import written_after
from salesfunnel.diagnosis.typed_columns import TypedColumn, typed

__all__ = ["ColumnSearch", "Deals", "search_columns"]

Array = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]
Int = npt.NDArray[np.int64]
LEAST_NOW, LEAST_BEFORE = 20, 50


@attrs.frozen(kw_only=True, eq=False)
class Deals:
    """The deals of a case as arrays: what the search needs to know of each.

    Parameters
    ----------
    advanced, now, mature, still_open : ndarray of bool, shape (deals,)
        Whether it advanced, is of the judged window, is old enough to judge, is still open.
    period : ndarray of int64, shape (deals,)
        The period it entered in.
    time : ndarray of datetime64[us], shape (deals,)
        When it entered.
    outcome_days : ndarray of float64, shape (deals,)
        Days from there to its outcome, NaN if there is none yet.
    """

    advanced: Bool
    now: Bool
    mature: Bool
    still_open: Bool
    period: Int
    time: npt.NDArray[np.datetime64]
    outcome_days: Array


@attrs.frozen(kw_only=True, eq=False)
class ColumnSearch:
    """Result of the search over all columns.

    Parameters
    ----------
    used : tuple of TypedColumn
        Columns in the model, in order of their names; `answer` numbers them so.
    aside : mapping of str to str
        Column → reason why it was set aside.
    answer : Answer or None
        What they explain; None if there are too few deals to search.
    deals : mapping of str to float
        Column in the model → deals that the change of its shares comes to, named or not.
    too_few : bool
        Whether there were too few mature deals: 20 now and 50 before.
    """

    used: tuple[TypedColumn, ...]
    aside: Mapping[str, str]
    answer: Answer | None
    deals: Mapping[str, float] = attrs.field(factory=dict)
    too_few: bool = False


def search_columns(
    deals: Deals,
    names: Iterable[str],
    values: Callable[[str], npt.NDArray[Any]],
    *,
    shortfall: float,
    roles: Collection[str] = (),
    before_outcome: Collection[str] = (),
) -> ColumnSearch:
    """Type every column, set aside what cannot be a cause, and search the others together.

    Parameters
    ----------
    deals : Deals
        The deals of the case.
    names : iterable of str
        The columns.
    values : callable
        Gives the values of a column, one for each deal.
    shortfall : float
        Deals to explain, above 0.
    roles : collection of str
        Columns whose meaning is known: they share a larger part of what a search may cost.
    before_outcome : collection of str
        Columns that the user vouches for: recorded before the outcome, whatever they look like.
    """
    aside: dict[str, str] = {}
    columns: list[TypedColumn] = []
    for name in sorted(names):
        raw = values(name)
        if name not in before_outcome and written_after(name, _some(raw)):
            aside[name] = "after-outcome-by-name"
            continue
        found = typed(name, raw, now=deals.now, time=deals.time, period=deals.period)
        if isinstance(found, str):
            aside[name] = found
        else:
            columns.append(found)
    mature = deals.mature
    now, y = deals.now[mature], deals.advanced[mature].astype(np.float64)
    if now.sum() < LEAST_NOW or (~now).sum() < LEAST_BEFORE:
        return ColumnSearch(used=(), aside=aside, answer=None, too_few=True)
    used = []
    lives = life_bins(deals.outcome_days[mature])
    for column in columns:
        reason = "" if column.name in before_outcome else _leak(deals, column, y, lives)
        if reason:
            aside[column.name] = reason
        else:
            used.append(column)
    entrants = float(deals.now.sum())
    answer = answer_of(
        y,
        now,
        deals.period[mature],
        [Coded(c.codes[mature], len(c.levels), c.ordered, c.name in roles) for c in used],
        shortfall=shortfall,
        entrants=entrants,
    )
    parts = {used[i].name: -part.S * entrants for i, part in sorted(answer.parts.items())}
    aside = dict(sorted(aside.items()))
    return ColumnSearch(used=tuple(used), aside=aside, answer=answer, deals=parts)


def _some(raw: npt.NDArray[Any]) -> list[str]:
    """Return the texts of a column, each once, of evenly spaced deals."""
    return np.unique(raw[spaced(raw.size)]).tolist() if raw.dtype.kind == "U" else []


def _counts(deals: Deals, column: TypedColumn, y: Array) -> LevelCounts:
    m = deals.mature
    design = design_of(y, deals.now[m], deals.period[m], [(column.codes[m], len(column.levels))])
    return level_counts(design, 1)


def _leak(deals: Deals, column: TypedColumn, y: Array, lives: npt.NDArray[np.int32]) -> str:
    """Return why a column seems to be written after the outcome, ``""`` where it does not."""
    m = deals.mature
    known = column.known[m]
    reason = fill_leak(known, y, column.known[deals.still_open], column.known[~deals.still_open])
    if reason:
        return reason
    counts = _counts(deals, column, y)
    reason = level_leak(counts)
    if reason:
        return reason
    life = deals.outcome_days[m]
    numbers = None if column.numbers is None else column.numbers[m]
    if column.kind == "delay" and numbers is not None and after_by_date(numbers, life):
        return "after-outcome-by-date"
    lost, won = counts.outcome.sum(0)
    if follows_outcome(counts):
        return "moves-only-with-the-outcome"
    if auc_of(won, lost) >= 0.88:
        return "nearly-tells-the-outcome"
    if recorded_by_outcome(known, y):
        return "recorded-by-outcome"
    if numbers is not None and life_tied(column.codes[m], known, lives, y):
        return "grows-with-the-life-of-a-deal"
    return ""
