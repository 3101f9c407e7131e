"""Stated rates against computed ones: which differ, which are cut short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from salesfunnel.fault import Fault
from salesfunnel.intake.drafts import Draft
from salesfunnel.intake.numbers import EXACT, Written
from salesfunnel.intake.words import Role
from salesfunnel.tracking import Tracking, TrackingRow


@attrs.frozen(kw_only=True)
class _Stated:
    """A rate as stated: a fraction, its written precision, and what it should be."""

    draft: Draft
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
    computed = _computed(sheet)
    rates = _scaled(
        (draft, role, draft.number(role), exact)
        for draft, exact in zip(drafts, computed, strict=True)
        for role in _RATE_ROLES
    )
    has_column = bool(drafts) and any("stated_rate" in draft.columns for draft in drafts)
    chosen: dict[int, _Stated] = {}
    for stated in rates:
        _compare(stated, faults, sheet)
        if (stated.role == "stated_rate") or not has_column:
            chosen[id(stated.draft)] = stated
    for draft in drafts:
        for role in (*_RATE_ROLES, _ATTAINMENT):
            number = draft.number(role)
            if number.fault is not None:
                faults.append(draft.fault(number.fault, role, severity=number.severity))
    _compare_attainments(sheet, drafts, faults)
    return tuple(
        _stated_row(row, chosen.get(id(draft)))
        for row, draft in zip(sheet.rows, drafts, strict=True)
    )


_RATE_ROLES: tuple[Role, ...] = ("rate", "stated_rate")
_ATTAINMENT: Role = "attainment"


def _stated_row(row: TrackingRow, stated: _Stated | None) -> TrackingRow:
    if stated is None:
        return row
    text = stated.draft.written.get(stated.role, "")
    percent = f"{EXACT.multiply(stated.value, Decimal(100)):f}%"
    return row.replace(
        stated_rate=float(stated.value),
        stated_text=text if "%" in text or "％" in text else percent,
    )


def _computed(sheet: Tracking) -> list[Fraction | None]:
    """Return the exact rate of every row."""
    chain = sheet.funnel.level_keys("step")
    before = dict(zip(chain[1:], chain, strict=False))
    known = {(row.period, row.segment, row.metric): row.actual for row in sheet.rows}
    exact: list[Fraction | None] = []
    for row in sheet.rows:
        above = known.get((row.period, row.segment, before.get(row.metric, "")))
        good = row.rate is not None and row.actual is not None and above
        exact.append(Fraction(row.actual or 0) / Fraction(above) if good and above else None)
    return exact


def _scaled(
    cells: Iterable[tuple[Draft, Role, Written, Fraction | None]],
) -> list[_Stated]:
    """Return rates as fractions; bare numbers are per cent where that fits the column better."""
    known = [cell for cell in cells if cell[2].value is not None]
    done = []
    for role in (*_RATE_ROLES, _ATTAINMENT):
        column = [cell for cell in known if cell[1] == role]
        bare = [(w, exact) for _, _, w, exact in column if w.unit != "rate"]
        shift = -2 if _is_percent(bare, _header(column)) else 0
        for draft, _, written, exact in column:
            assert written.value is not None
            by = 0 if written.unit == "rate" else shift
            done.append(
                _Stated(
                    draft=draft,
                    role=role,
                    value=written.value.scaleb(by, EXACT),
                    step=written.step.scaleb(by, EXACT),
                    cut=written.cut,
                    computed=exact,
                )
            )
    return done


def _header(column: Sequence[tuple[Draft, Role, Written, Fraction | None]]) -> str:
    return column[0][0].columns.get(column[0][1], "") if column else ""


def _is_percent(bare: Sequence[tuple[Written, Fraction | None]], header: str) -> bool:
    """Whether numbers without a sign are per cent: by what they agree with, then by the header."""
    agree = {0: 0, -2: 0}
    for written, exact in bare:
        if written.value and exact is not None:
            for shift in agree:
                value, step = (x.scaleb(shift, EXACT) for x in (written.value, written.step))
                agree[shift] += abs(Fraction(value) - exact) <= Fraction(step)
    if agree[0] != agree[-2]:
        return agree[-2] > agree[0]
    marked = "%" in header or "％" in header or "percent" in header.casefold()
    return marked or any(
        written.value is not None and abs(written.value) > 1 for written, _ in bare
    )


def _compare(stated: _Stated, faults: list[Fault], sheet: Tracking) -> None:
    if stated.computed is None:
        return
    figures = {"stated": float(stated.value), "computed": float(stated.computed)}
    if abs(Fraction(stated.value) - stated.computed) > Fraction(stated.step):
        source, actual, before = _parts(stated, sheet)
        faults.append(
            stated.draft.fault(
                "stated-rate-differs",
                stated.role,
                actual=actual,
                before=before,
                source=source,
                **figures,
            )
        )
    elif stated.cut:
        faults.append(stated.draft.fault("stated-rate-imprecise", stated.role, **figures))


def _parts(stated: _Stated, sheet: Tracking) -> tuple[str, float | None, float | None]:
    """Return what a computed rate is made of: the step before, and the two counts."""
    chain = sheet.funnel.level_keys("step")
    (row,) = (
        row for row in sheet.rows if (row.row, row.sheet) == (stated.draft.row, stated.draft.sheet)
    )
    source = chain[chain.index(row.metric) - 1]
    (above,) = (
        other
        for other in sheet.rows
        if (other.period, other.segment, other.metric) == (row.period, row.segment, source)
    )
    return sheet.funnel.metric(source).label, row.actual, above.actual


def _compare_attainments(sheet: Tracking, drafts: Sequence[Draft], faults: list[Fault]) -> None:
    exact = [
        None if row.attainment is None else Fraction(row.actual or 0) / Fraction(row.target or 1)
        for row in sheet.rows
    ]
    cells: list[tuple[Draft, Role, Written, Fraction | None]] = [
        (draft, _ATTAINMENT, draft.number(_ATTAINMENT), share)
        for draft, share in zip(drafts, exact, strict=True)
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
