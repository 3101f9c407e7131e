"""The funnel of a sheet: the template that fits it best, or one made from the sheet itself."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from salesfunnel._core.checks import duplicates
from salesfunnel._core.errors import SalesFunnelError
from salesfunnel._core.vocabulary import LOCALES, Locale, Unit
from salesfunnel.data.tracking import is_count
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import Stage
from salesfunnel.fault import Fault
from salesfunnel.intake.sheet.names import Names, fold, has_chinese
from salesfunnel.intake.sheet.raw_rows import Draft
from salesfunnel.plugins import template, templates

NO_STAGE = "other"
"""The stage of a metric for which neither the sheet nor the funnel names one."""

_BUILT_IN = "salesfunnel"


def builtin(name: str, locale: Locale) -> Funnel | None:
    """Return a template of this package, None where there is none of this name."""
    try:
        return template(f"{name}@{_BUILT_IN}", locale=locale)
    except SalesFunnelError:
        return None


def twins(funnel: Funnel) -> tuple[Funnel, ...]:
    """Return the built-in template of the same key in both languages, for its other names."""
    found = (builtin(funnel.key, locale) for locale in LOCALES)
    return tuple(
        twin
        for twin in found
        if twin is not None and twin != funnel and set(twin.keys) & set(funnel.keys)
    )


def builtin_names() -> tuple[str, ...]:
    """Return the names of the templates that ship with this package, sorted."""
    return tuple(sorted(r.name for r in templates() if r.distribution == _BUILT_IN))


def funnel_for(drafts: Sequence[Draft], faults: list[Fault]) -> Funnel:
    """Return the funnel that a sheet follows, and say in `faults` where it comes from."""
    locale: Locale = (
        "zh" if any(has_chinese(d.text("metric") + d.text("stage")) for d in drafts) else "en"
    )
    best: tuple[float, Funnel, Names] | None = None
    for name in builtin_names():
        template = builtin(name, locale)
        if template is not None:
            names = Names.of(template, *twins(template))
            score = _fit(drafts, names)
            if score > 0.5 and (best is None or score > best[0]):
                best = (score, template, names)
    if best is None:
        built = build(drafts)
        faults.append(Fault.of("funnel-built", severity="info", stages=len(built)))
        return built
    _, template, names = best
    fitted = _only_used(template, drafts, names)
    left = len(template.steps) - len(fitted.steps)
    faults.append(Fault.of("funnel-inferred", severity="info", funnel=template.key, left_out=left))
    return fitted


def _fit(drafts: Sequence[Draft], names: Names) -> float:
    """Return the share of the sheet's names that a funnel knows; 0 for fewer than two."""
    asked: dict[str, bool] = {}
    for draft in drafts:
        stage, metric = draft.text("stage"), draft.text("metric")
        known = names.metric(metric, names.stage(stage)) if metric else names.stage(stage)
        asked[metric or stage] = known is not None
    hits = sum(asked.values())
    return hits / len(asked) if hits >= 2 else 0.0


def _only_used(template: Funnel, drafts: Sequence[Draft], names: Names) -> Funnel:
    """Return the template without the step metrics, and so the stages, that the sheet leaves out.

    A step that an unknown name of the sheet is close to stays, because it may be meant.
    """
    used: set[str] = set()
    for draft in drafts:
        stage, text = names.stage(draft.text("stage")), draft.text("metric")
        if not text and stage is not None:
            volume = template.stage(stage).volume
            used |= {volume.key} if volume else set()
            continue
        place = names.metric(text, stage)
        close = names.nearest_metric(text) if place is None else None
        place = names.metric(close, None) if close is not None else place
        used |= {place[1]} if place else set()
    stages = [
        held.replace(metrics=[m for m in held.metrics if not m.step or m.key in used])
        for held in template
        if any(metric.key in used for metric in held.metrics)
    ]
    return attrs.evolve(template, stages=stages) if stages else template


def build(drafts: Sequence[Draft]) -> Funnel:
    """Return a funnel with the stages and metrics of the sheet, in its order.

    Every metric that only counts is a step of the chain.
    """
    places: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        stage, metric = draft.text("stage"), draft.text("metric") or draft.text("stage")
        places.setdefault((stage or metric or NO_STAGE, metric or NO_STAGE), []).append(draft)
    names: dict[tuple[str, str], tuple[str, str]] = {}
    for stage, metric in places:
        names.setdefault((fold(stage) or stage, fold(metric) or metric), (stage, metric))
    twice = set(duplicates(metric for _, metric in names))
    stages: dict[str, tuple[str, list[Metric]]] = {}
    for (folded, folded_metric), (stage, metric) in names.items():
        held = [
            d for at, ds in places.items() for d in ds
            if ((fold(at[0]) or at[0]), (fold(at[1]) or at[1])) == (folded, folded_metric)
        ]  # fmt: skip
        key = printable(f"{stage}: {metric}" if folded_metric in twice else metric)
        unit = unit_of(held)
        step = unit == "count" and all(is_count(d.number("actual").plain()) for d in held)
        name = metric if key != metric else ""
        stages.setdefault(folded, (stage, []))[1].append(Metric(key, name, unit=unit, step=step))
    return Funnel(
        "sheet",
        [Stage(printable(name), name, metrics=metrics) for name, metrics in stages.values()],
    )


def printable(text: str) -> str:
    """Return text that may be a key: without characters that cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "?"


def unit_of(drafts: Sequence[Draft]) -> Unit:
    """Return what the writing of a metric's numbers says of its unit."""
    for draft in drafts:
        named = draft.text("unit")
        for unit in ("count", "currency", "rate", "score", "duration"):
            if named == unit:
                return unit
        for number in (draft.number("actual"), draft.number("target")):
            if number.unit is not None:
                return number.unit
    return "count"
