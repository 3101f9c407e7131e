"""The plan from one round to the next: edits kept, what is settled taken out, proposals added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import attrs

from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import Panel
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.monitoring import Adherence, Review, review
from salesfunnel.monitoring.playbook import Playbook, write_playbook
from salesfunnel.planning import ImprovementPlan, Measure

__all__ = ["Followed", "earlier", "followed", "next_plan", "what_of", "with_edits"]

SETTLED = ("standardise", "not-working")
"""States of a review after which a measure leaves the plan."""


class Followed(NamedTuple):
    """What the follow-up of a plan found."""

    reviews: tuple[Review, ...]
    standards: Playbook
    tried: tuple[Measure, ...]
    settled: tuple[Review, ...]
    funnel: Funnel


def with_edits(
    plan: ImprovementPlan, edited: ImprovementPlan | None, *, since: date, today: date
) -> ImprovementPlan:
    """Return the plan with the team's edits; what it took up began with the round before.

    Parameters
    ----------
    plan : ImprovementPlan
        As it went out.
    edited : ImprovementPlan or None
        As it came back; None where it did not.
    since : datetime.date
        The day it went out: measures of the team's own began then.
    today : datetime.date
        Where no date could be read.
    """
    if edited is None:
        return plan
    before = {measure.key: measure for measure in (*plan.measures, *plan.folded)}
    merged = plan.merge(edited)
    measures = [_begun(measure, before.get(measure.key), since) for measure in merged.measures]
    start = merged.start or today if measures else merged.start
    return attrs.evolve(merged, measures=measures, start=start)


def _begun(measure: Measure, before: Measure | None, since: date) -> Measure:
    """Return a measure with the day it began: that of the round after which it was taken up."""
    if before is None:
        return attrs.evolve(measure, begins=min(since, measure.due), baseline_from="")
    if measure.state == "accepted" and before.state != "accepted" and measure.begins < since:
        return attrs.evolve(measure, begins=since)
    return measure


def earlier(
    reviews: Iterable[Review], plan: ImprovementPlan, funnel: Funnel, locale: Locale
) -> tuple[Playbook | None, tuple[Measure, ...], tuple[Review, ...]]:
    """Return what earlier reviews settled: standards, what did not work, and the reviews."""
    keys = {measure.key for measure in plan.measures}
    done = [one for one in reviews if one.state in SETTLED and one.key in keys]
    if not done:
        return None, (), ()
    failed = [plan.measure(one.key) for one in done if one.state == "not-working"]
    return write_playbook(funnel, plan, done, locale=locale), tuple(failed), tuple(done)


def followed(
    plan: ImprovementPlan,
    panels: Sequence[Panel],
    *,
    today: date,
    adoption: Adherence | None,
    before: tuple[Playbook | None, tuple[Measure, ...], tuple[Review, ...]],
    funnel: Funnel,
    data: Any,
    locale: Locale,
    faults: list[Fault],
) -> Followed:
    """Review the accepted measures on the first panel that has their step.

    What worked for a quarter becomes standard; what does not work is put aside.
    """
    accepted = attrs.evolve(
        plan, measures=[m for m in plan.measures if m.state == "accepted"], folded=()
    )
    found: dict[str, Review] = {}
    for panel in panels:
        left = attrs.evolve(accepted, measures=[m for m in accepted if m.key not in found])
        if panel.by == "none" or not left.measures:
            continue
        found |= {one.key: one for one in review(left, panel, today=today, adoption=adoption)}
    known, tried, settled = before
    over = {one.key for one in settled}
    accepted = attrs.evolve(accepted, measures=[m for m in accepted if m.key not in over])
    reviews = [found[m.key] for m in accepted if m.key in found]
    for measure in accepted:
        if measure.key not in found:
            step = str(measure.bottleneck)
            faults.append(
                Fault.of(
                    "round-measure-not-followed", severity="info", value=measure.key, step=step
                )
            )
    done = [one for one in reviews if one.state in SETTLED]
    keys = {one.key for one in done}
    funnel = _with_standards(funnel, known)
    standards = write_playbook(funnel, plan, [], data=data, adherence=adoption, locale=locale)
    entries = () if known is None else known.entries
    dropped = () if known is None else known.dropped
    for one in done:
        try:
            new = write_playbook(standards.funnel, plan, [one], locale=locale)
        except SalesFunnelError as error:
            faults.append(Fault.of("round-no-standard", value=one.key, why=error.message))
            continue
        standards = attrs.evolve(standards, funnel=new.funnel)
        entries = (*(e for e in entries if e.measure.key != one.key), *new.entries)
        dropped = (*(e for e in dropped if e.measure.key != one.key), *new.dropped)
    standards = attrs.evolve(standards, entries=entries, dropped=dropped)
    failed = [plan.measure(one.key) for one in done if one.state == "not-working"]
    return Followed(
        reviews=tuple(reviews),
        standards=standards,
        tried=(*(m for m in tried if m.key not in keys), *failed),
        settled=(*(one for one in settled if one.key not in keys), *done),
        funnel=standards.funnel,
    )


def _with_standards(funnel: Funnel, known: Playbook | None) -> Funnel:
    """Return the funnel with the key actions that became standard before."""
    for entry in () if known is None else known.entries:
        if known is None or entry.stage not in funnel:
            continue
        actions = {action.key: action for action in known.funnel.stage(entry.stage).actions}
        stage = funnel.stage(entry.stage)
        if entry.action in actions and entry.action not in {a.key for a in stage.actions}:
            funnel = funnel.replace_stage(entry.stage, stage.with_action(actions[entry.action]))
    return funnel


def next_plan(
    plan: ImprovementPlan,
    proposed: Iterable[ImprovementPlan],
    found: Followed,
    *,
    today: date,
) -> ImprovementPlan:
    """Return the plan that goes on: open measures in the team's order, then new proposals.

    A measure for a step, a problem and a remedy that is in the plan, is standard or did not work is
    not proposed again.
    """
    settled = {one.key for one in found.settled}
    kept = [_due_later(m, today) for m in plan.measures if m.key not in settled]
    keys = {measure.key for measure in plan.measures} | settled
    same = {what_of(m) for m in (*plan.measures, *found.tried)}
    same |= {what_of(entry.measure) for entry in found.standards.entries}
    new: list[Measure] = []
    for other in proposed:
        for measure in other.measures:
            if measure.key not in keys and what_of(measure) not in same:
                new.append(measure)
                keys.add(measure.key)
                same.add(what_of(measure))
    measures = (*kept, *new)
    return attrs.evolve(
        plan,
        measures=measures,
        folded=tuple(m for m in plan.folded if m.key not in keys),
        start=min((m.begins for m in measures), default=today) if measures else None,
        faults=(),
    )


def _due_later(measure: Measure, today: date) -> Measure:
    """Return a proposal whose day has gone by as one that begins today and takes as long."""
    if measure.state != "proposed" or measure.due >= today:
        return measure
    return attrs.evolve(measure, begins=today, due=today + (measure.due - measure.begins))


def what_of(measure: Measure) -> tuple[str, str, str, str]:
    """Return the step, part, problem and remedy of a measure: what makes two of them the same."""
    return str(measure.bottleneck), measure.segment, measure.problem, measure.measure
