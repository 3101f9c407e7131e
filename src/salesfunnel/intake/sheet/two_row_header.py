"""Headers of two rows: months, or a word such as 数值, above target and actual."""

from __future__ import annotations

from collections.abc import Sequence

from salesfunnel.intake.cells.read_period import read_period
from salesfunnel.intake.sheet.names import role_of

_LOWER = {"target", "actual", "rate", "stated_rate", "attainment", "owner", "note", "unit"}
_NUMBERS = {"target", "actual"}


def of_two_rows(upper: Sequence[str], lower: Sequence[str]) -> tuple[str, ...] | None:
    """Return the names of the columns under a header of two rows, None if it is of one.

    The lower row holds nothing but names of figures; a cell of the upper row that was merged to
    the right stands above them. A month above is put before the name; of another word above, the
    name below is enough, unless it comes more than once.
    """
    width = max(len(upper), len(lower))
    over = [*upper, *[""] * (width - len(upper))]
    under = [*lower, *[""] * (width - len(lower))]
    roles = [role_of(name) if name else None for name in under]
    found = [role for role in roles if role]
    named = {role_of(name) for name in over if name} & {"stage", "metric"}
    if not named or not _NUMBERS & set(found) or len(found) < 2 or over == under:
        return None
    if any(name and role not in _LOWER for name, role in zip(under, roles, strict=True)):
        return None
    names, group = [], ""
    for above, below, role in zip(over, under, roles, strict=True):
        group = above if above or not below else group
        if not below:
            names.append(above)
        elif group and (read_period(group) is not None or roles.count(role) > 1):
            names.append(f"{group} {below}")
        else:
            names.append(below)
    return tuple(names)
