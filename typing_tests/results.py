"""Read by type checkers only: what the main functions take and return."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
from typing_extensions import assert_type

import salesfunnel as sf
from salesfunnel.monitoring import Reviews

TODAY = date(2026, 11, 20)
funnel = sf.template("b2b")

sheet = sf.read_table(Path("sheet.csv"), funnel=funnel)
assert_type(sheet, sf.Tracking)
assert_type(sheet.rows, tuple[sf.TrackingRow, ...])
assert_type(sheet.faults, tuple[sf.Fault, ...])
panel = sheet.panel()
assert_type(panel, sf.Panel)
assert_type(panel + panel, sf.Panel)
assert_type(panel.counts, npt.NDArray[np.int64])

table = sf.conversions(panel, method="jeffreys")
assert_type(table, sf.ConversionTable)
for one in table:
    assert_type(one, sf.Conversion)

found = sf.find_bottlenecks(panel)
assert_type(found, sf.Bottlenecks)
assert_type(found.alarms, Sequence[sf.Bottleneck])
assert_type(found[0].reference, float | None)

deals = sf.read_stage_history("deals.csv", funnel=funnel, as_of="2026-11-20")
assert_type(deals, sf.StageHistory)
assert_type(deals.panel(by="month", mode="cohort"), sf.Panel)
assert_type(sf.stage_durations(deals), sf.StageDurations)
assert_type(sf.velocity(deals), sf.Velocity)

log = sf.EventLog(entity=["a"], step=["x"], time=["2026-01-01"])
counts = sf.count_steps(log, ["x", "y"], window=timedelta(days=14))
assert_type(counts, sf.StepCounts)

causes = sf.diagnose(found.alarms[0], deals)
for cause in causes:
    assert_type(cause, sf.Finding)
measures = sf.plan(found, causes, start=TODAY)
assert_type(measures, sf.ImprovementPlan)
assert_type(measures.measures, tuple[sf.Measure, ...])

looks = sf.review(measures, panel, today=TODAY)
assert_type(looks, Reviews)
assert_type(sf.write_playbook(funnel, measures, looks), sf.Playbook)

whole = sf.analyze(sheet, start=TODAY)
assert_type(whole, sf.Analysis)
assert_type(whole.to_text(locale="zh"), str)
assert_type(sf.Analysis.from_dict(whole.to_dict()), sf.Analysis)

assert_type(sf.forecast(deals, horizon="2027-03-31"), sf.Forecast)
assert_type(sf.decompose_target(1200, panel), sf.TargetPlan)
bought = sf.read_purchases("orders.csv")
assert_type(bought, sf.Purchases)
model = sf.fit_bgnbd(bought.summary(as_of="2026-11-20"))
assert_type(model, sf.BgNbd)
customers = bought.summary(as_of="2026-11-20")
assert_type(customers, sf.CustomerSummary)
assert_type(sf.clv(model, sf.fit_gamma_gamma(customers), customers), sf.LifetimeValue)
assert_type(sf.rfm(bought, as_of="2026-11-20"), sf.Rfm)

sf.conversions(panel, method="wald")  # type: ignore[arg-type]
found.to_text(locale="de")  # type: ignore[arg-type]
sf.count_steps(log, ["x"], order="loose")  # type: ignore[arg-type]
