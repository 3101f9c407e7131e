"""Causes: what a rule sees, what its finding is worth, what is said where data are missing."""

from __future__ import annotations

import importlib.util
import math
from datetime import date
from pathlib import Path

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.builtin.rules import action, customer, data, resource
from salesfunnel.errors import ArgumentError, DefinitionError, PluginError, UnknownNameError

ROOT = Path(__file__).parents[1]
SETS = [module.RULE_SET for module in (data, action, resource, customer)]


def _planted():
    spec = importlib.util.spec_from_file_location(
        "planted", ROOT / "benchmarks" / "accuracy" / "planted.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


planted = _planted()


@pytest.fixture(scope="module")
def case():
    bottleneck, parts, cause, _ = planted.planted(np.random.default_rng(7), 200)
    return bottleneck, planted.history_of(parts), cause


def test_the_planted_cause_comes_first_and_not_the_decoy(case):
    bottleneck, history, cause = case
    findings = sf.diagnose(bottleneck, history, rules=SETS)
    first = findings[0]
    assert first.code == cause
    assert first.grade == "strong"
    assert first.contribution > 0.4 * (bottleneck.reference - bottleneck.rate) * 200
    assert 0 < first.share <= 1
    assert first.interval.low < first.contribution < first.interval.high
    assert findings == sf.diagnose(bottleneck, history, rules=SETS)
    assert {f.dimension for f in findings} == {"data", "action", "resource", "customer"}


def test_figures_of_a_finding_can_be_counted_by_hand(case):
    bottleneck, history, cause = case
    first = sf.diagnose(bottleneck, history, rules=SETS)[0]
    name, (_, bad) = planted.CAUSES[cause]
    exposed = history.attributes[name] == bad
    won = history.outcome == 1
    now = np.arange(len(won)) >= len(won) - 200
    e = first.evidence
    assert (e.entered, e.entered_before) == (200, 2400)
    assert (e.exposed, e.exposed_before) == (exposed[now].sum(), exposed[~now].sum())
    assert e.table == (
        (exposed & won).sum(), (exposed & ~won).sum(),
        (~exposed & won).sum(), (~exposed & ~won).sum(),
    )  # fmt: skip
    change = exposed[now].mean() - exposed[~now].mean()
    assert first.contribution == pytest.approx(-change * e.difference * 200, rel=0.1)
    assert first.potential == pytest.approx(-e.difference * exposed[now].sum(), rel=0.1)
    assert e.stratified_by == ("channel", "period")
    assert e.strata == 39


def test_a_rule_of_ones_own_is_one_function(case):
    bottleneck, history, _ = case

    @sf.rule("rival", needs="competitor", dimension="customer", title="A rival is there")
    def rival(case):
        return sf.Exposure(exposed=case["competitor"].text == "Rival", column=case["competitor"])

    (mine,) = sf.diagnose(bottleneck, history, rules=rival, search=False)
    (built_in,) = (
        f for f in sf.diagnose(bottleneck, history, rules=SETS) if f.code == "competitor-named"
    )
    assert mine.evidence.table == built_in.evidence.table
    assert mine.kind == "standing"  # not behind the fall of this company
    assert mine.title["zh"] == "A rival is there"
    assert mine.rule_set == "rule:rival"


def test_a_missing_field_is_said_and_not_guessed(case):
    bottleneck, history, _ = case
    bare = planted.history_of(
        {
            "entered": history.entered,
            "closed": history.closed,
            "outcome": history.outcome,
            "attributes": {"reaktion": np.full(len(history.deals), 5.0)},
        }
    )
    findings = {f.code: f for f in sf.diagnose(bottleneck, bare, rules=SETS)}
    assert findings["slow-response"].grade == "not-measured"
    assert findings["slow-response"].collect == ("response_hours",)
    assert findings["slow-response"].contribution is None
    mapped = sf.diagnose(bottleneck, bare, rules=SETS[1], columns={"response_hours": "reaktion"})
    assert {f.code: f for f in mapped}["slow-response"].measured
    with pytest.raises(UnknownNameError):
        sf.diagnose(bottleneck, bare, rules=SETS[1], columns={"response_hours": "reaction"})


def test_columns_are_known_by_their_chinese_names(case):
    bottleneck, history, _ = case
    chinese = {"渠道": "channel", "首次响应时间(小时)": "response_hours", "竞品": "competitor"}
    renamed = planted.history_of(
        {
            "entered": history.entered,
            "closed": history.closed,
            "outcome": history.outcome,
            "attributes": {zh: history.attributes[en] for zh, en in chinese.items()},
        }
    )
    found = {f.code: f for f in sf.diagnose(bottleneck, renamed, rules=SETS)}
    original = {f.code: f for f in sf.diagnose(bottleneck, history, rules=SETS)}
    for code in ("slow-response", "competitor-named"):
        assert found[code].contribution == original[code].contribution
    assert found["slow-response"].evidence.stratified_by == ("渠道", "period")


def test_open_deals_are_not_losses(case):
    bottleneck, history, _ = case
    outcome = history.outcome.copy()
    outcome[-200:] = 0
    parts = {
        "entered": np.where(
            np.arange(len(outcome))[:, None] * [[0, 1]] >= len(outcome) - 200,
            np.datetime64("NaT", "us"),
            history.entered,
        ),
        "closed": np.where(outcome == 0, np.datetime64("NaT", "us"), history.closed),
        "outcome": outcome,
        "attributes": history.attributes,
    }
    young = planted.history_of(parts, as_of=history.entered[:, 0].max())
    before = {f.code: f for f in sf.diagnose(bottleneck, history, rules=SETS)}
    after = {f.code: f for f in sf.diagnose(bottleneck, young, rules=SETS)}
    for code in planted.CAUSES:
        assert sum(after[code].evidence.table) < sum(before[code].evidence.table)
        assert after[code].evidence.exposed == before[code].evidence.exposed


def test_faulty_data_veto_the_bottleneck(case):
    bottleneck, history, cause = case
    entered = history.entered.copy()
    entered[-200:-60, 0] = np.datetime64("2026-10-01T00:00", "us")
    parts = {
        "entered": entered,
        "closed": history.closed,
        "outcome": history.outcome,
        "attributes": history.attributes,
    }
    findings = sf.diagnose(bottleneck, planted.history_of(parts), rules=SETS)
    assert findings[0].code == "batch-entry"
    assert findings[0].veto
    assert findings[0].params["affected"] >= 140
    rest = {f.code: f for f in findings[1:]}
    assert rest[cause].grade == "weak"
    assert "data-unverified" in rest[cause].evidence.notices


def test_a_field_that_is_filled_after_the_outcome_is_not_trusted(case):
    bottleneck, history, _ = case
    attributes = dict(history.attributes)
    attributes["competitor"] = np.where(history.outcome == 2, "Rival", "")
    attributes["competitor"][:40] = "none"
    parts = {
        "entered": history.entered,
        "closed": history.closed,
        "outcome": history.outcome,
        "attributes": attributes,
    }
    findings = {f.code: f for f in sf.diagnose(bottleneck, planted.history_of(parts), rules=SETS)}
    named = findings["competitor-named"]
    assert "recorded-by-outcome" in named.evidence.notices
    assert named.grade == "weak"


def test_mix_of_channels_is_kitagawa_times_deals():
    rng = np.random.default_rng(3)
    n = 1300
    month = np.repeat(np.arange(13), 100)
    good = rng.random(n) < np.where(month == 12, 0.3, 0.7)
    advanced = rng.random(n) < np.where(good, 0.7, 0.3)
    bottleneck, parts, _, _ = planted.planted(np.random.default_rng(1), 100)
    later = parts["entered"][:, 0] + np.timedelta64(3, "D")
    history = planted.history_of(
        {
            "entered": np.stack(
                [parts["entered"][:, 0], np.where(advanced, later, np.datetime64("NaT", "us"))],
                axis=1,
            ),
            "closed": later,
            "outcome": np.where(advanced, 1, 2),
            "attributes": {"lead source": np.where(good, "referral", "fair")},
        }
    )
    first = sf.diagnose(bottleneck, history, rules=SETS)[0]
    assert first.code == "channel-mix"
    assert first.params["group"] == "fair"
    mix = math.fsum(g.mix for g in first.evidence.groups)
    assert first.contribution == pytest.approx(-mix * 100, rel=0.1)
    shares = {g.name: (g.entered, g.entered_before) for g in first.evidence.groups}
    assert shares["fair"] == ((~good & (month == 12)).sum(), (~good & (month < 12)).sum())


def test_rules_and_sets_say_all_that_is_wrong():
    with pytest.raises(DefinitionError):
        sf.Rule("x")
    with pytest.raises(DefinitionError):
        sf.Rule("", lambda case: None)
    with pytest.raises(DefinitionError):
        sf.RuleSet("a", "weather", ())
    with pytest.raises(DefinitionError):
        sf.RuleSet("a", "data", (sf.Rule("x", len), sf.Rule("x", len)))


def test_a_rule_that_fails_is_named(case):
    bottleneck, history, _ = case
    broken = sf.Rule("broken", lambda case: 1 / 0, dimension="data")
    with pytest.raises(PluginError, match="broken"):
        sf.diagnose(bottleneck, history, rules=broken)
    short = sf.Rule("short", lambda case: sf.Exposure(exposed=np.array([True])))
    with pytest.raises(PluginError, match="one value a deal"):
        sf.diagnose(bottleneck, history, rules=short)
    with pytest.raises(ArgumentError):
        sf.diagnose(bottleneck, 5)


def test_findings_are_values(case):
    bottleneck, history, _ = case
    first = sf.diagnose(bottleneck, history, rules=SETS)[0]
    assert attrs.evolve(first) == first
    assert hash(attrs.evolve(first)) == hash(first)


def test_the_four_sets_come_through_the_registry(case):
    bottleneck, history, _ = case
    assert sf.diagnose(bottleneck, history) == sf.diagnose(bottleneck, history, rules=SETS)
    assert {"data", "action", "resource", "customer"} <= {r.name for r in sf.rule_sets()}
    with pytest.raises(UnknownNameError):
        sf.diagnose(bottleneck, history, rules="weather")


def test_no_words_claim_a_cause():
    from salesfunnel.i18n import catalog

    for locale, claims in (("en", ("caused by", "because of")), ("zh", ("导致", "造成"))):
        for key, words in catalog(locale).items():
            assert not any(claim in words.casefold() for claim in claims), key


def sheet(*rows):
    from salesfunnel.data.tracking import Tracking, TrackingRow

    funnel = sf.Funnel("small", ["offer", "won"])
    return Tracking(funnel=funnel, rows=[TrackingRow(**row) for row in rows])


def test_a_sheet_alone_gives_weak_signs_and_says_why(case):
    bottleneck, _, _ = case
    tracking = sheet(
        {"stage": "offer", "metric": "offer", "period": "2026-10", "target": 100, "actual": 90},
        {"stage": "offer", "metric": "首次响应时长", "period": "2026-10", "unit": "duration",
         "target": 1, "actual": 1.5},
        {"stage": "offer", "metric": "script adherence", "period": "2026-10", "unit": "rate",
         "actual": 0.9},
        {"stage": "offer", "metric": "won", "period": "2026-10", "actual": 20,
         "note": "两家客户转投竞品"},
        {"stage": "elsewhere", "metric": "x", "period": "2026-10", "note": "价格太贵"},
    )  # fmt: skip
    found = {f.code: f for f in sf.diagnose(bottleneck, tracking)}
    assert all(f.grade in {"weak", "not-measured"} for f in found.values())
    slow = found["slow-response"]
    assert slow.params["actual"] == 36
    assert slow.params["limit"] == 24
    assert slow.params["bad"] is True
    assert "aggregates-only" in slow.evidence.notices
    assert slow.contribution is None
    assert found["script-skipped"].params["bad"] is False
    assert found["competitor-named"].params["note"] == "两家客户转投竞品"
    assert found["competitor-named"].evidence.method == "note"
    assert found["price-objection"].grade == "not-measured"
    plan = sf.plan([bottleneck], found.values(), start=date(2026, 11, 2))
    assert {"slow-response", "competitor-named"} <= {m.problem for m in plan}
    assert "script-skipped" not in {m.problem for m in plan}
    assert "gap" in plan[0].effect.notices


def test_counts_by_segment_give_a_weak_mix(case):
    bottleneck, _, _ = case
    counts = {f"2025-{m:02d}": [[70, 49], [30, 9]] for m in range(1, 13)}
    counts["2026-10"] = [[30, 21], [70, 21]]
    panel = sf.Panel.from_counts(counts, steps=("offer", "won"), segments=("referral", "fair"))
    first = sf.diagnose(bottleneck, panel)[0]
    assert first.code == "channel-mix"
    assert first.grade == "weak"
    assert first.contribution == pytest.approx(0.16 * 100)
    assert first.params["group"] == "fair"
    assert "aggregates-only" in first.evidence.notices
