"""Column: one column of a written sheet."""

from __future__ import annotations

from typing import Any

import attrs

from salesfunnel.intake.sheet.names import Role

__all__ = ["Column"]


@attrs.frozen(kw_only=True)
class Column:
    """One column of a written sheet: its role (None for a column of the team's own) and cells."""

    role: Role | None
    header: str
    cells: tuple[Any, ...]
