"""The funnel of a sheet: the template that fits it best, or one made from the sheet itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import SequenceMatcher

import attrs

from salesfunnel._core.checks import duplicates
from salesfunnel._core.vocabulary import Locale, Unit
from salesfunnel.data.tracking import is_count
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import Stage
from salesfunnel.fault import Fault
from salesfunnel.intake.sheet.column_words import is_money_or_rate
from salesfunnel.intake.sheet.known_steps import builtin_names, named_template
from salesfunnel.intake.sheet.names import FunnelNames, fold, has_chinese
from salesfunnel.intake.sheet.raw_rows import RawRow

NO_STAGE = "other"
"""The stage of a metric for which neither the sheet nor the funnel names one."""

_TYPO = 0.85
"""How alike a name must be to one of a template to be taken for it, written wrongly."""


def funnel_for(raw_rows: Sequence[RawRow], faults: list[Fault]) -> Funnel:
    """Return the funnel that a sheet follows, and say in `faults` where it comes from."""
    locale: Locale = (
        "zh" if any(has_chinese(d.text("metric") + d.text("stage")) for d in raw_rows) else "en"
    )
    best: tuple[float, Funnel, FunnelNames] | None = None
    for name in builtin_names():
        known = named_template(name, locale)
        if known is not None:
            template, names = known
            score = _fit(raw_rows, names)
            better = score > 0.5 and (best is None or score > best[0])
            if better and not _own_steps(raw_rows, names):
                best = (score, template, names)
    if best is None:
        built = build(raw_rows, faults)
        faults.append(Fault.of("funnel-built", severity="info", stages=len(built)))
        return built
    _, template, names = best
    fitted = _only_used(template, raw_rows, names)
    left = len(template.steps) - len(fitted.steps)
    faults.append(Fault.of("funnel-inferred", severity="info", funnel=template.key, left_out=left))
    return fitted


def _fit(raw_rows: Sequence[RawRow], names: FunnelNames) -> float:
    """Return the share of the sheet's names that a funnel knows; 0 for fewer than two."""
    asked: dict[str, bool] = {}
    for raw in raw_rows:
        stage, metric = raw.text("stage"), raw.text("metric")
        known = names.metric(metric, names.stage(stage)) if metric else names.stage(stage)
        asked[metric or stage] = known is not None
    hits = sum(asked.values())
    return hits / len(asked) if hits >= 2 else 0.0


def _own_steps(raw_rows: Sequence[RawRow], names: FunnelNames) -> list[str]:
    """Return the steps of a sheet that a template lacks: the sheet's own chain has them.

    Where a sheet has stages of the template and metrics of its own below them, these are not steps
    for sure, and the template stays. A name that is nearly one of the template is a slip.
    """
    groups: dict[str, list[RawRow]] = {}
    staged = [raw for raw in raw_rows if raw.text("stage") and raw.text("metric")]
    known_stages = sum(names.stage(raw.text("stage")) is not None for raw in staged)
    if staged and 2 * known_stages >= len(raw_rows):
        return []
    known: set[tuple[str, str]] = set()
    for raw in raw_rows:
        stage, text = raw.text("stage"), raw.text("metric")
        place = names.metric(text, names.stage(stage)) if text else None
        if place is not None:
            known.add(place)
        elif text or names.stage(stage) is None:
            groups.setdefault(text or stage, []).append(raw)
    return [
        text
        for text, held in groups.items()
        if _is_step(text, held) and not _is_slip(text, names, known)
    ]


def _is_step(name: str, held: Sequence[RawRow]) -> bool:
    """Whether a metric counts: whole numbers, and no word of money or of a rate."""
    actuals = [raw.number("actual").plain() for raw in held]
    return (
        unit_of(held) == "count"
        and not is_money_or_rate(name, label=_is_label(held))
        and all(map(is_count, actuals))
        and any(actual is not None for actual in actuals)
    )


def _is_label(held: Sequence[RawRow]) -> bool:
    """Whether the name is in a row, and not in the header."""
    columns = held[0].columns
    return columns.get("metric", columns.get("stage")) != columns.get("actual")


def _is_slip(text: str, names: FunnelNames, known: Collection[tuple[str, str]]) -> bool:
    close = names.nearest_metric(text)
    place = None if close is None else names.metric(close, None)
    if close is None or place is None or place in known:
        return False
    one, two = fold(text), fold(close)
    if has_chinese(one) and len(one) == len(two) >= 5:
        return sum(a != b for a, b in zip(one, two, strict=True)) <= 2
    return SequenceMatcher(None, one, two).ratio() >= _TYPO


