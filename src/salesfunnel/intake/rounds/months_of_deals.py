"""The months of a folder that holds deals but no sheet: entries into each stage."""

from __future__ import annotations

from datetime import date, timedelta

from salesfunnel._core.errors import DefinitionError
from salesfunnel._core.periods import end_of
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.history import StageHistory
from salesfunnel.data.history.from_list import two_ends
from salesfunnel.data.panel import ALL
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.i18n import text

__all__ = ["filled_by_deals", "months_of_deals"]


def months_of_deals(deals: StageHistory, *, today: date, locale: Locale) -> Tracking | None:
    """Return a sheet counted from the deals: entries into each stage, for every complete month.

    A stage without a metric of counts gets one. None if the deals do not reach the end of
    a month.
    """
    listed = two_ends(deals)
    funnel = listed.funnel or Funnel("deals", listed.stages)
    panel = listed.panel(by="month", mode="period")
    over = [
        i for i, name in enumerate(panel.periods)
        if name not in panel.partial and end_of(name, "month") - timedelta(days=1) <= today
    ]  # fmt: skip
    counting = _counting(funnel, locale)
    metrics = {s.key: (s, s.volume) for s in counting if s.volume is not None}
    rows = [
        TrackingRow(
            stage=key, metric=metrics[key][1].key, period=panel.periods[i],
            actual=int(panel.counts[i, 0, j]), owner=metrics[key][0].owner,
            stage_name=metrics[key][0].label, metric_name=metrics[key][1].label,
        )
        for i in over for j, key in enumerate(panel.steps)
        if key in metrics and not panel.missing[i, 0, j]
    ]  # fmt: skip
    return Tracking(funnel=counting, rows=rows) if rows else None


def _counting(funnel: Funnel, locale: Locale) -> Funnel:
    """Return the funnel with a metric that counts deals in every stage that has none."""
    for stage in funnel:
        if stage.volume is not None:
            continue
        name = text("round.deals-metric", locale, stage=stage.label)
        other = [text("round.deals-metric", each, stage=stage.label) for each in ("en", "zh")]
        metric = Metric(f"{stage.key}_deals", name, step=True, aliases=other)
        try:
            funnel = funnel.replace_stage(stage.key, stage.with_metric(metric))
        except DefinitionError:  # the key is taken by a metric of another stage
            metric = metric.replace(key=f"{stage.key}_deals_entered")
            funnel = funnel.replace_stage(stage.key, stage.with_metric(metric))
    return funnel


def filled_by_deals(sheets: Tracking | None, counted: Tracking) -> Tracking:
    """Return the months of the deals with the targets, owners and own metrics of the sheets.

    What the team wrote into a cell stands; the deals fill what it left empty.
    """
    mine = {(r.period, r.metric): r for r in counted.rows}
    rows: list[TrackingRow] = []
    seen = set()
    for row in () if sheets is None else sheets.rows:
        own = mine.get((row.period, row.metric)) if row.segment == ALL else None
        seen.add((row.period, row.metric))
        taken = own is not None and row.actual is None
        rows.append(row.replace(actual=own.actual) if taken and own is not None else row)
    rows += [row for key, row in mine.items() if key not in seen]
    periods = {name: i for i, name in enumerate(sorted({row.period for row in rows}))}
    return Tracking(funnel=counted.funnel, rows=sorted(rows, key=lambda row: periods[row.period]))
