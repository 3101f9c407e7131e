"""diagnose: ask every rule about a bottleneck, and rank what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from salesfunnel._core.errors import ArgumentError, PluginError
from salesfunnel._core.safe_text import described
from salesfunnel._core.vocabulary import Grade
from salesfunnel.diagnosis.aggregates import from_sheet
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.effects import of_exposure, of_mixture
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.rules import Exposure, Mixture, Rule, RuleSet

if TYPE_CHECKING:
    from salesfunnel.bottleneck import Bottleneck
    from salesfunnel.data.history import StageHistory
    from salesfunnel.data.panel import Panel
    from salesfunnel.data.tracking import Tracking

__all__ = ["DEFAULT_RULES", "diagnose"]

DEFAULT_RULES = ("data", "action", "resource", "customer")
_GRADES: tuple[Grade, ...] = ("strong", "moderate", "weak", "not-measured")


def diagnose(
    bottleneck: Bottleneck,
    data: StageHistory | Tracking | Panel,
    *,
    rules: Sequence[str | RuleSet | Rule] | str | RuleSet | Rule = DEFAULT_RULES,
    columns: Mapping[str, str] | None = None,
    history: int = 12,
) -> tuple[Finding, ...]:
    """Ask in four dimensions why a step fell short, and say what each cause is worth in deals.

    Parameters
    ----------
    bottleneck : Bottleneck
        A row of ``find_bottlenecks(...)``.
    data : StageHistory, Tracking or Panel
        Deals give measured findings. A sheet or counts alone give at most weak ones, which say so.
    rules : sequence of str, RuleSet or Rule
        Names of rule sets (``sf.rule_sets()`` lists them), or rules of one's own.
    columns : mapping of str to str, optional
        Field → column of the data, such as ``{"response_hours": "响应"}``, where a rule does not
        recognise the name by itself.
    history : int
        Periods before the judged window that the share of every cause is compared with.

    Returns
    -------
    tuple of Finding
        A finding that vetoes the data first; then by deals × confidence × coverage; then by what
        could be won though nothing changed; last what is not measured. Deterministic.

    Raises
    ------
    ArgumentError
        If `bottleneck` or `data` is of another kind, or `rules` hold what is no rule.
    UnknownNameError
        If a rule set is not known, or `columns` names a column that is not there.
    PluginError
        If a rule set cannot be loaded, or one of its rules fails.

    Notes
    -----
    For a cause that touches a share of the deals: contribution = −(share now − share before) · RD ·
    deals now, where RD is the Mantel–Haenszel difference of rates over channel × period [1]_. For a
    mix: minus Kitagawa's mix part [2]_ times deals now. All are associations.

    References
    ----------
    .. [1] Mantel & Haenszel (1959), JNCI 22:719.
    .. [2] Kitagawa (1955), JASA 50:1168.
    """
    if not hasattr(bottleneck, "transition"):
        raise ArgumentError(
            f"'bottleneck' must be a Bottleneck, got {type(bottleneck).__name__}",
            hint="give one row of find_bottlenecks, such as .rows[0]",
        )
    case = Case(bottleneck, data, columns=columns, history=history)
    found: list[Finding] = []
    for rule_set in _sets(rules):
        for item in rule_set.rules:
            found.extend(_ask(case, item, rule_set))
    return rank(_vetoed(found))


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order they are shown in."""

    def key(f: Finding) -> tuple[Any, ...]:
        standing = (f.potential or 0.0) * f.confidence * f.coverage
        return (
            not f.veto,
            not f.measured,
            -round(f.score, 9),
            -round(standing, 9),
            _GRADES.index(f.grade),
            f.dimension,
            f.code,
        )

    return tuple(sorted(findings, key=key))


