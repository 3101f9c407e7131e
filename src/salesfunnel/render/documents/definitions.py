"""The documents of definitions: a funnel with its key actions, a set of benchmarks."""

from __future__ import annotations

from salesfunnel._core.vocabulary import Locale
from salesfunnel.definitions import Benchmark, BenchmarkSet
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.stage import KeyAction
from salesfunnel.i18n import text
from salesfunnel.render.model import Block, Column, Document, Paragraph, Table
from salesfunnel.render.words.benchmarks import published_words
from salesfunnel.render.words.figures import filled, shown, span
from salesfunnel.render.words.names import in_language


def funnel_document(funnel: Funnel, locale: Locale) -> Document:
    """Return one row per stage: goal, key actions, metrics, owner."""
    funnel = in_language(funnel, locale)
    names = ("stage", "goal", "actions", "metrics", "owner")
    heads = [text(f"definition.{name}", locale) for name in names]
    comma = text("report.comma", locale)
    rows = [
        (
            stage.label,
            stage.goal,
            comma.join(_action(action, locale) for action in stage.actions),
            comma.join(
                text("definition.step", locale, metric=m.label) if m.step else m.label
                for m in stage.metrics
            ),
            stage.owner or "",
        )
        for stage in funnel
    ]
    title = text("report.definition-of", locale, name=funnel.label)
    columns, cells = filled([Column(head) for head in heads], rows)
    return Document(title, [Table(columns, cells)], locale=locale)


def _action(action: KeyAction, locale: Locale) -> str:
    if action.within is None:
        return action.label
    return text("definition.within", locale, action=action.label, within=action.within)


def benchmark_document(benchmarks: BenchmarkSet, locale: Locale) -> Document:
    """Return one row per figure, with its source and what that rests on."""
    names = ("step", "rate", "range", "spread", "industry", "region", "source", "year", "sample")
    right = {"rate", "range", "spread"}
    heads = [
        Column(
            text(f"definition.benchmark.{name}", locale),
            align="right" if name in right else "left",
        )
        for name in names
    ]
    rows = [_figure(figure, locale) for figure in benchmarks.benchmarks]
    blocks: list[Block] = [
        Table(*filled(heads, rows)),
        Paragraph(text("definition.benchmark.how", locale), mark="muted"),
    ]
    if benchmarks.unmapped:
        steps = text("report.comma", locale).join(benchmarks.unmapped)
        words = text("definition.benchmark.unmapped", locale, steps=steps)
        blocks.append(Paragraph(words, mark="muted"))
    name = benchmarks.name or benchmarks.key
    return Document(text("report.benchmarks", locale, name=name), blocks, locale=locale)


def _figure(figure: Benchmark, locale: Locale) -> tuple[str, ...]:
    low, high = figure.low, figure.high
    known = low is not None and high is not None
    return (
        f"{figure.start} → {figure.end}",
        shown(figure.rate, "percent", locale),
        span(low, high, "percent", locale) if known else "",
        f"± {shown(figure.cv, 'share', locale)}",
        published_words(figure.industry, locale),
        published_words(figure.region, locale),
        published_words(figure.citation, locale),
        "" if figure.year is None else str(figure.year),
        published_words(figure.sample, locale) or text("definition.benchmark.no-sample", locale),
    )
