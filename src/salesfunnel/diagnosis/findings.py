"""Findings: the causes of one or several bottlenecks, a tuple that shows itself."""

from __future__ import annotations

from salesfunnel._core.listing import Listing
from salesfunnel.diagnosis.finding import Finding

__all__ = ["Findings"]


class Findings(Listing[Finding]):
    """Possible causes, in order; a tuple of `Finding`."""

    __slots__ = ()
    noun = ("finding", "findings")

    def _name(self, item: Finding) -> str:
        """Return the step and the code of a finding."""
        return f"{item.transition} {item.code}"
