"""Workbooks made safe: measured, then packed anew, so that a reader sees only what was measured.

A reader of workbooks makes room for what a file says of itself: how many cells, how far its
corner, how long its streams. A small file can thus ask for more memory than there is, which ends
the process. Here every part is unpacked up to a limit, the used area of each worksheet is looked
up, and what was looked at is packed into a plain container of our own.

References
----------
.. [1] ECMA-376, Office Open XML File Formats, part 1, section 18.3.1 (worksheets).
.. [2] OASIS, OpenDocument 1.3, part 3, section 9.1 (tables).
.. [3] Microsoft, [MS-CFB] Compound File Binary File Format, section 2.
.. [4] Microsoft, [MS-XLS] Excel Binary File Format, sections 2.4.28 (BoundSheet8), 2.4.90
   (Dimensions), 2.5.51 (Cell).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from salesfunnel.fault import IntakeError

MAX_BYTES = 200_000_000
"""Largest size that a workbook may unpack to."""

MAX_ENTRIES = 5_000
"""How many files may be inside."""

MAX_CELLS = 4_000_000
"""Rows times columns of the used area of a worksheet."""

MAX_RECORDS = 4_000_000
"""Records of an old workbook (xls), each counted as often as a worksheet begins before it."""

_REFERENCE = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']([A-Za-z]{1,8})(\d{1,10})[\"']")
_ROW = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"'](\d{1,10})[\"']")
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_CELL_START = re.compile(rb"<(?:\w+:)?c\b")
_RESERVED = re.compile(rb"uniqueCount\s*=\s*[\"'](\d{1,20})[\"']")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, ET.ParseError, ValueError, OSError, IndexError,
    NotImplementedError, RuntimeError, EOFError,
)  # fmt: skip


def safe_archive(data: bytes) -> bytes:
    """Return a zip archive of the same parts, each measured; raise IntakeError if too large."""
    try:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as clean:
            parts = archive.infolist()
            if len(parts) > MAX_ENTRIES:
                raise too_large(f"{len(parts)} parts")
            left = MAX_BYTES
            for name in dict.fromkeys(part.filename for part in parts):
                content = _unpacked(data, archive.getinfo(name), left)
                left -= len(content)
                _check_part(name, content)
                clean.writestr(zipfile.ZipInfo(name), content)
        return out.getvalue()
    except IntakeError:
        raise
    except _DAMAGE as error:
        raise damaged(
            "it is cut short" if isinstance(error, struct.error) else str(error)
        ) from error


def too_large(what: str) -> IntakeError:
    """Return the error of a workbook that is larger than a tracking sheet can be."""
    return IntakeError(
        f"'source' must be a workbook of at most {MAX_BYTES // 10**6} MB unpacked,"
        f" {MAX_ENTRIES} parts and {MAX_CELLS} cells a sheet, got {what}",
        hint="copy the table alone into a new workbook",
    )


def damaged(what: str) -> IntakeError:
    """Return the error of a workbook that is not whole."""
    return IntakeError(
        f"'source' must be a whole workbook, got a damaged one: {what}",
        hint="save it anew as .xlsx or as CSV",
    )


def _unpacked(data: bytes, part: zipfile.ZipInfo, limit: int) -> bytes:
    """Return the content of a part, however large its entry says it is."""
    name, extra = struct.unpack_from("<HH", data, part.header_offset + 26)
    start = part.header_offset + 30 + name + extra
    if part.flag_bits & 1:
        raise zipfile.BadZipFile("it is locked with a password")
    if part.compress_type == zipfile.ZIP_STORED:
        content = data[start : start + part.compress_size]
    elif part.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompressobj(-15).decompress(data[start:], limit + 1)
    else:
        raise zipfile.BadZipFile(f"compression {part.compress_type} is not used by workbooks")
    if len(content) > limit:
        raise too_large(f"more than {MAX_BYTES} bytes")
    return content


def _check_part(name: str, content: bytes) -> None:
    """Raise IntakeError if a part would make a reader make room for too much."""
    if name.lower().endswith("workbook.bin"):
        raise IntakeError(
            "'source' must be a workbook of a kind we read, got an .xlsb",
            hint="save it as .xlsx or as CSV",
        )
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"} and b"<\x00" in content[:64] + b"<\x00":
        raise damaged(f"the part {name!r} is not in UTF-8")
    if name == "content.xml":
        _check_repeats(content)
    elif b"<" in content:
        reserved = max(map(int, _RESERVED.findall(content)), default=0)
        if reserved > len(content):
            raise too_large(f"{reserved} texts")
        _check_corner(content)


def _check_corner(content: bytes) -> None:
    rows = columns = 0
    for letters, digits in _REFERENCE.findall(content):
        rows, columns = max(rows, int(digits)), max(columns, _column(letters))
    for digits in _ROW.findall(content):
        rows = max(rows, int(digits))
    pieces = _ROW_START.split(content)
    rows = max(rows, len(pieces) - 1)
    # the chain of formulas lists cells too, without rows; only a worksheet makes room for cells
    if b"sheetData" in content and (rows > 1000 or columns > 1000):
        columns = max(columns, *(len(_CELL_START.findall(piece)) for piece in pieces))
    if rows * columns > MAX_CELLS:
        raise too_large(f"{rows} rows × {columns} columns")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_repeats(content: bytes) -> None:
    """Check an OpenDocument sheet, where one cell may stand for a million."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise damaged("a document type has no place in a worksheet")
    rows = last = columns = place = width = 0
    nodes = ET.iterparse(io.BytesIO(content), events=("start", "end"))  # noqa: S314 - no entities
    for event, node in nodes:
        if node.tag == f"{_TABLE}table-row" and event == "start":
            place = width = 0
        elif node.tag == f"{_TABLE}table-row":
            rows += _repeated(node, "rows")
            last = rows if width else last
            columns = max(columns, width)
            node.clear()
        elif node.tag in _CELLS and event == "end":
            place += _repeated(node, "columns")
            filled = len(node) or any(_fills(name) for name in node.attrib)
            width = place if filled else width
        elif node.tag == f"{_TABLE}table" and event == "end":
            if last * columns > MAX_CELLS:
                raise too_large(f"{last} rows × {columns} columns")
            rows = last = columns = 0
            node.clear()


