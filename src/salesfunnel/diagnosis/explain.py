"""Put the search of all columns and the names of the rules together."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel.diagnosis.ask_rules import Asked
from salesfunnel.diagnosis.case import DAY, Case
from salesfunnel.diagnosis.causes import Name, finding_of
from salesfunnel.diagnosis.column_search import ColumnSearch, Deals, search_columns
from salesfunnel.diagnosis.diagnosis import ColumnUse
from salesfunnel.diagnosis.fields import PLACES, match
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.rules import Exposure, Mixture

__all__ = ["Explained", "explain"]

Z80 = 1.2815515655446004
DERIVED = "\x1f"
"""Begins the names of columns that a rule works out; no header has it."""
LEAKS = frozenset(
    ("after-outcome-by-name", "filled-by-outcome", "blank-while-open", "tells-the-outcome",
     "nearly-tells-the-outcome", "after-outcome-by-date", "moves-only-with-the-outcome",
     "recorded-by-outcome", "grows-with-the-life-of-a-deal")
)  # fmt: skip


class Explained(NamedTuple):
    """The findings on a case with deals, and how they add up."""

    findings: list[Finding]
    shortfall: float | None
    unexplained: float | None
    interval: Interval | None
    small: float
    columns: tuple[ColumnUse, ...]
    searched: bool


def explain(
    case: Case, asked: Sequence[Asked], *, search: bool, before_outcome: Collection[str]
) -> Explained:
    """Search the columns of a case, name what is found, and turn the other rules' findings over.

    Parameters
    ----------
    asked : sequence of Asked
        What every rule said.
    search : bool
        Whether to look at all columns; only at those that a rule reads otherwise.
    before_outcome : collection of str
        Columns that the user vouches for.
    """
    fields = _fields(case, asked)
    own = {a.column for a in asked if a.column}
    names = [*case.data.attributes, "value"] if search else sorted(own)
    derived = _derived(asked)
    shortfall = case.missing_deals
    if shortfall is None or not names:
        found = ColumnSearch(used=(), aside={}, answer=None, too_few=True)
    else:
        found = search_columns(
            _deals(case),
            [*names, *derived],
            lambda name: _values(case, name, derived),
            shortfall=shortfall,
            roles={*fields, *derived},
            before_outcome={*before_outcome, *derived},
        )
    findings = _findings(case, asked, found, shortfall, fields, derived)
    return _added_up(findings, found, shortfall, fields, names)


def _added_up(
    findings: list[Finding],
    found: ColumnSearch,
    shortfall: float | None,
    fields: Mapping[str, str],
    names: Sequence[str],
) -> Explained:
    reason = "no-shortfall" if shortfall is None else "too-few-deals"
    columns = _uses(found, fields, names, reason)
    if found.answer is None or shortfall is None:
        return Explained(findings, shortfall, shortfall, None, 0.0, columns, searched=False)
    named = sum(f.contribution or 0.0 for f in findings if f.explains)
    rest = shortfall - named
    half = Z80 * found.answer.everywhere_se
    interval = Interval(rest - half, rest + half, 0.8, "sandwich") if np.isfinite(half) else None
    return Explained(
        findings, shortfall, rest, interval, found.answer.small, columns, searched=True
    )


def _fields(case: Case, asked: Sequence[Asked]) -> dict[str, str]:
    """Return column → field of all headers that are understood."""
    known = list(case.data.attributes)
    fields: dict[str, str] = {}
    for a in asked:
        for field in a.rule.needs:
            name = match(field, known, case.columns)
            if name is not None:
                fields.setdefault(name, field.key)
        if a.column and a.column != "value":
            fields.setdefault(a.column, a.rule.code)
    for field in PLACES:
        name = match(field, known, case.columns)
        if name is not None:
            fields.setdefault(name, field.key)
    return fields


def _derived(asked: Sequence[Asked]) -> dict[str, Asked]:
    """Return the exposures that a rule works out, each under a name of its own."""
    found: dict[str, Asked] = {}
    for a in asked:
        if isinstance(a.outcome, Exposure) and not a.column:
            which = "".join(f"{DERIVED}{a.outcome.params[k]}" for k in sorted(a.outcome.params))
            found[f"{DERIVED}{a.rule.code}{which}"] = a
    return found


def _values(case: Case, name: str, derived: Mapping[str, Asked]) -> npt.NDArray[Any]:
    if name in derived:
        outcome = derived[name].outcome
        known = np.ones(len(case), bool) if outcome.known is None else np.asarray(outcome.known)
        exposed = np.asarray(outcome.exposed, dtype=np.bool_)
        values: npt.NDArray[Any] = np.where(known, np.where(exposed, "yes", "no"), "")
        return values
    if name == "value" and "value" not in case.data.attributes:
        return case.value.raw
    return np.asarray(case.data.attributes[name])[case.deals]


def _deals(case: Case) -> Deals:
    data = case.data
    target = data.entered[case.deals][:, case.target :]
    far = np.datetime64("9999-01-01", "us")
    reached = np.where(np.isnat(target), far, target).min(axis=1)
    closed = np.asarray(data.closed)[case.deals]
    end = np.where(case.advanced & (reached < far), reached, closed)
    decided = case.advanced | (case.outcome != 0)
    days = np.where(decided, (end - case.time) / DAY, np.nan)
    return Deals(
        advanced=case.advanced,
        now=case.now,
        mature=case.mature,
        still_open=case.open,
        period=case.period,
        time=case.time,
        outcome_days=days.astype(np.float64),
    )


def _findings(
    case: Case,
    asked: Sequence[Asked],
    found: ColumnSearch,
    shortfall: float | None,
    fields: Mapping[str, str],
    derived: Mapping[str, Asked],
) -> list[Finding]:
    names: dict[str, Name] = {}
    for a in asked:
        if a.column:
            names.setdefault(a.column, _name(a))
    names |= {key: _name(a) for key, a in derived.items()}
    shown = {key: _headers(a) for key, a in derived.items()}
    findings = []
    if found.answer is not None and shortfall is not None:
        findings = [
            finding_of(case, found, cause, shortfall, names=names, fields=fields, shown=shown)
            for cause in found.answer.causes
        ]
    told = {(f.code, f.columns, str(f.params.get("action", ""))) for f in findings}
    for a in asked:
        key = (a.finding.code, a.finding.columns, str(a.finding.params.get("action", "")))
        if key not in told:
            findings.append(_standing(a, found))
    return findings


def _headers(a: Asked) -> tuple[str, ...]:
    return a.finding.columns or (a.rule.code,)


def _name(a: Asked) -> Name:
    f = a.finding
    exposed = None
    if isinstance(a.outcome, Exposure):
        exposed = np.asarray(a.outcome.exposed, dtype=np.bool_)
    return Name(f.code, f.dimension, f.rule_set, f.title, exposed, f)


def _standing(a: Asked, found: ColumnSearch) -> Finding:
    """Return a rule's finding that is not a part of the fall: what it costs as it did before."""
    f = a.finding
    if not isinstance(a.outcome, Exposure | Mixture):
        return f
    notices = f.evidence.notices
    potential = f.potential
    reason = found.aside.get(a.column, "")
    if reason in LEAKS:
        notices, potential = (*notices, "set-aside"), None
    params = {**f.params, "reason_aside": reason} if reason else f.params
    return attrs.evolve(
        f,
        kind="standing",
        contribution=None,
        interval=None,
        share=None,
        potential=potential,
        grade="weak",
        params=params,
        evidence=attrs.evolve(f.evidence, notices=tuple(dict.fromkeys(notices))),
    )


def _uses(
    found: ColumnSearch, fields: Mapping[str, str], names: Sequence[str], otherwise: str
) -> tuple[ColumnUse, ...]:
    used = {c.name: c for c in found.used}
    rows = []
    for name in sorted(set(names)):
        if name in used:
            rows.append(
                ColumnUse(
                    name=name,
                    use="used",
                    content=used[name].kind,
                    field=fields.get(name, ""),
                    deals=found.deals.get(name),
                )
            )
        else:
            reason = found.aside.get(name, otherwise)
            rows.append(
                ColumnUse(name=name, use="set-aside", reason=reason, field=fields.get(name, ""))
            )
    return tuple(rows)
