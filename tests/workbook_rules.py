"""What makes Excel offer to repair a workbook, looked for in the file itself.

The limits are those that Microsoft states for Excel and the order of elements that of ECMA-376
(SpreadsheetML). Nothing here opens Excel: it is what can be known without it.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ORDER = tuple(re.findall(r"\w+", """
    sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection
    protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells
    phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup
    headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing
    legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst
"""))  # fmt: skip
NAME = re.compile(r"[A-Za-z_\\\u0080-\uffff][\w.\\?\u0080-\uffff]*$")
ROWS, COLUMNS, CELL, FORMULA, LIST, WORDS = 1_048_576, 16_384, 32_767, 8_192, 255, 255
PARSED = 3_000_000
"""Bytes of a part from which on it is not parsed here."""


def wrong_in(content: bytes) -> list[str]:
    """Return what Excel would stumble over in a workbook; nothing where it is whole."""
    book = _Book(content)
    book.parts()
    book.names()
    for name in book.sheets.values():
        book.sheet(name)
    return book.wrong


def _box(area: str) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of A1:B2."""
    ends = re.findall(r"\$?([A-Z]{1,3})\$?(\d+)", area)
    points = []
    for letters, row in (ends[0], ends[-1]):
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        points.append((column, int(row)))
    (left, top), (right, bottom) = points
    return left, top, right, bottom


def _overlap(areas: list[str]) -> bool:
    boxes = sorted((_box(area) for area in areas), key=lambda box: box[1])
    return any(
        other[1] <= box[3] and box[0] <= other[2] and other[0] <= box[2]
        for i, box in enumerate(boxes)
        for other in boxes[i + 1 :]
    )


