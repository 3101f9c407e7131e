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
from salesfunnel.intake.cells.number import EXACT, ParsedNumber
from salesfunnel.intake.sheet.names import Role
from salesfunnel.intake.sheet.raw_rows import RawRow

_Actuals: TypeAlias = Mapping[tuple[str, str, str], float | None]
_Cell: TypeAlias = tuple[RawRow, TrackingRow, Role, ParsedNumber, Fraction | None]


@attrs.frozen(kw_only=True)
class _Stated:
    """A rate as stated: its row, a fraction, its written precision, and what it should be."""

    raw: RawRow
    row: TrackingRow
    role: Role
    value: Decimal
    precision: Decimal
    cut: bool
    computed: Fraction | None


def with_stated_rates(
    sheet: Tracking, raw_rows: Sequence[RawRow], faults: list[Fault]
) -> tuple[TrackingRow, ...]:
    """Return the rows with the rates that the sheet states; those that differ become faults.

    A column that is called the stated rate is the one that counts; the column of rates is
    compared all the same.
    """
    known = {(row.period, row.segment, row.metric): row.actual for row in sheet.rows}
    computed = _computed(sheet, known)
    rates = _scaled(
        (raw, row, role, raw.number(role), exact)
        for raw, row, exact in zip(raw_rows, sheet.rows, computed, strict=True)
        for role in _RATE_ROLES
    )
    has_column = bool(raw_rows) and any("stated_rate" in raw.columns for raw in raw_rows)
    chosen: dict[int, _Stated] = {}
    for stated in rates:
        _compare(stated, faults, sheet.funnel, known)
        if (stated.role == "stated_rate") or not has_column:
            chosen[id(stated.raw)] = stated
    for raw in raw_rows:
        for role in (*_RATE_ROLES, _ATTAINMENT):
            number = raw.number(role)
            if number.fault is not None and not is_own_formula(raw.written.get(role, "")):
                lost = number.fault in {"error-value", "formula-without-result"}
                severity = "warning" if lost else number.severity  # it is computed all the same
                faults.append(raw.fault(number.fault, role, severity=severity))
    _compare_attainments(sheet, raw_rows, faults)
    return tuple(
        _stated_row(row, chosen.get(id(raw))) for row, raw in zip(sheet.rows, raw_rows, strict=True)
    )


_RATE_ROLES: tuple[Role, ...] = ("rate", "stated_rate")
_ATTAINMENT: Role = "attainment"
_WHOLE = Decimal("0.01")


def _stated_row(row: TrackingRow, stated: _Stated | None) -> TrackingRow:
    if stated is None:
        return row
    text = stated.raw.written.get(stated.role, "")
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
    """Return rates as fractions; bare numbers are percent where that fits the column better."""
    known = [cell for cell in cells if cell[3].value is not None]
    done = []
    for role in (*_RATE_ROLES, _ATTAINMENT):
        column = [cell for cell in known if cell[2] == role]
        bare = [(w, exact) for _, _, _, w, exact in column if w.unit != "rate"]
        shift = -2 if _is_percent(bare, _header(column)) else 0
        for raw, row, _, written, exact in column:
            assert written.value is not None
            by = 0 if written.unit == "rate" else shift
            done.append(
                _Stated(
                    raw=raw,
                    row=row,
                    role=role,
                    value=written.value.scaleb(by, EXACT),
                    precision=_precision(written, by),
                    cut=written.cut,
                    computed=exact,
                )
            )
    return done


def _precision(written: ParsedNumber, shift: int) -> Decimal:
    """Return the written precision, a fraction: a whole 1 or 0 is all or none, to a percent."""
    precision = written.precision.scaleb(shift, EXACT)
    return precision if precision < 1 else _WHOLE


def _header(column: Sequence[_Cell]) -> str:
    return column[0][0].columns.get(column[0][2], "") if column else ""


def _is_percent(bare: Sequence[tuple[ParsedNumber, Fraction | None]], header: str) -> bool:
    """Whether numbers without a sign are percent: by what they agree with, then by the header."""
    agree = {0: 0, -2: 0}
    for written, exact in bare:
        if written.value and exact is not None:
            for shift in agree:
                value = written.value.scaleb(shift, EXACT)
                agree[shift] += abs(Fraction(value) - exact) <= Fraction(_precision(written, shift))
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
    if abs(Fraction(stated.value) - stated.computed) > Fraction(stated.precision):
        row, chain = stated.row, funnel.level_keys("step")
        source = chain[chain.index(row.metric) - 1]
        faults.append(
            stated.raw.fault(
                "stated-rate-differs",
                stated.role,
                actual=row.actual,
                before=known[row.period, row.segment, source],
                source=funnel.metric(source).label,
                **figures,
            )
        )
    elif stated.cut:
        faults.append(stated.raw.fault("stated-rate-imprecise", stated.role, **figures))


def _compare_attainments(sheet: Tracking, raw_rows: Sequence[RawRow], faults: list[Fault]) -> None:
    exact = [
        None if row.attainment is None else Fraction(row.actual or 0) / Fraction(row.target or 1)
        for row in sheet.rows
    ]
    cells: list[_Cell] = [
        (raw, row, _ATTAINMENT, raw.number(_ATTAINMENT), share)
        for raw, row, share in zip(raw_rows, sheet.rows, exact, strict=True)
    ]
    faults.extend(
        stated.raw.fault(
            "attainment-differs",
            _ATTAINMENT,
            stated=float(stated.value),
            computed=float(stated.computed),
        )
        for stated in _scaled(cells)
        if stated.computed is not None
        and abs(Fraction(stated.value) - stated.computed) > Fraction(stated.precision)
    )
