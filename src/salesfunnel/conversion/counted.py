"""What rates are made of: the counts that are asked for, and who could advance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError
from salesfunnel._core.vocabulary import FREQUENCIES
from salesfunnel.data.delays import Lag, exposure_of, lags_of
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.data.history.followed_panel import followed_panel
from salesfunnel.data.open_counted import open_counted
from salesfunnel.data.panel import Panel
from salesfunnel.data.panel_by import panel_by
from salesfunnel.fault import Fault

__all__ = ["counted", "exposed"]

Float = npt.NDArray[np.float64]
PERIODS = tuple(name for name in FREQUENCIES if name != "none")


def counted(
    data: Panel | StageHistory, by: str | Sequence[str] | None, lag: object
) -> tuple[Panel, tuple[Lag, ...] | None, tuple[Fault, ...]]:
    """Return the counts that are asked for, the delays, and what has to be known of them."""
    names = (by,) if isinstance(by, str) else tuple(by or ())
    if isinstance(data, StageHistory):
        every: list[Any] = [n for n in names if n in PERIODS and n not in data.attributes]
        if len(every) > 1:
            raise ArgumentError(f"'by' must name one length of a period, got {every}")
        columns = [attribute_name("by", n, data.attributes) for n in names if n not in every]
        panel, faults = followed_panel(data, by=(every or ["all"])[0], segment=columns)
        return panel, lags_of(lag, panel), faults
    check_kind("panel", data, Panel)
    lags = lags_of(lag, data)
    faults = open_counted(data)
    if not names:
        return data, lags, faults
    known = data.attributes or ("segment",)
    columns = [known[0] if n == "segment" and len(known) == 1 else attribute_name("by", n, known)
               for n in names]  # fmt: skip
    if lags is not None:
        had_time, cv2 = exposed(data, lags)
        _, advanced, _ = data.entered_advanced()
        there = ~np.isnan(had_time)  # not the first months, whose entrants of before are not known
        data = attrs.evolve(
            data, exposed=np.where(there, had_time, 0.0), advanced=np.where(there, advanced, 0),
            exposed_cv2=None if cv2 is None else np.where(there, np.nan_to_num(cv2), 0.0),
        )  # fmt: skip
    return panel_by(data, columns), None, faults


def exposed(panel: Panel, lags: tuple[Lag, ...] | None) -> tuple[Float, Float | None]:
    """Return who could advance in the periods of a panel, whose gaps are filled for the lag."""
    whole = panel.fill_gaps()
    n, cv2 = exposure_of(whole, lags)
    where = [whole.periods.index(name) for name in panel.periods]
    return n[where], None if cv2 is None else cv2[where]
