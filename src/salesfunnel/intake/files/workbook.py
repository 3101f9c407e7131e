"""Workbooks (xlsx, xlsm, xls, ods) to grids."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

from salesfunnel._core.extras import require
from salesfunnel.fault import IntakeError
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.lost_cells import Lost, lost_cells, put_back
from salesfunnel.intake.files.safe_workbook import MAX_CELLS, safe_archive, safe_compound, too_large

if TYPE_CHECKING:
    from types import ModuleType

    from python_calamine import CalamineSheet


def is_workbook(data: bytes) -> bool:
    """Whether bytes start as a zip archive or an OLE2 file does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def read_workbook(data: bytes) -> tuple[Grid, ...]:
    """Return every worksheet that holds something, those the workbook hides marked so.

    Raises
    ------
    IntakeError
        If it is not a workbook, locked, or larger than the limits of this module.
    MissingExtraError
        If python-calamine is not installed (extra ``excel``).
    """
    calamine = require("python_calamine", extra="excel", feature="reading a workbook")
    safe = safe_archive(data) if data.startswith(b"PK") else safe_compound(data)
    try:
        return _grids(calamine, safe)
    except (IntakeError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic of the Rust reader is a BaseException
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        locked = isinstance(error, getattr(calamine, "PasswordError", ()))
        raise IntakeError(
            f"'source' must be a workbook that can be read, got {type(error).__name__}: {error}",
            hint="remove its password" if locked else "save it anew as .xlsx or as CSV",
        ) from error


def _grids(calamine: ModuleType, data: bytes) -> tuple[Grid, ...]:
    grids = []
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        kinds = {sheet.name: sheet for sheet in book.sheets_metadata}
        lost: Mapping[str, Lost] | None = None
        for name in book.sheet_names:
            if kinds[name].typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise too_large(f"{sheet.total_height} rows × {sheet.total_width} columns")
            rows = sheet.to_python(skip_empty_area=False)
            lost = lost_cells(data) if lost is None else lost
            put_back(rows, lost.get(name, {}))
            if any(cell not in {"", None} for row in rows for cell in row):
                hidden = kinds[name].visible != calamine.SheetVisibleEnum.Visible
                grids.append(Grid(rows=rows, name=name, merged=_merged(sheet), hidden=hidden))
    return tuple(grids)


def _merged(sheet: CalamineSheet) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple(((a, b), (c, d)) for (a, b), (c, d) in ranges)
