"""Coverage: will the quota be met, and how much pipeline that takes with one's own chances."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_line import one_line
from salesfunnel._core.result import ResultMixin, TableMixin
from salesfunnel.fault import Fault

__all__ = ["Coverage", "CoverageRow"]

CoverageKind = Literal["all", "team", "owner"]


@attrs.frozen(kw_only=True)
class CoverageRow(ResultMixin):
    """The quota of one owner, one team or all, against the pipeline.

    Parameters
    ----------
    name : str
        Owner or team; ``""`` for all.
    kind : {"all", "team", "owner"}
        What it is.
    quota, won, left : float
        The quota, what was won of it before, and what is left, at least 0.
    open_deals : int
        Open deals.
    open_value : float
        Their value.
    coverage : float, optional
        Open value over what is left; None if nothing is left.
    expected_open, expected_new : float
        What open deals, and deals still to come, are expected to bring within the horizon. Owners
        have the share of the new ones that they have of the expected open ones.
    share_won : float, optional
        Expected from open deals over their value (the yield), None without open value.
    probability : float
        Chance to meet the quota with open and new deals.
    probability_open : float
        Chance to meet it with the open deals alone.
    multiple_even : float, optional
        How many times what is left the open value must be for the expected sum to reach it, after
        the deals still to come; None without open value.
    deals_safe : int, optional
        How many deals like the open ones give the wanted probability together with new ones; None
        if 20 times as many are not enough.
    multiple_safe : float, optional
        Their value over what is left.
    """

    name: str
    kind: CoverageKind
    quota: float
    won: float
    left: float
    open_deals: int
    open_value: float
    coverage: float | None
    expected_open: float
    expected_new: float
    share_won: float | None
    probability: float
    probability_open: float
    multiple_even: float | None
    deals_safe: int | None
    multiple_safe: float | None

    __repr__ = one_line

    @property
    def value_needed(self) -> float | None:
        """Open value for the wanted probability; None if it cannot be said."""
        return None if self.multiple_safe is None else self.multiple_safe * self.left


@attrs.frozen(kw_only=True, repr=False)
class Coverage(TableMixin):
    """Whether quotas will be met, and how much pipeline they take with one's own chances.

    Parameters
    ----------
    as_of : datetime.datetime
        The moment of the forecast.
    horizon : int
        Days ahead that the quotas are for.
    level : float
        The probability that a safe pipeline gives.
    rows : tuple of CoverageRow
        All first, then teams, then owners, in the order of the quotas.
    currency : str
        Of the amounts; ``""`` if the data name none.
    faults : tuple of Fault
        What is suspicious.
    """

    as_of: datetime
    horizon: int
    level: float
    rows: tuple[CoverageRow, ...] = attrs.field(converter=as_tuple)
    currency: str = ""
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __repr__(self) -> str:
        return f"<Coverage {self.as_of:%Y-%m-%d} +{self.horizon} days: {len(self.rows)} quotas>"

    def __getitem__(self, name: str) -> CoverageRow:
        """Return the row of an owner or a team, ``""`` for all; UnknownNameError without one."""
        check_known("name", name, tuple(row.name for row in self.rows))
        return next(row for row in self.rows if row.name == name)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per quota."""
        names = [field.name for field in attrs.fields(CoverageRow)]

        def column(name: str) -> npt.NDArray[Any]:
            values = [getattr(row, name) for row in self.rows]
            return np.array([np.nan if value is None else value for value in values])

        return {name: column(name) for name in names}
