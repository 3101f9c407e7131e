"""Outlook: the parts of a forecast before they are summed up, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.forecasting.result import Forecast
from salesfunnel.forecasting.snapshot import (
    DAY,
    Snapshot,
)

__all__ = ["LEVEL", "Draws", "Outlook", "sum_up"]

Floats = npt.NDArray[np.float64]
LEVEL = 0.8
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


class Outlook(NamedTuple):
    """The parts of a forecast before it is summed up."""

    known: Snapshot
    rows: npt.NDArray[np.intp]  # open deals, positions in the snapshot
    chance: Floats  # (open, cells)
    value: Floats  # (open,)
    owner: npt.NDArray[np.intp]
    owners: tuple[str, ...]
    edges: Floats
    fresh: Floats  # (cells,), wins to expect of deals to come
    won_values: Floats
    common: float
    arrivals: float  # their scatter, relative to the mean
    new_a_day: float
    faults: tuple[Fault, ...]
    season: Floats  # (12,), factors of the arrivals, or empty
    plain: Floats  # (open,), chances before strata, or empty


class Draws(NamedTuple):
    """Simulated value and wins by cell, and value by owner."""

    open_value: Floats
    new_value: Floats
    wins: Floats
    by_owner: Floats


def sum_up(
    history: StageHistory, view: Outlook, drawn: Draws, span: int, how: Mapping[str, Any]
) -> Forecast:
    """Return the forecast of drawn futures: months, totals, intervals, owners."""
    total = (drawn.open_value + drawn.new_value).sum(1)
    per_win = float(view.won_values.mean())
    open_cells = view.chance * view.value[:, None]
    expected_open, expected_new = float(open_cells.sum()), float(view.fresh.sum() * per_win)
    months, share = _months(view.known.at, view.edges)
    by_month = (drawn.open_value + drawn.new_value) @ share
    low, high = _limits(by_month)
    open_wins = view.chance.sum(0) @ share
    owner_value = np.bincount(view.owner, open_cells.sum(1), minlength=drawn.by_owner.shape[1])
    owner_wins = np.bincount(view.owner, view.chance.sum(1), minlength=drawn.by_owner.shape[1])
    order = np.argsort(-owner_value, kind="stable")[: len(view.owners)]
    owner_low, owner_high = _limits(drawn.by_owner)
    path = np.cumsum(drawn.open_value + drawn.new_value, axis=1)
    shown = np.unique(np.linspace(0, path.shape[1], min(path.shape[1], 12) + 1).astype(np.intp))
    reached = np.concatenate([np.zeros((len(path), 1)), path], axis=1)[:, shown]
    rows = view.rows
    stages = (*history.stages, "")
    made = Forecast(
        as_of=view.known.at.astype(datetime),
        horizon=span,
        expected=expected_open + expected_new,
        interval=_interval(total),
        wins=float(view.chance.sum() + view.fresh.sum()),
        wins_interval=_interval(drawn.wins.sum(1)),
        expected_open=expected_open,
        expected_new=expected_new,
        periods=months,
        period_expected=(open_cells.sum(0) + view.fresh * per_win) @ share,
        period_low=low,
        period_high=high,
        period_wins=open_wins + view.fresh @ share,
        period_open_wins=open_wins,
        owners=[view.owners[i] for i in order.tolist()],
        owner_expected=np.asarray(owner_value, dtype=np.float64)[order],
        owner_low=owner_low[order],
        owner_high=owner_high[order],
        owner_wins=np.asarray(owner_wins, dtype=np.float64)[order],
        path_days=view.edges[shown],
        path=np.quantile(reached, QUANTILES, axis=0),
        deals=[str(history.deals[i]) for i in view.known.rows[rows].tolist()],
        deal_stage=[stages[s] for s in view.known.stage[rows].tolist()],
        deal_age=view.known.age[rows],
        deal_chance=np.minimum(view.chance.sum(1), 1.0),
        deal_value=view.value,
        deal_owner=[view.owners[i] for i in view.owner.tolist()] if view.owners else (),
        common=view.common,
        new_a_day=view.new_a_day,
        faults=view.faults,
        funnel=history.funnel,
        currency=view.known.currency,
        arrival_season=view.season,
        deal_chance_plain=view.plain,
        arrival_scatter=float(view.arrivals),
        **how,
    )
    return _without_money(made) if view.known.mixed else made


def _without_money(made: Forecast) -> Forecast:
    """Return the forecast of wins alone: amounts of several currencies cannot be added."""
    nothing: dict[str, Any] = {
        name: np.full(getattr(made, name).shape, np.nan)
        for name in (
            "period_expected", "period_low", "period_high", "owner_expected", "owner_low",
            "owner_high", "path", "deal_value",
        )
    }  # fmt: skip
    nan = float("nan")
    return attrs.evolve(
        made,
        expected=nan,
        interval=Interval(nan, nan, LEVEL, "monte-carlo"),
        expected_open=nan,
        expected_new=nan,
        **nothing,
    )


def _limits(sample: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(sample, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    return np.asarray(low), np.asarray(high)


def _interval(sample: Floats) -> Interval:
    low, high = _limits(sample)
    return Interval(float(low), float(high), LEVEL, "monte-carlo")


def _months(at: np.datetime64, edges: Floats) -> tuple[tuple[str, ...], Floats]:
    """Return the calendar months ahead, and the share of each cell that lies in each."""
    end = at + np.timedelta64(round(float(edges[-1]) * 86400), "s")
    first, last = (
        at.astype("datetime64[M]"),
        (end - np.timedelta64(1, "us")).astype("datetime64[M]"),
    )
    month = np.timedelta64(1, "M")
    months = np.arange(first, last + month)
    starts = (months.astype("datetime64[us]") - at) / DAY
    stops = ((months + month).astype("datetime64[us]") - at) / DAY
    low, high = edges[:-1, None], edges[1:, None]
    overlap = np.maximum(np.minimum(high, stops) - np.maximum(low, starts), 0.0)
    return tuple(str(m) for m in months), overlap / overlap.sum(1, keepdims=True)
