"""Refuse a table that is none of deals: which column is missing, what else it may be, the call."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

import numpy as np

from salesfunnel._core.checks import did_you_mean, nearest
from salesfunnel._core.errors import UnknownNameError
from salesfunnel.fault import IntakeError
from salesfunnel.intake.deals.headers import fold_header, roles_of
from salesfunnel.intake.deals.table import word_of
from salesfunnel.intake.deals.vocabulary.lookup import headers
from salesfunnel.intake.files.body import body_below
from salesfunnel.intake.files.grid import Grid

__all__ = ["refuse_table"]

_VALUE = re.compile(r"\\N|null|[-+]?[\d.,]+|\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}.*", re.IGNORECASE)
_LEAST = 3
_LEAST_VALUES = 0.4
"""This share of a row must be numbers, days or empty marks before it is no header."""
_SHOWN = 40
_WHO = {"customer id", "customer", "client id", "user id", "buyer", "customer name", "client"}


def refuse_table(
    grid: Grid,
    rows: Sequence[tuple[str, ...]],
    score: Callable[[Sequence[str]], int],
    columns: Mapping[str, str] | None,
    stages: Sequence[str],
) -> NoReturn:
    """Raise the error that says which column is missing, and how to name it.

    Parameters
    ----------
    grid : Grid
        The worksheet.
    rows : sequence of tuple of str
        Its first rows, any of which may be the header.
    score : callable
        How many headers of a row are known.
    columns : mapping of str to str, optional
        As ``read_deals`` takes it.
    stages : sequence of str
        The caller's stages.

    Raises
    ------
    IntakeError
        Always, if every column that was named is there.
    UnknownNameError
        If one is not.
    """
    names = max(rows, key=lambda row: (score(row), -rows.index(row)), default=())
    for name in (columns or {}).values():
        if name not in names:
            raise UnknownNameError(
                f"'columns' must be in the header, got {name!r}", hint=did_you_mean(name, names)
            )
    if not columns:
        _refuse_without_header(names)
        _refuse_blank_stages(grid, rows, names)
    known = {role for name in names if name for role in roles_of(name)}
    close = [
        (name, nearest(fold_header(name), headers()))
        for name in list(dict.fromkeys(names))[:_SHOWN]
        if name and not roles_of(name)
    ]
    hint = next((f"{name!r} may mean {near!r}" for name, near in close if near), None)
    if _has_orders(names, known):
        hint = "it says who, when and for how much: read_purchases reads orders and payments"
    if {"deal", "name"} & known:
        own = f"; the stages are {', '.join(stages)}" if stages else ""
        raise IntakeError(
            "'source' must have a stage or status of each deal, a column of times for each stage,"
            f" or a stage and a time of each change, got {list(names)!r}",
            hint=(hint or 'name it with columns={"stage": ...} or columns={"outcome": ...}') + own,
        )
    raise IntakeError(
        f"'source' must have a column for the deal, got {list(names)!r}",
        hint=hint or 'name it with columns={"deal": ..., "stage": ...}',
    )


def _refuse_without_header(names: Sequence[str]) -> None:
    """Raise where the row taken as the header holds values: numbers, days, empty marks."""
    filled = [name for name in names if name]
    values = [name for name in filled if _VALUE.fullmatch(name)]
    if len(filled) < _LEAST or len(values) < max(2, _LEAST_VALUES * len(filled)):
        return
    raise IntakeError(
        f"'source' must have a row with the names of its columns, got {filled[:8]!r}",
        hint="add the header to the export, or put one above its rows:"
        " pd.read_csv(file, header=None, names=['deal', 'amount', 'stage', ...])",
    )


def _refuse_blank_stages(
    grid: Grid, rows: Sequence[tuple[str, ...]], names: tuple[str, ...]
) -> None:
    """Raise where the column of stages or statuses is there, and empty."""
    if names not in rows:
        return
    table = body_below(grid, rows.index(names), len(names))
    for at, name in enumerate(names):
        if not name or not roles_of(name).keys() & {"stage", "status"} or not len(table):
            continue
        _, cells = table.columns[at].distinct(np.arange(len(table)))
        if any(word_of(cell) for cell in cells):
            continue
        raise IntakeError(
            f"'source' must say in which stage each deal is, got no value in {name!r}",
            hint="export the stages of the deals, or name another column with"
            ' columns={"stage": ...} or columns={"outcome": ...}',
        )


def _has_orders(names: Sequence[str], known: set[str]) -> bool:
    """Whether headers say who, when and how much, and nothing of stages."""
    folded = [fold_header(name) for name in names if name]
    when = any("date" in name.split() or name.endswith(("time", " at")) for name in folded)
    who = bool(_WHO.intersection(folded))
    return who and when and "value" in known and not known & {"stage", "status"}
