"""Groups of open deals: what each owner, team, product or region will bring."""

from __future__ import annotations

from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.result import TableMixin
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.lookups import value_at
from salesfunnel.forecasting.snapshot import Snapshot

__all__ = ["ForecastGroups", "Grouping", "groupings_of"]

Floats = npt.NDArray[np.float64]


@attrs.frozen(kw_only=True)
class ForecastGroups(TableMixin):
    """What groups of open deals bring within the horizon, the greatest expectation first.

    Parameters
    ----------
    attribute : str
        What the groups are: ``"team"``, ``"product"``, ...
    names : tuple of str, length g
        The groups; ``""`` unknown.
    expected, low, high : array_like of float64, shape (g,)
        Value to expect, and its 80% interval.
    wins : array_like of float64, shape (g,)
        Deals to expect as won.
    open_value, open_deals : array_like of float64, shape (g,)
        Value and number of the open deals.
    """

    attribute: str
    names: tuple[str, ...] = attrs.field(converter=as_tuple)
    expected: Floats = array_field(np.float64)
    low: Floats = array_field(np.float64)
    high: Floats = array_field(np.float64)
    wins: Floats = array_field(np.float64)
    open_value: Floats = array_field(np.float64)
    open_deals: Floats = array_field(np.float64)

    def __attrs_post_init__(self) -> None:
        for name in ("expected", "low", "high", "wins", "open_value", "open_deals"):
            if getattr(self, name).shape != (len(self.names),):
                raise DataError(f"{name!r} must have {len(self.names)} rows, got others")

    def without_money(self) -> ForecastGroups:
        """Return the groups with wins alone."""
        nothing = np.full(len(self.names), np.nan)
        return attrs.evolve(self, expected=nothing, low=nothing, high=nothing, open_value=nothing)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per group."""
        names = ("expected", "low", "high", "wins", "open_value", "open_deals")
        return {
            self.attribute: np.array(self.names, dtype=np.str_),
            **{name: getattr(self, name) for name in names},
        }


class Grouping(NamedTuple):
    """Which group each open deal is in."""

    attribute: str
    names: tuple[str, ...]
    codes: npt.NDArray[np.intp]


def groupings_of(
    history: StageHistory,
    known: Snapshot,
    deal: npt.NDArray[np.intp],
    owner: str,
    by: tuple[str, ...],
) -> tuple[Grouping, ...]:
    """Return the owners, and the groups that are asked for, as they were at the moment.

    Parameters
    ----------
    history : StageHistory
    known : Snapshot
    deal : ndarray of int, shape (n,)
        Open deals, rows of the snapshot.
    owner : str
        The attribute of the owner; there is no group without it.
    by : tuple of str
        Further attributes.
    """
    fields = (*history.attributes, *(f for f, h in history.changes.items() if h.words))
    by = tuple(attribute_name("by", name, dict.fromkeys(fields)) for name in by)
    found = []
    for name in (owner, *by):
        if name not in fields:
            found.append(Grouping(name, (), np.zeros(deal.size, dtype=np.intp)))
            continue
        rows = known.rows[deal]
        if name in history.changes:
            column = value_at(history, known.at, name)[rows]
        else:
            column = history.attribute(name)[rows]
        names, code = np.unique(column.astype(np.str_), return_inverse=True)
        found.append(Grouping(name, tuple(names.tolist()), code.reshape(-1).astype(np.intp)))
    return tuple(found)
