"""ArmComparison: the arms of a test against the first one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_known
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.interval import Interval
from salesfunnel._core.result import ResultMixin, TableMixin

__all__ = ["ArmComparison", "ArmRow"]

ArmVerdict = Literal["control", "better", "worse", "not-yet"]


@attrs.frozen(kw_only=True)
class ArmRow(ResultMixin):
    """One arm compared with the control.

    Parameters
    ----------
    arm : str
        Its name.
    entered, advanced : int
        So far.
    rate : float or None
        advanced ÷ entered; None if nobody entered.
    interval : Interval or None
        Wilson interval of the rate, for one look.
    difference : Interval or None
        Of this rate minus the control's, valid at any time one looks; None for the control.
    evidence : float or None
        E-value against equal rates: 20 and more happens with at most 5% of equal arms, however
        often one looks; None for the control.
    verdict : {"control", "better", "worse", "not-yet"}
        Whether the interval of the difference leaves out 0.
    """

    arm: str
    entered: int
    advanced: int
    rate: float | None
    interval: Interval | None
    difference: Interval | None
    evidence: float | None
    verdict: ArmVerdict


@attrs.frozen(kw_only=True, repr=False)
class ArmComparison(TableMixin):
    """The arms of a test, the control first.

    Parameters
    ----------
    rows : tuple of ArmRow
        One row per arm, in the order given.
    level : float
        Of all intervals of differences together.
    """

    rows: tuple[ArmRow, ...] = attrs.field(converter=as_tuple)
    level: float = 0.95

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{row.arm}: {row.verdict}" for row in self.rows[1:4])
        return f"<ArmComparison of {len(self.rows)} arms, {verdicts}>"

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[ArmRow]:
        return iter(self.rows)

    def find(self, arm: str) -> ArmRow:
        """Return the row of one arm; raise UnknownNameError if there is none."""
        names = [row.arm for row in self.rows]
        check_known("arm", arm, names)
        return self.rows[names.index(arm)]

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """Return one row per arm; NaN if there is no value."""

        def figure(name: str) -> npt.NDArray[np.float64]:
            values = [getattr(row, name) for row in self.rows]
            return np.array([np.nan if v is None else v for v in values], dtype=np.float64)

        ends = [(r.difference.low, r.difference.high) if r.difference else (np.nan, np.nan)
                for r in self.rows]  # fmt: skip
        return {
            "arm": np.array([row.arm for row in self.rows], dtype=np.str_),
            "entered": np.array([row.entered for row in self.rows], dtype=np.int64),
            "advanced": np.array([row.advanced for row in self.rows], dtype=np.int64),
            "rate": figure("rate"),
            "difference_low": np.array([low for low, _ in ends], dtype=np.float64),
            "difference_high": np.array([high for _, high in ends], dtype=np.float64),
            "evidence": figure("evidence"),
            "verdict": np.array([row.verdict for row in self.rows], dtype=np.str_),
        }
