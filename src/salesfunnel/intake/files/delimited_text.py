"""Bytes to text to cells: encodings, delimiters, tables pasted from a page or a terminal."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence

from salesfunnel._core.errors import ArgumentError
from salesfunnel._kernels.text.cells import Bytes, whole_lines
from salesfunnel.fault import IntakeError
from salesfunnel.intake.files.grid import Grid
from salesfunnel.intake.files.lazy_rows import HEAD, TextRows
from salesfunnel.intake.files.text_cells import Progress, padded
from salesfunnel.intake.files.utf8 import is_utf8, to_utf8
from salesfunnel.intake.sheet.header import find_header

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSES = ("gb18030", "big5", "cp1252")
_GUESSED = 1 << 21
"""This many bytes tell an encoding and what parts the cells."""
_DELIMITERS = (",", "\t", ";", "|", "，")
_COLUMNS = re.compile(r"\t+|[ \u00a0]{2,}|\u3000+")
_NUMBERS = re.compile(r"\s*[-+]?\d[\d./-]*(?:\s+[-+]?\d[\d./-]*){2,}\s*")
_BY_COLUMN = (",", "\t", ";")
_SEEN = 200
_HEADERS = 80
"""In a long text so many rows tell what parts its cells."""
_PAGE = re.compile(
    r"\s*(<!doctype html|<html|<table|<\?xml[^>]*>\s*(<\?mso[^>]*>\s*)?<(html|table|Workbook)\b)",
    re.IGNORECASE,
)
"""How a page begins that a system has saved as .xls."""
_HIGH = re.compile(rb"[\x80-\xff]{2,}")
_LONE = re.compile(rb"(?<=[a-z])[\x80-\xff]{2}(?=[a-z])")
_HALF = re.compile(rb"(?<![\x80-\xff])(?:[\x80-\xff]{2})*[\x81-\xfe][A-Za-z](?![\x80-\xff])")
_RULE = re.compile(r"[\s|+:=\-–—]*")


def decode(data: Bytes, size: int, encoding: str | None) -> tuple[Bytes, int, str]:
    """Return text in UTF-8, how long it is, and the name of the encoding it was read with.

    Parameters
    ----------
    data : ndarray of uint8
        The bytes, and room behind them.
    size : int
        How many they are.
    encoding : str, optional
        Their encoding; found by default.

    Raises
    ------
    ArgumentError
        If `encoding` is not known.
    IntakeError
        If the bytes are not text in it.
    """
    if encoding is not None:
        return *_named(data, size, encoding), encoding
    for bom, name in _BOMS:
        if data[: len(bom)].tobytes() == bom:
            return *_strict(data, size, name), name.removesuffix("-sig")
    guess = _wide_guess(data[: min(size, 4096)].tobytes(), size)
    if guess is not None:
        return *_strict(data, size, guess), guess
    if is_utf8(data, size):
        return data, size, "utf-8"
    return _guess(data, size)


def decode_text(data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of bytes and the name of its encoding; raise as `decode` does."""
    text, size, used = decode(*padded(data), encoding)
    return text[:size].tobytes().decode("utf-8", "surrogatepass"), used


def _named(data: Bytes, size: int, encoding: str) -> tuple[Bytes, int]:
    try:
        return to_utf8(data, size, encoding)
    except UnicodeError as error:
        raise IntakeError(
            f"'source' must be text in encoding {encoding!r}, got other bytes"
            f" at position {getattr(error, 'start', 0)}",
            hint="leave encoding= out to have it found",
        ) from error
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        raise ArgumentError(
            f"'encoding' must be the name of a text encoding, got {encoding!r}"
        ) from error


def _strict(data: Bytes, size: int, encoding: str) -> tuple[Bytes, int]:
    try:
        return to_utf8(data, size, encoding)
    except UnicodeDecodeError as error:
        raise IntakeError(
            f"'source' must be text in the encoding of its byte order mark ({encoding}),"
            f" got other bytes at position {error.start}"
        ) from error


