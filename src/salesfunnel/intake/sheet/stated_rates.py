"""Stated rates against computed ones: which differ, which are cut short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import attrs

from salesfunnel._core.formula_escape import is_own_formula
from salesfunnel.data.tracking import Tracking, TrackingRow
from salesfunnel.definitions.funnel import Funnel
from salesfunnel.fault import Fault
from salesfunnel.intake.cells.number import EXACT, Written
from salesfunnel.intake.sheet.names import Role
from salesfunnel.intake.sheet.raw_rows import Draft

_Actuals: TypeAlias = Mapping[tuple[str, str, str], float | None]
_Cell: TypeAlias = tuple[Draft, TrackingRow, Role, Written, Fraction | None]


@attrs.frozen(kw_only=True)
class _Stated:
    """A rate as stated: its row, a fraction, its written precision, and what it should be."""

    draft: Draft
    row: TrackingRow
    role: Role
    value: Decimal
    step: Decimal
    cut: bool
    computed: Fraction | None


def with_stated_rates(
    sheet: Tracking, drafts: Sequence[Draft], faults: list[Fault]
) -> tuple[TrackingRow, ...]:
    """Return the rows with the rates that the sheet states; those that differ become faults.

    A column that is called the stated rate is the one that counts; the column of rates is
    compared all the same.
    """
    known = {(row.period, row.segment, row.metric): row.actual for row in sheet.rows}
    computed = _computed(sheet, known)
    rates = _scaled(
        (draft, row, role, draft.number(role), exact)
        for draft, row, exact in zip(drafts, sheet.rows, computed, strict=True)
        for role in _RATE_ROLES
    )
    has_column = bool(drafts) and any("stated_rate" in draft.columns for draft in drafts)
    chosen: dict[int, _Stated] = {}
    for stated in rates:
        _compare(stated, faults, sheet.funnel, known)
        if (stated.role == "stated_rate") or not has_column:
            chosen[id(stated.draft)] = stated
    for draft in drafts:
        for role in (*_RATE_ROLES, _ATTAINMENT):
            number = draft.number(role)
            if number.fault is not None and not is_own_formula(draft.written.get(role, "")):
                lost = number.fault in {"error-value", "formula-without-result"}
                severity = "warning" if lost else number.severity  # it is computed all the same
                faults.append(draft.fault(number.fault, role, severity=severity))
    _compare_attainments(sheet, drafts, faults)
    return tuple(
        _stated_row(row, chosen.get(id(draft)))
        for row, draft in zip(sheet.rows, drafts, strict=True)
    )


_RATE_ROLES: tuple[Role, ...] = ("rate", "stated_rate")
_ATTAINMENT: Role = "attainment"
_WHOLE = Decimal("0.01")


def _stated_row(row: TrackingRow, stated: _Stated | None) -> TrackingRow:
    if stated is None:
        return row
    text = stated.draft.written.get(stated.role, "")
    percent = f"{EXACT.multiply(stated.value, Decimal(100)):f}%"
    return row.replace(
        stated_rate=float(stated.value),
        stated_text=text if "%" in text or "％" in text else percent,
    )


def _computed(sheet: Tracking, known: _Actuals) -> list[Fraction | None]:
    """Return the exact rate of every row."""
    chain = sheet.funnel.level_keys("step")
    before = dict(zip(chain[1:], chain, strict=False))
    exact: list[Fraction | None] = []
    for row in sheet.rows:
        above = known.get((row.period, row.segment, before.get(row.metric, "")))
        good = row.rate is not None and row.actual is not None and above
        exact.append(Fraction(row.actual or 0) / Fraction(above) if good and above else None)
    return exact


def _scaled(
    cells: Iterable[_Cell],
) -> list[_Stated]:
    """Return rates as fractions; bare numbers are per cent where that fits the column better."""
    known = [cell for cell in cells if cell[3].value is not None]
    done = []
    for role in (*_RATE_ROLES, _ATTAINMENT):
        column = [cell for cell in known if cell[2] == role]
        bare = [(w, exact) for _, _, _, w, exact in column if w.unit != "rate"]
        shift = -2 if _is_percent(bare, _header(column)) else 0
        for draft, row, _, written, exact in column:
            assert written.value is not None
            by = 0 if written.unit == "rate" else shift
            done.append(
                _Stated(
                    draft=draft,
                    row=row,
                    role=role,
                    value=written.value.scaleb(by, EXACT),
                    step=_step(written, by),
                    cut=written.cut,
                    computed=exact,
                )
            )
    return done


def _step(written: Written, shift: int) -> Decimal:
    """Return the written precision, a fraction: a whole 1 or 0 is all or none, to a per cent."""
    step = written.step.scaleb(shift, EXACT)
    return step if step < 1 else _WHOLE


def _header(column: Sequence[_Cell]) -> str:
    return column[0][0].columns.get(column[0][2], "") if column else ""


def _is_percent(bare: Sequence[tuple[Written, Fraction | None]], header: str) -> bool:
    """Whether numbers without a sign are per cent: by what they agree with, then by the header."""
    agree = {0: 0, -2: 0}
    for written, exact in bare:
        if written.value and exact is not None:
            for shift in agree:
                value = written.value.scaleb(shift, EXACT)
                agree[shift] += abs(Fraction(value) - exact) <= Fraction(_step(written, shift))
    if agree[0] != agree[-2]:
        return agree[-2] > agree[0]
    marked = "%" in header or "％" in header or "percent" in header.casefold()
    return marked or any(
        written.value is not None and abs(written.value) > 1 for written, _ in bare
    )


def _compare(stated: _Stated, faults: list[Fault], funnel: Funnel, known: _Actuals) -> None:
    if stated.computed is None:
        return
    figures = {"stated": float(stated.value), "computed": float(stated.computed)}
    if abs(Fraction(stated.value) - stated.computed) > Fraction(stated.step):
        row, chain = stated.row, funnel.level_keys("step")
        source = chain[chain.index(row.metric) - 1]
        faults.append(
            stated.draft.fault(
                "stated-rate-differs",
                stated.role,
                actual=row.actual,
                before=known[row.period, row.segment, source],
                source=funnel.metric(source).label,
                **figures,
            )
        )
    elif stated.cut:
        faults.append(stated.draft.fault("stated-rate-imprecise", stated.role, **figures))


def _compare_attainments(sheet: Tracking, drafts: Sequence[Draft], faults: list[Fault]) -> None:
    exact = [
        None if row.attainment is None else Fraction(row.actual or 0) / Fraction(row.target or 1)
        for row in sheet.rows
    ]
    cells: list[_Cell] = [
        (draft, row, _ATTAINMENT, draft.number(_ATTAINMENT), share)
        for draft, row, share in zip(drafts, sheet.rows, exact, strict=True)
    ]
    faults.extend(
        stated.draft.fault(
            "attainment-differs",
            _ATTAINMENT,
            stated=float(stated.value),
            computed=float(stated.computed),
        )
        for stated in _scaled(cells)
        if stated.computed is not None
        and abs(Fraction(stated.value) - stated.computed) > Fraction(stated.step)
    )
