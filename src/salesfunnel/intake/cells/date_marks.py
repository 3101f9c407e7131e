"""The order of day and month in a column: one for all, or one for "/" and another for "-"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from salesfunnel.intake.cells.quick_times import Slashes, slashes_of
from salesfunnel.intake.cells.read_time import (
    date_mark,
    has_short_year,
    written_order,
    year_is_last,
)

__all__ = ["order_of", "orders_by_mark", "places_by_mark", "said_orders", "settled_orders"]

_ENOUGH = 2
"""This many dates of a mark must settle its order where another mark has the other one."""


def orders_by_mark(cells: Iterable[Any]) -> dict[str, bool]:
    """Return by mark whether its dates have the day first, where "/" and "-" differ; else {}.

    Parameters
    ----------
    cells : iterable
        Distinct cells.

    Examples
    --------
    >>> orders_by_mark(["30/06/2026", "28/05/2026", "06-30-2026", "05-28-2026", "01/02/2026"])
    {'/': True, '-': False}
    """
    found: dict[str, dict[bool, int]] = {}
    for cell in cells:
        order, mark = written_order(cell), date_mark(cell)
        if order is not None and mark in {"/", "-"}:
            counts = found.setdefault(mark, {})
            counts[order] = counts.get(order, 0) + 1
    settled = {mark: next(iter(counts)) for mark, counts in found.items()}
    sure = all(len(counts) == 1 for counts in found.values())
    enough = all(count >= _ENOUGH for counts in found.values() for count in counts.values())
    return settled if sure and enough and len({*settled.values()}) > 1 else {}


def places_by_mark(cells: Iterable[Any], orders: Mapping[str, bool]) -> dict[str, list[int]]:
    """Return where the cells of each mark stand; under "" those of no such mark."""
    found: dict[str, list[int]] = {}
    for at, cell in enumerate(cells):
        mark = date_mark(cell)
        found.setdefault(mark if mark in orders else "", []).append(at)
    return found


def said_orders(orders: Mapping[str, bool]) -> dict[str, Any]:
    """Return the marks with the day first and with the month first, for the words of a fault."""
    return {
        name: " ".join(mark for mark, first in orders.items() if first is day)
        for name, day in (("day", True), ("month", False))
    }


def order_of(cells: Sequence[Any], slashes: Slashes | None = None) -> tuple[bool, int] | None:
    """Return whether dates of a column have the day first, and the cell that settles it.

    None where no cell settles it, or cells contradict each other.
    """
    found = _orders(cells, slashes)
    return next(iter(found.items())) if len(found) == 1 else None


def _orders(cells: Sequence[Any], slashes: Slashes | None) -> dict[bool, int]:
    """Return the orders of day and month that cells settle, each with the first such cell.

    Of dates with slashes one of each kind is looked at, for the others say the same.
    """
    found: dict[bool, int] = {}
    slashes = slashes_of(cells) if slashes is None else slashes
    places = range(len(cells)) if slashes is None else slashes.telling
    places = [at for at in places if not _is_digits(cells[at])]
    last = year_is_last([cells[at] for at in places])
    for at in places:
        cell = cells[at]
        order = written_order(cell)
        if order is not None and not (order and has_short_year(cell) and not last):
            found.setdefault(order, at)
    return found


def _is_digits(cell: object) -> bool:
    return type(cell) is str and cell.isdigit()


def settled_orders(
    cells: Sequence[Any], slashes: Slashes | None
) -> tuple[tuple[bool, int] | None, dict[str, bool]]:
    """Return the order of day and month and the cell that settles it, or the order of each mark."""
    found = _orders(cells, slashes)
    if len(found) == 1:
        return next(iter(found.items())), {}
    return None, orders_by_mark(cells) if found else {}