def _wide_guess(head: bytes, size: int) -> str | None:
    """Return UTF-16 of one end or the other where ASCII marks show it without a BOM."""
    if len(head) < 4 or size % 2:
        return None
    even, odd = head[0::2], head[1::2]
    little = sum(low in b",\t\n;015" and not high for low, high in zip(even, odd, strict=True))
    big = sum(low in b",\t\n;015" and not high for high, low in zip(even, odd, strict=True))
    if max(little, big) < max(2, len(head) // 100):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _guess(data: Bytes, size: int) -> tuple[Bytes, int, str]:
    """Return the first reading whose header we know, else the one with the least odd marks.

    The first megabytes tell.
    """
    head = data[: min(size, _GUESSED)].tobytes()
    best: tuple[int, tuple[Bytes, int], str] | None = None
    for name in _GUESSES:
        try:
            whole = to_utf8(data, size, name)
        except UnicodeDecodeError:
            continue
        text = head.decode(name, "strict" if size == len(head) else "ignore")
        odd = _odd(text, head, name)
        if best is None or odd < best[0]:
            best = odd, whole, name
        if not odd and any(grid_score(grid) >= 2 for _, grid in candidates(text)):
            return *whole, name
    if best is None:
        raise IntakeError(
            "'source' must be text or a workbook, got bytes in no encoding we know",
            hint="name it with encoding=",
        )
    return *best[1], best[2]


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


def candidates(text: str) -> Iterator[tuple[str, Grid]]:
    """Yield the ways to cut text into cells: the delimiter, "" for several spaces, and the rows."""
    for delimiter in _DELIMITERS:
        if delimiter in text:
            try:
                rows = _cut(text, delimiter)
            except csv.Error:
                continue
            yield delimiter, Grid(rows=_without_rules(rows) if delimiter == "|" else rows)
    lines = text.splitlines()
    if _are_numbers(lines):
        yield "", Grid(rows=[list(line.split()) for line in lines])
    elif any(_COLUMNS.search(line.strip()) for line in lines):
        yield "", Grid(rows=[_COLUMNS.split(line.strip()) for line in lines])


def _are_numbers(lines: Sequence[str]) -> bool:
    """Whether lines are numbers and days with blanks between, so that no blank is inside a cell."""
    seen = [line for line in lines[:_SEEN] if line.strip()]
    return len(seen) > 1 and all(_NUMBERS.fullmatch(line) for line in seen)


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


def _fit(grid: Grid, rows: int | None) -> tuple[int, float]:
    """Return how well some rows of a grid look like a table."""
    return grid_score(grid if rows is None else Grid(rows=grid.rows[:rows])), _evenness(grid)


def read_cells(data: Bytes, size: int, progress: Progress | None = None) -> Grid:
    """Return the best way to cut text in UTF-8 into cells; its first lines tell.

    Parameters
    ----------
    data : ndarray of uint8
        The text, and room behind it.
    size : int
        How long it is.
    progress : callable, optional
        Called with the bytes that are cut into columns, and their number.

    Raises
    ------
    IntakeError
        If there is none.
    """
    head = size if size <= HEAD else whole_lines(data[:HEAD]) or size
    text = data[:head].tobytes().decode("utf-8", "surrogatepass")
    ways = list(candidates(text))
    if _PAGE.match(text):
        raise IntakeError(
            "'source' must be a table, got a web page",
            hint="open it in Excel or WPS and save it as .xlsx",
        )
    if not ways:
        raise IntakeError(
            "'source' must be a table, got text without columns",
            hint="columns may be parted by commas, tabs, semicolons, bars or several spaces",
        )
    delimiter, best = ways[0]
    if len(ways) > 1:
        few = _HEADERS if head < size else None
        delimiter, best = max(ways, key=lambda way: _fit(way[1], few))
    if delimiter in _BY_COLUMN and "\0" not in text:
        return Grid(rows=TextRows(data, size, delimiter, progress))
    if head == size:
        return best
    whole = data[:size].tobytes().decode("utf-8", "surrogatepass")
    return dict(candidates(whole)).get(delimiter, best)
