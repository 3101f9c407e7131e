"""Everything that ships in the box passes the checks that strangers' plugins are given."""

from __future__ import annotations

import pytest

import salesfunnel as sf
from salesfunnel import testing


def ours(records):
    return [record.name for record in records if record.distribution == "salesfunnel"]


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
    for remedy in rules.remedies:
        assert remedy.owner
        assert remedy.adoption_metric
