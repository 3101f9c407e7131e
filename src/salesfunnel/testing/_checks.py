"""Checks for authors of plugins: each raises with every problem, or says nothing."""

from __future__ import annotations

import inspect
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from salesfunnel._core.errors import DefinitionError, SalesFunnelError
from salesfunnel._core.vocabulary import DIMENSIONS, LOCALES
from salesfunnel.definitions import BenchmarkSet
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.definitions.metric import Metric
from salesfunnel.definitions.stage import KeyAction

if TYPE_CHECKING:
    import numpy.typing as npt

    from salesfunnel.diagnosis.rules import Rule, RuleSet

__all__ = ["check_benchmark", "check_rules", "check_template"]

LEAST_STAGES = 2


def _report(what: str, problems: list[str]) -> None:
    if problems:
        raise DefinitionError(f"{what} must hold what its users rely on", problems)


def check_template(template: Callable[..., Funnel]) -> None:
    """Check a template: call it as the registry does, in every language, and look at the funnel.

    Parameters
    ----------
    template : callable
        What the entry point of group ``salesfunnel.templates`` names.

    Raises
    ------
    DefinitionError
        With every problem: it does not return a funnel; two calls differ; the languages differ in
        more than words; a stage has no name, goal, owner, key action or step metric; one name
        stands for two metrics or two stages.

    Examples
    --------
    >>> from salesfunnel.builtin.templates.b2b import b2b
    >>> check_template(b2b)
    """
    if not callable(template):
        _report("template", [f"'template' must be a function, got {type(template).__name__}"])
    takes = "locale" in inspect.signature(template).parameters
    calls: list[dict[str, Any]] = [{"locale": locale} for locale in LOCALES] if takes else [{}]
    made = []
    for options in calls:
        funnel = template(**options)
        if not isinstance(funnel, Funnel):
            _report("template", [f"it must return a Funnel, got {type(funnel).__name__}"])
        made.append(funnel)
    problems = []
    for options, funnel in zip(calls, made, strict=True):
        if template(**options) != funnel or pickle.loads(pickle.dumps(funnel)) != funnel:  # noqa: S301 - our own pickle
            problems.append("two calls and a pickle must give equal funnels, got different ones")
        problems += _funnel_problems(funnel)
    if len({_shape(funnel) for funnel in made}) > 1:
        problems.append("languages must differ in words only, got different keys, units or times")
    _report(f"template {made[0].key!r}", list(dict.fromkeys(problems)))


def _shape(funnel: Funnel) -> Any:
    return funnel.key, tuple(
        (
            stage.key,
            tuple((a.key, a.within, a.owner is None) for a in stage.actions),
            tuple((m.key, m.unit, m.better, m.step) for m in stage.metrics),
        )
        for stage in funnel.stages
    )


def _funnel_problems(funnel: Funnel) -> Iterator[str]:
    if len(funnel) < LEAST_STAGES:
        yield f"'stages' must hold at least two, got {len(funnel)}"
    for stage in funnel.stages:
        for field in ("name", "goal", "owner", "actions"):
            if not getattr(stage, field):
                yield f"stage {stage.key!r} must have {field!r}, got none"
        if not stage.steps:
            yield f"stage {stage.key!r} must have a step metric, got none"
        named: tuple[Metric | KeyAction, ...] = (*stage.metrics, *stage.actions)
        for item in named:
            if not item.name:
                yield f"{item.key!r} of stage {stage.key!r} must have a name, got none"
    yield from _name_problems(funnel)


def _name_problems(funnel: Funnel) -> Iterator[str]:
    everything = [metric for stage in funnel.stages for metric in stage.metrics]
    for kind, items in (("metric", everything), ("stage", list(funnel.stages))):
        names = [{n.casefold() for n in (i.key, i.name, *i.aliases) if n} for i in items]
        for name, times in sorted(Counter(n for own in names for n in own).items()):
            if times > 1:
                yield f"a name must stand for one {kind}, got {name!r} for {times}"


def check_benchmark(benchmark: Callable[[], BenchmarkSet]) -> None:
    """Check a set of benchmarks: call it as the registry does, and look at every figure.

    Parameters
    ----------
    benchmark : callable
        What the entry point of group ``salesfunnel.benchmarks`` names.

    Raises
    ------
    DefinitionError
        With every problem: it does not return a set; it is empty or has no name; a figure lacks
        url, year or sample.

    Examples
    --------
    >>> from salesfunnel.builtin.benchmarks.b2b import b2b_saas
    >>> check_benchmark(b2b_saas)
    """
    if not callable(benchmark):
        _report("benchmark", [f"'benchmark' must be a function, got {type(benchmark).__name__}"])
    made = benchmark()
    if not isinstance(made, BenchmarkSet):
        _report("benchmark", [f"it must return a BenchmarkSet, got {type(made).__name__}"])
    problems = []
    if made != benchmark():
        problems.append("two calls must give equal sets, got different ones")
    if not made.name:
        problems.append("'name' must be given, got none")
    if not len(made):
        problems.append("'benchmarks' must hold at least one figure, got none")
    for figure in made:
        problems += [
            f"{figure.transition} must have {field!r}, got none"
            for field in ("url", "year", "sample")
            if not getattr(figure, field)
        ]
    unknown = sorted(set(made.aliases) - set(made.steps))
    problems += [f"'aliases' must name steps of the set, got {step!r}" for step in unknown]
    _report(f"benchmark {made.key!r}", problems)


