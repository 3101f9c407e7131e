"""Bytes to text to cells: encodings, delimiters, tables pasted from a page or a terminal."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from salesfunnel._core.errors import ArgumentError
from salesfunnel.fault import IntakeError
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.sheet.header import find_header

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("utf-8", "gb18030", "big5", "cp1252")
_DELIMITERS = (",", "\t", ";", "|", "，")
_COLUMNS = re.compile(r"\t+|[ \u00a0]{2,}|\u3000+")
_SEEN = 200
_HIGH = re.compile(rb"[\x80-\xff]{2,}")
_LONE = re.compile(rb"(?<=[a-z])[\x80-\xff]{2}(?=[a-z])")
_HALF = re.compile(rb"(?<![\x80-\xff])(?:[\x80-\xff]{2})*[\x81-\xfe][A-Za-z](?![\x80-\xff])")
_RULE = re.compile(r"[\s|+:=\-–—]*")


def decode(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text and the name of the encoding it was read with.

    Raises
    ------
    ArgumentError
        If `encoding` is not known.
    IntakeError
        If the bytes are not text in it.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
            text, used = data.decode(encoding), encoding
        except (LookupError, ValueError) as error:
            if isinstance(error, UnicodeError):
                raise IntakeError(
                    f"'source' must be text in encoding {encoding!r}, got other bytes"
                    f" at position {getattr(error, 'start', 0)}",
                    hint="leave encoding= out to have it found",
                ) from error
            raise ArgumentError(
                f"'encoding' must be the name of a text encoding, got {encoding!r}"
            ) from error
        if not isinstance(text, str):
            raise ArgumentError(f"'encoding' must be the name of a text encoding, got {encoding!r}")
        return text.removeprefix("\ufeff"), used
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strict(data, name).removeprefix("\ufeff"), name.removesuffix("-sig")
    guess = _wide_guess(data)
    if guess is not None:
        return _strict(data, guess), guess
    return _guess(data)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise IntakeError(
            f"'source' must be text in the encoding of its byte order mark ({encoding}),"
            f" got other bytes at position {error.start}"
        ) from error


def _wide_guess(data: bytes) -> str | None:
    """Return UTF-16 of one end or the other where ASCII marks show it without a BOM."""
    head = data[:4096]
    if len(head) < 4 or len(data) % 2:
        return None
    even, odd = head[0::2], head[1::2]
    little = sum(low in b",\t\n;015" and not high for low, high in zip(even, odd, strict=True))
    big = sum(low in b",\t\n;015" and not high for high, low in zip(even, odd, strict=True))
    if max(little, big) < max(2, len(head) // 100):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _guess(data: bytes) -> tuple[str, str]:
    """Return the first reading whose header we know, else the one with the least odd marks."""
    best: tuple[int, str, str] | None = None
    for name in _GUESSES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if name == "utf-8":
            return text, name
        odd = _odd(text, data, name)
        if best is None or odd < best[0]:
            best = odd, text, name
        if not odd and any(grid_score(grid) >= 2 for grid in candidates(text)):
            return text, name
    if best is None:
        raise IntakeError(
            "'source' must be text or a workbook, got bytes in no encoding we know",
            hint="name it with encoding=",
        )
    return best[1:]


def _odd(text: str, data: bytes, name: str) -> int:
    """Return how many marks are unlike what people write in an encoding.

    Chinese: private characters, letters of two bytes of which the second is ASCII, a lone one
    among small Latin letters; that is what "Müller" and "Größe" of cp1252 look like. In cp1252:
    signs side by side and runs of three letters with accents; that is what Chinese looks like.
    """
    if name == "cp1252":
        runs = _HIGH.findall(data)
        return sum(
            sum(b < 0xC0 for b in run) + (len(run) // 2 if len(run) > 2 else 0) for run in runs
        )
    odd = sum("\ue000" <= mark <= "\uf8ff" for mark in text)
    return odd + (len(_HALF.findall(data)) + len(_LONE.findall(data)) if name == "gb18030" else 0)


def _cut(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows of a CSV. Python 3.10 refuses NUL there, so another mark stands in."""
    if "\0" not in text:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    mark = next(chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
    rows = csv.reader(io.StringIO(text.replace("\0", mark), newline=""), delimiter=delimiter)
    return [[cell.replace(mark, "\0") for cell in row] for row in rows]


def candidates(text: str) -> Iterator[Grid]:
    """Yield the ways to cut text into cells."""
    for delimiter in _DELIMITERS:
        if delimiter in text:
            try:
                rows = _cut(text, delimiter)
            except csv.Error:
                continue
            yield Grid(rows=_without_rules(rows) if delimiter == "|" else rows)
    lines = text.splitlines()
    if any(_COLUMNS.search(line.strip()) for line in lines):
        yield Grid(rows=[_COLUMNS.split(line.strip()) for line in lines])


def _without_rules(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows of a table drawn with bars: no outer bars, no ruled lines."""
    cells = [
        [] if _RULE.fullmatch("".join(row)) and any("-" in cell for cell in row) else row
        for row in rows
    ]
    outer = all(not row or (len(row) > 2 and not row[0].strip()) for row in cells)
    return [row[1:] if outer and row else row for row in cells if row or not outer]


def grid_score(grid: Grid) -> int:
    """How well the header of a grid is known: twice for a whole table."""
    header = find_header(grid.rows)
    return 0 if header is None else header.score * (2 if header.is_table else 1)


def _evenness(grid: Grid) -> float:
    """Return the share of rows as wide as the first: where no header tells, it parts the cells."""
    widths = [len(row) for row in grid.rows[:_SEEN] if any(cell.strip() for cell in row)]
    if not widths or widths[0] < 2:
        return 0.0
    return sum(width == widths[0] for width in widths) / len(widths)


def read_text(text: str) -> Grid:
    """Return the best way to cut text into cells.

    Raises
    ------
    IntakeError
        If there is none.
    """
    best = max(candidates(text), key=lambda grid: (grid_score(grid), _evenness(grid)), default=None)
    if best is None:
        raise IntakeError(
            "'source' must be a table, got text without columns",
            hint="columns may be parted by commas, tabs, semicolons, bars or several spaces",
        )
    return best
