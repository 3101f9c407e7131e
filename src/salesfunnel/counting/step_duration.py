"""StepDuration: how long it takes from one step to the next."""

from __future__ import annotations

import attrs

from salesfunnel._core.one_line import one_line

__all__ = ["StepDuration"]


@attrs.frozen(kw_only=True)
class StepDuration:
    """How long it takes from one step to the next.

    Times are those of the best chain. Who has not gone on is censored where the window is still
    open, and has left for good where it has closed; the quantiles are those of the Aalen-Johansen
    estimate of the time to the next step among those who ever take it.

    Parameters
    ----------
    source, target : str
        The steps.
    entered : int
        Chains that got to `source`.
    advanced : int
        Of these, chains that got to `target`.
    open : int
        Chains that have not, and still could when last seen.
    median : float or None
        Half of those who go on have gone on by then; in `unit`. None where nobody has.
    p80 : float or None
        The same for four of five.
    unit : {"days", "ticks"}
        Days, or the unit of the log's whole numbers.
    """

    source: str
    target: str
    entered: int
    advanced: int
    open: int
    median: float | None
    p80: float | None
    unit: str

    __repr__ = one_line
