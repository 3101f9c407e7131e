"""Fragments of counts, rates, verdicts and sheets."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from salesfunnel._core.periods import frequency_of
from salesfunnel._core.vocabulary import Locale
from salesfunnel.data.panel import ALL
from salesfunnel.i18n import FORMS, text
from salesfunnel.render.backends.pictures import capital
from salesfunnel.render.charts.bind._words import span_words, step_words
from salesfunnel.render.charts.bind.counts import last_complete
from salesfunnel.render.charts.figures import percent_range, period_words, whole_percent
from salesfunnel.render.fragments._parts import (
    ROWS,
    Picture,
    bullet,
    folded,
    frame,
    note,
    spark,
    table,
    whisker,
)
from salesfunnel.render.report.answers import ALARMS, SIGNS, chip_of
from salesfunnel.render.report.facts import chance, gain_words, place_words
from salesfunnel.render.words.figures import fault_item, in_deals, segment_words
from salesfunnel.render.words.names import in_language, labels_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesfunnel.bottleneck import Bottlenecks
    from salesfunnel.conversion import ConversionTable
    from salesfunnel.counting import StepCounts
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking
    from salesfunnel.fault import Fault

LATEST = 6
"""Periods of a panel that are shown as figures."""


def faults_folded(
    faults: Iterable[Fault], locale: Locale, labels: dict[str, str] | None = None
) -> str:
    """Return the notes on the data, folded."""
    unique = list(dict.fromkeys(faults))
    if not unique:
        return ""
    lines = []
    for fault in unique[:20]:
        item = fault_item(fault, locale, labels)
        place = f"{item.place}: " if item.place else ""
        lines.append(note(f"{place}{item.text}" + (f" → {item.hint}" if item.hint else "")))
    return folded(text("page.notes", locale, n=len(unique)), *lines)


def panel(found: Panel, locale: Locale) -> str:
    """Return counts: a line over all complete periods, the last six, the running one starred."""
    labels = labels_of(found.funnel, found.steps, locale)
    total = found if ALL in found.segments else found.total()
    g = total.segments.index(ALL) if ALL in total.segments else 0
    whole = [t for t, name in enumerate(total.periods) if name not in total.partial]
    shown = [*whole[-LATEST:], *(t for t, p in enumerate(total.periods) if p in total.partial)]
    heads = [(text("report.step", locale), "")]
    lines = len(whole) > 2
    if lines:
        heads.append((text("page.periods", locale, n=len(whole)), ""))
    heads += [
        (_head(total.periods[t], locale) + ("*" if total.periods[t] in total.partial else ""),
         "sf-r")
        for t in shown
    ]  # fmt: skip
    rows: list[list[str | Picture]] = []
    for s, step in enumerate(total.steps):
        counts, missing = total.counts[:, g, s], total.missing[:, g, s]
        row: list[str | Picture] = [labels[step]]
        if lines:
            row.append(spark([None if missing[t] else float(counts[t]) for t in whole]))
        row += ["–" if missing[t] else f"{counts[t]:,}" for t in shown]
        rows.append(row)
    facts = [text(f"page.panel-{found.mode}", locale)]
    if whole and total.periods[whole[0]] != ALL:
        facts.append(span_words([total.periods[whole[0]], total.periods[whole[-1]]], locale))
    if len(found.segments) > 1:
        facts.append(text("page.segments", locale, n=f"{len(found.segments):,}"))
    star = text("page.running", locale) if total.partial else ""
    body = table(heads, rows, locale=locale, wide=1 if lines else None)
    return frame(text("page.panel", locale), " · ".join(facts), body, note(star), locale=locale)


def _head(period: str, locale: Locale) -> str:
    if period == ALL:
        return segment_words(ALL, locale)
    words = period_words(period, locale)
    return words if locale == "zh" else words.removesuffix(f" {period[:4]}")


def conversions(found: ConversionTable, locale: Locale) -> str | None:
    """Return the rates of the last complete period: a dot and its interval from 0 to 100%.

    None for a single step: it has no rate, which the document says.
    """
    if not found.transitions:
        return None
    t = last_complete(found, None)
    keys = [key for step in found.transitions for key in (step.source, step.target)]
    labels = labels_of(found.funnel, keys, locale)
    several = len(found.segments) > 1
    rows: list[list[str | Picture]] = []
    places = [(g, s) for g in range(len(found.segments)) for s in range(len(found.transitions))]
    for g, s in places[:ROWS]:
        rate, low, high = (float(a[t, g, s]) for a in (found.rate, found.low, found.high))
        known = np.isfinite(rate)
        name = step_words(found.transitions[s], labels)
        if several:
            name += f" · {segment_words(found.segments[g], locale)}"
        since = float(found.cumulative[t, g, s])
        rows.append([
            name,
            whisker(rate, low, high, (0.0, 1.0)) if known else Picture(""),
            whole_percent(rate) if known else "–",
            percent_range(low, high) if known else "–",
            f"{found.entered[t, g, s]:,}",
            *([] if found.exposed is None else [in_deals(float(found.exposed[t, g, s]), locale)]),
            f"{found.advanced[t, g, s]:,}",
            whole_percent(since) if np.isfinite(since) else "–",
        ])  # fmt: skip
    heads = [
        (text("report.step", locale), ""),
        (text("page.axis-percent", locale, level=whole_percent(found.level)), ""),
        (text("report.rate", locale), "sf-r"), (text("page.interval", locale), "sf-r"),
        (capital(text("chart.entered", locale)), "sf-r"),
        *([] if found.exposed is None else [(text("conversion.exposed", locale), "sf-r")]),
        (capital(text("chart.funnel-advanced", locale)), "sf-r"),
        (text("page.since-first", locale), "sf-r"),
    ]  # fmt: skip
    body = table(heads, rows, locale=locale, wide=1, total=len(places))
    said = [fault_item(fault, locale, labels) for fault in found.faults]
    body += "".join(note(f"{item.text}; {item.hint}" if item.hint else item.text) for item in said)
    words = span_words([found.periods[t]], locale)
    return frame(text("page.conversion", locale), words, body, locale=locale)


def bottlenecks(found: Bottlenecks, locale: Locale) -> str:
    """Return the verdicts, worst first: a bar for the rate with a mark at its baseline."""
    keys = [key for step in found.transitions for key in (step.source, step.target)]
    labels = labels_of(found.funnel, keys, locale)
    picked = list(islice(iter(found), ROWS))
    rows: list[list[str | Picture]] = []
    for row in picked:
        tone, words = chip_of(row, locale)
        rows.append([
            place_words(row, labels, locale), f"{SIGNS[tone]} {words}",
            bullet(row.rate, row.reference, bad=tone == "bad"),
            "–" if row.rate is None else whole_percent(row.rate),
            "–" if row.reference is None else whole_percent(row.reference),
            "–" if row.probability is None else chance(row.probability),
            gain_words(row, labels, locale) if row.tier in ALARMS else "–",
        ])  # fmt: skip
    heads = [
        (text("report.step", locale), ""), (text("bottleneck.verdict", locale), "sf-s"),
        (text("page.rate-and-baseline", locale), ""), (text("report.rate", locale), "sf-r"),
        (text("chart.baseline-short", locale), "sf-r"), (text("page.sure", locale), "sf-r"),
        (text("page.gain", locale), "sf-r"),
    ]  # fmt: skip
    marks = ["sf-bad" if row.tier in ALARMS else "" for row in picked]
    body = table(heads, rows, locale=locale, marks=marks, wide=2, total=len(found))
    least = [whole_percent(r.detectable) for r in picked[:6] if r.detectable is not None]
    words = text("page.smallest", locale, drops=("、" if locale == "zh" else ", ").join(least))
    faults = [*found.faults, *(fault for row in picked for fault in row.faults)]
    months = max((r.history_months or 0 for r in picked), default=0)
    muted = span_words([found.period], locale)
    if months:
        unit = text(f"bottleneck.units-{frequency_of(found.period)}", locale)
        muted += " · " + text("page.against-own", locale, n=months, unit=unit)
    return frame(
        text("page.bottlenecks", locale), muted, body, note(words) if least else "",
        faults_folded(faults, locale, labels), locale=locale,
    )  # fmt: skip


def steps(found: StepCounts, locale: Locale) -> str:
    """Return who reached each step, of the step before and of the first."""
    top = max(found.counts, default=0)
    rows: list[list[str | Picture]] = []
    before: int | None = None
    for name, count in zip(found.steps, found.counts, strict=True):
        first = found.counts[0]
        rows.append([
            name, bullet(float(count), None, top=float(top)), f"{count:,}",
            "–" if not before else whole_percent(count / before),
            "–" if not first else whole_percent(count / first),
        ])  # fmt: skip
        before = count
    heads = [
        (text("report.step", locale), ""), (text("page.customers", locale), ""), ("", "sf-r"),
        (text("page.of-before", locale), "sf-r"), (text("page.of-first", locale), "sf-r"),
    ]  # fmt: skip
    body = table(heads, rows, locale=locale, wide=1)
    from salesfunnel.render.words.step_counts import question_words

    words = " · ".join(question_words(found, locale)[:2])
    immature = ""
    if found.immature:
        immature = text("page.immature", locale, n=f"{found.immature:,}")
    return frame(
        text("page.steps", locale), words, body, note(immature), _by_segment(found, locale),
        faults_folded(found.faults, locale), locale=locale,
    )  # fmt: skip


def _by_segment(found: StepCounts, locale: Locale) -> str:
    if not found.by_segment:
        return ""
    heads = [(text("report.segment", locale), ""), *((name, "sf-r") for name in found.steps)]
    rows = [[name, *(f"{n:,}" for n in counts)] for name, counts in found.by_segment.items()]
    return folded(text("page.by-segment", locale, n=len(rows)), table(heads, rows, locale=locale))


def tracking(found: Tracking, locale: Locale) -> str:
    """Return the last period of a sheet: a bar to the target a metric."""
    funnel = in_language(found.funnel, locale)
    stages = {stage.key: stage.label for stage in funnel}
    metrics = {metric.key: metric.label for stage in funnel for metric in stage.metrics}
    periods = found.periods or (ALL,)
    rows: list[list[str | Picture]] = []
    marks = []
    used = [r for r in found.rows if r.period in {periods[-1], ALL}]
    doubtful = {f.row for f in found.faults if f.severity != "info" and f.row is not None}
    for row in used[:40]:
        name = metrics.get(row.metric, row.metric_name or row.metric)
        aim = None if row.target is None else 1.0
        rows.append([
            stages.get(row.stage, row.stage_name or row.stage),
            name + (" !" if row.row in doubtful else ""),
            bullet(row.attainment, aim, top=1.1, bad=(row.attainment or 1.0) < 0.85),
            "–" if row.attainment is None else whole_percent(row.attainment),
            "–" if row.actual is None else FORMS["number"](row.actual, locale),
            "–" if row.target is None else FORMS["number"](row.target, locale),
            "–" if row.rate is None else whole_percent(row.rate), row.owner or "",
        ])  # fmt: skip
        marks.append("")
    heads = [
        (text("report.stage", locale), ""), (text("report.metric", locale), ""),
        (text("page.attained-of-target", locale), ""), (text("report.attainment", locale), "sf-r"),
        (text("report.actual", locale), "sf-r"), (text("report.target", locale), "sf-r"),
        (text("report.rate", locale), "sf-r"), (text("report.owner", locale), ""),
    ]  # fmt: skip
    words = [funnel.label, span_words([periods[-1]], locale)]
    if len(periods) > 1:
        words.append(text("page.sheet-periods", locale, n=len(periods)))
    body = table(heads, rows, locale=locale, marks=marks, wide=2, total=len(used))
    return frame(
        text("page.tracking", locale), " · ".join(words), body,
        faults_folded(found.faults, locale), locale=locale,
    )  # fmt: skip
