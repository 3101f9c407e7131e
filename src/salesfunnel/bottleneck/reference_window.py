"""ReferenceWindow: how the months before are read as a reference."""

from __future__ import annotations

import attrs

from salesfunnel._core.checks import check_positive_int
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.one_line import told_by
from salesfunnel._core.result import ResultMixin
from salesfunnel._kernels import betabinomial as bb


@attrs.frozen
class ReferenceWindow(ResultMixin):
    """How the months before are read as a reference.

    Parameters
    ----------
    months : int
        How many months before the judged window the figures of the history cover; the model itself
        reads up to 36 months.
    month_to_month_sd : float, optional
        How much a month's log odds vary in a healthy funnel, before any history is seen; give it
        where months are known to be wild. By default what is usual: mostly .05 to .3.
    prior_months : float
        How many months of history that is worth.
    """

    months: int = 12
    month_to_month_sd: float | None = attrs.field(default=None, kw_only=True)
    prior_months: float = attrs.field(default=bb.PRIOR_MONTHS, kw_only=True)

    __repr__ = told_by("months")

    def __attrs_post_init__(self) -> None:
        check_positive_int("months", self.months)
        for field in ("month_to_month_sd", "prior_months"):
            value = getattr(self, field)
            if field == "month_to_month_sd" and value is None:
                continue
            if not (isinstance(value, int | float) and 0 < value < float("inf")):
                raise ArgumentError(f"{field!r} must be a number above 0, got {value!r}")
