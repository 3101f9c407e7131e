"""What a funnel count means, row by row of the table, each worked out by hand.

A log is written as a line a customer: ``"0a 3b 9c"`` is a at 0, b at 3 and c at 9. Behind each
count stands who is in it.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

import salesfunnel as sf

ABC = ["a", "b", "c"]


def log_of(**people):
    """A log of lines; a value behind a slash is the channel: ``"0a/web"``."""
    rows = []
    for who, line in people.items():
        for word in line.split():
            event, _, channel = word.partition("/")
            digits = event.rstrip("abcx")
            rows.append((who, event[len(digits) :], int(digits), channel or None))
    who, step, time, channel = zip(*rows, strict=True)
    return sf.EventLog(who, step, time, attributes={"channel": channel})


def count(log, steps=ABC, **question):
    return sf.count_steps(log, steps, **question).counts


# -- who counts for step k ---------------------------------------------------------------------


def test_events_in_order_of_time_one_a_step():
    log = log_of(
        ann="0a 3b 9c",  # all three
        bob="0a 3c 9b",  # c is too early: a, b
        cid="0b 3a",  # a only: nothing follows it
        dan="0b 3c",  # never a
    )
    assert count(log) == (3, 2, 1)


def test_other_events_in_between_do_not_matter():
    assert count(log_of(ann="0a 1x 2a 3x 4b 5b 6a 7c")) == (1, 1, 1)


def test_each_event_serves_one_step_only():
    log = log_of(ann="0a", bob="0a 4a", cid="0a 4a 5a")
    assert count(log, ["a", "a"]) == (3, 2)
    assert count(log, ["a", "a", "a"]) == (3, 2, 1)
    # a at 0 cannot be the third step as well, though b is at the same time.
    assert count(log_of(ann="0a 0b"), ["a", "b", "a"]) == (1, 1, 0)


# -- best chain --------------------------------------------------------------------------------


def test_all_starts_are_tried_and_the_latest_that_can_still_finish_decides():
    log = log_of(
        ann="0a 8a 10b",  # from 8
        bob="0a 8a 4b",  # from 0: b at 4 is before the second start
        cid="0a 4b 8a 14c",  # a and b from 0; c is 14 after 0, and from 8 there is no b
    )
    assert count(log, window=5) == (3, 3, 0)


# -- equal timestamps --------------------------------------------------------------------------


def test_ties_are_resolved_for_the_customer_unless_steps_must_increase():
    log = log_of(
        ann="5a 5b 5c",  # all at once
        bob="5a 5b 6c",
        cid="5c 5b 5a",  # the order of the rows does not matter
        dan="5a 6b 7c",
    )
    assert count(log) == (4, 4, 4)
    # ann: a; bob: a, and c at 6 is no b; cid: a; dan: all
    assert count(log, increasing=True) == (4, 1, 1)


def test_increasing_may_pass_over_a_tie():
    # b at 5 ties with the later a; the earlier a serves.
    assert count(log_of(ann="3a 5a 5b"), ["a", "b"], increasing=True) == (1, 1)


# -- window ------------------------------------------------------------------------------------


def test_the_window_is_from_the_first_event_and_its_bound_is_inside():
    log = log_of(
        ann="0a 5b 10c",  # c exactly at the bound
        bob="0a 5b 11c",  # c one too late
        cid="0a 11b",
    )
    assert count(log, window=10) == (3, 2, 1)
    assert count(log, window=0) == (3, 0, 0)


def test_windows_of_the_calendar():
    noon = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    log = sf.EventLog(
        ["ann", "ann", "bob", "bob"], ["a", "b", "a", "b"],
        [noon, noon + timedelta(days=14), noon, noon + timedelta(days=14, seconds=1)],
    )  # fmt: skip
    for window in ("14D", "2W", "336h", "14 days", "2 weeks", "336 hours", timedelta(days=14)):
        assert count(log, ["a", "b"], window=window) == (2, 1)


# -- window a step -----------------------------------------------------------------------------


def test_a_window_a_step_bounds_neighbours():
    log = log_of(
        ann="0a 5b 10c",  # 5 and 5
        bob="0a 5b 11c",  # 5 and 6
        cid="0a 6b 7c",  # 6 and 1
    )
    assert count(log, step_windows=5) == (3, 2, 1)
    assert count(log, step_windows=[5, None]) == (3, 2, 2)
    assert count(log, step_windows=[None, 5]) == (3, 3, 2)
    assert count(log, step_windows={"c": 5}) == (3, 3, 2)
    # Both kinds of windows: ann and bob are out at c by the whole window, cid at b.
    assert count(log, step_windows=5, window=9) == (3, 2, 0)


# -- strict order ------------------------------------------------------------------------------


def test_strict_order_wants_nothing_else_in_between():
    log = log_of(
        ann="0a 1b 2c",
        bob="0a 1x 2b 3c",  # x comes between: a
        cid="0a 1b 2b 3c",  # the second b comes between: a, b
        dan="0a 1x 2a 3b",  # the second chain is clean
        eve="9x 0a 1b 5c",  # x before or after is nobody's business
    )
    assert count(log, order="strict") == (5, 4, 2)


# -- any order ---------------------------------------------------------------------------------


def test_any_order_wants_the_first_k_steps_inside_one_window():
    log = log_of(
        ann="0c 3b 5a",  # backwards, within 5
        bob="0c 3b 6a",  # c is 6 before a; a and b are within 3
        cid="0b 9a",  # too far apart: a
        dan="0b 1c",  # never a
    )
    assert count(log, order="any", window=5) == (3, 2, 1)
    assert count(log, order="any") == (3, 3, 2)
    # A name that stands twice wants two events.
    assert count(log_of(ann="0a 1b", bob="0a 1b 2a"), ["a", "b", "a"], order="any") == (2, 2, 1)


# -- exclusion ---------------------------------------------------------------------------------


def test_an_excluded_event_voids_the_chain_not_the_customer():
    log = log_of(
        ann="0a 1x 2b",  # void
        bob="0a 1x 2a 3b",  # the second chain is clean
        cid="0x 1a 2b 3x",  # not between
        dan="0a 2x 2b",  # at the time of b is not before it
    )
    assert count(log, ["a", "b"], exclude="x") == (4, 3)


def test_an_exclusion_may_stand_between_two_named_steps():
    log = log_of(
        ann="0a 1x 2b 3c",  # between a and b
        bob="0a 1b 2x 3c",  # between b and c
        cid="0a 1b 3c",
    )
    assert count(log, exclude=["x"]) == (3, 2, 1)
    assert count(log, exclude=[("x", "a", "b")]) == (3, 2, 2)
    assert count(log, exclude=[("x", "b", "c")]) == (3, 3, 2)
    assert count(log, exclude=[("x", "a", "c")]) == (3, 2, 1)


# -- re-entry ----------------------------------------------------------------------------------


def test_customers_or_attempts():
    log = log_of(
        ann="0a 1b 2c 10a 11b",  # two attempts: to c, and to b
        bob="0a 5a 9a",  # three attempts, none further
        cid="0a 2a 4b",  # the second start is within the first attempt (0 to 4)
    )
    assert count(log) == (3, 2, 1)
    assert count(log, per="entry") == (2 + 3 + 1, 2 + 0 + 1, 1)


def test_a_later_start_within_an_attempt_takes_it_over_where_it_gets_further():
    # From 0: b at 6; c at 14 is too late. From 5: b and c. One attempt, three steps.
    assert count(log_of(ann="0a 5a 6b 14c"), window=10, per="entry") == (1, 1, 1)


# -- breakdown ---------------------------------------------------------------------------------


def channels(log, attribution, **question):
    found = sf.count_steps(log, ABC, breakdown="channel", attribution=attribution, **question)
    return dict(found.by_segment)


def test_attribution_first_last_a_step_and_all():
    log = log_of(
        ann="0a/web 1b/fair 2c/mail",
        bob="0a/fair 1b/fair",
        cid="0a 1b/web",  # the channel of a is missing
        dan="0a",  # no channel at all
    )
    # ann by web, fair by bob, cid by the first one known
    assert channels(log, "first") == {"web": (2, 2, 1), "fair": (1, 1, 0), "": (1, 0, 0)}
    # ann by mail
    assert channels(log, "last") == {
        "mail": (1, 1, 1), "fair": (1, 1, 0), "web": (1, 1, 0), "": (1, 0, 0),
    }  # fmt: skip
    # at b: ann and bob by fair, cid by web, dan did not get there
    assert channels(log, "b") == {"fair": (2, 2, 1), "web": (1, 1, 0), "": (1, 0, 0)}
    # at a: cid's is missing there
    assert channels(log, "a") == {"web": (1, 1, 1), "fair": (1, 1, 0), "": (2, 1, 0)}
    # chains of one channel only: ann has an a by web; bob both by fair; the a of cid and dan
    assert channels(log, "all") == {"web": (1, 0, 0), "fair": (1, 1, 0), "": (2, 0, 0)}


def test_segments_add_up_to_the_counts_but_for_all():
    log = log_of(ann="0a/web 1b/fair 2c/mail", bob="0a/fair 1b/fair", cid="0a 1b/web")
    for attribution in ("first", "last", "a", "b", "c"):
        rows = channels(log, attribution).values()
        assert tuple(map(sum, zip(*rows, strict=True))) == count(log) == (3, 3, 1)


def test_in_any_order_first_and_last_are_those_of_time():
    log = log_of(ann="0c/mail 1b/fair 2a/web")
    assert channels(log, "first", order="any") == {"mail": (1, 1, 1)}
    assert channels(log, "last", order="any") == {"web": (1, 1, 1)}


# -- not mature yet ------------------------------------------------------------------------------


def test_who_can_still_convert_is_counted_apart():
    log = log_of(
        ann="0a 1b 2c",  # done
        bob="0a 1b",  # the window closed at 10
        cid="6a 7b",  # open until 16
        dan="5a",  # at 15, the bound is inside, but 16 is the next moment: closed
        eve="14a 30b",  # b is after the last observation; open
    )
    found = sf.count_steps(log, ABC, window=10, as_of=15)
    assert (found.counts, found.immature) == ((3, 2, 1), 2)  # ann, bob, dan; cid and eve wait
    assert [(f.code, dict(f.params)["n"]) for f in found.faults] == [("events-after-as-of", 1)]
    assert found.rates == (2 / 3, 1 / 2)
    later = sf.count_steps(log, ABC, window=10, as_of=40)
    assert (later.counts, later.immature) == ((5, 3, 1), 0)


def test_without_a_window_nobody_is_ever_immature():
    found = sf.count_steps(log_of(ann="0a"), ["a", "b"], as_of=3)
    assert (found.counts, found.immature) == ((1, 0), 0)


def test_a_window_a_step_keeps_open_what_it_bounds():
    log = log_of(ann="0a 4b", bob="0a", cid="0a 6b")  # c until 9; b until 5; b was too late
    found = sf.count_steps(log, ABC, step_windows=5, as_of=8)
    assert (found.counts, found.immature) == ((2, 0, 0), 1)
    found = sf.count_steps(log, ABC, step_windows=5, as_of=9)
    assert (found.counts, found.immature) == ((3, 1, 0), 0)


def test_an_excluded_event_closes_a_window():
    log = log_of(ann="6a 7x", bob="6a 7x 8a")
    found = sf.count_steps(log, ["a", "b"], window=10, exclude="x", as_of=9)
    assert (found.counts, found.immature) == ((1, 0), 1)  # bob may start again from 8


def test_immature_by_segment():
    log = log_of(ann="6a/web", bob="0a/fair 1b/fair", cid="6a/fair")
    found = sf.count_steps(log, ["a", "b"], window=10, as_of=9, breakdown="channel")
    assert dict(found.by_segment) == {"web": (0, 0), "fair": (1, 1)}
    assert dict(found.immature_by_segment) == {"web": 1, "fair": 1}


# -- time to convert ---------------------------------------------------------------------------


def test_durations_are_between_events_of_the_best_chain():
    log = log_of(
        ann="0a 2b",  # 2
        bob="0a 4b",  # 4
        cid="0a 6b",  # 6
        dan="0a 1a 8b",  # b at 8 is out of reach of 0: from 1, 7
        eve="0a",  # the window has closed: left for good
    )
    (found,) = sf.count_steps(log, ["a", "b"], window=7, as_of=20).durations
    assert (found.source, found.target, found.unit) == ("a", "b", "ticks")
    assert (found.entered, found.advanced, found.open) == (5, 4, 0)
    # Of four who go on, two have by 4 and four of five, so all four, by 7.
    assert (found.median, found.p80) == (4.0, 7.0)


def test_who_is_still_open_is_censored_not_lost():
    log = log_of(ann="0a 2b", bob="0a 2b", cid="0a 6b", dan="9a")
    (found,) = sf.count_steps(log, ["a", "b"], window=7, as_of=10).durations
    assert (found.entered, found.advanced, found.open) == (4, 3, 1)
    # dan was watched for 1 and is out of the risk set at 2: 2 of 3 at 2, the rest at 6.
    assert (found.median, found.p80) == (2.0, 6.0)


def test_durations_of_the_calendar_are_in_days():
    start = datetime(2026, 5, 1)  # noqa: DTZ001 - naive on purpose
    times = [start, start + timedelta(hours=36)]
    log = sf.EventLog([1, 1], ["a", "b"], times)
    (found,) = sf.count_steps(log, ["a", "b"]).durations
    assert (found.median, found.unit) == (1.5, "days")


# -- duplicates --------------------------------------------------------------------------------


def test_the_same_entity_step_and_time_twice_is_one_event():
    log = log_of(ann="0a 0a 0a 3b 3b", bob="0a 1x 1x")
    found = sf.count_steps(log, ["a", "b"])
    assert (found.counts, found.duplicates, found.events) == ((2, 1), 3, 6)
    assert count(log_of(ann="0a 0a"), ["a", "a"]) == (1, 0)
    # In strict order every event matters, so x said twice is one event of two rows.
    strict = sf.count_steps(log, ["a", "b"], order="strict")
    assert (strict.counts, strict.duplicates) == ((2, 1), 4)


# -- faults ------------------------------------------------------------------------------------


def test_unknown_steps_and_missing_values_are_faults_with_their_rows():
    log = sf.EventLog(
        ["ann", None, "bob", "ann", "cid"], ["a", "a", None, "b", "a"], [0, 1, 2, 3, None]
    )
    assert [(f.code, f.row, f.severity) for f in log.faults] == [
        ("event-without-entity", 2, "error"),
        ("event-without-step", 3, "error"),
        ("event-without-time", 5, "error"),
    ]
    found = sf.count_steps(log, ["a", "b", "bb"])
    assert found.counts == (1, 1, 0)
    assert [f.code for f in found.faults] == [*(f.code for f in log.faults), "step-never-occurs"]
    known = sf.EventLog(["ann"], ["ordr"], [0], steps=["visit", "order"])
    assert [(f.code, f.row, f.value) for f in known.faults] == [
        ("event-of-unknown-step", 1, "ordr")
    ]


# -- time zones --------------------------------------------------------------------------------


def test_all_naive_or_all_aware():
    naive = datetime(2026, 5, 1)  # noqa: DTZ001 - naive on purpose
    with pytest.raises(sf.errors.DataError, match="aware at row 2, naive at row 1"):
        sf.EventLog([1, 1], ["a", "b"], [naive, naive.replace(tzinfo=timezone.utc)])
    east = timezone(timedelta(hours=8))
    # 20:00 in Beijing is noon in London: a and b are one hour apart.
    noon = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    log = sf.EventLog([1, 1], ["a", "b"], [noon, datetime(2026, 5, 1, 21, tzinfo=east)])
    assert count(log, ["a", "b"], window="1h") == (1, 1)
    assert count(log, ["a", "b"], window="59min") == (1, 0)
