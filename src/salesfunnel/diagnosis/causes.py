"""From a part of the model to a finding: its name, its deals, what supports it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import attrs
import numpy as np
import numpy.typing as npt

from salesfunnel._core.interval import Interval
from salesfunnel._core.vocabulary import Dimension, FindingKind, Grade
from salesfunnel._kernels.causes.answer import Cause
from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.cause_evidence import MOST_GROUPS, evidence_of, over_time
from salesfunnel.diagnosis.column_search import ColumnSearch
from salesfunnel.diagnosis.finding import Finding
from salesfunnel.diagnosis.typed_columns import BLANK_LEVEL, TypedColumn

__all__ = ["Name", "finding_of"]

Bool = npt.NDArray[np.bool_]
NORMAL = NormalDist()
_ROLE_DIMENSION: Mapping[str, Dimension] = {
    "owner": "resource",
    "team": "resource",
    "channel": "data",
    "region": "customer",
    "product": "customer",
    "company_size": "customer",
    "value": "customer",
}


class Name(NamedTuple):
    """A rule's name for a column: code, dimension, words, and the deals it concerns."""

    code: str
    dimension: Dimension
    rule_set: str
    title: Mapping[str, str]
    exposed: Bool | None
    finding: Finding


def finding_of(
    case: Case,
    search: ColumnSearch,
    cause: Cause,
    shortfall: float,
    *,
    names: Mapping[str, Name],
    fields: Mapping[str, str],
    shown: Mapping[str, tuple[str, ...]],
) -> Finding:
    """Return the finding of one named part.

    Parameters
    ----------
    names : mapping of str to Name
        Column → what a rule calls it.
    fields : mapping of str to str
        Column → the field its header stands for.
    shown : mapping of str to tuple of str
        Column of a rule's own making → the user's columns behind it.
    """
    used = [search.used[i] for i in cause.columns]
    inside = np.ones(len(case), dtype=np.bool_)
    for column, levels in zip(used, cause.levels, strict=True):
        inside &= np.isin(column.codes, list(levels))
    kind = _kind(cause, used)
    name = names.get(used[0].name) if len(used) == 1 else None
    if name is not None and not _fits(name, cause, used[0], inside):
        name = None
    blank = any(
        c.levels[i] == BLANK_LEVEL for c, ls in zip(used, cause.levels, strict=True) for i in ls
    )
    known = np.logical_and.reduce([c.known for c in used]) | (inside if blank else False)
    coverage = float(known[case.now].mean()) if case.now.any() else 0.0
    notices = _notices(case, cause, blank=blank)
    params = _params(case, cause, used, inside, known) | {"kind": kind}
    if all(c.name in fields for c in used):
        params["known"] = True
    if cause.others:
        params |= _others(search, cause)
    low, high = cause.low, cause.high
    half = max(high - cause.deals, 1e-12) / 1.2815515655446004
    headers = tuple(dict.fromkeys(h for c in used for h in shown.get(c.name, (c.name,))))
    evidence = evidence_of(case, cause, used, inside, known, notices, field=" × ".join(headers))
    fixed: dict[str, Any] = {}
    if name is not None:
        told = name.finding.evidence
        merged = tuple(dict.fromkeys((*told.notices, *notices)))
        if name.exposed is not None and kind == "more-frequent":
            evidence = attrs.evolve(
                told, notices=merged, over_time=over_time(case, name.exposed, known), p=cause.p
            )
        elif kind == "more-frequent":
            evidence = attrs.evolve(told, notices=merged, over_time=evidence.over_time, p=cause.p)
        params = {**name.finding.params, **params}
        fixed = {"rule_set": name.rule_set, "title": name.title}
    return case.finding(
        name.code if name is not None else "column:" + " × ".join(headers),
        kind=kind,
        columns=headers,
        alike=tuple(
            dict.fromkeys(
                h
                for i in cause.alike
                for h in shown.get(search.used[i].name, (search.used[i].name,))
            )
        ),
        dimension=name.dimension if name is not None else _dimension(used, fields, blank=blank),
        params=params,
        contribution=cause.deals,
        interval=Interval(low, high, 0.8, "sandwich"),
        potential=_potential(cause, inside, case, params),
        confidence=NORMAL.cdf(cause.deals / half),
        coverage=coverage,
        grade=_grade(cause, coverage, shortfall, notices),
        evidence=evidence,
        **fixed,
    )


