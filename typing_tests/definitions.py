"""Read by type checkers only: what users and authors of plugins write, with its types."""

from datetime import timedelta

from typing_extensions import assert_type

import salesfunnel as sf
from salesfunnel.plugins import BenchmarkPlugin, PluginRecords, RuleSetPlugin, TemplatePlugin

metric = sf.Metric("leads", "Leads", step=True, aliases=["线索"])
action = sf.KeyAction("call", owner="Sales", within=timedelta(hours=24))
stage = sf.Stage("a", metrics=[metric], actions=[action, "visit"], owner=None)
funnel = sf.Funnel("f", ["a", sf.Stage("b")])

assert_type(funnel.stages, tuple[sf.Stage, ...])
assert_type(funnel.steps, tuple[sf.Metric, ...])
assert_type(funnel.transitions("step"), tuple[sf.Transition, ...])
assert_type(funnel.insert_stage("c", after="a").drop_stage("c"), sf.Funnel)
assert_type(stage.volume, sf.Metric | None)
assert_type(stage.with_action("call").label, str)
assert_type(sf.template("b2b", locale="zh"), sf.Funnel)
assert_type(sf.templates(), PluginRecords)

figure = sf.Benchmark("a", "b", 0.3, citation="Survey", year=2025)
figures = sf.BenchmarkSet("own", [figure])
assert_type(figures.get("a", "b"), sf.Benchmark | None)
assert_type(figures.for_funnel(funnel, {"a": "b"}), sf.BenchmarkSet)
assert_type(sf.benchmark("b2b-saas").unmapped, tuple[str, ...])

sf.Metric("leads", unit="people")  # type: ignore[arg-type]
sf.template("b2b", locale="de")  # type: ignore[arg-type]
funnel.transitions("month")  # type: ignore[arg-type]
sf.Benchmark("a", "b", 0.3)  # type: ignore[call-arg]


def template(locale: str = "en") -> sf.Funnel:
    return funnel.replace(name=locale)


def rates() -> sf.BenchmarkSet:
    return figures


as_template: TemplatePlugin = template
as_benchmark: BenchmarkPlugin = rates
as_rules: RuleSetPlugin = sf.RuleSet("own", "customer")

panel: sf.Panel = sf.Panel.from_counts({"2026-09": [1, 2]}, funnel=funnel)