def _only_used(template: Funnel, raw_rows: Sequence[RawRow], names: FunnelNames) -> Funnel:
    """Return the template without the step metrics, and so the stages, that the sheet leaves out.

    A step that an unknown name of the sheet is close to stays, because it may be meant.
    """
    used: set[str] = set()
    for raw in raw_rows:
        stage, text = names.stage(raw.text("stage")), raw.text("metric")
        if not text and stage is not None:
            volume = template.stage(stage).volume
            used |= {volume.key} if volume else set()
            continue
        place = names.metric(text, stage)
        asked = place is None and not is_money_or_rate(text)
        close = names.nearest_metric(text) if asked else None
        place = names.metric(close, None) if close is not None else place
        used |= {place[1]} if place else set()
    stages = [
        held.replace(metrics=[m for m in held.metrics if not m.step or m.key in used])
        for held in template
        if any(metric.key in used for metric in held.metrics)
    ]
    return attrs.evolve(template, stages=stages) if stages else template


def build(raw_rows: Sequence[RawRow], faults: list[Fault] | None = None) -> Funnel:
    """Return a funnel with the stages and metrics of the sheet, in its order.

    Every metric that only counts is a step of the chain. Steps that a column numbers are in the
    order of their numbers; those in alphabetical or rising order, as a database returns them, in
    order of falling counts, which is said.
    """
    raw_rows = _in_order(raw_rows, faults)
    places: dict[tuple[str, str], list[RawRow]] = {}
    for raw in raw_rows:
        stage, metric = raw.text("stage"), raw.text("metric") or raw.text("stage")
        places.setdefault((stage or metric or NO_STAGE, metric or NO_STAGE), []).append(raw)
    names: dict[tuple[str, str], tuple[str, str]] = {}
    alike: dict[tuple[str, str], list[RawRow]] = {}
    for (stage, metric), ds in places.items():
        folded_names = (fold(stage) or stage, fold(metric) or metric)
        names.setdefault(folded_names, (stage, metric))
        alike.setdefault(folded_names, []).extend(ds)
    twice = set(duplicates(metric for _, metric in names))
    stages: dict[str, tuple[str, list[Metric]]] = {}
    for (folded, folded_metric), (stage, metric) in names.items():
        held = alike[folded, folded_metric]
        key = printable(f"{stage}: {metric}" if folded_metric in twice else metric)
        unit = unit_of(held)
        counts = all(is_count(d.number("actual").plain()) for d in held)
        step = unit == "count" and counts and not is_money_or_rate(metric, label=_is_label(held))
        name = metric if key != metric else ""
        stages.setdefault(folded, (stage, []))[1].append(Metric(key, name, unit=unit, step=step))
    return Funnel(
        "sheet",
        [Stage(printable(name), name, metrics=metrics) for name, metrics in stages.values()],
    )


def _in_order(raw_rows: Sequence[RawRow], faults: list[Fault] | None) -> Sequence[RawRow]:
    """Return the rows with the steps in their order, where the order of rows is none."""
    if any(raw.text("stage") and raw.text("metric") for raw in raw_rows):
        return raw_rows
    groups: dict[str, list[RawRow]] = {}
    for raw in raw_rows:
        groups.setdefault(raw.text("metric") or raw.text("stage"), []).append(raw)
    numbered = [raw.order for raw in raw_rows if raw.order is not None]
    if len(numbered) == len(raw_rows) and len({*numbered}) >= len(groups):
        return sorted(raw_rows, key=lambda raw: raw.order or 0.0)
    steps = [name for name, held in groups.items() if _is_step(name, held)]
    totals = {
        name: sum(raw.number("actual").plain() or 0 for raw in groups[name]) for name in steps
    }
    seen = list(totals.values())
    folded = [fold(name) for name in steps]
    falling = sorted(seen, reverse=True)
    sorted_names = folded == sorted(folded) and not any(map(has_chinese, folded))
    rising = seen == falling[::-1] and len({*seen}) == len(seen)
    none = (sorted_names or rising) if len(steps) > 2 else (sorted_names and rising)
    # Rows of a query come as they like; columns were laid by somebody.
    none |= _is_long(raw_rows) and bool(seen) and seen[0] != falling[0]
    if len(steps) < 2 or seen == falling or not none:
        return raw_rows
    place = {name: i for i, name in enumerate(sorted(steps, key=lambda name: -totals[name]))}
    if faults is not None:
        faults.append(Fault.of("steps-by-falling-counts", value=", ".join(place)[:200]))
    return sorted(
        raw_rows, key=lambda raw: place.get(raw.text("metric") or raw.text("stage"), len(place))
    )


def _is_long(raw_rows: Sequence[RawRow]) -> bool:
    """Whether each row is a step, named in a column of its own and without a target."""
    first = raw_rows[0].columns
    return first.get("metric") != first.get("actual") and not any(
        raw.number("target").value is not None or raw.text("owner") for raw in raw_rows
    )


def printable(text: str) -> str:
    """Return text that may be a key: without characters that cannot be shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split()) or "?"


def unit_of(raw_rows: Sequence[RawRow]) -> Unit:
    """Return what the writing of a metric's numbers says of its unit."""
    for raw in raw_rows:
        named = raw.text("unit")
        for unit in ("count", "currency", "rate", "score", "duration"):
            if named == unit:
                return unit
        for number in (raw.number("actual"), raw.number("target")):
            if number.unit is not None:
                return number.unit
    return "count"
