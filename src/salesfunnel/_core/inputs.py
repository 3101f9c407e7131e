"""The types of what callers give: moments, spans of time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Moment", "Span"]

Moment: TypeAlias = Union[date, datetime, str, "np.datetime64"]
"""A day or a time: a date, a datetime, numpy's, or text as ``"2026-10-01"``."""

Span: TypeAlias = Union[timedelta, str, int, float, "np.timedelta64"]
"""How long: a timedelta, numpy's, a number of days, or text as ``"14D"`` and ``"2 weeks"``."""
