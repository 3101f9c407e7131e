"""Find weak signs of a cause in a sheet or in counts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesfunnel.diagnosis.case import Case
from salesfunnel.diagnosis.finding import Evidence, Finding
from salesfunnel.diagnosis.rules import Limit, Rule

if TYPE_CHECKING:
    from salesfunnel.data.tracking import TrackingRow

__all__ = ["from_sheet", "weak"]


def weak(case: Case, code: str, fixed: dict[str, Any], **fields: Any) -> Finding:
    """Return a weak finding of an aggregate."""
    notices = ("aggregates-only", *fields.pop("notices", ()))
    evidence = Evidence(
        method=fields.pop("method"),
        field=fields.pop("field", None),
        entered=case.entered_now,
        groups=fields.pop("groups", ()),
        notices=notices,
    )
    return case.finding(code, grade="weak", evidence=evidence, **{**fixed, **fields})


def from_sheet(case: Case, rule: Rule, fixed: dict[str, Any]) -> list[Finding]:
    """Return what a rule finds without deals: its own look, a metric beyond its limit, a remark."""
    found: list[Finding] = []
    if rule.sheet is not None:
        outcome = rule.sheet(case)
        if outcome is not None:
            found += [outcome] if isinstance(outcome, Finding) else list(outcome)
    if rule.limit is not None:
        row = case.sheet_metric(rule.limit.field)
        if row is not None:
            return [*found, *_beyond(case, rule, rule.limit, row, fixed)]
    found += _remarks(case, rule, fixed)
    return found


def _beyond(
    case: Case, rule: Rule, limit: Limit, row: TrackingRow, fixed: dict[str, Any]
) -> list[Finding]:
    bound = row.target if row.target is not None else limit.value
    if bound is None or row.actual is None:
        return []
    # a sheet's durations are in days, limits of durations in hours
    unit = 24.0 if getattr(row, "unit", "") == "duration" else 1.0
    actual = float(row.actual) * unit
    bound = float(bound) * (unit if row.target is not None else 1.0)
    bad = actual > bound if limit.bad == "above" else actual < bound
    params = {"actual": actual, "limit": bound, "metric": str(row.metric), "bad": bad}
    return [
        weak(
            case,
            rule.code,
            fixed,
            method="aggregate",
            field=str(row.metric),
            params=params,
            confidence=0.5 if bad else 0.0,
            coverage=1.0,
        )
    ]


def _remarks(case: Case, rule: Rule, fixed: dict[str, Any]) -> list[Finding]:
    """Return one finding for the first remark that holds a word of the rule."""
    for row in case.sheet_rows:
        note = str(row.note or "")
        low = note.casefold()
        hit = next((word for word in rule.notes if word in low), None)
        if hit is not None:
            params = {"note": note, "word": hit, "metric": str(row.metric)}
            return [
                weak(
                    case,
                    rule.code,
                    fixed,
                    method="note",
                    field=str(row.metric),
                    params=params,
                    confidence=0.5,
                    coverage=0.0,
                    notices=("stated-by-people",),
                )
            ]
    return []
