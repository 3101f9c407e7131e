"""StageHistory from stage changes, its panels and its sums against a twin in plain Python."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from deal_twin import BASE, deals_of, moment, panel_of
from salesfunnel.data.history import history_from_changes
from salesfunnel.errors import DataError

STAGES = ("lead", "offer", "deal")
AS_OF = 100 * 24 * 60
MINUTE = np.timedelta64(1, "m")
OUTCOMES = ("open", "won", "lost")
WORDS = {"channel": ("ads", "web", ""), "region": ("n", "s"), "owner": ("", "Lee")}

# few moments, some a day or a year apart, so that ties and ends of periods are met
TIMES = st.sampled_from(
    [0, 1, 30, 1440, 1441, 20_000, 60_479, 60_480, 61_920, 90_000, 100_000, AS_OF - 1, AS_OF]
)
CHANGES = st.lists(
    st.tuples(st.sampled_from("abcde"), st.sampled_from([*STAGES, "lost"]), TIMES),
    min_size=1,
    max_size=25,
)
SEGMENTS = st.sampled_from(
    [(), ("channel",), ("region", "channel"), ("owner", "channel", "region")]
)


def words_of(deal, names):
    """Return the words of a deal in attributes, fixed by its id."""
    return [WORDS[name][(ord(deal) + k) % len(WORDS[name])] for k, name in enumerate(names)]


def built(changes, names=tuple(WORDS), as_of=AS_OF):
    deals, stages, minutes = zip(*changes, strict=True)
    attributes = {name: {d: words_of(d, WORDS)[k] for d in deals} for k, name in enumerate(WORDS)}
    return history_from_changes(
        deals,
        stages,
        [moment(t) for t in minutes],
        stages=STAGES,
        as_of=moment(as_of),
        attributes={name: attributes[name] for name in names},
    )


def minute(time):
    return None if np.isnat(time) else int((time - np.datetime64(BASE)) // MINUTE)


def plain(history):
    """Return the deals of a history as the twin has them."""
    found = {}
    for i, deal in enumerate(history.deals.tolist()):
        entered = [minute(t) for t in history.entered[i]]
        found[deal] = {
            "entered": {s: t for s, t in zip(STAGES, entered, strict=True) if t is not None},
            "time_in_stage": {
                s: int(t // MINUTE)
                for s, t, at in zip(STAGES, history.time_in_stage[i], entered, strict=True)
                if at is not None
            },
            "outcome": OUTCOMES[history.outcome[i]],
            "closed": minute(history.closed[i]),
            "reached": [minute(t) for t in history.reached_at()[i]],
        }
    return found


def told(history):
    return {fault.code: dict(fault.params) for fault in history.faults}


@settings(max_examples=300)
@given(CHANGES)
@example([("a", "lead", 0), ("a", "lost", 30), ("a", "lost", 1440), ("a", "lost", 20_000)])
@example([("a", "deal", 0), ("a", "lead", 30), ("a", "deal", 1440), ("a", "deal", 20_000)])
def test_a_history_from_changes_is_what_a_loop_makes_of_them(changes):
    history = built(changes)
    twin = deals_of(changes, STAGES, AS_OF)
    fields = ("entered", "time_in_stage", "outcome", "closed", "reached")
    assert plain(history) == {d: {k: one[k] for k in fields} for d, one in twin.items()}
    faults = told(history)
    for code, field in (("reopened", "reopened"), ("won-undone", "undone")):
        number = sum(one[field] for one in twin.values())
        assert faults.get(code, {"deals": 0}) == {"deals": number}
    visited = [one for one in twin.values() if one["entered"]]
    for code, field in (("stages-skipped", "skipped"), ("stages-back", "back")):
        number = sum(one[field] for one in visited)
        if visited and 10 * number >= len(visited) and number:
            params = {"deals": number, "all": len(visited), "share": number / len(visited)}
            names = [d for d, one in sorted(twin.items()) if one["entered"] and one[field]]
            assert faults[code] == params | {"names": ", ".join(names)}
        else:
            assert code not in faults
    twice = sum(
        len(mine) - len({(s, t) for _, s, t in mine})
        for mine in ([c for c in changes if c[0] == d] for d in twin)
    )
    assert faults.get("changes-twice", {"rows": 0}) == {"rows": twice}


@settings(max_examples=300)
@given(
    CHANGES,
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.sampled_from(["cohort", "period"]),
    st.sampled_from([None, 1, 1440, 60_480, AS_OF]),
    SEGMENTS,
)
def test_a_panel_is_what_a_loop_counts(changes, by, mode, window, names):
    window = None if mode == "period" else window
    length = None if window is None else timedelta(minutes=window)
    panel = built(changes).panel(by=by, mode=mode, window=length, segment=names)
    deals = deals_of(changes, STAGES, AS_OF)
    words = {
        deal: [words_of(deal, WORDS)[list(WORDS).index(name)] for name in names] for deal in deals
    }
    options = {"by": by, "mode": mode, "window": window, "words": words}
    counts, immature = panel_of(deals, STAGES, AS_OF, **options)
    assert {
        (panel.periods[t], panel.segments[g], STAGES[k]): int(panel.counts[t, g, k])
        for t, g, k in np.argwhere(panel.counts)
    } == counts
    if mode == "period":
        assert panel.immature is None
    else:
        assert {
            (panel.periods[t], panel.segments[g]): int(panel.immature[t, g])
            for t, g in np.argwhere(panel.immature)
        } == immature
    assert list(panel.segments) == sorted(set(panel.segments))


@settings(max_examples=100)
@given(CHANGES, st.sets(st.sampled_from("abcde")))
def test_the_sum_of_two_histories_is_the_history_of_both(changes, left):
    parts = [[c for c in changes if (c[0] in left) == side] for side in (True, False)]
    if not all(parts):
        return
    one, two = (built(part) for part in parts)
    both = one + two
    assert plain(both) == plain(built(changes)) == plain(two + one)
    assert both.panel(segment="channel") == built(changes).panel(segment="channel")
    assert "as-of-differs" not in told(both)
    with pytest.raises(DataError, match="unique"):
        both + one


def test_the_sum_of_histories_of_different_days_says_so():
    one, two = built([("a", "lead", 0)], as_of=5000), built([("b", "lead", 0)])
    both = one + two
    assert both.as_of == np.datetime64(moment(AS_OF))
    params = {"first": str(moment(5000))[:10], "second": str(moment(AS_OF))[:10]}
    assert told(both)["as-of-differs"] == params


def test_attributes_that_one_of_the_two_does_not_have_are_missing_there():
    one = built([("a", "lead", 0)], names=("region",))
    two = built([("b", "lead", 0)], names=("channel",))
    both = one + two
    assert both.attributes["region"].tolist() == [words_of("a", WORDS)[1], ""]
    assert both.panel(segment="region").counts.sum() == 2


def test_histories_of_other_stages_are_not_added():
    other = sf.StageHistory.from_records(
        [{"deal": "x", "lead": "2025-11-20"}], stages=["lead"], as_of="2026-02-28"
    )
    with pytest.raises(DataError, match="stages"):
        built([("a", "lead", 0)]) + other


@pytest.mark.parametrize(
    ("deal", "stage", "time"),
    [
        (["a"], ["leed"], [moment(0)]),
        (["a"], ["lead"], [np.datetime64("NaT", "us")]),
        (["a", "b"], ["lead"], [moment(0)]),
    ],
)
def test_changes_that_cannot_be_are_refused(deal, stage, time):
    with pytest.raises(DataError):
        history_from_changes(deal, stage, time, stages=STAGES, as_of=moment(AS_OF))


def test_a_loss_of_which_the_time_is_not_known_waits_until_the_last_time_that_is():
    history = sf.StageHistory(
        deals=["a"], stages=("s", "t"), entered=[["2026-01-01", "NaT"]], outcome=[2],
        closed=["NaT"], as_of="2026-02-01",
    )  # fmt: skip
    assert [part.tolist() for part in history.stage_times("s")] == [[0.0], [2], [0]]
    assert sf.stage_durations(history).lost.tolist() == [1]
