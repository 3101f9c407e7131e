"""Everything that ships in the box passes the checks that strangers' plugins are given."""

from __future__ import annotations

import importlib.metadata
from datetime import date

import pytest

import salesfunnel as sf
from salesfunnel import testing
from salesfunnel.builtin import remedies
from salesfunnel.i18n import has
from salesfunnel.render.words.plans import measure_title


def ours(records):
    return [record.name for record in records if record.distribution == "salesfunnel"]


SHIPPED = {
    "templates": (sf.templates(), {"b2b", "ecommerce", "education-enrolment", "manufacturing-rfq",
                                   "repurchase", "retail-store", "saas-trial"}),
    "benchmarks": (sf.benchmarks(), {"b2b-industries", "b2b-saas", "ecommerce", "ecommerce-stores",
                                     "higher-education", "method", "saas-trial"}),
    "rules": (sf.rule_sets(), {"action", "customer", "data", "resource"}),
}  # fmt: skip
SETS = [sf.rule_set(name) for name in sorted(SHIPPED["rules"][1])]
CODES = {rule.code for rules in SETS for rule in rules.rules}
OF_COLUMNS = ("column", "place")
"""Causes that the search of columns names, and no rule."""
REMEDIES = {remedy.key: remedy for rules in SETS for remedy in rules.remedies}


@pytest.mark.parametrize("kind", SHIPPED)
def test_all_that_ships_is_checked_below(kind):
    records, names = SHIPPED[kind]
    assert set(ours(records)) == names
    group = importlib.metadata.entry_points(group=f"salesfunnel.{kind}")
    assert {one.name for one in group if one.dist.name == "salesfunnel"} == names


@pytest.mark.parametrize("name", ours(sf.templates()))
def test_templates(name):
    testing.check_template(lambda locale="en": sf.template(name, locale=locale))


@pytest.mark.parametrize("name", ours(sf.benchmarks()))
def test_benchmarks(name):
    testing.check_benchmark(lambda: sf.benchmark(name))


@pytest.mark.parametrize("name", ours(sf.rule_sets()))
def test_rule_sets_and_their_remedies(name):
    rules = sf.rule_set(name)
    testing.check_rules(rules)
    assert rules.remedies


def test_every_remedy_in_the_box_is_given_to_a_set():
    listed = [remedy for part in remedies.__all__ for remedy in getattr(remedies, part)]
    assert {remedy.key for remedy in listed} == set(REMEDIES)
    assert len(listed) == len(REMEDIES)


def test_every_cause_has_a_remedy_and_every_remedy_a_cause():
    answered = {cause for remedy in REMEDIES.values() for cause in remedy.causes}
    # reasons that were given for losses are told as such, and lead to no measure by themselves
    assert CODES - answered == {"lost-reasons"}
    others = answered - CODES - {"shortfall", *OF_COLUMNS}
    assert {cause for cause in others if not has(f"finding.{cause}.title")} == set()


@pytest.mark.parametrize("key", REMEDIES)
def test_a_remedy_becomes_a_measure_that_can_be_read(key):
    """Alone in its set, it is what a plan proposes against each of its causes."""
    remedy = REMEDIES[key]
    assert remedy.owner
    assert remedy.adoption_metric
    source = next(iter(remedy.stages), "lead")
    months = {f"2025-{m:02d}": [400, 160, 60] for m in range(1, 13)}
    months["2026-01"] = [400, 80, 30]
    panel = sf.Panel.from_counts(months, steps=(source, "next", "last"))
    found = sf.find_bottlenecks(panel)
    assert found[0].alarm
    for cause in remedy.causes:
        reasons = () if cause == "shortfall" else (finding(cause, found[0]),)
        plan = sf.plan(found, reasons, start=date(2026, 2, 2), remedies=(remedy,), limit=None)
        measure = next(one for one in plan if one.measure == key)
        assert measure.owner == remedy.owner
        for locale in ("en", "zh"):
            words = measure_title(measure, locale)
            assert words != key
            assert words in plan.to_text(locale=locale, width=400)


def finding(cause, row):
    """Return what a rule with this code says, which a plan must answer; or a search of columns."""
    code = f"column:{cause}" if cause in OF_COLUMNS else cause
    kind = "where" if cause == "place" else ""
    return sf.Finding(code=code, dimension="action", transition=row.transition, kind=kind,
                      segment=row.segment, grade="strong", veto=True)  # fmt: skip
