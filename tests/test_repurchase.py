"""Lifecycle, RFM, repurchase curves, upsell, customers as a funnel."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels.censoring import greenwood, incidence
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError

START = np.datetime64("2026-01-01")


def on_day(days):
    return START + np.timedelta64(int(days), "D")


def bought(plan, amount=None, **attributes):
    """Purchases from {customer: days after the start}."""
    who = [name for name, days in plan.items() for _ in days]
    day = [str(on_day(int(d))) for days in plan.values() for d in days]
    paid = None if amount is None else [amount[name] for name in who]
    more = {key: [table[name] for name in who] for key, table in attributes.items()}
    return sf.Purchases.from_columns(who, day, paid, attributes=more)


MONTHLY = {f"m{i}": range(i, 160 + i, 30) for i in range(4)}


@pytest.mark.parametrize(
    ("days", "after", "state"),
    [
        ([0], 30, "new"),
        ([0], 31, "first-repurchase-overdue"),
        ([0], 180, "first-repurchase-overdue"),
        ([0], 181, "lost"),
        ([0, 30, 60], 45, "active"),
        ([0, 30, 60], 46, "at-risk"),
        ([0, 30, 60], 90, "at-risk"),
        ([0, 30, 60], 91, "dormant"),
        ([0, 30, 60], 180, "dormant"),
        ([0, 30, 60], 181, "lost"),
    ],
)
def test_states_turn_at_multiples_of_the_gap(days, after, state):
    mine = [200 + d for d in days]
    table = sf.lifecycle(bought({**MONTHLY, "x": mine}), as_of=on_day(mine[-1] + after))
    assert len(table) == 5
    at = table.customers.index("x")
    assert table.gap[at] == 30
    assert table.states[at] == state


def test_a_customer_of_his_own_pace_is_drawn_to_the_others():
    table = sf.lifecycle(bought({**MONTHLY, "x": [0, 60, 120]}), as_of="2026-06-20")
    # two gaps of 60 and the group's 30 with the weight of two gaps
    assert table.gap[table.customers.index("x")] == 45


def test_without_gaps_there_is_no_state():
    table = sf.lifecycle(bought({"a": [0], "b": [0, 9]}), as_of="2026-02-01")
    assert table.states == ("not-enough-data",) * 2
    assert [fault.code for fault in table.faults] == ["gaps-unknown"]
    assert np.isnat(table.due).all()
    assert table.due_now() == ()


def test_who_is_due_now_pays_most_first_and_is_not_given_up():
    plan = {**MONTHLY, "gone": [0, 30, 60], "soon": [70, 100, 145], "rich": [80, 110, 140]}
    paid = dict.fromkeys(MONTHLY, 1) | {"gone": 1000, "soon": 5, "rich": 50}
    table = sf.lifecycle(bought(plan, paid), as_of=on_day(172))
    due = table.due_now(within=7)
    assert due[:2] == ("rich", "soon")
    assert "gone" not in due
    assert set(table.due_now(within=timedelta(days=0))) <= set(due)
    with pytest.raises(ArgumentError, match="within"):
        table.due_now(within=-1)


def test_groups_have_gaps_of_their_own():
    fast = {f"f{i}": range(0, 40, 7) for i in range(2)}
    slow = {f"s{i}": range(0, 400, 70) for i in range(2)}
    kind = dict.fromkeys(fast, "fast") | dict.fromkeys(slow, "slow") | {"x": "slow", "y": "fast"}
    p = bought({**fast, **slow, "x": [0], "y": [0]}, kind=kind)
    table = sf.lifecycle(p, as_of="2026-02-01", by="kind")
    gap = dict(zip(table.customers, table.gap.tolist(), strict=True))
    assert (gap["x"], gap["y"]) == (7, 7)  # one slow customer has not come back yet
    later = sf.lifecycle(p, as_of="2027-03-01", by="kind")
    assert dict(zip(later.customers, later.gap.tolist(), strict=True))["x"] == 70
    with pytest.raises(UnknownNameError, match="kund"):
        sf.lifecycle(p, as_of="2026-02-01", by="kund")


def test_counts_add_up():
    table = sf.lifecycle(bought(MONTHLY), as_of="2026-07-01")
    assert sum(table.counts.values()) == len(table) == 4
    assert table.as_of == date(2026, 7, 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=5, max_size=60), st.randoms(use_true_random=False))
def test_equal_values_have_equal_scores_in_any_order(days, random):
    plan = {f"c{i}": [d] for i, d in enumerate(days)}
    table = sf.rfm(bought(plan, {n: float(d[0]) for n, d in plan.items()}), as_of="2026-02-01")
    scores = {}
    for age, r, m in zip(table.recency, table.r, table.m, strict=True):
        assert scores.setdefault(age, (r, m)) == (r, m)
    ordered = [scores[age] for age in sorted(scores, reverse=True)]
    assert ordered == sorted(ordered)
    items = list(plan.items())
    random.shuffle(items)
    again = sf.rfm(bought(dict(items), {n: float(d[0]) for n, d in items}), as_of="2026-02-01")
    assert again == table


def test_ranks_without_ties_are_fifths():
    plan = {f"c{i:02}": [i] for i in range(20)}
    table = sf.rfm(bought(plan), as_of="2026-02-01")
    assert np.bincount(table.r)[1:].tolist() == [4] * 5
    assert table.m.tolist() == [0] * 20


def test_frequency_has_bins_of_its_own():
    plan = {f"c{n}": range(n) for n in (1, 2, 3, 4, 5, 6, 9)}
    table = sf.rfm(bought(plan), as_of="2026-02-01")
    assert table.f.tolist() == [1, 2, 3, 4, 4, 5, 5]
    assert int(table.grid.sum()) == 7
    assert sum(table.counts.values()) == 7


@pytest.mark.parametrize(("n", "top"), [(1, 0), (2, 0), (3, 3), (4, 3), (5, 5)])
def test_few_customers_have_fewer_scores(n, top):
    table = sf.rfm(bought({f"c{i}": [i] for i in range(n)}), as_of="2026-02-01")
    assert int(table.r.max()) == top


def test_shares_within_windows_leave_out_who_is_not_mature():
    p = bought({"a": [0, 20], "b": [0, 80], "c": [10], "d": [100, 110]})
    curve = sf.repurchase_curve(p, as_of=on_day(130), windows=(30, 90))
    assert curve.entered.tolist() == [4, 3]
    assert curve.returned.tolist() == [2, 2]
    assert curve.rate(90) == pytest.approx(2 / 3)
    assert 2 / 3 in curve.interval(90)
    with pytest.raises(ArgumentError, match="window"):
        curve.rate(45)


def test_a_cohort_is_shown_only_where_all_of_it_is_mature():
    p = bought({"a": [0, 20], "b": [25], "c": [40, 45]})
    curve = sf.repurchase_curve(p, as_of=on_day(75), windows=(30, 60))
    assert curve.cohorts == ("2026-01", "2026-02")
    assert curve.mature.tolist() == [[True, False], [False, False]]
    assert curve.triangle("windows")[0, 0] == 0.5
    assert np.isnan(curve.triangle("windows")[1]).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2)), min_size=1, max_size=30),
    st.integers(1, 12),
)
def test_incidence_against_a_plain_loop(rows, at):
    time = np.array([t for t, _ in rows], dtype=float)
    kind = np.array([k for _, k in rows])
    curve = incidence(time, kind, kinds=2)
    open_share, share = 1.0, [0.0, 0.0]
    for t in sorted({t for t, k in rows if k}):
        if t > at:
            break
        at_risk = sum(u >= t for u, _ in rows)
        before = open_share
        for c in (1, 2):
            d = sum((u, k) == (t, c) for u, k in rows)
            share[c - 1] += before * d / at_risk
            open_share -= before * d / at_risk
    assert float(curve.open_at(at)) == pytest.approx(open_share, abs=1e-12)
    for c in range(2):
        assert float(curve.share_at(at, c)) == pytest.approx(share[c], abs=1e-12)


def test_incidence_with_late_entry():
    curve = incidence(
        np.array([2.0, 3.0, 5.0]), np.array([1, 1, 1]), entry=np.array([0.0, 2.0, 4.0])
    )
    assert curve.at_risk.tolist() == [1, 1, 1]


def test_limits_hold_the_curve():
    rng = np.random.default_rng(2)
    curve = incidence(rng.exponential(10, 200), rng.integers(0, 2, 200))
    low, high = greenwood(curve, z=1.96)
    share = curve.share[0]
    inside = np.isfinite(low)
    assert (low[inside] <= share[inside] + 1e-12).all()
    assert (share <= high + 1e-12).all()
    assert (low[inside] >= 0).all()
    assert (high <= 1).all()


def test_smaller_orders_than_the_peers_are_a_potential():
    plan = {f"c{i}": [0, 30, 60] for i in range(6)}
    found = sf.upsell_candidates(
        bought(plan, {f"c{i}": 100 for i in range(5)} | {"c5": 40}), as_of=on_day(70)
    )
    assert found.customers == ("c5",)
    assert found.potential[0] == pytest.approx(60 * 365.25 / 30)


def test_items_that_owners_alike_bought():
    who, day, item = [], [], []
    for i in range(20):
        for k, what in enumerate(("desk", "chair") if i < 12 else ("lamp",)):
            who.append(f"c{i:02}")
            day.append(str(on_day(k)))
            item.append(what)
    who += ["x", "x"]
    day += [str(START), str(on_day(2))]
    item += ["desk", ""]
    p = sf.Purchases.from_columns(who, day, attributes={"item": item})
    found = sf.upsell_candidates(p, as_of=on_day(3), item="item")
    offers = dict(zip(found.customers, found.item, strict=True))
    assert offers == {"x": "chair"}
    assert found.item_share[0] == pytest.approx(12 / 13)
    assert found.item_low[0] < 12 / 13
    with pytest.raises(UnknownNameError, match="sku"):
        sf.upsell_candidates(p, as_of=on_day(3), item="sku")


def test_customers_as_cohorts_of_the_template():
    plan = {"a": [0, 20, 40, 60], "b": [5, 100], "c": [40], "d": [170]}
    who = [n for n, days in plan.items() for _ in days]
    day = [str(on_day(d)) for days in plan.values() for d in days]
    paid = [10, 10, 10, 20, 10, 10, 10, 10]
    p = sf.Purchases.from_columns(who, day, paid, attributes={"kind": ["k"] * 8})
    panel = sf.repurchase_panel(p, as_of=on_day(180), window=timedelta(days=90))
    assert panel.steps == ("first_order", "second_order", "regular", "grown")
    assert panel.counts[0, 0].tolist() == [2, 1, 1, 1]
    assert panel.counts[1, 0].tolist() == [1, 0, 0, 0]
    assert panel.immature[:, 0].tolist() == [0, 0, 0, 0, 0, 1]
    assert panel.partial == ("2026-06",)
    assert panel.funnel.keys == panel.steps
    assert sf.repurchase_panel(p, as_of=on_day(180), segment="kind").segments == ("k",)
    with pytest.raises(ArgumentError, match="regular"):
        sf.repurchase_panel(p, as_of=START, regular=2)


def test_a_new_item_is_growth():
    p = sf.Purchases.from_columns(
        ["a"] * 4,
        [str(on_day(d)) for d in (0, 1, 2, 3)],
        attributes={"item": ["x", "x", "x", "y"]},
    )
    without = sf.repurchase_panel(p, as_of=on_day(300))
    assert without.counts[0, 0].tolist() == [1, 1, 1, 0]
    assert sf.repurchase_panel(p, as_of=on_day(300), item="item").counts[0, 0, 3] == 1


def test_nobody_at_all():
    p = sf.Purchases.from_records([])
    assert len(sf.lifecycle(p, as_of="2026-01-01")) == 0
    assert len(sf.rfm(p, as_of="2026-01-01")) == 0
    assert sf.repurchase_curve(p, as_of="2026-01-01").cohorts == ()
    assert len(sf.upsell_candidates(p, as_of="2026-01-01")) == 0
    assert sf.repurchase_panel(p, as_of="2026-01-01").shape == (0, 1, 4)


def test_other_data_are_refused_with_a_hint():
    with pytest.raises(DataError, match="read_purchases"):
        sf.lifecycle([("ann", "2026-01-01")], as_of="2026-01-01")


def test_a_fall_of_repurchase_is_found_by_the_same_machinery():
    rng = np.random.default_rng(0)
    who, day = [], []
    for month in range(14):
        for i in range(60):
            when = np.datetime64("2025-01-01") + np.timedelta64(
                int(month * 30 + rng.integers(0, 30)), "D"
            )
            again = 0.5 if month < 12 else 0.15
            while True:
                who.append(f"{month}-{i}")
                day.append(str(when))
                if rng.random() >= again:
                    break
                when += np.timedelta64(int(rng.integers(5, 60)), "D")
    panel = sf.repurchase_panel(sf.Purchases.from_columns(who, day), as_of="2026-09-01")
    found = sf.find_bottlenecks(panel)
    first = next(iter(found.rows if hasattr(found, "rows") else found))
    assert (first.transition.source, first.transition.target) == ("first_order", "second_order")
    assert first.tier in ("confirmed", "suspected")


def test_customers_as_deals_of_the_template():
    plan = {**MONTHLY, "gone": [0, 30], "new": [150], "grown": [0, 30, 60, 90]}
    who = [n for n, days in plan.items() for _ in days]
    day = [str(on_day(int(d))) for days in plan.values() for d in days]
    paid = [100.0] * (len(who) - 1) + [200.0]
    p = sf.Purchases.from_columns(who, day, paid, attributes={"kind": ["k"] * len(who)})
    as_of = on_day(250)
    history = sf.repurchase_history(p, as_of=as_of)
    assert history.stages == ("first_order", "second_order", "regular", "grown")
    state = dict(zip(history.deals, history.outcome.tolist(), strict=True))
    assert (state["gone"], state["new"], state["grown"], state["m0"]) == (2, 0, 1, 0)
    at = history.deals.tolist().index("gone")
    # lost six expected gaps of 30 days after the last order
    assert history.closed[at] == on_day(210)
    assert history.value[history.deals.tolist().index("grown")] == 500
    assert set(history.attribute("kind").tolist()) == {"k"}
    panel = history.panel(by="month")
    assert int(panel.counts.sum(axis=(0, 1))[0]) == len(plan)
    assert sf.forecast(history, horizon=90).wins >= 0


def test_who_is_due_next_stands_before_who_is_overdue():
    day = np.datetime64("2026-01-01")
    who, when = [], []
    for name, last in (("late", 92), ("later", 70), ("soon", 98), ("today", 90), ("next", 95)):
        who += [name] * 4
        when += [day + np.timedelta64(last - 30 * k, "D") for k in range(4)]
    cycle = sf.lifecycle(sf.Purchases.from_columns(who, when), as_of=day + np.timedelta64(125, "D"))
    found = cycle.due_within(14)
    assert found.customers == ("next", "soon", "late", "today", "later")
    assert found.columns()["due_in"].tolist() == [0, 3, -3, -5, -25]
    assert found.columns()["overdue"].tolist() == [False, False, True, True, True]
    text = cycle.to_text(width=200)
    assert text.index("Due within 14 days, those") < text.index("Overdue but not given up")
    assert "已逾期、仍可挽回的客户" in cycle.to_text(locale="zh", width=200)
