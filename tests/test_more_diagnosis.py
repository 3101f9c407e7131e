"""Causes of steps named in other words, of segments without a column, and rules of strangers."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.builtin.rules import customer
from salesfunnel.diagnosis.read_values import read_numbers, read_times
from salesfunnel.errors import DefinitionError, SalesFunnelError
from test_shipped_rules import BOTTLENECK, FUNNEL, NOW, START, TURN, WON, N, history, often

STEP = FUNNEL.replace(
    stages=[
        FUNNEL.stages[0].with_metric(sf.Metric("offers", "Offers", step=True)),
        FUNNEL.stages[1].with_metric(sf.Metric("wins", "Wins", step=True)),
    ]
)
RIVAL = history(
    competitor=np.where(often(1, 4), "Acme", "none"), channel=np.where(TURN % 2, "web", "fair")
)
RULES = customer.RULE_SET


def ask(bottleneck=BOTTLENECK, data=RIVAL, rules=RULES, **options):
    return sf.diagnose(bottleneck, data, rules=rules, **{"search": False, **options})


def codes(found):
    return {one.code for one in found}


def test_a_step_may_be_named_by_its_metrics():
    b = attrs.evolve(BOTTLENECK, transition=sf.Transition("offers", "wins"))
    named = ask(b, attrs.evolve(RIVAL, funnel=STEP))
    assert codes(named) == codes(ask())
    assert "competitor-named" in codes(named)
    with pytest.raises(SalesFunnelError, match="stages of the history"):
        ask(b)  # a history without a funnel knows no metrics
    inside = attrs.evolve(BOTTLENECK, transition=sf.Transition("offer", "offers"))
    with pytest.raises(SalesFunnelError, match="two stages"):
        ask(inside, attrs.evolve(RIVAL, funnel=STEP))


@pytest.mark.parametrize(
    ("segment", "data", "said"),
    [
        ("web", RIVAL, None),
        ("web / Acme", RIVAL, None),
        ("shop", RIVAL, "shop"),
        ("web", history(channel=np.full(N, "web"), campaign=np.full(N, "web")), "2 that hold it"),
    ],
)
def test_a_segment_is_found_in_the_one_column_that_holds_it(segment, data, said):
    b = attrs.evolve(BOTTLENECK, segment=segment)
    if said is None:
        found = ask(b, data)
        assert all(one.segment == segment for one in found)
        some = [one.evidence.entered for one in found if one.measured]
        assert all(n < NOW.sum() for n in some)
    else:
        with pytest.raises(SalesFunnelError, match=said):
            ask(b, data)


class Stranger:
    """A set of rules of another package: plain functions of the bottleneck and the data."""

    name, dimension = "stranger", "customer"

    def __init__(self, *rules):
        self.rules = rules


def many_deals(bottleneck, data):
    """Answer with a finding where there are many deals."""
    return sf.Finding(
        code="many-deals", dimension="customer", transition=bottleneck.transition,
        segment=bottleneck.segment, period=bottleneck.period, grade="weak",
        evidence=sf.Evidence(method="counted", entered=len(data)),
    )  # fmt: skip


def test_rules_are_sets_names_or_rules():
    one = next(rule for rule in RULES.rules if rule.code == "competitor-named")
    assert codes(ask(rules=one)) == codes(ask(rules=[one]))
    assert "competitor-named" in codes(ask(rules=["customer", one]))
    with pytest.raises(SalesFunnelError, match="str, RuleSet or Rule"):
        ask(rules=[5])


def test_rules_of_a_stranger_are_plain_functions(monkeypatch):
    one = next(rule for rule in RULES.rules if rule.code == "competitor-named")
    monkeypatch.setattr("salesfunnel.plugins.rule_set", lambda name: Stranger(many_deals, one))
    found = ask(rules="stranger")
    (mine,) = [finding for finding in (*found, *found.stated) if finding.code == "many-deals"]
    assert mine.rule_set == "stranger"
    assert mine.evidence.entered == len(RIVAL)
    assert "competitor-named" in codes(found)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: sf.Rule("my-rule", 5), "'check' must be callable"),
        (lambda: sf.Rule("my-rule", many_deals, dimension="weather"), "'dimension' must be one of"),
        (lambda: sf.Rule("my-rule"), "'check' must be callable, got None"),
        (lambda: sf.RuleSet("mine", "customer", (5,)), "Rule only"),
        (lambda: sf.RuleSet("mine", "customer", (), remedies=(5,)), "Remedy only"),
        (lambda: sf.Remedy("call", causes=("a",), effort="XL"), "'effort' must be one of"),
        (lambda: sf.Remedy("call", causes=("a",), lead_time_days=-1), "'lead_time_days'"),
        (lambda: sf.Remedy("call", causes=()), "at least one code"),
    ],
)
def test_definitions_of_rules_that_cannot_be(make, words):
    with pytest.raises(DefinitionError) as caught:
        make()
    assert words in str(caught.value)


@pytest.mark.parametrize("answer", [5, "yes", object()])
def test_a_rule_that_answers_something_else_is_named(answer):
    rule = sf.Rule("odd-rule", lambda case: answer, dimension="customer")
    with pytest.raises(SalesFunnelError, match="odd-rule"):
        ask(rules=rule)


def test_numbers_and_times_of_columns_of_text():
    assert read_numbers(np.array([], dtype="U1")).size == 0
    assert read_numbers(np.array(["12 %", "1,234", ""])).tolist()[:2] == [0.12, 1234]
    assert read_times(np.array([], dtype="U1")).size == 0
    found = read_times(np.array(["2026-02-30", "2026/13/05", "2026年1月5日", "soon"]))
    assert np.isnat(found).tolist() == [True, True, False, True]
    assert str(found[2])[:10] == "2026-01-05"


def test_of_many_groups_the_largest_are_named_and_the_rest_is_one():
    channel = np.array([f"channel {i:02d}" for i in range(60)])[(TURN * 7) % 60]
    said = sf.diagnose(BOTTLENECK, history(channel=channel), rules="data", search=False)
    (mix,) = [one for one in (*said, *said.stated) if one.code == "channel-mix"]
    names = [group.name for group in mix.evidence.groups]
    assert len(names) < 60
    assert len(set(names)) == len(names)
    assert sum(group.entered for group in mix.evidence.groups) == NOW.sum()


def test_few_outcomes_say_nothing_of_who_fills_a_column():
    """All deals are won but four: nobody can say that the lost lack it."""
    won = np.ones(N, dtype=bool)
    won[NOW & (TURN < 4)] = False
    data = history(won=won, competitor=np.where(often(1, 4), "Acme", "none"))
    found = ask(data=data)
    assert all("recorded-by-outcome" not in one.evidence.notices for one in found)


def test_the_columns_of_a_history_are_searched_for_what_tells_the_outcome():
    """Columns that the end of a deal fills are left out, with the reason."""
    closed = START + 5 * np.timedelta64(1, "D")
    rng = np.random.default_rng(4)
    columns = {
        "score": np.where(WON, rng.normal(8, 1, N), rng.normal(2, 1, N)),
        "signed": np.where(WON, closed.astype("datetime64[D]").astype(str), ""),
        "note": np.where(WON, "", "lost"),
        "channel": np.where(often(1, 4), "fair", "web"),
        "same": np.full(N, "one"),
    }
    found = sf.diagnose(BOTTLENECK, history(**columns))
    left = {row.name: row.reason for row in found.columns}
    assert left["same"] == "one-value"
    assert left["note"]
    assert left["score"]
    assert not left["channel"]
    assert any(one.evidence.field == "channel" for one in found)