_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}


def _repeated(node: ET.Element, what: str) -> int:
    return max(int(node.get(f"{_TABLE}number-{what}-repeated", "1")), 1)


def _fills(name: str) -> bool:
    """Whether an attribute gives a cell a value."""
    return name.startswith(_OFFICE) or name == f"{_TABLE}formula"


# old workbooks: a compound file [3] with one stream of records [4]

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")


def safe_compound(data: bytes) -> bytes:
    """Return a compound file of the workbook alone, measured; raise IntakeError if too large."""
    try:
        stream = _workbook_stream(data)
        _check_records(stream)
    except IntakeError:
        raise
    except _DAMAGE as error:
        raise damaged(
            "it is cut short" if isinstance(error, struct.error) else str(error)
        ) from error
    return _compound(stream)


def _workbook_stream(data: bytes) -> bytes:
    shift = struct.unpack_from("<H", data, 30)[0]
    if shift not in {9, 12}:
        raise ValueError("its sectors are of no size we know")
    size = 1 << shift
    first, mini_first, difat_first = struct.unpack_from("<48xI8xI4xI", data)
    table = list(struct.unpack_from("<109I", data, 76))
    for sector in _chain_of_difat(data, difat_first, size):
        table += sector
    fat: list[int] = []
    for sector_id in table:
        if sector_id < _FAT:
            fat += struct.unpack(f"<{size // 4}I", _sector(data, sector_id, size))
    directory = b"".join(_sectors(data, first, fat, size))
    entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
    names = [entry[:64].decode("utf-16-le", "replace").partition("\0")[0] for entry in entries]
    for name in _STREAMS:
        if name in names:
            start, length = struct.unpack_from("<II", entries[names.index(name)], 116)
            if length >= 4096:
                return b"".join(_sectors(data, start, fat, size))[:length]
            root = struct.unpack_from("<I", entries[0], 116)[0]
            mini = b"".join(_sectors(data, root, fat, size))
            raw = b"".join(_sectors(data, mini_first, fat, size))
            mini_fat = list(struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]))
            return b"".join(_sectors(mini, start, mini_fat, 64, offset=0))[:length]
    raise ValueError("there is no workbook in it")


