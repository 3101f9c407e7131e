"""link: leads and their deals as one history, from a lead's first stage to a deal's last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, NamedTuple, get_args

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.checks import check_choice, check_kind, check_known
from salesfunnel._core.durations import duration_of
from salesfunnel._core.errors import ArgumentError, DataError
from salesfunnel.data.history.as_known import as_known
from salesfunnel.data.history.field_history import FieldHistory
from salesfunnel.data.history.stage_history import LOST, OPEN, StageHistory
from salesfunnel.fault import Fault

__all__ = ["link"]

LinkRule = Literal["first-after", "last-after", "first", "largest"]
_NAT = np.datetime64("NaT", "us")

Rows = npt.NDArray[np.intp]


class _Pairs(NamedTuple):
    """Which deal belongs to which lead, and who is left over."""

    lead: Rows
    deal: Rows
    others: Rows  # further deals of leads that have one
    alone: Rows  # deals without a lead
    late: Rows  # leads whose deals all lie outside the window
    several: int  # leads with more than one deal that fits


def link(
    leads: StageHistory,
    deals: StageHistory,
    *,
    on: str | tuple[str, str],
    rule: LinkRule = "first-after",
    window: timedelta | str | None = None,
) -> StageHistory:
    """Join leads and their deals to one history: a funnel from the first contact to the win.

    Parameters
    ----------
    leads, deals : StageHistory
        Both parts. The last stage of the leads may be the first one of the deals; no other stage
        may be in both.
    on : str, or tuple of two str
        The attribute that both have, such as an e-mail address or an account, or that of the leads
        and that of the deals; ``"deal"`` is the id itself.
    rule : {"first-after", "last-after", "first", "largest"}
        Which deal of a lead counts: the first or the last one created at or after the lead, the
        first one at all, or the one with the largest amount created at or after the lead.
    window : timedelta or str such as ``"90D"``, optional
        Only deals created within this time after the lead, the bound inside.

    Returns
    -------
    StageHistory
        One row per lead, as of the earlier `as_of` of both. A lead with a deal has the deal's
        stages, outcome, amount and history of fields. A lead without one is open, or lost if it was
        lost as a lead: what it will become is not known yet. Attributes of deals that leads have
        under the same name are called ``deal_<name>``. Deals without a lead, and further deals of
        a lead, are not in it; faults say how many.

    Raises
    ------
    ArgumentError
        If the rule is not one of these, or the window is not longer than zero.
    UnknownNameError
        If there is no such attribute.
    DataError
        If stages are in both parts, or the largest of amounts in several currencies is asked for.

    Examples
    --------
    >>> leads = StageHistory.from_records(
    ...     [{"deal": "l1", "mail": "a@x.com", "new": "2026-01-05", "qualified": "2026-01-09"},
    ...      {"deal": "l2", "mail": "b@x.com", "new": "2026-01-07"}],
    ...     stages=["new", "qualified"], as_of="2026-06-01")
    >>> deals = StageHistory.from_records(
    ...     [{"deal": "d1", "mail": "a@x.com", "offer": "2026-01-20", "won": "2026-03-01"}],
    ...     stages=["offer", "won"], as_of="2026-06-01")
    >>> journey = link(leads, deals, on="mail")
    >>> journey.stages, journey.outcome.tolist(), journey.reached.tolist()
    (('new', 'qualified', 'offer', 'won'), [1, 0], [3, 0])
    """
    for name, value in (("leads", leads), ("deals", deals)):
        check_kind(name, value, StageHistory)
    check_choice("rule", rule, get_args(LinkRule))
    span = duration_of("window", window)
    moment = min(np.datetime64(leads.as_of, "us"), np.datetime64(deals.as_of, "us"))
    leads, deals = as_known(leads, moment), as_known(deals, moment)
    stages = _stages(leads, deals)
    names = (on, on) if isinstance(on, str) else tuple(on)
    if len(names) != 2:
        raise ArgumentError(f"'on' must be one attribute, or that of leads and deals, got {on!r}")
    keys = [_key(part, name) for part, name in zip((leads, deals), names, strict=True)]
    pairs = _pairs(leads, deals, keys, rule, span)
    faults = _faults(leads, deals, keys, names, pairs, rule, span)
    return _joined(leads, deals, stages, pairs, faults)


def _stages(leads: StageHistory, deals: StageHistory) -> tuple[str, ...]:
    both = [stage for stage in leads.stages if stage in deals.stages]
    shared = leads.stages[-1] == deals.stages[0]
    if both and not (shared and len(both) == 1):
        raise DataError(
            f"'leads' and 'deals' must have stages of their own, got {both[0]!r} in both",
            hint="only the last stage of leads may be the first stage of deals",
        )
    return leads.stages + (deals.stages[1:] if shared else deals.stages)


def _key(history: StageHistory, name: str) -> npt.NDArray[np.str_]:
    if name == "deal":
        return history.deals
    check_known("on", name, (*history.attributes, "deal"))
    column = history.attribute(name)
    if column.dtype.kind == "f":
        return np.array(["" if v != v else f"{v:.17g}" for v in column.tolist()])  # noqa: PLR0124
    return np.array([text.strip().casefold() for text in column.tolist()], dtype=np.str_)


def _pairs(
    leads: StageHistory,
    deals: StageHistory,
    keys: list[npt.NDArray[np.str_]],
    rule: LinkRule,
    window: timedelta | None,
) -> _Pairs:
    """Return the deal of each lead; a deal belongs to the latest lead of its key before it."""
    _, code = np.unique(np.concatenate(keys), return_inverse=True)
    code, n = code.reshape(-1), len(leads)
    owner = _lead_before(code, np.concatenate([leads.created, deals.created]), n)
    known = (owner >= 0) & (keys[1] != "") & ~np.isnat(deals.created)
    rows = np.flatnonzero(known)
    lead = owner[rows]
    gap = deals.created[rows] - leads.created[lead]
    fits = np.ones(rows.size, dtype=np.bool_)
    if rule != "first":
        fits &= gap >= np.timedelta64(0, "us")
    if window is not None:
        fits &= gap <= np.timedelta64(window)
    late = np.setdiff1d(lead[~fits], lead[fits])
    inside, lead = rows[fits], lead[fits]
    chosen = _chosen(deals, inside, lead, rule)
    others = np.setdiff1d(inside, inside[chosen])
    alone = np.setdiff1d(np.arange(len(deals)), rows)
    several = int((np.bincount(lead, minlength=n) > 1).sum()) if lead.size else 0
    return _Pairs(lead[chosen], inside[chosen], others, alone, late, several)


def _lead_before(code: Rows, created: npt.NDArray[np.datetime64], n: int) -> Rows:
    """Return for each deal the latest lead of its key created not after it, else the first one.

    Rows are the leads, then the deals; -1 if the key has no lead.
    """
    number = np.arange(code.size)
    order = np.lexsort((number >= n, created, code))
    key, is_lead = code[order], order < n
    place = np.arange(order.size)
    before = np.maximum.accumulate(np.where(is_lead, place, -1))
    after = np.minimum.accumulate(np.where(is_lead, place, order.size)[::-1])[::-1]

    def same(at: Rows) -> npt.NDArray[np.bool_]:
        inside = (at >= 0) & (at < order.size)
        return np.asarray(inside & (key[np.clip(at, 0, max(order.size - 1, 0))] == key))

    found = np.where(same(before), before, np.where(same(after), after, -1))
    lead = np.where(found >= 0, order[found], -1)
    result = np.empty(code.size, dtype=np.intp)
    result[order] = lead
    return result[n:]


def _chosen(deals: StageHistory, rows: Rows, lead: Rows, rule: LinkRule) -> Rows:
    """Return the places in `rows` of the deal that counts for each lead."""
    created = deals.created[rows].view(np.int64).astype(np.float64)
    if rule == "last-after":
        created = -created
    if rule == "largest":
        money = deals.money()
        if money.mixed:
            raise DataError("'deals' must have amounts of one currency for rule='largest'")
        value = np.nan_to_num(money.values[rows], nan=-np.inf)
        order = np.lexsort((created, -value, lead))
    else:
        order = np.lexsort((created, lead))
    first = np.ones(order.size, dtype=np.bool_)
    first[1:] = lead[order][1:] != lead[order][:-1]
    return np.asarray(np.sort(order[first]), dtype=np.intp)


def _faults(
    leads: StageHistory,
    deals: StageHistory,
    keys: list[npt.NDArray[np.str_]],
    names: tuple[str, ...],
    pairs: _Pairs,
    rule: LinkRule,
    window: timedelta | None,
) -> list[Fault]:
    found = [*leads.faults, *deals.faults]
    for side, key, name in (("leads", keys[0], names[0]), ("deals", keys[1], names[1])):
        missing = int((key == "").sum())
        if missing:
            found.append(Fault.of("link-key-missing", n=missing, side=side, column=name))
    without = len(leads) - pairs.lead.size
    counts = {"leads-without-deal": without, "deals-without-lead": int(pairs.alone.size)}
    found += [Fault.of(code, severity="info", n=n) for code, n in counts.items() if n]
    if pairs.several:
        found.append(
            Fault.of(
                "leads-with-several-deals", severity="info", n=pairs.several, rule=rule,
                deals=int(pairs.others.size),
            )
        )  # fmt: skip
    if pairs.late.size:
        days = 0 if window is None else window.days
        code = "link-before-lead" if window is None else "link-out-of-window"
        found.append(Fault.of(code, severity="info", n=int(pairs.late.size), window=days))
    return found


def _joined(
    leads: StageHistory,
    deals: StageHistory,
    stages: tuple[str, ...],
    pairs: _Pairs,
    faults: list[Fault],
) -> StageHistory:
    n, first = len(leads), len(leads.stages)
    shared = len(stages) < first + len(deals.stages)
    lead, deal = pairs.lead, pairs.deal
    entered = np.full((n, len(stages)), _NAT)
    time_in_stage = np.zeros((n, len(stages)), dtype="timedelta64[us]")
    entered[:, :first], time_in_stage[:, :first] = leads.entered, leads.time_in_stage
    skip = 1 if shared else 0
    entered[lead, first:] = deals.entered[deal, skip:]
    time_in_stage[lead, first:] = deals.time_in_stage[deal, skip:]
    if shared:
        entered[lead, first - 1] = np.fmin(entered[lead, first - 1], deals.entered[deal, 0])
        time_in_stage[lead, first - 1] = np.maximum(
            time_in_stage[lead, first - 1], deals.time_in_stage[deal, 0]
        )
    # a lead without a deal is open, or lost as a lead; one that was converted is still open
    outcome = np.where(leads.outcome == LOST, LOST, OPEN).astype(np.int8)
    closed = np.where(outcome == LOST, leads.closed, _NAT)
    value = np.full(n, np.nan)
    outcome[lead], closed[lead] = deals.outcome[deal], deals.closed[deal]
    value[lead] = deals.value[deal]
    attributes: dict[str, Any] = dict(leads.attributes)
    attributes["linked_deal"] = _placed(deals.deals, lead, deal, n)
    for name, column in deals.attributes.items():
        own = f"deal_{name}" if name in leads.attributes else name
        attributes[own] = _placed(column, lead, deal, n)
    return StageHistory(
        deals=leads.deals,
        stages=stages,
        entered=entered,
        time_in_stage=time_in_stage,
        created=leads.created,
        closed=closed,
        outcome=outcome,
        value=value,
        attributes=attributes,
        as_of=leads.as_of,
        faults=faults,
        changes=_changes(deals, lead, deal, n),
    )


def _placed(column: npt.NDArray[Any], lead: Rows, deal: Rows, n: int) -> npt.NDArray[Any]:
    blank = np.nan if column.dtype.kind == "f" else ""
    placed = np.full(n, blank, dtype=column.dtype if column.size else None)
    placed[lead] = column[deal]
    return placed


def _changes(deals: StageHistory, lead: Rows, deal: Rows, n: int) -> dict[str, FieldHistory]:
    """Return the histories of fields of the deals, at the rows of their leads."""
    rows = np.full(n, -1, dtype=np.intp)
    rows[lead] = deal
    has = np.flatnonzero(rows >= 0)
    moved = {}
    for name, field in deals.changes.items():
        if name in ("stage", "outcome"):
            continue
        part = field.of(rows[has], len(deals))
        moved[name] = attrs.evolve(part, deal=has[part.deal])
    return moved
