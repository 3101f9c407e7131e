"""Edits of a team put into the plan that they were made in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from salesfunnel._core.vocabulary import LOCALES
from salesfunnel.definitions.funnel import Transition
from salesfunnel.fault import Fault
from salesfunnel.i18n import FORMS
from salesfunnel.intake.cells.read_number import read_number
from salesfunnel.intake.plans.table import fold_words
from salesfunnel.planning.improvement import ImprovementPlan, priority_of
from salesfunnel.planning.measure import Measure
from salesfunnel.render.words.names import action_names, labels_of
from salesfunnel.render.words.plans import (
    measure_detail,
    measure_title,
    problem_words,
    step_of,
)

__all__ = ["merged"]

_UNREAD = {
    "plan-step-missing": "step",
    "plan-due-missing": "due",
    "plan-due-unread": "due",
    "plan-effort-missing": "effort",
    "plan-effort-unread": "effort",
    "plan-state-missing": "state",
    "plan-state-unread": "state",
}


def merged(plan: ImprovementPlan, edited: ImprovementPlan) -> ImprovementPlan:
    """Return the plan with the edits; measures that are no longer listed stay as they were."""
    unread = {
        (str(value), _UNREAD[fault.code])
        for fault in edited.faults
        if fault.code in _UNREAD
        for name, value in fault.params
        if name == "measure"
    }
    old = {measure.key: measure for measure in (*plan.measures, *plan.folded)}
    left = dict(old)
    pairs: list[tuple[Measure, Measure | None]] = []
    by_key = {measure.key for measure in edited if measure.key in old}
    for measure in edited:
        found = left.pop(measure.key, None) if measure.key in by_key else None
        pairs.append((measure, found))
    for i, (measure, found) in enumerate(pairs):
        if found is None:
            twin = _by_text(plan, measure, left)
            if twin is not None:
                pairs[i] = (measure, left.pop(twin.key))
    faults: list[Fault] = []
    measures = [
        _new(plan, measure, set(old))
        if found is None
        else _changed(plan, found, measure, {f for key, f in unread if key == measure.key}, faults)
        for measure, found in pairs
    ]
    listed = {measure.key for measure in plan.measures}
    missing = [m for key, m in left.items() if key in listed]
    faults = [
        *edited.faults,
        *faults,
        *(Fault.of("plan-row-missing", severity="info", value=m.key) for m in missing),
    ]
    first = min((m.begins for m in measures), default=plan.start)
    start = first if plan.start is None else plan.start
    return attrs.evolve(
        plan,
        measures=(*measures, *missing),
        folded=tuple(m for m in plan.folded if m.key in left),
        start=start,
        faults=faults,
    )


def _texts(plan: ImprovementPlan, measure: Measure) -> Iterator[tuple[str, str, str, str]]:
    """Yield step, problem, title and detail of a measure, as each language writes them."""
    for locale in LOCALES:
        actions = action_names(plan.funnel, locale)
        yield (
            fold_words(step_of(plan, measure, locale)),
            fold_words(problem_words(measure, locale, actions)),
            fold_words(measure_title(measure, locale)),
            fold_words(measure_detail(measure, locale, actions)),
        )


def _by_text(plan: ImprovementPlan, measure: Measure, left: dict[str, Measure]) -> Measure | None:
    """Return the measure with this title; of several that of the same step and problem."""
    title = fold_words(measure.title["en"])
    whole = fold_words(f"{title}\n{measure.detail.get('en', '')}")
    step = fold_words(edited_step(measure))
    problem = fold_words(measure.problem_title.get("en", ""))
    scores = {
        key: max(
            (
                2 * (step == s) + (problem == p)
                if title == t or whole == fold_words(f"{t} {d}")
                else -1
            )
            for s, p, t, d in _texts(plan, one)
        )
        for key, one in left.items()
    }
    best = max(scores.values(), default=-1)
    return None if best < 0 else next(left[key] for key, score in scores.items() if score == best)


def edited_step(measure: Measure) -> str:
    """Return the step of an edited measure as its cell names it."""
    b = measure.bottleneck
    step = b.source if b.source == b.target else f"{b.source} → {b.target}"
    return step if measure.segment == "all" else f"{step} ({measure.segment})"


def _changed(
    plan: ImprovementPlan, old: Measure, new: Measure, unread: set[str], faults: list[Fault]
) -> Measure:
    """Return the measure with what differs from what was written of it."""
    texts = list(_texts(plan, old))
    changes: dict[str, Any] = {"note": new.note}
    for field in ("owner", "due", "state"):
        if field not in unread and getattr(new, field):
            changes[field] = getattr(new, field)
    rounded = {read_number(FORMS["number"](old.effort, locale)).plain() for locale in LOCALES}
    if "effort" not in unread and new.effort not in rounded:
        changes["effort"] = new.effort
    title, detail = new.title["en"], new.detail.get("en", "")
    if fold_words(f"{title}\n{detail}") not in {fold_words(f"{t}\n{d}") for *_, t, d in texts}:
        if fold_words(title) not in {t for _, _, t, _ in texts}:
            changes["title"] = new.title
        if detail and fold_words(detail) not in {d for *_, d in texts}:
            changes["detail"] = new.detail
    if "step" not in unread:
        changes |= _moved(plan, old, new, {step for step, *_ in texts}, faults)
    problem = new.problem_title.get("en", "")
    if problem and fold_words(problem) not in {problem for _, problem, _, _ in texts}:
        changes["problem_title"] = new.problem_title
    found = attrs.evolve(old, **changes)
    again = changes.keys() & {"effort", "effect"}
    return attrs.evolve(found, priority=priority_of(found)) if again else found


def _moved(
    plan: ImprovementPlan, old: Measure, new: Measure, known: set[str], faults: list[Fault]
) -> dict[str, Any]:
    """Return the step that the team moved a measure to; its effect was that on the old one."""
    words = edited_step(new)
    if words == "-" or fold_words(words) in known | {fold_words(edited_step(old))}:
        return {}
    place = _place(plan, new)
    if place is None:
        faults.append(Fault.of("plan-step-unknown", value=words, measure=old.key))
        return {}
    if place == (old.bottleneck, old.segment):
        return {}
    faults.append(Fault.of("plan-step-changed", severity="info", value=words, measure=old.key))
    step, segment = place
    return {
        "bottleneck": step,
        "segment": segment,
        "effect": None,
        "basis": None,
        "baseline_from": "",
    }


def _place(plan: ImprovementPlan, measure: Measure) -> tuple[Transition, str] | None:
    """Return the step and segment that a cell names, None if the plan does not know it."""
    known = {step: one for one in (*plan.measures, *plan.folded) for step, *_ in _texts(plan, one)}
    one = known.get(fold_words(edited_step(measure)))
    if one is not None:
        return one.bottleneck, one.segment
    names = {fold_words(name): key for key, name in plan.names.items()}
    for other in (*plan.measures, *plan.folded):
        b = other.bottleneck
        names |= {fold_words(b.source): b.source, fold_words(b.target): b.target}
    if plan.funnel is not None:
        keys = (*plan.funnel.keys, *(m.key for stage in plan.funnel for m in stage.metrics))
        for locale in LOCALES:
            names |= {fold_words(n): k for k, n in labels_of(plan.funnel, keys, locale).items()}
        names |= {fold_words(key): key for key in keys}
    b = measure.bottleneck
    source, target = names.get(fold_words(b.source)), names.get(fold_words(b.target))
    if source is None or target is None:
        return None
    return Transition(source, target), measure.segment


def _new(plan: ImprovementPlan, measure: Measure, taken: set[str]) -> Measure:
    """Return a measure of the team's own, at the step of the plan that its cell names."""
    place = _place(plan, measure)
    key, number = measure.key, 2
    while key in taken:
        key, number = f"{measure.key} ({number})", number + 1
    taken.add(key)
    begins = measure.begins if plan.start is None else min(plan.start, measure.due)
    return attrs.evolve(
        measure,
        key=key,
        bottleneck=measure.bottleneck if place is None else place[0],
        segment=measure.segment if place is None else place[1],
        begins=begins,
    )
