"""Segments against their peers and arms of a test: the figures, the edges, and the promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._kernels import always_valid, peers
from salesfunnel.errors import ArgumentError, DataError, UnknownNameError


def panel_of(pairs, names=None):
    return sf.Panel.from_counts(
        [[list(pair) for pair in pairs]], periods=["2026-10"], steps=["offer", "won"],
        segments=names or [f"s{i}" for i in range(len(pairs))],
    )  # fmt: skip


def test_a_weak_segment_is_called_and_a_tiny_one_is_not():
    found = sf.compare_segments(
        panel_of([(200, 60), (200, 58), (200, 24), (5, 0)], ["Li", "Wu", "Xu", "Yu"]), by="segment"
    )
    assert [row.segment for row in found.rows] == ["Xu", "Yu", "Wu", "Li"]
    assert found.find("Xu").verdict == "worse"
    assert found.find("Yu").verdict == "not-enough-data"
    tiny = found.find("Yu")
    assert tiny.rate == 0
    assert 0.1 < tiny.estimate < 0.3  # drawn toward the peers
    assert tiny.shrunk.low < tiny.estimate < tiny.shrunk.high


def test_the_posterior_against_a_direct_sum():
    """One segment, nothing adjusted: the posterior of θ given the hyper-parameters by hand."""
    n, x = np.array([40.0, 60.0, 25.0]), np.array([10.0, 24.0, 3.0])
    found = peers.compare(np.arange(3), x, n, np.zeros((3, 0)), segments=3, level=0.9)
    start = np.log((x.sum() + 0.5) / (n.sum() - x.sum() + 0.5))
    grid = start + 0.05 * np.arange(-80, 81)
    p = 1 / (1 + np.exp(-grid))
    like = np.exp([x[g] * np.log(p) + (n[g] - x[g]) * np.log1p(-p) for g in range(3)])
    prior, kinds = peers._hyper(grid, np.flatnonzero(np.abs(grid - start) <= 1.5 + 1e-9))
    weight = np.exp(kinds.log_weight) * np.prod([prior @ like[g] for g in range(3)], axis=0)
    weight /= weight.sum()
    for g in range(3):
        mass = like[g] * prior
        mass /= mass.sum(axis=1, keepdims=True)
        below = np.arange(len(grid)) < kinds.centre[:, None]
        assert found.worse[g] == pytest.approx(weight @ (mass * below).sum(axis=1), abs=1e-3)
        assert found.rate[g] == pytest.approx(weight @ mass @ p, abs=1e-3)


def test_who_has_the_harder_channel_is_not_worse_for_it():
    rng = np.random.default_rng(5)
    deals = []
    for i in range(3000):
        owner = f"rep {i % 6}"
        cold = rng.random() < (0.85 if owner == "rep 0" else 0.3)
        win = rng.random() < (0.12 if cold else 0.4)
        deals.append(
            {
                "deal": i, "lead": "2026-01-05", "won": "2026-02-01" if win else "",
                "lost": "" if win else "2026-02-03", "owner": owner,
                "channel": "cold" if cold else "warm",
            }
        )  # fmt: skip
    history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-10-01")
    plain = sf.compare_segments(history, by="owner").find("rep 0")
    fair = sf.compare_segments(history, by="owner", adjust=["channel"]).find("rep 0")
    assert plain.verdict == "worse"
    assert fair.verdict == "as-others"
    assert fair.expected == pytest.approx(0.85 * 0.12 + 0.15 * 0.4, abs=0.03)


def test_young_deals_are_left_out_whatever_became_of_them():
    deals = [
        {"deal": i, "lead": "2026-01-05", "won": "2026-01-25" if i % 3 == 0 else "",
         "owner": "a" if i % 2 else "b"} for i in range(60)
    ] + [
        {"deal": 100 + i, "lead": "2026-09-25", "won": "", "owner": "a"} for i in range(40)
    ]  # fmt: skip
    history = sf.StageHistory.from_records(deals, stages=["lead", "won"], as_of="2026-10-01")
    found = sf.compare_segments(history, by="owner")
    assert found.immature == 40
    assert found.faults[0].code == "entrants-immature"
    assert found.entered.sum() == 60


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), min_size=2, max_size=8))
def test_segments_in_any_order_have_the_same_figures(pairs):
    counts = [(n, round(n * share)) for n, share in pairs]
    names = [f"s{i}" for i in range(len(counts))]
    one = sf.compare_segments(panel_of(counts, names), by="segment")
    two = sf.compare_segments(panel_of(counts[::-1], names[::-1]), by="segment")
    for name in names:
        a, b = one.find(name), two.find(name)
        assert a.probability_worse == pytest.approx(b.probability_worse, abs=1e-9)
        assert 0 <= a.shrunk.low <= a.estimate <= a.shrunk.high <= 1
        assert a.probability_worse + a.probability_better <= 1 + 1e-9


def deals_of(owners, *, booked=True):
    """Return deals of a year: `owners` by name, entered, won and left open of them."""
    rows = []
    for name, (n, won, still) in owners.items():
        for k in range(n):
            row = {"deal": f"{name}{k}", "lead": f"2026-{k % 6 + 1:02d}-05", "owner": name}
            if k < won:
                row["won"] = f"2026-{k % 6 + 1:02d}-25"
            elif booked and k < n - still:
                row["lost"] = f"2026-{k % 6 + 1:02d}-26"
            rows.append(row)
    return sf.StageHistory.from_records(rows, stages=["lead", "won"], as_of="2026-12-01")


def test_who_leaves_deals_open_is_not_worse_for_it():
    same = {f"rep {k}": (150, 60, 0) for k in range(6)}
    found = sf.compare_segments(deals_of({**same, "late": (150, 36, 60)}), by="owner")
    late = found.find("late")
    assert (late.entered, late.advanced, late.still_open) == (90, 36, 60)
    assert late.verdict == "as-others"
    assert not found.open_counted
    assert [fault.code for fault in found.faults] == ["open-left-out", "open-decide"]
    assert "late" in found.faults[-1].message
    assert "late" in found.to_text()


def test_open_deals_have_not_advanced_where_nobody_is_recorded_as_lost():
    same = {f"rep {k}": (150, 60, 0) for k in range(6)}
    found = sf.compare_segments(deals_of({**same, "weak": (150, 24, 0)}, booked=False), by="owner")
    assert found.open_counted
    assert found.find("weak").verdict == "worse"
    assert found.find("weak").still_open == 0


def test_limits_of_a_funnel_plot_hold_the_centre():
    found = sf.compare_segments(panel_of([(200, 60), (150, 40), (90, 30)]), by="segment")
    low, high = found.limits([10, 100, 1000])
    assert (low < found.centre).all()
    assert (found.centre < high).all()
    assert np.all(np.diff(high - low) < 0)


def test_wrong_arguments_of_segments_are_named():
    panel = panel_of([(10, 3), (10, 4)])
    with pytest.raises(UnknownNameError, match="'by'"):
        sf.compare_segments(panel, by="owner")
    with pytest.raises(ArgumentError, match="'adjust' must not"):
        sf.compare_segments(panel, by="segment", adjust="segment")
    with pytest.raises(ArgumentError, match="'step'"):
        sf.compare_segments(panel, by="segment", step="won→offer")
    with pytest.raises(ArgumentError, match="'step'"):
        sf.compare_segments(panel, by="segment", step="won")
    with pytest.raises(ArgumentError, match="'data'"):
        sf.compare_segments("deals.csv", by="owner")
    with pytest.raises(DataError, match="more advanced than entered"):
        sf.compare_segments(panel_of([(10, 13), (10, 4)]), by="segment")


def test_ten_equal_teams_of_twenty_reps_rarely_have_a_worst():
    """A small part of the study in benchmarks/accuracy/segments.py."""
    rng = np.random.default_rng(11)
    called = 0
    for _ in range(40):
        n = np.exp(rng.uniform(np.log(5), np.log(200), 20)).astype(int)
        x = rng.binomial(n, 0.3)
        found = sf.compare_segments(panel_of(list(zip(n, x, strict=True))), by="segment")
        called += any(row.verdict == "worse" for row in found.rows)
    assert called <= 7


# ------------------------------------------------------------------------------ arms


def test_the_evidence_against_a_sum_over_a_grid():
    x0, n0, x1, n1 = 12, 60, 25, 55
    p = (np.arange(4000) + 0.5) / 4000
    jeffreys = 1 / (np.pi * np.sqrt(p * (1 - p)))

    def marginal(x, n):
        return float((p**x * (1 - p) ** (n - x) * jeffreys).mean())

    pooled = (x0 + x1) / (n0 + n1)
    null = pooled ** (x0 + x1) * (1 - pooled) ** (n0 + n1 - x0 - x1)
    wanted = marginal(x0, n0) * marginal(x1, n1) / null
    found = always_valid.log_evidence(x0, n0, x1, n1, np.zeros(1))[0]
    assert np.exp(found) == pytest.approx(wanted, rel=1e-3)


def test_arms_that_differ_and_arms_that_do_not():
    found = sf.compare_arms({"old": (800, 160), "new": (790, 252), "same": (810, 161)})
    assert [row.verdict for row in found.rows] == ["control", "better", "not-yet"]
    assert found.find("new").evidence > 20
    assert found.find("same").evidence < 1
    assert found.find("new").difference.low > 0


def test_looking_every_day_does_not_find_what_is_not_there():
    rng = np.random.default_rng(3)
    false = 0
    for _ in range(60):
        n = rng.poisson(20, (2, 140)).cumsum(axis=1)
        x = np.stack([rng.binomial(np.diff(row, prepend=0), 0.25).cumsum() for row in n])
        log = [
            always_valid.log_evidence(x[0, t], n[0, t], x[1, t], n[1, t], np.zeros(1))[0]
            for t in range(0, 140, 2)
        ]
        false += max(log) >= np.log(20)
    assert false <= 3


def test_a_panel_of_arms_and_another_control():
    panel = panel_of([(300, 60), (310, 110)], ["old", "new"])
    found = sf.compare_arms(panel, control="new")
    assert found.rows[0].arm == "new"
    assert found.find("old").verdict == "worse"


def test_nobody_yet():
    found = sf.compare_arms({"a": (0, 0), "b": (0, 0)})
    assert found.rows[1].verdict == "not-yet"
    assert (found.rows[1].difference.low, found.rows[1].difference.high) == (-1, 1)
    assert found.rows[1].evidence == 1


@pytest.mark.parametrize(
    ("counts", "error"),
    [
        ({"a": (1, 0)}, ArgumentError), ({"a": (5, 6), "b": (5, 1)}, DataError),
        ({"a": (5, -1), "b": (5, 1)}, ArgumentError), ({"a": (5.5, 1), "b": (5, 1)}, ArgumentError),
        ({"a": 5, "b": (5, 1)}, ArgumentError), ([(5, 1), (5, 1)], ArgumentError),
    ],
)  # fmt: skip
def test_wrong_arms_are_named(counts, error):
    with pytest.raises(error, match="'counts'"):
        sf.compare_arms(counts)


def reps(*counts: tuple[int, int]) -> sf.Panel:
    names = [f"r{k}" for k in range(len(counts))]
    return sf.Panel.from_counts(
        [[list(pair) for pair in counts]], periods=["2026-10"], steps=["offer", "won"],
        segments=names,
    )  # fmt: skip


def test_two_segments_against_each_other():
    panel = reps((200, 55), (200, 54), (200, 24), (5, 0))
    pair = sf.compare_segments(panel, by="segment", between=("r2", "r0")).pair
    assert (pair.segment, pair.other, pair.verdict) == ("r2", "r0", "worse")
    assert -0.155 < pair.difference < -0.10
    assert pair.interval.low < pair.difference < pair.interval.high < 0
    assert pair.probability_worse > 0.99
    other = sf.compare_segments(panel, by="segment", between=["r0", "r2"]).pair
    assert other.difference == pytest.approx(-pair.difference, abs=1e-9)
    assert other.probability_better == pytest.approx(pair.probability_worse, abs=1e-9)
    like = sf.compare_segments(panel, by="segment", between=("r0", "r1")).pair
    assert like.verdict == "as-others"
    assert like.probability_worse + like.probability_better < 1  # they may be alike
    assert sf.compare_segments(panel, by="segment").pair is None
    few = sf.compare_segments(reps((9, 3), (9, 3)), by="segment", between=("r0", "r1")).pair
    assert few.verdict == "not-enough-data"


def test_a_pair_stands_in_the_text_and_is_kept():
    found = sf.compare_segments(reps((90, 40), (90, 20)), by="segment", between=("r1", "r0"))
    assert "r1 is probably worse than r0." in found.to_text()
    assert "r1很可能低于r0。" in found.to_text(locale="zh")
    assert sf.SegmentComparison.from_json(found.to_json()) == found
    assert "percentage points" in found.pair.to_text(width=300)


@pytest.mark.parametrize("between", ["r0", ("r0",), ("r0", "r0"), ("r0", "r1", "r2"), 3])
def test_a_pair_is_of_two_segments(between):
    with pytest.raises(ArgumentError, match="'between' must name two segments"):
        sf.compare_segments(reps((90, 40), (90, 20)), by="segment", between=between)


def test_a_pair_of_unknown_segments_is_refused():
    with pytest.raises(UnknownNameError, match="'between'"):
        sf.compare_segments(reps((90, 40), (90, 20)), by="segment", between=("r0", "Ann"))
