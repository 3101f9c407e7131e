"""The error for a source that holds no tracking sheet, with the call that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesfunnel.data.events.usual_names import recognise
from salesfunnel.fault import Fault, IntakeError
from salesfunnel.intake.deals.columns import has_deals
from salesfunnel.intake.deals.headers import fold_header, roles_of
from salesfunnel.intake.deals.vocabulary.lookup import vendors
from salesfunnel.intake.files.grid import Grid, shown
from salesfunnel.intake.purchases.headers import find_roles
from salesfunnel.intake.sheet.header import Header
from salesfunnel.intake.sheet.names import fold, role_of
from salesfunnel.intake.sheet.orientation import FLAGS, slip_of

__all__ = ["not_a_sheet_error", "refuse_others"]

_MESSAGE = "'source' must be a tracking sheet with a header, got none we know"


def not_a_sheet_error(found: Sequence[tuple[Grid, Header | None]]) -> IntakeError:
    """Return the error of a source without a tracking sheet: what is missing, and the call."""
    faults = []
    hints = []
    for grid, header in found:
        if header is None:
            rows = (row for row in grid.rows if any(shown(cell).strip() for cell in row))
            first = [shown(cell).strip()[:80] for cell in next(rows, ())]
            listed = ", ".join(first)[:200]
            faults.append(Fault.of("no-header", severity="error", value=listed, file=grid.name))
            continue
        label = next((r for r in ("stage", "metric") if r in header.roles), None)
        slips = {name: slip_of(name) for name in header.names[:30] if name}
        if header.doubt and not any(slips.values()):
            listed = ", ".join(name for name in header.names if name)[:200]
            faults.append(
                Fault.of("columns-in-doubt", severity="error", value=listed, file=grid.name)
            )
            hints.append(_other_reader(grid, header) or header.doubt)
            continue
        for missing, there in (("actual", "actual" in header.roles), ("metric", label is not None)):
            if not there:
                faults.append(
                    Fault.of("missing-column", severity="error", file=grid.name, missing=missing)
                )
        faults += [
            Fault.of("unknown-column", column=name, value=name, file=grid.name, nearest=close)
            for name, close in slips.items()
            if close is not None
        ]
        hints.append(_other_reader(grid, header) or _of_deals(grid, header) or _call(header, label))
    flags = any(header is not None and header.doubt == FLAGS for _, header in found)
    if flags:
        hints = [FLAGS]
    elif any(has_deals(grid, None) for grid, _ in found):
        hints = ["deals, with dates of their stages, are read by read_deals (read_stage_history)"]
    hint = next((hint for hint in hints if hint), None) or (
        "the first row must name the columns, such as stage, actual; or Month, Leads, Orders"
    )
    return IntakeError(_MESSAGE, faults, hint=hint)


def _of_deals(grid: Grid, header: Header) -> str:
    """Return the hint for stages that come again and again, as they do in a list of deals."""
    label = next((i for i, role in enumerate(header.roles) if role in {"stage", "metric"}), None)
    if label is None:
        return ""
    cells = [fold(shown(row[label])) for row in grid.rows[header.at + 1 :] if label < len(row)]
    again = len(cells) - len(set(cells)) >= _MOST * len(cells) if cells else False
    return "a list of deals is read by read_deals (read_stage_history)" if again else ""


def _call(header: Header, label: str | None) -> str:
    """Return the call that names what is missing."""
    names = [name for name in header.names if name]
    known: dict[str, str] = {
        str(role): name for role, name in zip(header.roles, header.names, strict=True) if role
    }
    said = {"stage": known.get(label or "", "..."), "actual": known.get("actual", "...")}
    call = ", ".join(
        f"{role!r}: {name if name == '...' else repr(name)}" for role, name in said.items()
    )
    return f"say which column it is: columns={{{call}}}; the columns are {', '.join(names)[:300]}"


def refuse_others(grid: Grid, header: Header, columns: Mapping[str, str]) -> None:
    """Raise where a table that only its content makes a sheet is a list of another kind.

    Raises
    ------
    IntakeError
        If its columns are those of deals, events or purchases.
    """
    if columns:
        return
    if _names_deals(grid, header):
        raise IntakeError(
            "'source' must hold counts, got a list of single cases",
            hint="a list of deals is read by read_deals (read_stage_history)",
        )
    if not header.notes or any(slot.metric for slot in header.slots):
        return
    label = next((i for i, role in enumerate(header.roles) if role in {"stage", "metric"}), None)
    if label is None:
        return
    hint = _other_reader(grid, header)
    share = _repeated(grid, header, label)
    if hint and (share or role_of(header.names[label]) is None):
        raise IntakeError("'source' must hold counts, got a list of single cases", hint=hint)
    if share > _MOST:
        raise IntakeError(
            f"'source' must have each step once, got names that come again in"
            f" {header.names[label]!r}",
            hint="a list of deals is read by read_deals (read_stage_history); of counts, name the"
            " columns that distinguish the rows with segment=, or the months with"
            " columns={'period': ...}",
        )


_SEVERAL = 5
"""This many ids of deals make a table a list of deals."""
_MOST = 0.4
"""The share of rows whose step comes again, above which they are single cases."""


def _names_deals(grid: Grid, header: Header) -> bool:
    """Whether a column of ids of deals stands beside one of stages: no row is a count then."""
    roles = [roles_of(name) if name else {} for name in header.names]
    if not any(role.keys() & {"stage", "status"} for role in roles):
        return False
    for at, name in enumerate(header.names):
        if "deal" not in roles[at] or fold_header(name) in vendors().weak:
            continue
        cells = {shown(row[at]).strip() for row in grid.rows[header.at + 1 :] if at < len(row)}
        if len(cells - {""}) >= _SEVERAL:
            return True
    return False


def _repeated(grid: Grid, header: Header, label: int) -> float:
    """Return the share of rows whose step came before in the same period and segment."""
    places = [label, *header.segments]
    if "period" in header.roles:
        places.append(header.roles.index("period"))
    rows = [
        tuple(fold(shown(row[i])) if i < len(row) else "" for i in places)
        for row in grid.rows[header.at + 1 :]
        if any(shown(cell).strip() for cell in row)
    ]
    return 1 - len(set(rows)) / len(rows) if rows else 0.0


def _other_reader(grid: Grid, header: Header) -> str:
    """Return the hint for a list of deals, events or purchases; "" where it is none of them."""
    names = [name for name in header.names if name]
    if has_deals(grid, None):
        return "a list of deals is read by read_deals (read_stage_history)"
    events = recognise(names)
    if not events.missing and not events.counts_sessions:
        return "a log of events, one row an event, is read by read_events"
    roles = find_roles(names).roles
    ordered = {"time", "paid"} & roles.keys() and {"amount", "order", "quantity"} & roles.keys()
    if "customer" in roles and ordered:
        return "orders, one row per purchase, are read by read_purchases"
    return ""