def _sets(rules: Any) -> list[RuleSet]:
    if isinstance(rules, str | RuleSet | Rule):
        rules = (rules,)
    if rules is DEFAULT_RULES:  # what a stranger offers under these names does not stop them
        rules = [f"{name}@salesfunnel" for name in DEFAULT_RULES]
    sets: list[RuleSet] = []
    for item in rules:
        if isinstance(item, RuleSet):
            sets.append(item)
        elif isinstance(item, Rule):
            sets.append(RuleSet(f"rule:{item.code}", item.dimension or "customer", (item,)))
        elif isinstance(item, str):
            sets.append(_loaded(item))
        else:
            raise ArgumentError(f"'rules' must hold str, RuleSet or Rule, got {item!r}")
    return sets


def _loaded(name: str) -> RuleSet:
    from salesfunnel.plugins import rule_set

    loaded: Any = rule_set(name)
    if isinstance(loaded, RuleSet):
        return loaded
    rules = tuple(_as_rule(item, loaded.dimension) for item in loaded.rules)
    return RuleSet(loaded.name, loaded.dimension, rules, remedies=getattr(loaded, "remedies", ()))


def _as_rule(item: Any, dimension: Any) -> Rule:
    """Return a rule; a plain function of a stranger takes the bottleneck and the data."""
    if isinstance(item, Rule):
        return item
    code = str(getattr(item, "code", getattr(item, "__name__", type(item).__name__)))
    return Rule(code, lambda case: item(case.bottleneck, case.data), dimension=dimension)


def _ask(case: Case, item: Rule, rule_set: RuleSet) -> list[Finding]:
    """Return the findings of one rule, or the one that says what to collect."""
    fixed = {
        "dimension": item.dimension or rule_set.dimension,
        "rule_set": rule_set.name,
        "title": item.title,
    }
    if not case.has_deals:
        try:
            return from_sheet(case, item, fixed) or [_collect(case, item, fixed)]
        except MemoryError:
            raise
        except Exception as error:
            raise _broken(item, rule_set, error) from error
    missing = [field.key for field in item.needs if case.find(field) is None]
    if missing or item.check is None:
        return [_collect(case, item, fixed, missing)]
    try:
        outcome = item(case)
        found = [_finding(case, item, one, fixed) for one in _several(outcome)]
    except MemoryError:
        raise
    except Exception as error:
        raise _broken(item, rule_set, error) from error
    return found


def _broken(item: Rule, rule_set: RuleSet, error: Exception) -> PluginError:
    return PluginError(
        f"rule {item.code!r} of rule set {rule_set.name!r} must give findings,"
        f" got {described(error)}"
    )


def _several(outcome: Any) -> list[Any]:
    if outcome is None:
        return []
    if isinstance(outcome, Exposure | Mixture | Finding):
        return [outcome]
    return [one for one in outcome if one is not None]


def _finding(case: Case, item: Rule, outcome: Any, fixed: dict[str, Any]) -> Finding:
    if isinstance(outcome, Exposure):
        return of_exposure(case, outcome, item.code, **fixed)
    if isinstance(outcome, Mixture):
        return of_mixture(case, outcome, item.code, **fixed)
    if isinstance(outcome, Finding):
        return attrs.evolve(
            outcome,
            rule_set=outcome.rule_set or fixed["rule_set"],
            title=outcome.title or fixed["title"],
        )
    raise TypeError(f"a rule must give Exposure, Mixture or Finding, got {outcome!r}")


def _collect(case: Case, item: Rule, fixed: dict[str, Any], missing: Sequence[str] = ()) -> Finding:
    """Return the finding that says: not measured, collect this."""
    wanted = tuple(missing) or tuple(field.key for field in item.needs)
    return case.finding(item.code, collect=wanted, **fixed)


def _vetoed(found: list[Finding]) -> list[Finding]:
    """Where the data themselves are in doubt, no cause is more than weak, and says why."""
    if not any(f.veto for f in found):
        return found
    out = []
    for f in found:
        if f.veto or not f.measured:
            out.append(f)
            continue
        notices = tuple(dict.fromkeys((*f.evidence.notices, "data-unverified")))
        evidence = attrs.evolve(f.evidence, notices=notices)
        out.append(attrs.evolve(f, grade="weak", evidence=evidence))
    return out
