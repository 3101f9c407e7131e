"""output_change: what made the change of deals, or revenue, between two periods."""

from __future__ import annotations

import attrs
import numpy as np

from salesfunnel._core.arguments import check_period, worth_of
from salesfunnel._core.checks import check_currency, check_kind
from salesfunnel._core.errors import DataError
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.one_length import check_one_length
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels.mix import lmdi
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault

__all__ = ["OutputChange", "output_change"]


@attrs.frozen(kw_only=True)
class OutputChange(ResultMixin):
    """The change of what came out of the funnel between two periods, split by what made it.

    Parameters
    ----------
    before, after : str
        The periods.
    segment : str
        Whose.
    factors : tuple of str
        The first step, then the steps as ``"intent→won"``, and ``"value"`` where one was given.
    factors_before, factors_after : tuple of float
        Entrants of the first step, rates, mean value.
    output_before, output_after : float
        Their products: deals, or money where a value was given.
    contributions : tuple of float
        What each factor brought; they add up to the change.
    funnel : Funnel, optional
        Names the steps for people.
    currency : str
        Code of the currency of `value`; ``""`` if it is not known.
    faults : tuple of Fault
        What concerns the counts: open deals that count as not advanced.
    """

    before: str
    after: str
    segment: str
    factors: tuple[str, ...]
    factors_before: tuple[float, ...]
    factors_after: tuple[float, ...]
    output_before: float
    output_after: float
    contributions: tuple[float, ...]
    funnel: Funnel | None = None
    currency: str = ""
    faults: tuple[Fault, ...] = attrs.field(default=(), converter=as_tuple)

    def __attrs_post_init__(self) -> None:
        check_one_length(self, "factors", "factors_before", "factors_after", "contributions")

    @property
    def change(self) -> float:
        """After minus before."""
        return self.output_after - self.output_before


def output_change(
    panel: Panel,
    *,
    before: str | None = None,
    after: str | None = None,
    segment: str | None = None,
    value: tuple[float, float] | float | None = None,
    currency: str | None = None,
) -> OutputChange:
    """Split the change of deals, or revenue, between two periods over leads, rates and value.

    Parameters
    ----------
    panel : Panel
        Counts by period.
    before, after : str, optional
        The periods; the last two that are over by default.
    segment : str, optional
        Whose; all added up by default.
    value : float or pair of float, optional
        Mean value of a deal, the same or before and after.
    currency : str, optional
        The currency of the value.

    Returns
    -------
    OutputChange
        One contribution a factor, in deals or money; they add up to the change exactly.

    Raises
    ------
    DataError
        If there are no two periods, or a count of theirs is missing or zero entrants.

    Notes
    -----
    Logarithmic mean Divisia index [1]_, which depends neither on the order of the factors nor
    leaves a rest.

    References
    ----------
    .. [1] Ang (2005), The LMDI approach to decomposition analysis, Energy Policy 33:867.

    Examples
    --------
    >>> panel = Panel.from_counts({"2026-09": [100, 50, 10], "2026-10": [120, 48, 12]})
    >>> found = output_change(panel)
    >>> [round(part, 2) for part in found.contributions], round(found.change, 2)
    ([2.0, -2.45, 2.45], 2.0)
    """
    check_kind("panel", panel, Panel)
    over = [name for name in panel.periods if name not in panel.partial]
    for name in (before, after):
        if name is not None:
            check_period(name, panel.periods)
    after = after if after is not None else (over[-1] if over else None)
    if before is None and after is not None and panel.periods.index(after) > 0:
        before = panel.periods[panel.periods.index(after) - 1]
    if before is None or after is None or before == after:
        raise DataError("'panel' must have two periods to compare, got one at most")
    chosen = panel.total() if segment is None else panel.select(segments=segment)
    given = value if isinstance(value, tuple) else (value, value)
    worth = [None if one is None else one.mean for one in map(worth_of, given)]
    rows = [_factors(chosen, name, w) for name, w in zip((before, after), worth, strict=True)]
    y0, y1 = (float(np.prod(row)) for row in rows)
    names = [panel.steps[0], *(str(step) for step in panel.transitions)]
    return OutputChange(
        before=before,
        after=after,
        segment=chosen.segments[0],
        factors=(*names, *(() if value is None else ("value",))),
        factors_before=tuple(rows[0]),
        factors_after=tuple(rows[1]),
        output_before=y0,
        output_after=y1,
        contributions=tuple(lmdi(np.array(rows[0]), np.array(rows[1])).tolist()),
        funnel=panel.funnel,
        currency=check_currency(currency),
        faults=(*chosen.faults, *open_counted(chosen.select(periods=[before, after]))),
    )


def _factors(panel: Panel, period: str, value: float | None) -> list[float]:
    one = panel.select(periods=period)
    n, x, missing = (array[0, 0] for array in one.entered_advanced())
    first = float(n[0])
    n = n if one.exposed is None else one.exposed[0, 0]
    if missing.any() or (n == 0).any():
        raise DataError(
            f"'panel' must have entrants at every step of {period!r}, got a missing count or none"
        )
    rates = [float(b) / float(a) for a, b in zip(n, x, strict=True)]
    return [first, *rates, *(() if value is None else (float(value),))]
