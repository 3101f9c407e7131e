"""Cells that the reader of workbooks gives as blank: errors, and formulas without a result.

Programs that write workbooks leave the results of formulas out; whatever opens the workbook is to
compute them. An error such as ``#DIV/0!`` is not a value either. Both must not look like a blank.

References
----------
.. [1] ECMA-376, Office Open XML File Formats, part 1, sections 18.3.1.4 (cells), 18.2.19 (sheets).
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

Lost = Mapping[tuple[int, int], str]

_START = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_END = re.compile(rb"</(?:\w+:)?c\s*>")
_PLACE = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ERROR = re.compile(rb"(?<![\w:.-])t\s*=\s*[\"']e[\"']")
_STRING = re.compile(rb"(?<![\w:.-])t\s*=\s*[\"'](?:str|inlineStr)[\"']")
_OPEN = {name: re.compile(rb"<(?:\w+:)?%s(?=[\s/>])[^<>]*>" % name) for name in (b"v", b"f")}
_CLOSE = {name: re.compile(rb"</(?:\w+:)?%s\s*>" % name) for name in (b"v", b"f")}
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def lost_cells(data: bytes) -> Mapping[str, Lost]:
    """Return, by worksheet, the text of cells of an xlsx that would arrive blank; rows from 0."""
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
        if book not in names or relations not in names:
            return {}
        paths = {
            node.get("Id"): posixpath.normpath(posixpath.join("/xl", node.get("Target", ""))[1:])
            for node in _root(archive.read(relations))
        }
        found = {}
        for node in _root(archive.read(book)).iter():
            path = paths.get(node.get(_RELATION, ""))
            if node.tag.rpartition("}")[2] == "sheet" and path in names:
                found[node.get("name", "")] = _of_part(archive.read(path))
        return found


def _root(content: bytes) -> ET.Element:
    """Parse a part of a workbook; one with a document type is not looked at."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        return ET.Element("none")
    return ET.fromstring(content)  # noqa: S314 - no entities


def _of_part(content: bytes) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    if b"<f" not in content and b":f" not in content and not _ERROR.search(content):
        return found
    starts = [match.end() for match in _START.finditer(content)]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        head, _, inside = content[start:end].partition(b">")
        close = _END.search(inside)
        if head.endswith(b"/") or close is None:
            continue
        inside = inside[: close.start()]
        place, value, formula = _PLACE.search(head), _inner(inside, b"v"), _inner(inside, b"f")
        written = value or b""
        if place is None or (written and not _ERROR.search(head)):
            continue
        if written:
            text = _text(written)
        elif formula is not None and not _STRING.search(head):
            text = "=" + _text(formula)
        else:
            continue
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        found[int(place[2]) - 1, column - 1] = text
    return found


def _inner(inside: bytes, name: bytes) -> bytes | None:
    """Return what the first element of a name holds, None if there is none. Linear in size."""
    start = _OPEN[name].search(inside)
    if start is None:
        return None
    end = None if start[0].endswith(b"/>") else _CLOSE[name].search(inside, start.end())
    return b"" if end is None else inside[start.end() : end.start()]


def _text(content: bytes) -> str:
    return html.unescape(content.decode("utf-8", "replace")).strip()


def put_back(rows: list[list[Any]], lost: Lost) -> None:
    """Write lost texts into the cells of a worksheet that are blank."""
    for (row, column), text in lost.items():
        within = row < len(rows) and column < len(rows[row])
        if within and rows[row][column] in {"", None}:
            rows[row][column] = text
