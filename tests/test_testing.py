"""What salesfunnel.testing gives to others: checks that catch, strategies that draw."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

import salesfunnel as sf
from salesfunnel import testing
from salesfunnel.errors import DefinitionError, MissingExtraError


def problems(check, plugin):
    with pytest.raises(DefinitionError) as caught:
        check(plugin)
    return "\n".join(caught.value.problems)


def test_a_template_that_lacks_things_is_told_all_of_them():
    def bare():
        return sf.Funnel("bare", [sf.Stage("a", metrics=[sf.Metric("m", unit="rate")])])

    said = problems(testing.check_template, bare)
    for part in ("at least two", "'name'", "'goal'", "'owner'", "'actions'", "step metric",
                 "'m' of stage 'a' must have a name"):  # fmt: skip
        assert part in said


def test_a_template_that_is_none_is_refused():
    assert "function" in problems(testing.check_template, 3)
    assert "must return a Funnel, got str" in problems(testing.check_template, lambda: "b2b")


def test_languages_that_differ_in_more_than_words_are_refused():
    b2b = sf.template("b2b")
    said = problems(
        testing.check_template,
        lambda locale="en": b2b if locale == "en" else b2b.drop_stage("won"),
    )
    assert "words only" in said


def test_a_name_for_two_things_is_refused():
    b2b = sf.template("b2b")
    won = b2b.stage("won")
    clash = won.with_metric(won.metrics[0].replace(aliases=["LEADS"]))
    said = problems(testing.check_template, lambda: b2b.replace_stage("won", clash))
    assert "one metric, got 'leads' for 2" in said


def test_a_template_that_changes_between_calls_is_refused():
    count = itertools.count()
    said = problems(
        testing.check_template, lambda: sf.template("b2b").replace(name=f"Run {next(count)}")
    )
    assert "equal funnels" in said


def test_a_benchmark_that_cites_little_is_told_all_of_it():
    def thin():
        return sf.BenchmarkSet(
            "thin", [sf.Benchmark("a", "b", 0.5, citation="s")], aliases={"c": ["d"]}
        )

    said = problems(testing.check_benchmark, thin)
    for part in ("'name'", "'url'", "'year'", "'sample'", "'aliases' must name steps"):
        assert part in said
    assert "at least one figure" in problems(
        testing.check_benchmark, lambda: sf.BenchmarkSet("none", [], name="None")
    )
    assert "BenchmarkSet, got int" in problems(testing.check_benchmark, lambda: 3)


def test_a_remedy_without_words_is_told():
    dumb = sf.Remedy("be-quick", "late", owner="sales")
    said = problems(
        testing.check_rules,
        sf.RuleSet("own", "action", [sf.Rule("late", lambda case: None, title="Late")],
                   remedies=[dumb]),
    )  # fmt: skip
    assert "remedy 'be-quick' must have a title in 'en', got none" in said
    assert "remedy 'be-quick' must have a title in 'zh', got none" in said


def test_rules_that_raise_or_lack_words_are_told():
    @sf.rule("fragile", needs="hours")
    def fragile(case):
        return sf.Exposure(exposed=case["hours"].text.astype(float) > 24)

    said = problems(testing.check_rules, sf.RuleSet("own", "action", [fragile]))
    assert "'fragile' must have a title in 'zh'" in said
    assert "must cope with words fields" in said
    assert "must cope with numbers fields" not in said
    assert "at least one rule" in problems(testing.check_rules, sf.RuleSet("own", "action", []))
    assert "'name', 'dimension', 'rules'" in problems(testing.check_rules, object())


def test_a_rule_that_throws_dice_is_told():
    dice = np.random.default_rng()

    @sf.rule("dice", needs="hours", title="Dice")
    def throws(case):
        return sf.Exposure(exposed=dice.random(len(case.now)) < 0.5)

    said = problems(testing.check_rules, sf.RuleSet("own", "action", [throws]))
    assert "must be deterministic" in said


def test_the_strategies_say_which_extra_they_need(monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] == "hypothesis"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"salesfunnel\[testing\]"):
        testing.funnels()


@given(testing.panels(missing=False, falling=True))
@settings(max_examples=30)
def test_falling_panels_fall(panel):
    entered, advanced, missing = panel.entered_advanced()
    assert (advanced <= entered).all()
    assert not missing.any()


@given(testing.funnels(min_stages=2, steps=True))
@settings(max_examples=30)
def test_funnels_with_steps_have_a_volume_everywhere(funnel):
    assert all(stage.volume is not None for stage in funnel.stages)
    assert len(funnel.transitions("step")) >= len(funnel) - 1


@given(testing.trackings())
@settings(max_examples=30)
def test_trackings_have_panels_of_their_steps(sheet):
    panel = sheet.panel("step")
    assert panel.steps == tuple(metric.key for metric in sheet.funnel.steps)


def test_strategies_reach_the_interesting_cases():
    options = settings(max_examples=300, database=None, phases=[Phase.generate])
    assert find(testing.panels(), lambda p: p.missing.any() and p.counts.any(), settings=options)
    assert find(testing.panels(), lambda p: len(p.segments) > 1, settings=options)
    assert find(testing.funnels(), lambda f: len(f.steps) > len(f) > 1, settings=options)
    assert find(testing.trackings(), lambda t: any(row.rate for row in t.rows), settings=options)
