"""Ask every rule about a case, and rank what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from salesfunnel._core.errors import ArgumentError, PluginError
from salesfunnel._core.safe_text import described
from salesfunnel._core.vocabulary import Grade
from salesfunnel.diagnosis.aggregates import from_sheet
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.effects import of_exposure, of_mixture
from salesfunnel.diagnosis.fields import Column
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.rules import Exposure, Mixture, Rule, RuleSet

if TYPE_CHECKING:
    from salesfunnel.diagnosis.rules import RuleResult

__all__ = ["DEFAULT_RULES", "Asked", "ask_all", "rank", "vetoed"]

DEFAULT_RULES = ("data", "action", "resource", "customer")
_GRADES: tuple[Grade, ...] = ("strong", "moderate", "weak", "not-measured")


class Asked(NamedTuple):
    """Result of one rule: its finding, and the exposure or mix behind it."""

    finding: Finding
    outcome: RuleResult
    rule: Rule

    @property
    def column(self) -> str:
        """The one column that the rule is a name for; empty where it measures its own."""
        if not isinstance(self.outcome, Exposure | Mixture):
            return ""
        held = self.outcome.column
        name = held.name if isinstance(held, Column) else held or ""
        return "" if self.rule.derived or len(self.rule.needs) > 1 else name


def ask_all(case: Case, rules: object) -> list[Asked]:
    """Return what every rule says about a case."""
    found: list[Asked] = []
    for rule_set in _sets(rules):
        for item in rule_set.rules:
            found.extend(_run_rule(case, item, rule_set))
    return found


def rank(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings in the order they are shown in."""

    def key(f: Finding) -> tuple[Any, ...]:
        standing = (f.potential or 0.0) * f.confidence * f.coverage
        return (
            not f.veto,
            not f.measured,
            not f.explains,
            -round(f.contribution or 0.0, 9) if f.explains else -round(f.score, 9),
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


def _run_rule(case: Case, item: Rule, rule_set: RuleSet) -> list[Asked]:
    """Return the findings of one rule, or the one that says what to collect."""
    fixed = {
        "dimension": item.dimension or rule_set.dimension,
        "rule_set": rule_set.name,
        "title": item.title,
    }
    if not case.has_deals:
        try:
            found = from_sheet(case, item, fixed) or [_collect(case, item, fixed)]
        except MemoryError:
            raise
        except Exception as error:
            raise _broken(item, rule_set, error) from error
        return [Asked(one, None, item) for one in found]
    missing = [field.key for field in item.needs if case.find(field) is None]
    if missing or item.check is None:
        return [Asked(_collect(case, item, fixed, missing), None, item)]
    try:
        outcomes = _as_list(item(case))
        return [Asked(_finding(case, item, one, fixed), one, item) for one in outcomes]
    except MemoryError:
        raise
    except Exception as error:
        raise _broken(item, rule_set, error) from error


def _broken(item: Rule, rule_set: RuleSet, error: Exception) -> PluginError:
    return PluginError(
        f"rule {item.code!r} of rule set {rule_set.name!r} must give findings,"
        f" got {described(error)}"
    )


def _as_list(outcome: RuleResult) -> list[Any]:
    if outcome is None:
        return []
    if isinstance(outcome, Exposure | Mixture | Finding):
        return [outcome]
    return [one for one in outcome if one is not None]


def _finding(case: Case, item: Rule, outcome: RuleResult, fixed: dict[str, Any]) -> Finding:
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


def vetoed(found: list[Finding]) -> list[Finding]:
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
