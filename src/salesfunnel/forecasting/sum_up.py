"""Draw futures of an outlook, and sum them up: months, totals, intervals, owners, deals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.fiscal import Fiscal
from salesfunnel._core.interval import Interval
from salesfunnel._core.moments import DAY, TICK
from salesfunnel._kernels.winning.drawn_wins import drawn_new, drawn_wins
from salesfunnel.data.history import StageHistory
from salesfunnel.fault import Fault
from salesfunnel.forecasting.changed_rates import rates_changed
from salesfunnel.forecasting.groups import ForecastGroups, Grouping
from salesfunnel.forecasting.outlook import Outlook
from salesfunnel.forecasting.result import Forecast
from salesfunnel.forecasting.time_cuts import CALENDAR, month_shares, path_points, whole_quarters

__all__ = ["LEVEL", "Draws", "simulated", "sum_up"]

Floats = npt.NDArray[np.float64]
LEVEL = 0.8
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


class Draws(NamedTuple):
    """Simulated value and wins by piece of time, and value by group."""

    open_value: Floats
    new_value: Floats
    wins: Floats
    by_group: tuple[Floats, ...]


def simulated(view: Outlook, size: int, seed: int, groupings: tuple[Grouping, ...] = ()) -> Draws:
    """Return draws of what is won."""
    rng = np.random.default_rng(seed)
    sd, load = view.common
    factor = rng.standard_normal((size, sd.size)) * sd
    come = view.come.scatter
    busy = np.exp(come * rng.standard_normal(size) - come**2 / 2)
    opened = view.opened
    drawn = drawn_wins(
        opened.chance, view.value[opened.deal], opened.pieces, (factor, load),
        tuple((group.codes, len(group.names)) for group in groupings), rng,
    )  # fmt: skip
    parts = np.add.reduceat(view.fresh.wins, view.cuts[:-1].astype(np.intp))
    move = factor[:, :2] @ (np.array(view.fresh.move) - [view.fresh.move[1], 0.0]) + factor[:, 2]
    move = move + factor[:, 3]
    wide = float(np.var(move)) / 2
    mean = parts[None, :] * (busy * np.exp(move - wide))[:, None]
    new_value, new_wins = drawn_new(mean, view.fresh.values, rng)
    return Draws(
        _widened(drawn.value, view.width),
        _widened(new_value, view.width),
        drawn.wins + new_wins,
        tuple(_widened(group, view.width, drawn.value) for group in drawn.by_group),
    )


def _widened(sample: Floats, width: float, whole: Floats | None = None) -> Floats:
    """Return draws whose sums, or those of `whole`, scatter more on the log."""
    total = (sample if whole is None else whole).sum(axis=1)
    mean = float(total.mean()) if total.size else 0.0
    if width == 1 or mean <= 0:
        return sample
    ratio = np.where(total > 0, np.maximum(total, 1e-300) / mean, 1.0) ** (width - 1)
    return np.asarray(sample * ratio[:, None])


def sum_up(
    history: StageHistory,
    view: Outlook,
    drawn: Draws,
    groupings: tuple[Grouping, ...],
    how: Mapping[str, Any],
    *,
    calendar: Fiscal = CALENDAR,
) -> Forecast:
    """Return the forecast of drawn futures."""
    horizon = int(view.cuts[-1])
    opened = view.opened
    value = view.value[opened.deal]
    total = drawn.open_value + drawn.new_value
    starts = view.cuts[:-1].astype(np.intp)
    open_wins, open_value, new_wins = (
        np.add.reduceat(column, starts)
        for column in (opened.by_day[:, 0], opened.by_day[:, 1], view.fresh.wins)
    )
    new_value = new_wins * view.fresh.worth
    expected_open, expected_new = float((opened.chance * value).sum()), float(new_value.sum())
    months, share = month_shares(view.first, view.cuts)
    low, high = _limits(total @ share)
    quarters, quarter = whole_quarters(view.first, view.cuts, calendar)
    quarter_low, quarter_high = _limits(total @ quarter)
    path = np.concatenate([np.zeros((len(total), 1)), np.cumsum(total, axis=1)], axis=1)
    days = path_points(horizon)
    shown = np.searchsorted(view.cuts, days)
    breakdowns = [
        _group(group, opened.chance, value, sample)
        for group, sample in zip(groupings, drawn.by_group, strict=True)
    ]
    owners = breakdowns[0]
    stages, stage = _stages_of(history, view)
    used = np.flatnonzero(np.abs(opened.terms).max(axis=0, initial=0) > 1e-9)
    changed = rates_changed(view.model, view.known.at, history.stages)
    strata = how["strata"]
    made = Forecast(
        as_of=view.known.at.astype(datetime),
        horizon=horizon,
        expected=expected_open + expected_new,
        interval=_interval(total.sum(1)),
        wins=float(opened.chance.sum() + new_wins.sum()),
        wins_interval=_interval(drawn.wins.sum(1)),
        expected_open=expected_open,
        expected_new=expected_new,
        open_interval=_interval(drawn.open_value.sum(1)),
        periods=months,
        period_expected=(open_value + new_value) @ share,
        period_low=low,
        period_high=high,
        period_wins=(open_wins + new_wins) @ share,
        period_open_wins=open_wins @ share,
        quarters=quarters,
        quarter_expected=(open_value + new_value) @ quarter,
        quarter_low=quarter_low,
        quarter_high=quarter_high,
        quarter_wins=(open_wins + new_wins) @ quarter,
        owners=owners.names,
        owner_expected=owners.expected,
        owner_low=owners.low,
        owner_high=owners.high,
        owner_wins=owners.wins,
        path_days=days,
        path=np.quantile(path[:, shown], QUANTILES, axis=0),
        deals=history.deals[view.known.rows[opened.deal]].tolist(),
        deal_stage=[stages[s] for s in stage.tolist()],
        deal_age=view.known.age[opened.deal],
        deal_chance=opened.chance,
        deal_value=value,
        deal_owner=_owner_of_each(groupings[0]),
        common=_common(view),
        new_a_day=view.come.a_day * float(view.come.by_day.mean()),
        faults=(*view.faults, *_said(changed)),
        funnel=history.funnel,
        currency=view.known.currency,
        arrival_season=view.come.factors,
        deal_chance_plain=opened.plain,
        arrival_scatter=float(view.come.scatter),
        terms=["strata" if opened.names[t] == strata else opened.names[t] for t in used.tolist()],
        deal_terms=opened.terms[:, used],
        deal_next=["" if s < 0 else stages[s] for s in opened.next_place.tolist()],
        deal_raised=np.where(opened.next_place < 0, opened.chance, opened.raised),
        way=view.way,
        rates_changed=changed,
        groups=breakdowns[1:],
        until=str(view.first + horizon * DAY - TICK)[:10],
        **how,
    )
    return _without_money(made) if view.known.mixed else made


def _stages_of(
    history: StageHistory, view: Outlook
) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
    """Return the places where deals may stand, and that of each open one."""
    deal = view.opened.deal
    if view.listed is None:
        return ("", *history.stages), view.known.stage[deal] + 1
    return ("", *view.listed.stages), view.listed.reached[view.known.rows[deal]] + 1


def _owner_of_each(owners: Grouping) -> list[str]:
    return [owners.names[i] for i in owners.codes.tolist()] if owners.names else []


def _group(group: Grouping, chance: Floats, value: Floats, sample: Floats) -> ForecastGroups:
    n = len(group.names)

    def total(what: Floats) -> Floats:
        return np.asarray(np.bincount(group.codes, what, minlength=n)[:n], dtype=np.float64)

    expected = total(chance * value)
    order = np.argsort(-expected, kind="stable")
    low, high = _limits(sample) if n else (np.zeros(0), np.zeros(0))
    return ForecastGroups(
        attribute=group.attribute,
        names=[group.names[i] for i in order.tolist()],
        expected=expected[order],
        low=low[order],
        high=high[order],
        wins=total(chance)[order],
        open_value=total(value)[order],
        open_deals=total(np.ones(value.size))[order],
    )


def _common(view: Outlook) -> float:
    """Return the spread of what deals have in common, where most of the value is."""
    sd, load = view.common
    weight = view.opened.chance * view.value[view.opened.deal]
    if not weight.sum() > 0:
        return float(np.sqrt((sd[:4] ** 2).sum()))
    mean = weight @ load / weight.sum()
    return float(np.sqrt((mean**2 * sd**2).sum()))


def _said(changed: Any) -> list[Fault]:
    if changed is None:
        return []
    return [
        Fault.of(
            "rates-changed", since=str(changed.since), probability=changed.probability,
            before=changed.won_before, after=changed.won_after,
        )
    ]  # fmt: skip


def _without_money(made: Forecast) -> Forecast:
    """Return the forecast of wins alone: amounts of several currencies cannot be added."""
    nothing: dict[str, Any] = {
        name: np.full(getattr(made, name).shape, np.nan)
        for name in (
            "period_expected", "period_low", "period_high", "owner_expected", "owner_low",
            "owner_high", "path", "deal_value", "quarter_expected", "quarter_low", "quarter_high",
        )
    }  # fmt: skip
    nan = float("nan")
    unknown = Interval(nan, nan, LEVEL, "monte-carlo")
    return attrs.evolve(
        made,
        expected=nan,
        interval=unknown,
        open_interval=unknown,
        expected_open=nan,
        expected_new=nan,
        groups=[group.without_money() for group in made.groups],
        **nothing,
    )


def _limits(sample: Floats) -> tuple[Floats, Floats]:
    low, high = np.quantile(sample, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), axis=0)
    return np.asarray(low), np.asarray(high)


def _interval(sample: Floats) -> Interval:
    low, high = _limits(sample)
    return Interval(float(low), float(high), LEVEL, "monte-carlo")
