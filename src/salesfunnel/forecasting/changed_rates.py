"""RatesChanged: since when the rates of the stages are others, and by how much."""

from __future__ import annotations

from datetime import date

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.arrays import array_field
from salesfunnel._core.frozen import as_tuple
from salesfunnel._core.moments import DAY
from salesfunnel._core.one_line import one_line
from salesfunnel._kernels.winning.rate_break import Break
from salesfunnel.forecasting.stage_rows import MONTH_DAYS
from salesfunnel.forecasting.win_model import WinModel

__all__ = ["RatesChanged", "rates_changed"]

Floats = npt.NDArray[np.float64]
LIKELY = 0.5


@attrs.frozen(kw_only=True)
class RatesChanged:
    """A break of the rates at which deals go on from their stages.

    Parameters
    ----------
    since : datetime.date
        The likeliest beginning, to a month.
    earliest, latest : datetime.date
        80% interval of it.
    probability : float
        That the rates changed in the last 12 months, in [0.5, 1].
    stages : tuple of str
        The stages.
    before, after : array_like of float64, shape (stages,)
        Share that went on from each stage before, and that goes on now, in [0, 1].
    won_before, won_after : float
        Share of new deals that was won, and that is won now.
    """

    since: date
    earliest: date
    latest: date
    probability: float
    stages: tuple[str, ...] = attrs.field(converter=as_tuple)
    before: Floats = array_field(np.float64)
    after: Floats = array_field(np.float64)
    won_before: float
    won_after: float

    __repr__ = one_line


def rates_changed(
    model: WinModel, at: np.datetime64, stages: tuple[str, ...]
) -> RatesChanged | None:
    """Return the break of the rates; None unless it is more likely than not."""
    found = model.logit.found
    if found is None or found.chance.sum() < LIKELY:
        return None
    step = found.chance @ found.step / found.chance.sum()
    level = model.logit.months.level
    before, after = (1 / (1 + np.exp(-(level + extra))) for extra in (0.0, step))
    last = len(stages) - 1 if _always_won(model) else len(stages)
    return RatesChanged(
        since=_day(at, int(np.argmax(found.chance))),
        earliest=_day(at, _quantile(found, 0.9)),
        latest=_day(at, _quantile(found, 0.1)),
        probability=min(float(found.chance.sum()), 1.0),
        stages=stages[:last],
        before=before[1 : last + 1],
        after=after[1 : last + 1],
        won_before=_won(model.following, before),
        won_after=_won(model.following, after),
    )


def _always_won(model: WinModel) -> bool:
    """Whether the last stage is that of won deals."""
    return bool(model.logit.months.level[-1] > 4 and model.times.delays_of[-1].mean_wait()[0] < 1)


def _day(at: np.datetime64, k: int) -> date:
    day: date = (at - (k + 1) * MONTH_DAYS * DAY).astype("datetime64[D]").item()
    return day


def _quantile(found: Break, q: float) -> int:
    there = np.cumsum(found.chance) / found.chance.sum()
    return int(np.searchsorted(there, q))


def _won(following: Floats, go: Floats) -> float:
    reach = np.ones(go.size + 1)
    for s in range(go.size - 1, -1, -1):
        reach[s] = go[s] * float(following[s, s + 1 :] @ reach[s + 1 :])
    return float(reach[0])