class _Book:
    def __init__(self, content: bytes) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.wrong: list[str] = []
        self.links = {n: self._links(n) for n in self.zip.namelist() if n.endswith(".rels")}
        self.root = self._xml("xl/workbook.xml")
        targets = self._of("xl/workbook.xml")
        self.sheets = {
            one.get("name", ""): targets.get(one.get(LINK, ""), "")
            for one in self.root.iter(f"{MAIN}sheet")
        }
        styles = self._xml("xl/styles.xml")
        self.styles = len(styles.findall(f"{MAIN}cellXfs/{MAIN}xf"))
        self.rules = len(styles.findall(f"{MAIN}dxfs/{MAIN}dxf"))
        for one in styles.iter(f"{MAIN}numFmt"):
            code = one.get("formatCode", "")
            self.check(len(code) <= WORDS, "styles", f"a number format of {len(code)} characters")
            quotes = re.sub(r"\\.", "", code).count('"')
            self.check(quotes % 2 == 0, "styles", f"quotes of {code!r}")
            self.check(len(code.split(";")) <= 4, "styles", f"parts of {code!r}")
        strings = "xl/sharedStrings.xml"
        words = [] if strings not in self.zip.namelist() else list(self._xml(strings))
        self.words = ["".join(t.text or "" for t in one.iter(f"{MAIN}t")) for one in words]
        self.tables: Counter[str] = Counter()

    def check(self, fine: bool, place: str, told: str) -> None:
        if not fine:
            self.wrong.append(f"{place}: {told}")

    def _xml(self, name: str) -> ET.Element:
        return ET.fromstring(self.zip.read(name))

    def _links(self, name: str) -> dict[str, str]:
        """Return id → part of a file of relationships; outside ones have no part."""
        folder, file = posixpath.split(name)
        home = posixpath.dirname(folder)
        found = {}
        for one in self._xml(name):
            target, place = one.get("Target", ""), f"{home}/{file}"
            if one.get("TargetMode") == "External":
                self.check(len(target) <= 2079, name, "a link of more than 2079 characters")
                continue
            part = posixpath.normpath(posixpath.join(home, target)).lstrip("/")
            part = target.lstrip("/") if target.startswith("/") else part
            self.check(part in self.zip.namelist(), place, f"{part} is not there")
            found[one.get("Id", "")] = part
        return found

    def _of(self, part: str) -> dict[str, str]:
        folder, file = posixpath.split(part)
        return self.links.get(f"{folder}/_rels/{file}.rels", {})

    def parts(self) -> None:
        """Each part is there once, has a type, and is XML that can be read."""
        names = Counter(name.lower() for name in self.zip.namelist())
        self.check(max(names.values()) == 1, "zip", f"parts twice: {names.most_common(1)}")
        types = self._xml("[Content_Types].xml")
        ends = {one.get("Extension", "").lower() for one in types if one.tag.endswith("Default")}
        said = {one.get("PartName", "") for one in types if one.tag.endswith("Override")}
        for name in self.zip.namelist():
            if name != "[Content_Types].xml":
                known = f"/{name}" in said or name.rpartition(".")[2].lower() in ends
                self.check(known, name, "no content type")
        for name in said:
            self.check(name.lstrip("/") in self.zip.namelist(), name, "a type and no part")

    def names(self) -> None:
        """Names of worksheets and of areas."""
        seen = Counter(name.casefold() for name in self.sheets)
        self.check(not seen or max(seen.values()) == 1, "book", f"sheets twice: {seen}")
        for name in self.sheets:
            fine = 0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]|^'|'$", name)
            self.check(fine and name.casefold() != "history", "book", f"sheet {name!r}")
        areas: Counter[tuple[str, str | None]] = Counter()
        for one in self.root.iter(f"{MAIN}definedName"):
            name, local = one.get("name", ""), one.get("localSheetId")
            areas[name.casefold(), local] += 1
            plain = name.removeprefix("_xlnm.")
            fine = NAME.match(plain) and not re.fullmatch(r"[A-Za-z]{1,3}\d+|[RrCc]", plain)
            self.check(bool(fine) and len(name) <= 255, "book", f"defined name {name!r}")
            self.refers("book", one.text or "")
        self.check(not areas or max(areas.values()) == 1, "book", f"names twice: {areas}")

    def refers(self, place: str, formula: str) -> None:
        """Whether the worksheets of a formula exist."""
        bare = re.sub(r'"[^"]*"', "", formula)
        for quoted, plain in re.findall(r"'((?:[^']|'')+)'!|([\w.]+)!", bare):
            name = quoted.replace("''", "'") or plain
            self.check(name in self.sheets, place, f"no worksheet {name!r}")

    def sheet(self, part: str) -> None:
        """One worksheet: its elements in order, its cells, its rules, its page, its drawings."""
        raw = self.zip.getinfo(part)
        if raw.file_size > PARSED:
            return
        root = self._xml(part)
        tags = [one.tag.removeprefix(MAIN) for one in root]
        places = [ORDER.index(tag) if tag in ORDER else -1 for tag in tags]
        self.check(places == sorted(places) and -1 not in places, part, f"order of {tags}")
        self._cells(part, root)
        self._rules(part, root)
        merged = [one.get("ref", "") for one in root.iter(f"{MAIN}mergeCell")]
        self.check(not _overlap(merged), part, f"merged cells overlap: {merged[:4]}")
        self.check(all(":" in area for area in merged), part, "a merged area of one cell")
        for tag in ("rowBreaks", "colBreaks"):
            marks = [
                one for one in root.iter(f"{MAIN}brk") if root.find(f"{MAIN}{tag}") is not None
            ]
            self.check(len(marks) <= 1023, part, f"{len(marks)} page breaks")
        for one in root.iter(f"{MAIN}headerFooter"):
            for words in one:
                self.check(len(words.text or "") <= WORDS, part, "a header of more than 255")
        links = self._of(part)
        for tag in ("drawing", "legacyDrawing", "tablePart", "hyperlink"):
            for one in root.iter(f"{MAIN}{tag}"):
                there = one.get(LINK) is None or one.get(LINK) in links or tag == "hyperlink"
                self.check(there, part, f"{tag} without a part")
        for target in links.values():
            if "/tables/" in target:
                self._table(target, root)

    def _cells(self, part: str, root: ET.Element) -> None:
        last = 0
        for row in root.iter(f"{MAIN}row"):
            number = int(row.get("r", "0"))
            self.check(last < number <= ROWS, part, f"row {number} after {last}")
            self.check(float(row.get("ht", "0")) <= 409.5, part, f"height of row {number}")
            last, column = number, 0
            for cell in row:
                at = cell.get("r", "")
                left, top, *_ = _box(at)
                self.check(column < left <= COLUMNS and top == number, part, f"place of {at}")
                column = left
                self.check(int(cell.get("s", "0")) < self.styles, part, f"style of {at}")
                self._cell(part, at, cell)
        for one in root.iter(f"{MAIN}col"):
            self.check(float(one.get("width", "0")) <= 255, part, "width of a column")

    def _cell(self, part: str, at: str, cell: ET.Element) -> None:
        formula, value = cell.find(f"{MAIN}f"), cell.find(f"{MAIN}v")
        said = "" if value is None else value.text or ""
        if formula is not None:
            words = formula.text or ""
            self.check(len(words) <= FORMULA, part, f"formula of {at}: {len(words)} characters")
            self.check(
                words.count("(") == words.count(")") or '"' in words, part, f"brackets of {at}"
            )
            self.refers(f"{part} {at}", words)
        elif cell.get("t") == "s":
            fine = said.isdigit() and int(said) < len(self.words)
            self.check(fine, part, f"shared string of {at}: {said!r}")
            if fine:
                words = self.words[int(said)]
                self.check(len(words) <= CELL, part, f"{len(words)} characters in {at}")
        elif cell.get("t") in {None, "n"} and said:
            self.check(
                bool(re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", said)), part, f"{at}: {said}"
            )

    def _rules(self, part: str, root: ET.Element) -> None:
        for one in root.iter(f"{MAIN}cfRule"):
            look = one.get("dxfId")
            self.check(look is None or int(look) < self.rules, part, f"look {look} of a rule")
            self.check(int(one.get("priority", "0")) >= 1, part, "priority of a rule")
            for words in one.iter(f"{MAIN}formula"):
                self.check(0 < len(words.text or "") <= FORMULA, part, "formula of a rule")
                self.refers(part, words.text or "")
        areas = []
        for one in root.iter(f"{MAIN}dataValidation"):
            areas += (one.get("sqref") or "").split()
            self.check(bool(one.get("sqref")), part, "a validation of no cells")
            choices = one.findtext(f"{MAIN}formula1") or ""
            if one.get("type") == "list" and choices.startswith('"'):
                self.check(len(choices) - 2 <= LIST, part, f"a list of {len(choices) - 2}")
            else:
                self.refers(part, choices)
            for name, most in (
                ("promptTitle", 32),
                ("errorTitle", 32),
                ("prompt", 255),
                ("error", 255),
            ):
                self.check(len(one.get(name, "")) <= most, part, f"{name} of a validation")
        self.check(not _overlap(areas), part, f"validations overlap: {areas[:4]}")

    def _table(self, part: str, sheet: ET.Element) -> None:
        root = self._xml(part)
        name = root.get("displayName", "").casefold()
        self.tables[name] += 1
        self.check(self.tables[name] == 1, part, f"two tables {name!r}")
        left, top, *_ = _box(root.get("ref", "A1"))
        heads = [one.get("name", "") for one in root.iter(f"{MAIN}tableColumn")]
        self.check(len({h.casefold() for h in heads}) == len(heads), part, "two heads alike")
        cells = {cell.get("r"): cell for cell in sheet.iter(f"{MAIN}c")}
        for i, head in enumerate(heads):
            letter = chr(64 + left + i) if left + i <= 26 else None
            cell = cells.get(f"{letter}{top}")
            value = None if cell is None else cell.find(f"{MAIN}v")
            if letter and value is not None:
                there = self.words[int(value.text or "0")]
                self.check(there == head, part, f"head {head!r} over {there!r}")
