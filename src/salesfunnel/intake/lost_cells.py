"""Cells that the reader of workbooks gives as blank: errors, and formulas without a result.

Programs that write workbooks leave the results of formulas out; whatever opens the workbook is to
compute them. An error such as ``#DIV/0!`` is no value either. Both must not look like a blank.

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

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_PLACE = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ERROR = re.compile(rb"(?<![\w:.-])t\s*=\s*[\"']e[\"']")
_STRING = re.compile(rb"(?<![\w:.-])t\s*=\s*[\"'](?:str|inlineStr)[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>(.*?)</(?:\w+:)?f>)", re.DOTALL)
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
    for match in _CELL.finditer(content):
        head, inside = match.groups()
        place, value, formula = _PLACE.search(head), _VALUE.search(inside), _FORMULA.search(inside)
        written = b"" if value is None else value[1]
        if place is None or (written and not _ERROR.search(head)):
            continue
        if written:
            text = _text(written)
        elif formula is not None and not _STRING.search(head):
            text = "=" + _text(formula[1] or b"")
        else:
            continue
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        found[int(place[2]) - 1, column - 1] = text
    return found


def _text(content: bytes) -> str:
    return html.unescape(content.decode("utf-8", "replace")).strip()


def put_back(rows: list[list[Any]], lost: Lost) -> None:
    """Write lost texts into the cells of a worksheet that are blank."""
    for (row, column), text in lost.items():
        if row < len(rows) and column < len(rows[row]):
            if rows[row][column] in {"", None}:
                rows[row][column] = text
        elif row < len(rows):
            rows[row].extend([""] * (column - len(rows[row])))
            rows[row].append(text)