def _chain_of_difat(data: bytes, sector_id: int, size: int) -> Iterator[tuple[int, ...]]:
    seen: set[int] = set()
    while sector_id < _FAT and sector_id not in seen:
        seen.add(sector_id)
        *ids, sector_id = struct.unpack(f"<{size // 4}I", _sector(data, sector_id, size))
        yield tuple(ids)


def _sector(data: bytes, sector_id: int, size: int, offset: int | None = None) -> bytes:
    start = sector_id * size + (size if offset is None else offset)
    content = data[start : start + size]
    if not content:
        raise ValueError("a sector lies beyond its end")
    return content.ljust(size, b"\0")


def _sectors(
    data: bytes, sector_id: int, fat: list[int], size: int, offset: int | None = None
) -> Iterator[bytes]:
    seen: set[int] = set()
    while sector_id != _END:
        if sector_id in seen:
            raise ValueError("its sectors go round in a circle")
        seen.add(sector_id)
        yield _sector(data, sector_id, size, offset)
        sector_id = fat[sector_id]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield type, offset and length of the records from an offset to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, min(length, len(stream) - at - 4)
        at += 4 + length


def _check_records(stream: bytes) -> None:
    """Raise IntakeError if a worksheet of an old workbook would make room for too much."""
    count = 0
    starts = []
    for kind, at, length in _records(stream, 0):
        count += 1
        if kind == 0x85 and length >= 4:
            starts.append(struct.unpack_from("<I", stream, at)[0])
        if kind == 0x0A:
            break
    for start in starts:
        rows = columns = 0
        for kind, at, length in _records(stream, start):
            count += 1
            if count > MAX_RECORDS:
                raise too_large(f"more than {MAX_RECORDS} records")
            if kind == 0x200:
                rows, columns = _dimensions(stream[at : at + length], rows, columns)
            elif kind in _CELL_RECORDS and length >= 4:
                row, column = struct.unpack_from("<HH", stream, at)
                last = column + length // 6 if kind == 0xBD else column
                rows, columns = max(rows, row + 1), max(columns, last + 1)
        if rows * columns > MAX_CELLS:
            raise too_large(f"{rows} rows × {columns} columns")


_CELL_RECORDS = {0x06, 0x203, 0x204, 0xD6, 0x205, 0x27E, 0xFD, 0xBD}


def _dimensions(record: bytes, rows: int, columns: int) -> tuple[int, int]:
    """Return the larger of what was seen and what the record of the used area says."""
    if len(record) == 14:
        first, last, left, right = struct.unpack_from("<IIHH", record)
    elif len(record) == 10:
        first, last, left, right = struct.unpack_from("<HHHH", record)
    else:
        return rows, columns
    if last < first or right < left:
        if last and right:
            raise damaged("the used area of a worksheet ends before it begins")
        return rows, columns
    return max(rows, last), max(columns, right)


def _compound(stream: bytes) -> bytes:
    """Return a compound file of version 4 with one stream called Workbook."""
    size = 4096
    stream = stream.ljust(max(len(stream), size), b"\0")
    sectors = -(-len(stream) // size)
    fats = -(-(sectors + 2) // (size // 4 - 1))
    fat = [*range(1, sectors), _END, _END, *[_FAT] * fats]
    fat += [_FREE] * (fats * size // 4 - len(fat))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E, 4, 0xFFFE, 12, 6, 1, fats, sectors, 0, size, 0, 0, _END, 0,
    )  # fmt: skip
    ids = [sectors + 1 + i for i in range(fats)]
    header += struct.pack("<109I", *ids, *[_FREE] * (109 - fats))
    directory = _entry("Root Entry", 5, 0, 0, child=1) + _entry("Workbook", 2, 0, len(stream))
    return b"".join(
        part.ljust(-(-len(part) // size) * size, b"\0")
        for part in (header, stream, directory, struct.pack(f"<{len(fat)}I", *fat))
    )


def _entry(name: str, kind: int, start: int, length: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII36xIQ", text, len(text), kind, 1, _FREE, _FREE, child, start, length
    )
