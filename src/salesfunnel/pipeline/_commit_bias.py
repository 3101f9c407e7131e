"""commit_bias: read the calls of past periods, and compare them with what was won."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_kind
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel._core.fiscal import Fiscal, as_fiscal
from salesfunnel._core.interval import Interval
from salesfunnel._kernels.shrink import shrunk_rates
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.lookups import value_at
from salesfunnel.data.history.until import moment_in
from salesfunnel.data.money import in_one_currency
from salesfunnel.fault import Fault
from salesfunnel.pipeline.commit_bias_result import CallRecord, CallVerdict, CommitBias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesfunnel.data.rates import Rates

__all__ = ["commit_bias"]

LEVEL, Z = 0.8, 1.2815515655446004
LEAST_CALLS = 10
_ORDER = (
    ("closed",), ("commit", "forecast", "承诺"), ("mostlikely", "probable"),
    ("bestcase", "upside", "乐观"), ("pipeline",), ("omitted",),
)  # fmt: skip
COMMIT = 1

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


class _Calls(NamedTuple):
    """One row per deal and period: called then, or won later in it; shape (m,)."""

    period: npt.NDArray[np.int64]
    owner: npt.NDArray[np.str_]
    category: npt.NDArray[np.str_]
    called: Bools
    won: Bools
    amount: Floats  # when called
    brought: Floats  # when won


def commit_bias(
    history: StageHistory,
    *,
    day: int | None = None,
    fiscal_start: int | None = None,
    fiscal: Fiscal | None = None,
    currency: str | None = None,
    rates: Rates | Mapping[str, object] | None = None,
) -> CommitBias:
    """Compare what each owner called in each forecast category with what was won.

    Parameters
    ----------
    history : StageHistory
        Deals with a history of their forecast category.
    day : int, optional
        On which day of the quarter calls are read, from 0; the first day of its last month by
        default.
    fiscal_start, fiscal : optional
        The company's calendar; calendar quarters by default.
    currency, rates : optional
        As in `pipeline_bridge`; both amounts have the rate of the call's day.

    Returns
    -------
    CommitBias

    Raises
    ------
    DataError
        If categories have no history, or no quarter is over.
    ArgumentError
        If `day` lies outside a quarter.

    Notes
    -----
    A call is an open deal in the category on that day whose expected date, if dates have a history,
    lies in the quarter. Rates of owners are (x + M p) / (n + M), p that of all owners; M maximises
    the marginal likelihood, and is 20 below five owners. The interval of a ratio of sums is that of
    its logarithm by the delta method.

    Examples
    --------
    >>> import salesfunnel as sf
    >>> deals = [{"deal": f"d{i}", "lead": "2026-01-05",
    ...           "won": "2026-03-20" if i % 4 else None} for i in range(12)]
    >>> history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-05-01")
    >>> history = history.with_changes({"category": {
    ...     "deal": [f"d{i}" for i in range(12)], "time": ["2026-02-01"] * 12,
    ...     "value": ["Commit"] * 12}})
    >>> row = sf.commit_bias(history).of()
    >>> row.called, row.came, row.rate
    (12, 9, 0.75)
    """
    check_kind("history", history, StageHistory)
    field = history.changes.get("category")
    if field is None or field.present_only:
        raise DataError(
            "'history' must have a history of forecast categories, got none",
            hint="read the field history from the CRM, or dated exports with read_snapshots",
        )
    calendar = as_fiscal(fiscal_start, fiscal) or Fiscal(quarter="{year}-Q{quarter}")
    quarters = _quarters(history, calendar, day)
    if not quarters:
        raise DataError(
            "'history' must hold a quarter that is over and has calls, got none",
            hint="categories are known from "
            f"{str(field.time.min())[:10] if len(field) else 'no day'} on",
        )
    money = _Money(history, currency, rates)
    calls = _joined([_calls(history, k, q, money) for k, q in enumerate(quarters)])
    categories = _sorted_categories(calls.category[calls.called])
    commit = next((name for name in categories if _rank(name) == COMMIT), "")
    return CommitBias(
        as_of=history.as_of.astype(datetime),
        calls=[call for _, call, _, _ in quarters],
        periods=[name for name, _, _, _ in quarters],
        rows=_rows(calls, categories, commit),
        commit=commit,
        currency=money.currency,
        faults=money.faults,
    )


Quarter = tuple[str, date, date, date]  # name, day of the call, first day, first day after


def _quarters(history: StageHistory, calendar: Fiscal, day: int | None) -> list[Quarter]:
    """Return the quarters that are over, from the first whose calls are known."""
    field = history.changes["category"]
    if not len(field):
        return []
    first = field.time.min().astype("datetime64[D]").item()
    end = np.datetime64(history.as_of, "D").item()
    number = calendar.ordinal(first)
    found: list[Quarter] = []
    while calendar.start_of(number + 1) <= end:
        start, after = calendar.start_of(number), calendar.start_of(number + 1)
        if day is not None and not 0 <= day < (after - start).days:
            raise ArgumentError(f"'day' must be a day of a quarter, from 0, got {day!r}")
        months = [calendar.start_of(n, "month") for n in range(number * 3, number * 3 + 3)]
        call = months[-1] if day is None else start + timedelta(days=day)
        if call >= first:
            found.append((calendar.name_of(number), call, start, after))
        number += 1
    return found


class _Money:
    """Amounts at a day in one currency; collects the faults of converting."""

    def __init__(
        self,
        history: StageHistory,
        currency: str | None,
        rates: Rates | Mapping[str, object] | None,
    ) -> None:
        self.history, self.options = history, (currency, rates)
        self.currency = currency or ""
        self._faults: dict[str, Fault] = {}

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(self._faults.values())

    def at(self, amount: Floats, day: date) -> Floats:
        currency, rates = self.options
        found = in_one_currency(
            amount, self.history.currency, np.datetime64(day), currency=currency, rates=rates
        )
        self.currency = found.currency
        self._faults.update({fault.code: fault for fault in found.faults})
        return found.values


def _calls(history: StageHistory, number: int, quarter: Quarter, money: _Money) -> _Calls:
    _, call, start, after = quarter
    moment = moment_in(history, "day", call)
    end = np.datetime64(after, "us")
    with np.errstate(invalid="ignore"):
        over = (history.outcome != 0) & ((history.closed <= moment) | np.isnat(history.closed))
        is_open = (history.created <= moment) & ~over
        won = is_open & (history.outcome == 1) & (history.closed > moment) & (history.closed < end)
    category = value_at(history, moment, "category")
    called = is_open & (category != "")
    expected = history.changes.get("expected")
    if expected is not None and not expected.present_only:
        typed = value_at(history, moment, "expected")
        called &= (typed >= np.datetime64(start)) & (typed < np.datetime64(after))
    rows = np.flatnonzero(called | won)
    owner = np.full(len(history), "", dtype=np.str_)
    if "owner" in history.changes or "owner" in history.attributes:
        owner = value_at(history, moment, "owner").astype(np.str_)
        late = won & (owner == "")
        owner = np.where(late, value_at(history, history.as_of, "owner"), owner)
    amount = money.at(value_at(history, moment, "amount"), call)
    brought = money.at(history.at(np.minimum(end, history.closed), "amount"), call)
    return _Calls(
        np.full(rows.size, number), owner[rows], category[rows], called[rows], won[rows],
        np.where(called, amount, 0.0)[rows], np.where(won, brought, 0.0)[rows],
    )  # fmt: skip


def _joined(parts: list[_Calls]) -> _Calls:
    return _Calls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _rank(category: str) -> int:
    word = "".join(letter for letter in category.casefold() if letter.isalnum())
    for place, words in enumerate(_ORDER):
        if word in words:
            return place
    return len(_ORDER)


def _sorted_categories(column: npt.NDArray[np.str_]) -> list[str]:
    return sorted(np.unique(column).tolist(), key=lambda name: (_rank(name), name))


def _rows(calls: _Calls, categories: list[str], commit: str) -> list[CallRecord]:
    owners = [name for name in np.unique(calls.owner).tolist() if name]
    rows: list[CallRecord] = []
    shrunk: dict[tuple[str, str], float] = {}
    for category in categories:
        mine = calls.called & (calls.category == category)
        n = np.array([int((mine & (calls.owner == name)).sum()) for name in owners])
        x = np.array([int((mine & calls.won & (calls.owner == name)).sum()) for name in owners])
        if owners:
            for name, rate in zip(owners, shrunk_rates(x, n).tolist(), strict=True):
                shrunk[name, category] = rate
    for owner in ["", *owners]:
        inside = np.ones(calls.owner.size, dtype=np.bool_) if not owner else calls.owner == owner
        for category in categories:
            called = inside & calls.called & (calls.category == category)
            if called.any():
                rate = shrunk.get((owner, category))
                rows.append(_record(calls, inside, called, owner, category, rate, commit))
    return rows


def _record(
    calls: _Calls,
    inside: Bools,
    called: Bools,
    owner: str,
    category: str,
    shrunk: float | None,
    commit: str,
) -> CallRecord:
    n, x = int(called.sum()), int((called & calls.won).sum())
    claim = np.where(called, calls.amount, 0.0)[inside]
    brought = np.where(called & calls.won, calls.brought, 0.0)[inside]
    everything = np.where(calls.won, calls.brought, 0.0)[inside]
    bias, interval = _ratio(claim, everything if category == commit else brought)
    verdict: CallVerdict = "fair"
    if n < LEAST_CALLS or category != commit or interval is None:
        verdict = "not-enough-data"
    elif interval.low > 1:
        verdict = "happy-ears"
    elif interval.high < 1:
        verdict = "sandbags"
    return CallRecord(
        owner=owner, category=category, called=n, came=x, rate=x / n,
        shrunk=x / n if shrunk is None else shrunk,
        called_value=_sum(claim), came_value=_sum(brought), bias=bias,
        bias_interval=interval, owner_won=_sum(everything), verdict=verdict,
    )  # fmt: skip


def _sum(values: Floats) -> float | None:
    total = float(values.sum())
    return total if np.isfinite(total) else None


def _ratio(claim: Floats, brought: Floats) -> tuple[float | None, Interval | None]:
    """Return the ratio of two sums over deals, and its interval on the logarithm."""
    above, below = float(np.sum(claim)), float(np.sum(brought))
    if not (above > 0 and below > 0):
        return None, None
    deviation = float(np.sqrt(((claim / above - brought / below) ** 2).sum()))
    ratio = above / below
    low, high = (ratio * float(np.exp(sign * Z * deviation)) for sign in (-1, 1))
    return ratio, Interval(low, high, LEVEL, "delta")
