"""coverage: the chance to meet quotas, and the pipeline that they take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import (
    check_fraction,
    check_kind,
    check_known,
    check_number,
    did_you_mean,
    nearest,
)
from salesfunnel._core.errors import ArgumentError, UnknownNameError
from salesfunnel._kernels.attain import chance_of_at_least, deals_for
from salesfunnel.fault import Fault
from salesfunnel.forecasting import Forecast
from salesfunnel.pipeline.coverage_result import Coverage, CoverageKind, CoverageRow

__all__ = ["coverage"]

Floats = npt.NDArray[np.float64]


class _Ahead(NamedTuple):
    """The part of a forecast about some of its deals."""

    chance: Floats
    value: Floats
    common: float
    new_wins: float
    new_value: Floats
    new_scatter: float


def coverage(
    forecast: Forecast,
    *,
    quotas: Mapping[str, float] | float,
    won: Mapping[str, float] | float | None = None,
    teams: Mapping[str, Iterable[str]] | None = None,
    level: float = 0.8,
) -> Coverage:
    """Say whether quotas will be met, and how much pipeline they take with one's own chances.

    Parameters
    ----------
    forecast : Forecast
        Of the days that are left: its horizon ends with the period of the quotas.
    quotas : mapping of str to float, or float
        The quota of each owner or team, or one quota for all.
    won : mapping of str to float, or float, optional
        What was won of each quota before the forecast; 0 by default.
    teams : mapping of str to iterable of str, optional
        The owners of each team that has a quota.
    level : float
        The probability that a safe pipeline gives, in (0, 1).

    Returns
    -------
    Coverage

    Raises
    ------
    ArgumentError
        If a quota is not a number above 0, or the forecast has no owners.
    UnknownNameError
        If a name is neither an owner with open deals, nor a team, or a team has unknown owners.

    Notes
    -----
    The chance is that of the sum of independent deals whose logits move together as those of past
    months did, and of a Poisson number of new wins whose mean scatters as arrivals did
    (`Forecast.arrival_scatter`), computed on a lattice of sums, not drawn.
    A safe pipeline repeats the open deals in their order until the chance is reached: the usual
    "three times the quota" is right only for one share of wins and one number of days left.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> from salesfunnel.pipeline import coverage_of
    >>> row = coverage_of([.6, .5, .5, .4, .3, .3, .2, .2, .1, .1], [10_000] * 10, 40_000)
    >>> row.coverage, round(row.share_won, 2), round(row.probability, 4)
    (2.5, 0.32, 0.4018)
    >>> row.multiple_even, row.deals_safe, row.multiple_safe
    (3.125, 14, 3.5)
    """
    check_kind("forecast", forecast, Forecast)
    level = check_fraction("level", level, open_ends=True)
    single = not isinstance(quotas, Mapping)
    wanted: dict[str, float] = {
        str(name): check_number(f"quotas[{name!r}]" if name else "quotas", amount, above=0)
        for name, amount in ({"": quotas} if single else quotas).items()  # type: ignore[union-attr]
    }
    if not wanted:
        raise ArgumentError("'quotas' must hold at least one quota, got none")
    members = {name: tuple(map(str, owners)) for name, owners in (teams or {}).items()}
    _check_names(forecast, wanted, members)
    before = _before(won, tuple(wanted), single=single)
    faults = list(forecast.faults)
    rows = [
        _row(forecast, name, amount, before.get(name, 0.0), members, level, faults)
        for name, amount in wanted.items()
    ]
    owners = [row for row in rows if row.kind == "owner"] or rows
    if not single and "" not in wanted:
        whole = sum(row.quota for row in owners)
        rows.insert(
            0, _row(forecast, "", whole, sum(row.won for row in owners), members, level, faults)
        )
    order = ("all", "team", "owner")
    rows.sort(key=lambda row: order.index(row.kind))
    return Coverage(
        as_of=forecast.as_of,
        horizon=forecast.horizon,
        level=level,
        rows=rows,
        currency=getattr(forecast, "currency", None) or "",
        faults=faults,
    )


def _check_names(
    forecast: Forecast, wanted: Iterable[str], members: Mapping[str, tuple[str, ...]]
) -> None:
    """Raise UnknownNameError if no quota is that of an owner in the forecast."""
    owners = [owner for name in wanted if name for owner in members.get(name, (name,))]
    known = {*forecast.deal_owner, *forecast.owners}
    if owners and known and not known.intersection(owners):
        raise UnknownNameError(
            f"'quotas' must name owners of open deals or teams, got {owners[0]!r}",
            hint=did_you_mean(owners[0], [*known, *members]),
        )


def _before(won: object, names: tuple[str, ...], *, single: bool) -> dict[str, float]:
    if won is None:
        return {}
    if not isinstance(won, Mapping):
        if not single:
            raise ArgumentError(
                f"'won' must be a mapping from the names of the quotas, got {won!r}"
            )
        return {"": check_number("won", won, minimum=0)}
    for name in won:
        check_known("won", name, names)
    return {name: check_number(f"won[{name!r}]", value, minimum=0) for name, value in won.items()}


def _row(
    forecast: Forecast,
    name: str,
    quota: float,
    won: float,
    members: Mapping[str, tuple[str, ...]],
    level: float,
    faults: list[Fault],
) -> CoverageRow:
    kind: CoverageKind = "all" if not name else "team" if name in members else "owner"
    mine = _deals_of(forecast, name, members, faults)
    value = np.asarray(forecast.deal_value, dtype=np.float64)
    expected = forecast.deal_chance * value
    total = float(expected.sum())
    share = 1.0 if not name else float(expected[mine].sum()) / total if total > 0 else 0.0
    new_wins = max(forecast.wins - float(forecast.deal_chance.sum()), 0.0)
    ahead = _Ahead(
        forecast.deal_chance[mine], value[mine], forecast.common, new_wins * share,
        _new_values(forecast, new_wins, value), forecast.arrival_scatter,
    )  # fmt: skip
    return _judged(ahead, name, kind, quota, won, forecast.expected_new * share, level)


def _deals_of(
    forecast: Forecast,
    name: str,
    members: Mapping[str, tuple[str, ...]],
    faults: list[Fault],
) -> npt.NDArray[np.bool_]:
    """Return which deals a quota is for."""
    n = len(forecast.deals)
    if not name:
        return np.ones(n, dtype=np.bool_)
    if n and not forecast.deal_owner:
        raise ArgumentError(
            f"'quotas' must be one number if deals have no owners, got {name!r}",
            hint="forecast(history, owner=...) names the attribute of the owner",
        )
    wanted = members.get(name, (name,))
    known = sorted({*forecast.deal_owner, *forecast.owners})
    for owner in wanted:
        if owner not in known:
            close = nearest(owner, known) or ""
            faults.append(Fault.of("owner-without-deals", value=owner, nearest=close))
    return np.isin(np.array(forecast.deal_owner, dtype=np.str_), wanted)


def _new_values(forecast: Forecast, wins: float, value: Floats) -> Floats:
    """Return values that new wins may have: those of open deals, with the mean of new ones."""
    known = value[value > 0]
    if wins <= 0 or not known.size:
        return np.zeros(0)
    return np.asarray(known * (forecast.expected_new / wins / known.mean()))


def _judged(
    ahead: _Ahead,
    name: str,
    kind: CoverageKind,
    quota: float,
    won: float,
    expected_new: float,
    level: float,
) -> CoverageRow:
    left = max(quota - won, 0.0)
    worth, expected = float(ahead.value.sum()), float((ahead.chance * ahead.value).sum())
    with_new: dict[str, Any] = {
        "new_wins": ahead.new_wins,
        "new_value": ahead.new_value,
        "new_scatter": ahead.new_scatter,
    }
    options: dict[str, Any] = {"common": ahead.common}
    unknown = not np.isfinite(worth)
    both = alone = float("nan")
    safe: tuple[int, float] | None = None
    if not unknown:
        both = chance_of_at_least(left, ahead.chance, ahead.value, **options, **with_new)
        alone = chance_of_at_least(left, ahead.chance, ahead.value, **options)
        if left > 0:
            safe = deals_for(left, ahead.chance, ahead.value, level, **options, **with_new)
    share = expected / worth if worth > 0 else None
    even = None
    if share and left > 0:
        even = max(left - expected_new, 0.0) / share / left
    safe_value = None
    if safe is not None:
        at = np.arange(safe[0]) % max(ahead.value.size, 1)
        safe_value = float(ahead.value[at].sum()) / left
    return CoverageRow(
        name=name, kind=kind, quota=quota, won=won, left=left, open_deals=int(ahead.value.size),
        open_value=worth, coverage=worth / left if left > 0 else None, expected_open=expected,
        expected_new=expected_new, share_won=share, probability=both, probability_open=alone,
        multiple_even=even, deals_safe=None if safe is None else safe[0],
        multiple_safe=safe_value,
    )  # fmt: skip


def coverage_of(
    chance: npt.ArrayLike, value: npt.ArrayLike, left: float, *, level: float = 0.8
) -> CoverageRow:
    """Return the coverage of what is left of a quota by independent deals.

    Parameters
    ----------
    chance, value : array_like, shape (n,)
        Chance of each open deal to be won in time, in [0, 1], and its value.
    left : float
        What is left of the quota.
    level : float
        The probability that a safe pipeline gives.

    Examples
    --------
    >>> coverage_of([0.5, 0.5], [100, 100], 100).probability
    0.75
    """
    p, v = np.asarray(chance, dtype=np.float64), np.asarray(value, dtype=np.float64)
    ahead = _Ahead(p, v, 0.0, 0.0, np.zeros(0), 0.0)
    return _judged(ahead, "", "all", float(left), 0.0, 0.0, level)
