"""Every shipped rule finds what it is for, in deals where that and nothing else is so."""

from __future__ import annotations

from datetime import timedelta

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.diagnosis import RuleSet

N, MONTHS = 780, 13
NUMBER = np.arange(N)
MONTH = NUMBER % MONTHS
NOW = MONTH == MONTHS - 1
TURN = NUMBER // MONTHS  # of each deal in its month, 0 to 59
DAY = np.timedelta64(1, "D")
START = (np.datetime64("2025-10", "M") + MONTH).astype("datetime64[us]") + (TURN % 20) * DAY
WON = np.where(NOW, 3, 1) < TURN % 5  # 60% before, 20% now
CALL = sf.KeyAction("call", "Call", within=timedelta(days=2))
FUNNEL = sf.Funnel(
    "sales",
    [sf.Stage("offer", "Offer", actions=[CALL, sf.KeyAction("letter", "Letter")]),
     sf.Stage("won", "Won")],
)  # fmt: skip


def often(before, now):
    """Return which deals have something: so many of five before, and now."""
    return np.where(NOW, now, before) > (TURN * 7) % 5


def history(entered=START, won=WON, funnel=None, **columns):
    closed = START + 5 * DAY
    never = np.datetime64("NaT", "us")
    return sf.StageHistory(
        deals=tuple(f"d{i}" for i in range(len(entered))),
        stages=("offer", "won"),
        entered=np.stack([entered, np.where(won, closed, never)], axis=1),
        created=START, closed=closed, outcome=np.where(won, 1, 2).astype(np.int8),
        attributes={name: np.asarray(values) for name, values in columns.items()},
        as_of=np.datetime64("2026-12-31", "us"), funnel=funnel,
    )  # fmt: skip


BOTTLENECK = sf.Bottleneck(
    transition=sf.Transition("offer", "won"), segment="all", period="2026-10",
    entered=int(NOW.sum()), advanced=int(WON[NOW].sum()), rate=float(WON[NOW].mean()),
    reference=float(WON[~NOW].mean()), window=1,
)  # fmt: skip


def found(code, data, bottleneck=BOTTLENECK):
    """Return what the one rule with this code says."""
    for name in ("data", "action", "resource", "customer"):
        rules = sf.rule_set(name)
        for one in rules.rules:
            if one.code == code:
                alone = RuleSet(rules.name, rules.dimension, (one,))
                said = sf.diagnose(bottleneck, data, rules=alone, search=False)
                return [*said, *said.stated]
    raise AssertionError(code)


def test_answers_that_come_late_are_told_from_times_as_from_hours():
    wait = np.where(often(1, 4), 40, 3)
    hours = found("slow-response", history(response_hours=wait.astype(str)))
    times = START + wait.astype("timedelta64[h]")
    moments = found("slow-response", history(first_response_at=times.astype(str)))
    for (one,) in (hours, moments):
        assert (one.evidence.exposed, one.evidence.exposed_before) == (48, 144)
        assert one.evidence.known == 60


def test_a_key_action_that_is_late_or_not_done_is_overdue():
    done = np.where(often(1, 4), "", (START + DAY).astype(str))
    (one,) = found("key-action-overdue", history(funnel=FUNNEL, call=done))
    assert (one.evidence.exposed, one.evidence.exposed_before) == (48, 144)
    assert one.params["action"] == "call"
    (asked,) = found("key-action-overdue", history(funnel=FUNNEL))
    assert asked.collect == ("call",)
    assert found("key-action-overdue", history()) == []


def test_a_low_grade_counts_as_a_worse_lead():
    (one,) = found("lead-quality", history(lead_grade=np.where(often(1, 4), "C", "A")))
    assert one.evidence.exposed == 48


def test_a_flag_of_rivals_is_read_as_yes_and_no():
    rival = np.where(often(1, 4), "yes", "no")
    (one,) = found("competitor-named", history(competitor=rival))
    assert one.evidence.exposed == 48


def test_reasons_of_ten_losses_are_too_few_and_many_are_told():
    reason = np.where(WON, "", np.where(often(1, 4), "price", "no need"))
    (one,) = found("lost-reasons", history(lost_reason=reason))
    assert (one.code, one.kind) == ("lost-to-price", "stated")
    assert (one.params["lost_now"], one.params["stated_now"]) == (36, 48)
    assert (one.params["lost_before"], one.params["stated_before"]) == (144, 288)
    assert one.contribution == pytest.approx(48 * (36 / 48 - 144 / 288))
    few = np.where(NOW & (TURN > 8), "", reason)
    assert found("lost-reasons", history(lost_reason=few)) == []


def test_a_column_that_is_half_empty_is_to_be_collected():
    (one,) = found("missing-fields", history(industry=np.where(often(2, 2), "retail", "")))
    assert one.collect == ("industry",)
    assert one.evidence.field == "industry"
    assert found("missing-fields", history(industry=np.full(N, "retail"))) == []


def test_deals_entered_twice_are_counted():
    account = np.where(NOW & (TURN % 20 < 5), "Acme", np.char.add("firm ", NUMBER.astype(str)))
    names = np.full(N, "Renewal")
    (by_name,) = found("duplicate-deals", history(account=account, deal_name=names))
    value = attrs.evolve(history(account=account), value=np.full(N, 900.0))
    (by_value,) = found("duplicate-deals", value)
    for one in (by_name, by_value):
        assert (one.code, one.params["affected"]) == ("duplicate-deals", 10)
    assert found("duplicate-deals", history(account=np.char.add("a", NUMBER.astype(str)),
                                            deal_name=names)) == []  # fmt: skip


def test_a_day_on_which_most_entries_were_made_is_a_batch():
    entered = START.copy()
    entered[NOW & (TURN < 45)] = np.datetime64("2026-10-07", "us")
    (one,) = found("batch-entry", history(entered=entered))
    assert one.params["day"] == "2026-10-07"
    assert found("batch-entry", history()) == []


def test_skipped_and_backward_steps_of_judged_deals_are_counted():
    back = START.copy()
    back[WON & NOW & (TURN < 20)] += 9 * DAY
    (one,) = found("definition-changed", history(entered=back))
    assert (one.code, one.params["affected"]) == ("stage-backward", 4)
    skipped = START.copy()
    skipped[NOW & (TURN < 30)] = np.datetime64("NaT", "us")
    (one,) = found("definition-changed", history(entered=skipped))
    assert (one.code, one.params["affected"]) == ("stage-skipped", 6)
    skipped[NOW & (TURN < 55) & WON] = np.datetime64("NaT", "us")
    codes = {one.code for one in found("definition-changed", history(entered=skipped))}
    assert codes == {"stage-skipped", "definition-changed"}


def test_a_rate_above_one_vetoes_the_bottleneck():
    above = attrs.evolve(BOTTLENECK, rate=1.2)
    panel = sf.Panel.from_counts({"2026-10": [50, 60]}, steps=("offer", "won"))
    said = sf.diagnose(above, panel, search=False)
    (one,) = [finding for finding in said if finding.code == "rate-above-one"]
    assert one.veto


def test_owners_with_many_deals_need_a_usual_load():
    owner = np.where(NOW, "Ann", np.array(["Bo", "Cid", "Di"])[TURN % 3])
    assert found("owner-load", history(owner=owner))[0].evidence.field == "owner"
    only_now = np.where(NOW, "Ann", "")
    assert [one for one in found("owner-load", history(owner=only_now)) if one.measured] == []
