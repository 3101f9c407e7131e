"""A playbook as a Word document for new staff."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from typing import Any

from salesfunnel._core.extras import require
from salesfunnel._core.files import write_file
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.book import FONTS
from salesfunnel.export.fixed_zip import fixed_zip
from salesfunnel.i18n import text
from salesfunnel.monitoring.playbook import Playbook
from salesfunnel.render.charts.palette import LIGHT
from salesfunnel.render.words.names import in_language
from salesfunnel.render.words.playbooks import Chapter, Learned, chapters_of

__all__ = ["to_docx"]

_FEATURE = "writing a Word document"
_HAN = "Microsoft YaHei"
"""On Windows; Word for Mac brings it, and Pages takes PingFang in its place."""
_SIZES = {"Title": 26, "Heading 1": 18, "Heading 2": 13, "Normal": 10.5}


def to_docx(
    playbook: Playbook, path: str | PathLike[str] | None = None, *, locale: Locale
) -> bytes:
    """Return the playbook as docx, a chapter a stage, and write it; equal ones give equal bytes.

    Raises
    ------
    MissingExtraError
        If python-docx is not installed (extra ``office``).
    """
    content = _Paper(locale).of(playbook)
    if path is not None:
        write_file(path, content)
    return content


class _Paper:
    """A document while it is written."""

    def __init__(self, locale: Locale) -> None:
        self.locale: Locale = locale
        self.document = require("docx", extra="office", feature=_FEATURE).Document()
        self.shared = require("docx.shared", extra="office", feature=_FEATURE)
        self.table_places = require("docx.enum.table", extra="office", feature=_FEATURE)
        ns = require("docx.oxml.ns", extra="office", feature=_FEATURE)
        self.name = ns.qn

    def of(self, playbook: Playbook) -> bytes:
        """Return the bytes of the document."""
        funnel = in_language(playbook.funnel, self.locale)
        title = text("playbook.heading", self.locale, funnel=clean(funnel.label))
        self._styles()
        self._page(title)
        self._text(title, "Title")
        intro = text("playbook.intro" if playbook.entries else "playbook.none", self.locale)
        self._text(intro, "Normal", colour=LIGHT.muted)
        for chapter in chapters_of(playbook, self.locale):
            self._chapter(chapter)
        properties = self.document.core_properties
        properties.title, properties.author = title[:250], "salesfunnel"
        properties.last_modified_by, properties.comments = "salesfunnel", ""
        properties.created = properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001 - no clock
        buffer = io.BytesIO()
        self.document.save(buffer)
        return fixed_zip(buffer.getvalue())

    def _words(self, key: str) -> str:
        return text(f"playbook.{key}", self.locale)

    def _rgb(self, colour: str) -> Any:
        return self.shared.RGBColor.from_string(colour.lstrip("#").upper())

    def _styles(self) -> None:
        """Set fonts that Windows and macOS have, for Latin and for Chinese characters."""
        for name, size in _SIZES.items():
            style = self.document.styles[name]
            style.font.size = self.shared.Pt(size)
            style.font.name = FONTS["en"]
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(self.name(f"w:{theme}"), None)
            fonts.set(self.name("w:eastAsia"), _HAN)
            if name != "Normal":
                style.font.color.rgb = self._rgb(LIGHT.ink if name != "Heading 2" else LIGHT.main)
                style.font.bold = True
        for found in self.document.styles.element.iter(self.name("w:lang")):
            found.set(self.name("w:eastAsia"), "zh-CN")  # else signs are drawn as in Taiwan
        edges = self.document.styles["Table Grid"].element.iter(self.name("w:tblBorders"))
        for edge in (side for borders in edges for side in borders):
            edge.set(self.name("w:color"), LIGHT.line.lstrip("#").upper())
        normal = self.document.styles["Normal"].paragraph_format
        normal.space_after, normal.line_spacing = self.shared.Pt(4), 1.15
        chapter = self.document.styles["Heading 1"].paragraph_format
        chapter.space_before = self.shared.Pt(20)
        self.document.styles["Heading 2"].paragraph_format.space_before = self.shared.Pt(10)

    def _page(self, title: str) -> None:
        """Lay the pages out: A4, the title above, the number below."""
        section = self.document.sections[0]
        section.page_width, section.page_height = self.shared.Cm(21), self.shared.Cm(29.7)
        for side in ("left", "right", "top", "bottom"):
            setattr(section, f"{side}_margin", self.shared.Cm(2.2))
        head = section.header.paragraphs[0]
        self._run(head, title, size=9, colour=LIGHT.muted)
        foot = section.footer.paragraphs[0]
        places = require("docx.enum.text", extra="office", feature=_FEATURE)
        foot.alignment = places.WD_ALIGN_PARAGRAPH.RIGHT
        field = foot._p.makeelement(  # noqa: SLF001 - python-docx knows no fields
            self.name("w:fldSimple"), {self.name("w:instr"): "PAGE"}
        )
        self._run(foot, "1", size=9, colour=LIGHT.muted)  # what is shown until it is computed
        field.append(foot.runs[-1]._r)  # noqa: SLF001 - as above
        foot._p.append(field)  # noqa: SLF001 - as above

    def _run(
        self, paragraph: Any, words: str, *, size: float | None = None, colour: str = "",
        bold: bool = False,
    ) -> None:  # fmt: skip
        run = paragraph.add_run(clean(words))
        run.bold = bold or None
        if size is not None:
            run.font.size = self.shared.Pt(size)
        if colour:
            run.font.color.rgb = self._rgb(colour)

    def _text(self, words: str, style: str, *, colour: str = "") -> Any:
        paragraph = self.document.add_paragraph(style=style)
        self._run(paragraph, words, colour=colour)
        return paragraph

    def _chapter(self, chapter: Chapter) -> None:
        self._text(chapter.stage, "Heading 1")
        for key, words in (("goal", chapter.goal), ("owner", chapter.owner)):
            if words:
                line = text(f"playbook.{key}", self.locale, **{key: clean(words)})
                self._text(line, "Normal").paragraph_format.keep_with_next = True
        self._text(self._words("actions"), "Heading 2")
        if chapter.actions:
            self._table(chapter.actions, (4, 2, 1.5, 1.5))
        else:
            self._text(self._words("actions-none"), "Normal", colour=LIGHT.muted)
        if chapter.good:
            self._text(self._words("good"), "Heading 2")
            self._table(chapter.good, (2.9, 1.8, 3.2, 1.4, 1.6), held=bool(chapter.good_note))
            if chapter.good_note:
                self._text(chapter.good_note, "Normal", colour=LIGHT.muted)
        examples = [Learned(title="", detail=line) for line in chapter.examples]
        for name, learned in (
            ("script", chapter.script),
            ("worked", chapter.worked),
            ("dropped", chapter.dropped),
            ("example", examples),
        ):
            if learned:
                self._text(self._words(name), "Heading 2")
                self._learned(learned, note="script-note" if name == "script" else "")

    def _learned(self, measures: Sequence[Learned], *, note: str = "") -> None:
        if note:
            above = self._text(self._words(note), "Normal", colour=LIGHT.muted)
            above.paragraph_format.keep_with_next = True
        for measure in measures:
            paragraph = self.document.add_paragraph(style="List Bullet")
            self._run(paragraph, measure.title, bold=True)
            if measure.evidence:
                self._run(paragraph, f" — {measure.evidence}")
            for line in filter(None, measure.detail.split("\n")):
                if measure.title:
                    paragraph.add_run().add_break()
                self._run(paragraph, line)

    def _table(
        self, rows: Sequence[Sequence[str]], shares: Sequence[float], *, held: bool = False
    ) -> None:
        """Add a table; `held` keeps it on the page of the paragraph below it."""
        columns = len(rows[0])
        table = self.document.add_table(rows=0, cols=columns, style="Table Grid")
        table.alignment = self.table_places.WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        whole = sum(shares[:columns])
        widths = [self.shared.Cm(16.6 * share / whole) for share in shares[:columns]]
        for i, cells in enumerate(rows):
            row = table.add_row()
            self._whole(row, head=i == 0)
            for cell, words, wide in zip(row.cells, cells, widths, strict=True):
                cell.width = wide
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = self.shared.Pt(2)
                paragraph.paragraph_format.space_after = self.shared.Pt(2)
                paragraph.paragraph_format.keep_with_next = held or i < len(rows) - 1
                if i == 0:
                    self._shade(cell, LIGHT.main)
                    self._run(paragraph, words, colour="#ffffff", bold=True)
                else:
                    self._run(paragraph, words)
        for column, wide in zip(table.columns, widths, strict=True):
            column.width = wide
        gap = self.document.add_paragraph().paragraph_format
        gap.keep_with_next = held
        gap.space_after, gap.line_spacing = self.shared.Pt(0), self.shared.Pt(6)

    def _whole(self, row: Any, *, head: bool) -> None:
        """Keep a row on one page; repeat the first on every page."""
        look = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has no other way
        for tag in ("cantSplit", *(["tblHeader"] if head else [])):
            look.append(look.makeelement(self.name(f"w:{tag}"), {}))

    def _shade(self, cell: Any, colour: str) -> None:
        look = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-docx has no other way
        shade = look.makeelement(
            self.name("w:shd"),
            {
                self.name("w:val"): "clear",
                self.name("w:color"): "auto",
                self.name("w:fill"): colour.lstrip("#").upper(),
            },
        )
        look.append(shade)