def check_rules(rule_set: RuleSet) -> None:
    """Check a rule set: ask every rule about deals with no, with empty and with filled fields.

    Parameters
    ----------
    rule_set : RuleSet
        What the entry point of group ``salesfunnel.rules`` names.

    Raises
    ------
    DefinitionError
        With every problem: no rule, no title of a rule or remedy in a language, a rule that raises,
        or that gives something else than findings.

    Examples
    --------
    >>> from salesfunnel.builtin.rules.resource import RULE_SET
    >>> check_rules(RULE_SET)
    """
    missing = [f for f in ("name", "dimension", "rules") if not hasattr(rule_set, f)]
    if missing:
        listed = ", ".join(map(repr, missing))
        _report("rule set", [f"it must have {listed}, got {type(rule_set).__name__}"])
    problems = []
    if rule_set.dimension not in DIMENSIONS:
        problems.append(f"'dimension' must be one of {DIMENSIONS}, got {rule_set.dimension!r}")
    if not tuple(rule_set.rules):
        problems.append("'rules' must hold at least one rule, got none")
    for rule in rule_set.rules:
        problems += _title_problems(rule)
        for filled in ("absent", "empty", "words", "numbers", "floats"):
            problems += _asked(rule_set, rule, filled)
    problems += _remedy_problems(rule_set)
    _report(f"rule set {rule_set.name!r}", list(dict.fromkeys(problems)))


def _title_problems(rule: Rule) -> list[str]:
    from salesfunnel.i18n import has

    return [
        f"rule {rule.code!r} must have a title in {locale!r}, got none"
        for locale in LOCALES
        if not rule.title.get(locale) and not has(f"finding.{rule.code}.title")
    ]


def _remedy_problems(rule_set: RuleSet) -> Iterator[str]:
    from salesfunnel.i18n import has

    for remedy in getattr(rule_set, "remedies", ()):
        for locale in LOCALES:
            if not remedy.title.get(locale) and not has(f"measure.{remedy.key}.title"):
                yield f"remedy {remedy.key!r} must have a title in {locale!r}, got none"


def _asked(rule_set: RuleSet, rule: Rule, filled: str) -> list[str]:
    """Ask one rule about made-up deals; return what goes wrong."""
    from salesfunnel.diagnosis import RuleSet, diagnose

    alone = RuleSet(rule_set.name, rule_set.dimension, (rule,))
    bottleneck, history = _deals([field.key for field in rule.needs], filled)
    try:
        first = diagnose(bottleneck, history, rules=alone, search=False)
        again = diagnose(bottleneck, history, rules=alone, search=False)
    except SalesFunnelError as error:
        return [f"rule {rule.code!r} must cope with {filled} fields, got {error.message}"]
    return [] if first == again else [f"rule {rule.code!r} must be deterministic, got two answers"]


def _deals(fields: list[str], filled: str) -> tuple[Any, Any]:
    """Return a bottleneck and a stage history of 390 made-up deals in 13 months."""
    import numpy as np

    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.data.history import StageHistory
    from salesfunnel.definitions.funnel import Transition

    n, months = 390, 13
    number = np.arange(n)
    month = number % months
    now = month == months - 1
    start = (np.datetime64("2025-10", "M") + month).astype("datetime64[us]")
    entered: npt.NDArray[np.datetime64] = (
        start + np.timedelta64(3, "D") + (number % 20).astype("timedelta64[D]")
    )
    won = (number // months) % np.where(now, 2, 3) > 0
    closed = entered + np.timedelta64(5, "D")
    values = {
        "empty": np.full(n, "", dtype="<U16"),
        "words": np.where(number % 2 > 0, "yes", "Rival"),
        "numbers": (number % 7).astype(np.str_),
        "floats": np.where(number % 5 > 0, number % 7 + 0.5, np.nan),
    }
    history = StageHistory(
        deals=tuple(f"d{i}" for i in range(n)),
        stages=("offer", "won"),
        entered=np.stack([entered, np.where(won, closed, np.datetime64("NaT", "us"))], axis=1),
        created=entered,
        closed=closed,
        outcome=np.where(won, 1, 2).astype(np.int8),
        attributes={} if filled == "absent" else dict.fromkeys(fields, values[filled]),
        as_of=np.datetime64("2026-12-31", "us"),
    )
    bottleneck = Bottleneck(
        transition=Transition("offer", "won"),
        segment="all",
        period="2026-10",
        entered=int(now.sum()),
        advanced=int(won[now].sum()),
        rate=float(won[now].mean()),
        reference=float(won[~now].mean()),
    )
    return bottleneck, history
