"""Workbooks (xlsx, xlsm, xlsb, xls, ods) to grids, with their size checked before parsing."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Any
from xml.etree import ElementTree as ET

from salesfunnel._optional import require
from salesfunnel.errors import IntakeError
from salesfunnel.intake.grid import Grid

MAX_BYTES = 200_000_000
"""What a workbook may unpack to."""

MAX_ENTRIES = 5_000
"""How many files may be inside."""

MAX_CELLS = 4_000_000
"""Rows times columns of the used area of a worksheet."""

_CELL = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Za-z]{1,4})(\d{1,9})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})[\"']")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def is_workbook(data: bytes) -> bool:
    """Whether bytes start as a zip archive or an OLE2 file does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))


def read_workbook(data: bytes) -> tuple[Grid, ...]:
    """Return every visible worksheet that holds something.

    Raises
    ------
    IntakeError
        If it is no workbook, locked, or larger than the limits of this module.
    MissingExtraError
        If python-calamine is not installed (extra ``excel``).
    """
    calamine = require("python_calamine", extra="excel", feature="reading a workbook")
    if data.startswith(b"PK"):
        check_archive(data)
    try:
        return _grids(calamine, data)
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


def _grids(calamine: Any, data: bytes) -> tuple[Grid, ...]:
    grids = []
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        hidden = {
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible != calamine.SheetVisibleEnum.Visible
            or sheet.typ != calamine.SheetTypeEnum.WorkSheet
        }
        for name in book.sheet_names:
            if name in hidden:
                continue
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise too_large(f"{sheet.total_height} rows × {sheet.total_width} columns")
            rows = sheet.to_python(skip_empty_area=False)
            if any(cell not in {"", None} for row in rows for cell in row):
                grids.append(Grid(rows=rows, name=name, merged=_merged(sheet)))
    return tuple(grids)


def _merged(sheet: Any) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple(((a, b), (c, d)) for (a, b), (c, d) in ranges)


def too_large(what: str) -> IntakeError:
    """Return the error of a workbook that is larger than a tracking sheet can be."""
    return IntakeError(
        f"'source' must be a workbook of at most {MAX_BYTES // 10**6} MB unpacked,"
        f" {MAX_ENTRIES} parts and {MAX_CELLS} cells a sheet, got {what}",
        hint="copy the table alone into a new workbook",
    )


def check_archive(data: bytes) -> None:
    """Raise IntakeError unless the archive is small when really unpacked.

    Sizes in the directory of an archive may lie, so every part is unpacked up to the limit, and
    the far corner of each worksheet is looked up before a reader makes room for it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES:
                raise too_large(f"{len(parts)} parts")
            declared = sum(part.file_size for part in parts)
            if declared > MAX_BYTES:
                raise too_large(f"{declared} bytes")
            left = MAX_BYTES
            for part in parts:
                content = _unpacked(data, part, left)
                left -= len(content)
                _check_corner(part.filename, content)
    except IntakeError:
        raise
    except (zipfile.BadZipFile, zlib.error, struct.error, ET.ParseError, ValueError, OSError,
            NotImplementedError, RuntimeError, IndexError) as error:  # fmt: skip
        raise IntakeError(
            f"'source' must be a whole workbook, got a damaged archive: {error}",
            hint="save it anew as .xlsx or as CSV",
        ) from error


def _unpacked(data: bytes, part: zipfile.ZipInfo, limit: int) -> bytes:
    """Return the content of a part, however large its entry says it is."""
    name, extra = struct.unpack_from("<HH", data, part.header_offset + 26)
    start = part.header_offset + 30 + name + extra
    if part.compress_type == zipfile.ZIP_STORED:
        return data[start : start + part.compress_size]
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression {part.compress_type} is not used by workbooks")
    stream = zlib.decompressobj(-15)
    content = stream.decompress(data[start:], limit + 1)
    if len(content) > limit:
        raise too_large(f"more than {MAX_BYTES} bytes")
    return content


def _check_corner(name: str, content: bytes) -> None:
    """Raise IntakeError if the used area of a worksheet is too large to make room for."""
    lower = name.lower()
    if lower.endswith(".xml") and "worksheets/" in lower:
        rows = columns = 0
        for letters, digits in _CELL.findall(content):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        for digits in _ROW.findall(content):
            rows = max(rows, int(digits)) if columns else rows
        if rows * columns > MAX_CELLS:
            raise too_large(f"{rows} rows × {columns} columns")
    elif lower == "content.xml":
        _check_repeats(content)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_repeats(content: bytes) -> None:
    """Check an OpenDocument sheet, where one cell may stand for a million."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise zipfile.BadZipFile("a document type has no place in a worksheet")
    rows = columns = width = 0
    nodes = ET.iterparse(io.BytesIO(content), events=("start", "end"))  # noqa: S314 - no entities
    for event, node in nodes:
        if node.tag == f"{_TABLE}table-row":
            if event == "start":
                width = 0
            else:
                rows += int(node.get(f"{_TABLE}number-rows-repeated", "1")) if width else 0
                columns = max(columns, width)
                node.clear()
        elif node.tag == f"{_TABLE}table-cell" and event == "end":
            repeated = int(node.get(f"{_TABLE}number-columns-repeated", "1"))
            width += repeated if len(node) or node.attrib.keys() - _SHAPE else 0
        elif node.tag == f"{_TABLE}table" and event == "end":
            if rows * columns > MAX_CELLS:
                raise too_large(f"{rows} rows × {columns} columns")
            rows = columns = 0
            node.clear()


_SHAPE = {f"{_TABLE}{name}" for name in ("number-columns-repeated", "style-name")}
