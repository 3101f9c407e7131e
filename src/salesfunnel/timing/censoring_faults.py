"""Faults of rates read from a curve with open deals."""

from __future__ import annotations

from salesfunnel.fault import Fault
from salesfunnel.stats.survival import AalenJohansen

__all__ = ["censoring_faults", "known_rate"]

LATER, UNDECIDED = 0.05, 0.1
"""Shares from which deals decided later, or not at all, are reported."""
OPEN = 0.5
"""Where more are still open, there is no rate to read."""


def known_rate(curve: AalenJohansen) -> float | None:
    """Return the eventual rate of a curve; None where it would look like a figure and is none.

    More than half of the deals are still open where it is read, or every one that advances does so
    later: what is read says little of how they end.

    Parameters
    ----------
    curve : AalenJohansen
        The curve.
    """
    rate = curve.eventual
    if rate is None or curve.undecided > OPEN:
        return None
    return None if rate == 0.0 < float(curve.advanced[-1]) else rate


def censoring_faults(curve: AalenJohansen, column: str) -> tuple[Fault, ...]:
    """Return the faults of the eventual rate of a curve.

    Parameters
    ----------
    curve : AalenJohansen
        The curve.
    column : str
        The rate, or the stage, that it is of.

    Returns
    -------
    tuple of Fault
        ``rate-before-the-end`` where one deal in twenty or more was decided after the time at which
        the rate is read; ``rate-undecided`` where one in ten or more is still open there.
    """
    if curve.eventual is None or not curve.n:
        return ()
    found = []
    end = float(curve.advanced[-1])
    if curve.decided_later >= LATER * curve.n:
        found.append(
            Fault.of(
                "rate-before-the-end",
                severity="info",
                column=column,
                deals=curve.decided_later,
                of=curve.n,
                days=curve.read_until,
                rate=curve.eventual,
                end=end,
            )
        )
    if curve.undecided >= UNDECIDED:
        low, share = curve.eventual, curve.undecided
        found.append(
            Fault.of("rate-undecided", column=column, share=share, low=low, high=low + share)
        )
    return tuple(found)
