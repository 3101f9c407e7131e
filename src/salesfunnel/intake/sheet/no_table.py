"""What is said of a source that holds no tracking sheet."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.columns import has_deals
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import nearest_header, role_of

__all__ = ["no_table"]


def no_table(found: Sequence[tuple[Grid, Header | None]]) -> IntakeError:
    """Return the error of a source without a tracking sheet: what is missing, what is near."""
    faults = []
    for grid, header in found:
        if header is None:
            rows = (row for row in grid.rows if any(shown(cell).strip() for cell in row))
            first = [shown(cell).strip()[:80] for cell in next(rows, ())]
            faults.append(
                Fault.of(
                    "no-header", severity="error", value=", ".join(first)[:200], file=grid.name
                )
            )
            unknown = [name for name in first if name and role_of(name) is None]
        else:
            if "actual" not in header.roles:
                faults.append(
                    Fault.of("missing-column", severity="error", file=grid.name, missing="actual")
                )
            if not {"stage", "metric"} & set(header.roles):
                faults.append(
                    Fault.of("missing-column", severity="error", file=grid.name, missing="metric")
                )
            unknown = [
                name
                for name, role in zip(header.names, header.roles, strict=True)
                if name and not role
            ]
        for name in unknown[:30]:
            close = nearest_header(name)
            if close is not None:
                faults.append(
                    Fault.of(
                        "unknown-column", column=name, value=name, file=grid.name, nearest=close
                    )
                )
    hint = (
        "name the columns stage, metric, target, actual, rate, owner, note,"
        " or 漏斗阶段, 关键指标, 目标值, 实际值, 转化率, 负责人, 备注"
    )
    if any(has_deals(grid, None) for grid, _ in found):
        faults = [fault for fault in faults if fault.code != "unknown-column"]
        hint = f"deals, with dates of their stages, are read by read_stage_history; else {hint}"
    return IntakeError(
        "'source' must be a tracking sheet with a header, got none we know", faults, hint=hint
    )
