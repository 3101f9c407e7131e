"""Names that a team gave to stages and metrics in the sheet that went out."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from salesfunnel._core.errors import DefinitionError, SalesFunnelError
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.fault import Fault
from salesfunnel.intake.rounds.months import SheetReader

__all__ = ["with_team_names"]

ENOUGH = 4


def with_team_names(
    sent: Tracking,
    sheets: Mapping[str, Any],
    funnel: Funnel,
    reader: SheetReader,
    faults: list[Fault],
) -> Funnel:
    """Return the funnel with the names that the team gave to its stages and metrics.

    A metric of the sheet that went out and is missing in the one that came back is the one that is
    new there, where stage, target, owner, unit and likeness of the names leave one choice. One that
    is known by another name than it went out with has that name from now on.
    """
    for name, content in sheets.items():
        try:
            back = reader.read(name, content, funnel, [])
        except SalesFunnelError:
            continue
        if back.periods != sent.periods:
            continue
        for old, new in _metrics(sent, back, funnel):
            stage = funnel.stage_of(old)
            metric = next(m for m in stage.metrics if m.key == old)
            named = metric.replace(name=new, aliases=_more(metric.aliases, metric.name))
            funnel = funnel.replace_stage(stage.key, stage.with_metric(named))
            faults.append(
                Fault.of("round-metric-renamed", severity="info", file=name, value=new,
                         old=metric.label)
            )  # fmt: skip
        funnel = _with_own(sent, reader.read(name, content, funnel, []), funnel, name, faults)
        for key, new in _stages(sent, back, funnel).items():
            stage = funnel.stage(key)
            named_stage = stage.replace(name=new, aliases=_more(stage.aliases, stage.name))
            funnel = funnel.replace_stage(key, named_stage)
            faults.append(
                Fault.of("round-stage-renamed", severity="info", file=name, value=new,
                         old=stage.label)
            )  # fmt: skip
    return funnel


def _with_own(
    sent: Tracking, back: Tracking, funnel: Funnel, name: str, faults: list[Fault]
) -> Funnel:
    """Return the funnel with the metrics that the team added to its stages."""
    known = {metric.key for stage in funnel for metric in stage.metrics}
    known |= {row.metric for row in sent.rows}
    for row in back.rows:
        if row.metric in known or row.stage not in funnel:
            continue
        known.add(row.metric)
        try:
            own = Metric(row.metric, row.metric_name, unit=row.unit)
        except DefinitionError:
            continue  # it stays a row of the team's own, outside of the funnel
        stage = funnel.stage(row.stage)
        funnel = funnel.replace_stage(row.stage, stage.with_metric(own))
        faults.append(
            Fault.of("round-metric-new", severity="info", file=name, value=row.metric,
                     stage=stage.label)
        )  # fmt: skip
    return funnel


def _more(aliases: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*aliases, name))) if name else aliases


def _metrics(sent: Tracking, back: Tracking, funnel: Funnel) -> list[tuple[str, str]]:
    """Return (key, new name) of the metrics that were renamed."""
    there = {row.metric for row in back.rows}
    known = {metric.key for stage in funnel for metric in stage.metrics}
    before = {row.metric for row in sent.rows}
    missing = {
        row.metric: row for row in reversed(sent.rows)
        if row.metric not in there and row.metric in known
    }  # fmt: skip
    strange = {
        row.metric: row for row in reversed(back.rows)
        if row.metric not in known | before
    }  # fmt: skip
    sent_names = {row.metric: row.metric_name for row in sent.rows if row.metric_name}
    found = [
        (row.metric, row.metric_name)
        for row in {row.metric: row for row in reversed(back.rows)}.values()
        if row.metric in known and row.metric_name
        and sent_names.get(row.metric, row.metric_name) != row.metric_name
    ]  # fmt: skip
    for key, row in list(missing.items())[::-1]:
        scores = {new: _likeness(row, other, sent, funnel) for new, other in strange.items()}
        best = [new for new, s in scores.items() if s == max(scores.values()) and s >= ENOUGH]
        if len(best) != 1:
            continue
        rivals = [
            k for k, r in missing.items()
            if k != key and _likeness(r, strange[best[0]], sent, funnel) >= scores[best[0]]
        ]  # fmt: skip
        if not rivals:
            found.append((key, best[0]))
            strange.pop(best[0])
    return found


def _likeness(row: TrackingRow, other: TrackingRow, sent: Tracking, funnel: Funnel) -> float:
    """Return how much speaks for one row being the other under a new name."""
    labels = {m.key: m.label for stage in funnel for m in stage.metrics}
    name = row.metric_name or labels.get(row.metric, row.metric)
    score = 0.0
    if row.target is not None and row.target == other.target:
        twice = sum(r.target == row.target and r.segment == row.segment for r in sent.rows) > 1
        score += 2 if twice else 3
    score += 2 if row.stage == other.stage else 0
    score += 1 if row.owner is not None and row.owner == other.owner else 0
    score += 1 if row.unit == other.unit else 0
    score += 2 * SequenceMatcher(None, name.casefold(), other.metric.casefold()).ratio()
    return score


def _stages(sent: Tracking, back: Tracking, funnel: Funnel) -> dict[str, str]:
    """Return key → new name of the stages that were renamed: their metrics tell which."""
    of = {metric.key: stage.key for stage in funnel for metric in stage.metrics}
    named: dict[str, set[str]] = {}
    for row in back.rows:
        if row.metric in of and row.stage not in funnel and row.stage == row.stage_name:
            named.setdefault(row.stage, set()).add(of[row.metric])
    used = {row.stage for row in back.rows}
    found = {
        next(iter(keys)): name for name, keys in named.items() if len(keys) == 1 and not keys & used
    }
    names = {row.stage: row.stage_name for row in sent.rows if row.stage_name}
    for row in reversed(back.rows):
        if row.stage in names and row.stage_name and row.stage_name != names[row.stage]:
            found[row.stage] = row.stage_name
    return found
