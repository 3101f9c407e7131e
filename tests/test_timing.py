"""Durations, velocity, stale deals and Little's law."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deals
import salesfunnel as sf
from salesfunnel.errors import ArgumentError

FACTOR = st.floats(0.01, 1e4)


def test_velocity_formula_against_golden_velocity():
    """Golden `velocity`: 50 opportunities, 8,000, 25 %, 60 days; no cycle, no velocity."""
    parts = {"opportunities": 50, "value": 8000.0, "win_rate": 0.25}
    assert sf.Velocity(**parts, cycle_days=60.0).per_day == pytest.approx(1666.6666666666667)
    assert sf.Velocity(**parts, cycle_days=0.0).per_day is None
    assert sf.Velocity(**parts, cycle_days=None).per_day is None


def test_velocity_counts_open_deals_as_censored():
    history = deals.planted(3, days=400)
    found = sf.velocity(history)
    assert found.opportunities == (history.outcome == 0).sum()
    assert found.win_rate in found.win_rate_interval
    assert found.win_rate == pytest.approx(0.36, abs=0.06), "planted: two steps of .6"
    still_open = history.select(history.outcome == 0)
    assert sf.velocity(still_open).win_rate is None, "open is not lost"
    assert found.per_day > 0


def test_one_giant_deal_does_not_make_the_mean():
    history = deals.planted(3, days=400)
    values = np.where(
        np.arange(len(history)) == np.argmax(history.outcome == 1), 1e9, history.value
    )
    import attrs

    giant = attrs.evolve(history, value=values)
    assert sf.velocity(giant).value < 1.2 * sf.velocity(history).value
    assert sf.velocity(giant, winsorise=1.0).value > 1e6


@given(*[FACTOR] * 8)
def test_a_change_of_velocity_is_split_exactly(a, b, c, d, e, f, g, h):
    one = sf.Velocity(opportunities=1 + int(a), value=b, win_rate=c / 1e4, cycle_days=d)
    two = sf.Velocity(opportunities=1 + int(e), value=f, win_rate=g / 1e4, cycle_days=h)
    change = sf.velocity_change(one, two)
    total = two.per_day - one.per_day
    assert change.change == pytest.approx(total, rel=1e-6, abs=1e-9 * (one.per_day + two.per_day))


def test_a_change_from_nothing_is_refused():
    one = sf.Velocity(opportunities=0, value=1.0, win_rate=0.5, cycle_days=9.0)
    with pytest.raises(ArgumentError, match="before"):
        sf.velocity_change(one, one)


def test_durations_against_plain_counts_where_nothing_is_open():
    entered = [[0, 2], [0, 4], [0, 6], [0, 8], [0, np.nan]]
    history = deals.history([0] * 5, entered, [9, 9, 9, 9, 5], [1, 1, 1, 1, 2], as_of=50)
    found = sf.stage_durations(history)
    assert found.stages == ("s0",)
    assert [int(x[0]) for x in (found.entered, found.advanced, found.lost, found.open)] == [
        5,
        4,
        1,
        0,
    ]


def test_durations_of_planted_deals_are_the_planted_ones():
    found = sf.stage_durations(deals.planted(5, days=900, stages=3, go=0.5, mean=20.0))
    np.testing.assert_allclose(found.eventual, 0.5, atol=0.05)
    np.testing.assert_allclose(found.median, 20 * np.log(2), rtol=0.2)
    assert ((found.low < found.eventual) & (found.eventual < found.high)).all()


def test_a_stage_that_nobody_left_has_no_rate():
    history = deals.history([0, 1], [[0, np.nan], [1, np.nan]], [np.nan] * 2, [0, 0], as_of=9)
    found = sf.stage_durations(history)
    assert np.isnan(found.eventual).all()
    assert np.isnan(found.median).all()
    assert sf.ageing(history).deals == ()


def test_only_old_deals_without_hope_are_stale():
    days = list(range(1, 21))
    entered = [[0, d] for d in days] + [[0, np.nan]] * 20 + [[95, np.nan], [10, np.nan]]
    closed = [d + 1 for d in days] + [90] * 20 + [np.nan, np.nan]
    outcome = [1] * 20 + [2] * 20 + [0, 0]
    history = deals.history([0] * 40 + [95, 10], entered, closed, outcome, as_of=100)
    found = sf.ageing(history)
    assert found.deals == ("d41",)
    assert found.open == 2
    assert found.age[0] == 90
    assert found.chance[0] < 0.5 * found.chance_at_entry[0]


def test_littles_law_agrees_in_steady_flow():
    found = sf.littles_law(deals.planted(7, days=900, per_day=5.0, stages=3), window=180)
    assert found.agrees.all()
    np.testing.assert_allclose(found.ratio, 1, atol=0.2)


def test_littles_law_disagrees_where_deals_pile_up():
    entered = [[d, np.nan] for d in range(100)]
    closed = [d + 1 if d % 10 == 0 else np.nan for d in range(100)]
    outcome = [2 if d % 10 == 0 else 0 for d in range(100)]
    history = deals.history(range(100), entered, closed, outcome, as_of=101)
    assert not sf.littles_law(history).agrees[0]
    with pytest.raises(ArgumentError):
        sf.littles_law(history, window=0)


def test_all_are_documents_and_come_back():
    history = deals.planted(1, days=300)
    pace = sf.velocity(history)
    change = sf.velocity_change(pace, sf.velocity(deals.planted(2, days=300)))
    found = (
        pace,
        change,
        sf.stage_durations(history),
        sf.ageing(history),
        sf.littles_law(history),
    )
    for result in found:
        assert type(result).from_json(result.to_json()) == result
        for locale in ("en", "zh"):
            assert result.to_text(locale=locale)
            assert result.to_html(locale=locale)


def codes(found):
    return [(fault.code, fault.column) for fault in found.faults]


def test_what_is_decided_after_the_rate_is_read_is_told_with_both_figures():
    """Ten deals: six lost on day 1, four won on day 9 when only four were left."""
    entered = [[0, np.nan]] * 6 + [[0, 9]] * 4
    closed, outcome = [1] * 6 + [9] * 4, [2] * 6 + [1] * 4
    history = deals.history([0] * 10, entered, closed, outcome, as_of=20)
    found = sf.velocity(history)
    assert (found.win_rate, found.undecided) == (None, None), "0 % of four wins is no figure"
    first, second = found.faults
    assert dict(first.params) == {
        "deals": 4,
        "of": 10,
        "days": 1.0,
        "rate": 0.0,
        "end": pytest.approx(0.4),
    }
    assert (first.code, second.code) == ("rate-before-the-end", "rate-undecided")
    assert codes(sf.stage_durations(history)) == [
        ("rate-before-the-end", "s0"),
        ("rate-undecided", "s0"),
    ]
    for result in (found, sf.stage_durations(history)):
        for locale in ("en", "zh"):
            words = result.to_text(locale=locale, width=1000)
            assert "40.00" in words, "both figures are told"


def test_where_all_is_decided_in_time_nothing_is_told():
    history = deals.planted(5, days=900)
    assert "rate-before-the-end" not in {code for code, _ in codes(sf.velocity(history))}


NAN = np.nan
TINY = {
    "no deals": deals.history([], np.zeros((0, 2)), [], [], as_of=9),
    "one stage": deals.history([0], [[0]], [NAN], [0], as_of=9),
    "one open": deals.history([0], [[0, NAN]], [NAN], [0], as_of=9),
    "one won": deals.history([0], [[0, 5]], [5], [1], as_of=9),
    "one lost": deals.history([0], [[0, NAN]], [5], [2], as_of=9),
    "all open": deals.history([0, 1], [[0, NAN], [1, NAN]], [NAN] * 2, [0, 0], as_of=9),
    "all at once": deals.history([0, 0], [[0, 0], [0, NAN]], [0, 0], [1, 2], as_of=0),
    "no entries": deals.history([0, 0], [[NAN, NAN]] * 2, [3, NAN], [2, 0], as_of=9),
    "no creation": deals.history([NAN] * 2, [[0, 3], [0, NAN]], [3, NAN], [1, 0], as_of=9),
}
"""Opportunities, win rate, cycle; nothing is made up where nothing is known."""
WANTED = {
    "no deals": (0, None, None),
    "one stage": (1, None, None),
    "one open": (1, None, None),
    "one won": (0, 1.0, 5.0),
    "one lost": (0, 0.0, None),
    "all open": (2, None, None),
    "all at once": (0, 0.5, 0.0),
    "no entries": (1, 0.0, None),
    "no creation": (1, None, None),
}


@pytest.mark.parametrize("name", TINY)
def test_tiny_and_degenerate_histories(name):
    history = TINY[name]
    pace = sf.velocity(history)
    assert (pace.opportunities, pace.win_rate, pace.cycle_days) == WANTED[name]
    assert pace.per_day is None
    for result in (
        pace,
        sf.stage_durations(history),
        sf.ageing(history),
        sf.littles_law(history),
    ):
        assert type(result).from_json(result.to_json()) == result
        for locale in ("en", "zh"):
            assert "nan" not in result.to_text(locale=locale).lower().replace("finance", "")
            assert result.to_html(locale=locale)


CELL = st.one_of(st.none(), st.integers(0, 30))
ROW = st.tuples(st.integers(0, 10), CELL, CELL, st.integers(0, 2), st.integers(0, 30))


@given(st.lists(ROW, max_size=12))
def test_durations_against_a_twin(rows):
    """Deal by deal: advanced when a later stage was first entered, lost at the close, else open."""
    entered, closed, outcome, wanted = [], [], [], []
    for start, second, third, stated, end in rows:
        steps = [start, second, third]
        entered.append([NAN if t is None else start + t for t in (0, second, third)])
        kind = 1 if third is not None else 2 if stated == 2 else 0
        later = [start + t for t in steps[1:] if t is not None]
        last = max([start, *later])
        outcome.append(kind)
        closed.append(NAN if kind == 0 else start + third if kind == 1 else last + end)
        if later:
            wanted.append((min(later) - start, 1))
        else:
            wanted.append((last + end - start, 2) if kind == 2 else (100 - start, 0))
    history = deals.history(
        [row[0] for row in rows], np.array(entered).reshape(-1, 3), closed, outcome, as_of=100
    )
    found = sf.stage_durations(history)
    kinds = [event for _, event in wanted]
    assert [int(x[0]) for x in (found.advanced, found.lost, found.open)] == [
        kinds.count(1),
        kinds.count(2),
        kinds.count(0),
    ]
    still, share, curve = 1.0, 0.0, []
    for t in sorted({d for d, e in wanted if e}):
        at_risk = sum(d >= t for d, _ in wanted)
        gone = [sum(d == t and e == kind for d, e in wanted) for kind in (1, 2)]
        share += still * gone[0] / at_risk
        still *= 1 - sum(gone) / at_risk
        curve.append((t, at_risk, share, still))
    if not curve:
        assert np.isnan(found.eventual[0])
        return
    read = [row for row in curve if row[1] >= max(5, 0.05 * len(rows))] or curve
    assert found.eventual[0] == pytest.approx(read[-1][2], abs=1e-12)
    assert found.undecided[0] == pytest.approx(read[-1][3], abs=1e-12)
    for part, mine in ((0.5, found.median[0]), (0.8, found.p80[0])):
        goal = part * read[-1][2] - 1e-9
        if read[-1][2] > 0:
            assert mine == min(t for t, _, f, _ in curve if f >= goal)
        else:
            assert np.isnan(mine)


def test_the_chance_of_deals_older_than_all_others_is_not_known_and_not_nought():
    """Decided within 20 days; ten open ones are 21 to 30 days old: five are 26 and more."""
    entered = [[0, d] for d in range(1, 21)] + [[0, NAN]] * 20 + [[70 + i, NAN] for i in range(10)]
    closed = [*range(1, 21), *range(1, 21), *[NAN] * 10]
    history = deals.history(
        [row[0] for row in entered], entered, closed, [1] * 20 + [2] * 20 + [0] * 10, as_of=100
    )
    found = sf.ageing(history)
    assert len(found.deals) == 10, "all are older than usual"
    assert found.age.tolist() == list(range(30, 20, -1))
    assert np.isnan(found.chance).tolist() == [True] * 4 + [False] * 6
    for locale in ("en", "zh"):
        assert "nan" not in found.to_text(locale=locale)


def test_a_win_rate_of_a_few_open_deals_is_missing_and_said():
    """Six deals of a list: two won, two lost, two open; the rate is read when one is decided."""
    text = (
        "Opportunity ID,Stage,Amount,Close Date,Created Date\n"
        "1,Closed Won,180000,2026-01-15,2025-10-12\n2,Closed Won,210000,2026-02-08,2025-11-03\n"
        "3,Closed Lost,130000,2026-03-05,2025-12-01\n4,Negotiation,175000,2026-05-28,2026-01-10\n"
        "5,Closed Lost,95000,2026-02-15,2025-12-20\n6,Prospecting,40000,2026-06-15,2026-03-02\n"
    )
    found = sf.velocity(sf.read_deals(text, as_of="2026-04-30"))
    assert (found.win_rate, found.win_rate_interval, found.per_day) == (None, None, None)
    assert [fault.code for fault in found.faults] == ["rate-before-the-end", "rate-undecided"]
    bounds = dict(found.faults[1].params)
    assert (bounds["low"], bounds["high"]) == (0.0, pytest.approx(5 / 6))
    assert dict(found.faults[0].params)["end"] == pytest.approx(5 / 12)
