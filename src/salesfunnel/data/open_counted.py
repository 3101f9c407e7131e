"""What a panel of cohorts does with open deals, said where rates are made of it."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Severity
from salesfunnel.data.panel import Panel
from salesfunnel.fault import Fault

__all__ = ["open_counted"]

NOTABLE = 0.01
"""Share of deals still open from which on rates are visibly too low."""


def open_counted(panel: Panel) -> tuple[Fault, ...]:
    """Return the fault of a panel that counts open deals as not advanced; none otherwise."""
    if panel.mode != "cohort" or panel.window is not None or panel.immature is None:
        return ()
    still, entered = int(panel.immature.sum()), int(panel.counts[..., 0].sum())
    if not still:
        return ()
    severity: Severity = "warning" if still >= NOTABLE * entered else "info"
    return (Fault.of("open-counted", severity=severity, n=still, all=entered),)