def _kind(cause: Cause, used: Sequence[TypedColumn]) -> FindingKind:
    if cause.kind == "composition":
        return "more-frequent"
    places = any(c.kind == "category" for c in used)
    return "where" if places else "costs-more"


def _fits(name: Name, cause: Cause, column: TypedColumn, inside: Bool) -> bool:
    """Whether the named levels are what the rule means, and not their opposite."""
    if name.exposed is None:  # a mix: any level may be the one that grew, none of them "began"
        return cause.kind == "composition"
    use = column.known
    here, rest = use & inside, use & ~inside
    if not here.any():
        return False
    other = float(name.exposed[rest].mean()) if rest.any() else 0.0
    return float(name.exposed[here].mean()) > other


def _notices(case: Case, cause: Cause, *, blank: bool) -> tuple[str, ...]:
    found = list(cause.notices)
    if blank:
        found.append("missing-values")
    if case.mature[case.now].mean() < 0.5:
        found.append("mostly-open")
    return tuple(dict.fromkeys(found))


def _grade(cause: Cause, coverage: float, shortfall: float, notices: Sequence[str]) -> Grade:
    grades: tuple[Grade, ...] = ("strong", "moderate", "weak")
    strong = cause.p <= 0.01 and coverage >= 0.8 and cause.low >= 0.05 * shortfall
    at = 0 if strong else 1 if coverage >= 0.5 else 2
    if {"depends-on-a-strong-column", "cannot-tell-apart", "mostly-open"} & set(notices):
        at = max(at, 1)
    if "model-dependent" in notices:
        at = min(at + 1, 2)
    return grades[at]


def _dimension(used: Sequence[TypedColumn], fields: Mapping[str, str], *, blank: bool) -> Dimension:
    if blank:
        return "data"
    for column in used:
        role = fields.get(column.name, "value" if column.name == "value" else "")
        if role in _ROLE_DIMENSION:
            return _ROLE_DIMENSION[role]
    return "customer" if used[0].kind in {"category", "ordered"} else "action"


def _params(
    case: Case, cause: Cause, used: Sequence[TypedColumn], inside: Bool, known: Bool
) -> dict[str, Any]:
    """Return the figures of the words: levels, shares before and now, rates, points."""
    params: dict[str, Any] = {}
    for k, (column, levels) in enumerate(zip(used, cause.levels, strict=True)):
        end = "" if k == 0 else f"_{k + 1}"
        params[f"column{end}"] = column.name
        named = [column.levels[i] for i in levels]
        if column.cuts and BLANK_LEVEL not in named:
            low, high = column.bounds(levels)
            params[f"low{end}"] = None if math.isinf(low) else low
            params[f"high{end}"] = None if math.isinf(high) else high
            params[f"bins{end}"] = column.kind
        params[f"level{end}"] = (
            ", ".join(named[:MOST_GROUPS])
            if not column.cuts
            else (BLANK_LEVEL if named == [BLANK_LEVEL] else "")
        )
    for when, which in (("now", case.now), ("before", ~case.now)):
        here = which & known
        params[f"share_{when}"] = float(inside[here].mean()) if here.any() else None
        for part, some in (("", inside), ("_others", ~inside)):
            deals = here & some & case.mature
            params[f"rate{part}_{when}"] = (
                float(case.advanced[deals].mean()) if deals.any() else None
            )
    params["points"] = round(-cause.rate * 100, 1)
    return params


def _others(search: ColumnSearch, cause: Cause) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for i, deals in cause.others:
        if math.isnan(deals):
            found.setdefault("goes_with", search.used[i].name)
        else:
            found |= {"depends_on": search.used[i].name, "deals_without": deals}
    return found


def _potential(cause: Cause, inside: Bool, case: Case, params: Mapping[str, Any]) -> float | None:
    """Return the deals that could be won if no deal of now were concerned any more."""
    del params
    return max(-cause.rate, 0.0) * float((inside & case.now).sum())
