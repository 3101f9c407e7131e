"""Deck: slides as a PowerPoint file, each with its message as the title."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any

from salesfunnel._core.extras import require
from salesfunnel._core.files import write_file
from salesfunnel._core.safe_text import clean
from salesfunnel._core.vocabulary import Locale
from salesfunnel.export.analysis_parts import caption
from salesfunnel.export.fixed_zip import fixed_zip
from salesfunnel.export.slides.charts import add_chart
from salesfunnel.export.slides.content import Answered, Asked, Drawn, Plot, Rows, Slide
from salesfunnel.export.slides.fit import fitting, lines_of, row_height, table_fitting
from salesfunnel.export.slides.from_analysis import slides_of
from salesfunnel.export.slides.from_chart import slide_of
from salesfunnel.export.slides.theme import colour_of, dress
from salesfunnel.i18n import text
from salesfunnel.render.backends.width import width

if TYPE_CHECKING:
    from pptx.text.text import _Paragraph as Paragraph

    from salesfunnel.analysis import Analysis
    from salesfunnel.render.charts import Chart

__all__ = ["analysis_slides", "chart_slide"]

_FEATURE = "writing slides"
WIDE, HIGH, EDGE = 13.333, 7.5, 0.6
"""Inches of a slide, 16 to 9, and of its margins."""
TOP = 1.75
"""Where the body of a slide begins."""
_ROOM = HIGH - TOP - 0.65
_TONES = {
    "bad": ("alert", "alert_tint"),
    "good": ("good", "good_tint"),
    "quiet": ("muted", "panel"),
}


def analysis_slides(
    analysis: Analysis, path: str | PathLike[str] | None = None, *, locale: Locale
) -> bytes:
    """Return the slides of an analysis as a pptx file, and write it to `path`.

    Raises
    ------
    MissingExtraError
        If python-pptx is not installed (extra ``office``).
    """
    line = caption(analysis, locale)
    content = _Deck(locale, line).of(slides_of(analysis, locale))
    if path is not None:
        write_file(path, content)
    return content


def chart_slide(chart: Chart, path: str | PathLike[str] | None = None) -> bytes:
    """Return a pptx file of one slide with a picture, and write it to `path`; as Chart.to_pptx."""
    slide = slide_of(chart)
    caption = chart.subtitle if isinstance(slide.body, Drawn) else ""  # a native chart has it above
    content = _Deck(chart.locale, caption).of([slide])
    if path is not None:
        write_file(path, content)
    return content


class _Deck:
    """A presentation while it is made."""

    def __init__(self, locale: Locale, caption: str) -> None:
        self.locale: Locale = locale
        self.caption = clean(caption)
        self.presentation = require("pptx", extra="office", feature=_FEATURE).Presentation()
        self.util = require("pptx.util", extra="office", feature=_FEATURE)
        self.text = require("pptx.enum.text", extra="office", feature=_FEATURE)
        self.shapes = require("pptx.enum.shapes", extra="office", feature=_FEATURE)
        self.colour = require("pptx.dml.color", extra="office", feature=_FEATURE).RGBColor

    def of(self, slides: Sequence[Slide]) -> bytes:
        """Return the bytes of a file with these slides; equal slides give equal bytes."""
        made = self.presentation
        made.slide_width, made.slide_height = self._inches(WIDE), self._inches(HIGH)
        dress(made, self.locale)
        layout = self._layout()
        for number, slide in enumerate(slides, 1):
            self._slide(made.slides.add_slide(layout), slide, number)
        properties = made.core_properties
        properties.title = clean(f"{text('slides.title', self.locale)} · {self.caption}")[:200]
        properties.author = properties.last_modified_by = "salesfunnel"
        properties.created = properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001 - no clock
        buffer = io.BytesIO()
        made.save(buffer)
        return fixed_zip(buffer.getvalue())

    def _inches(self, value: float) -> Any:
        return self.util.Inches(value)

    def _layout(self) -> Any:
        """Return the layout of a title alone, laid out for 16 to 9; the others are taken away."""
        layouts = self.presentation.slide_layouts
        kept = layouts.get_by_name("Title Only")
        for layout in list(layouts):
            if layout is not kept:
                layouts.remove(layout)
        for holder in (*self.presentation.slide_master.placeholders, *kept.placeholders):
            if holder.placeholder_format.type == self.shapes.PP_PLACEHOLDER.TITLE:
                holder.left, holder.top = self._inches(EDGE), self._inches(0.45)
                holder.width, holder.height = self._inches(WIDE - 2 * EDGE), self._inches(1.1)
            else:
                holder.left = self._inches(EDGE)
                holder.width = self._inches(WIDE - 2 * EDGE)
                holder.top = self._inches(7.0 if holder.top > self._inches(6) else TOP)
        for holder in list(kept.placeholders):
            if holder.placeholder_format.type != self.shapes.PP_PLACEHOLDER.TITLE:
                holder._element.getparent().remove(holder._element)  # noqa: SLF001 - no other way
        return kept

    def _slide(self, page: Any, slide: Slide, number: int) -> None:
        title = page.shapes.title
        size, (words, *_) = fitting(
            [clean(slide.title)], WIDE - 2 * EDGE - 0.2, 1.05, (30, 28, 26, 24, 22, 20), bold=True
        )
        frame = title.text_frame
        frame.vertical_anchor = self.text.MSO_ANCHOR.BOTTOM
        frame.word_wrap = True
        self._paragraph(frame.paragraphs[0], words, size, "ink", bold=True)
        frame.paragraphs[0].alignment = self.text.PP_ALIGN.LEFT
        rule = page.shapes.add_shape(
            self.shapes.MSO_SHAPE.RECTANGLE, self._inches(EDGE + 0.1), self._inches(1.58),
            self._inches(1.2), self._inches(0.05),
        )  # fmt: skip
        self._fill(rule, "main")
        body = slide.body
        drawers: dict[type, Any] = {
            Answered: self._answered,
            Plot: self._plot,
            Drawn: self._drawn,
            Rows: self._rows,
            Asked: self._asked,
        }
        drawers[type(body)](page, body)
        self._box(
            page, [self.caption], (EDGE, 6.98, WIDE - 2 * EDGE - 1, 0.35), (11, 10, 9), "muted"
        )
        self._box(page, [str(number)], (WIDE - EDGE - 0.9, 6.98, 0.9, 0.35), (11,), "muted",
                  align="RIGHT")  # fmt: skip
        notes = "\n".join(clean(line) for line in (slide.title, *slide.notes) if line)
        page.notes_slide.notes_text_frame.text = notes

    def _fill(self, shape: Any, role: str) -> None:
        shape.fill.solid()
        shape.fill.fore_color.rgb = self.colour.from_string(colour_of(role))
        shape.line.fill.background()
        style = shape._element.find(_name("p:style"))  # noqa: SLF001 - it brings a shadow along
        if style is not None:
            shape._element.remove(style)  # noqa: SLF001 - as said

    def _paragraph(
        self, paragraph: Paragraph, words: str, size: float, role: str, *, bold: bool = False
    ) -> None:
        run = paragraph.add_run()
        run.text = words
        run.font.size, run.font.bold = self.util.Pt(size), bold
        run.font.color.rgb = self.colour.from_string(colour_of(role))
        if self.locale == "zh":
            run.font.language_id = _language().SIMPLIFIED_CHINESE

    def _box(
        self, page: Any, paragraphs: Sequence[str], box: Sequence[float], sizes: Sequence[float],
        role: str, *, bold: bool = False, gap: float = 0.0, align: str = "LEFT",
    ) -> Any:  # fmt: skip
        """Add text as large as fits its box (left, top, width, height in inches)."""
        _, _, across, down = box
        words = [clean(line) for line in paragraphs if line]
        size, words = fitting(words, across - 0.2, down - 0.1, sizes, gap=gap, bold=bold)
        shape = page.shapes.add_textbox(*(self._inches(v) for v in box))
        frame = shape.text_frame
        frame.word_wrap = True
        for side in ("left", "right"):
            setattr(frame, f"margin_{side}", self._inches(0.1))
        frame.margin_top = frame.margin_bottom = self._inches(0.05)
        for i, line in enumerate(words):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.alignment = getattr(self.text.PP_ALIGN, align)
            if i and gap:
                paragraph.space_before = self.util.Pt(gap * 72)
            self._paragraph(paragraph, line, size, role, bold=bold)
        return shape

    def _answered(self, page: Any, body: Answered) -> None:
        ink, ground = _TONES[body.tone]
        across = min(0.5 + 0.13 * width(body.chip), WIDE - 2 * EDGE)
        chip = page.shapes.add_shape(
            self.shapes.MSO_SHAPE.ROUNDED_RECTANGLE, self._inches(EDGE + 0.1), self._inches(TOP),
            self._inches(across), self._inches(0.48),
        )  # fmt: skip
        self._fill(chip, ground)
        chip.text_frame.word_wrap = False
        chip.text_frame.vertical_anchor = self.text.MSO_ANCHOR.MIDDLE
        paragraph = chip.text_frame.paragraphs[0]
        paragraph.alignment = self.text.PP_ALIGN.CENTER
        self._paragraph(paragraph, clean(body.chip), 16, ink, bold=True)
        space = 1.75 if body.facts else 4.2
        why = (EDGE, TOP + 0.65, WIDE - 2 * EDGE, space)
        self._box(page, body.why, why, (20, 18, 16, 14, 12), "ink", gap=0.12)
        n = len(body.facts)
        if not n:
            return
        top = 4.35 if body.why else 2.75
        gap = 0.2
        each = (WIDE - 2 * EDGE - 0.1 - gap * (n - 1)) / n
        for i, (name, words, more) in enumerate(body.facts):
            left = EDGE + 0.1 + i * (each + gap)
            tile = page.shapes.add_shape(
                self.shapes.MSO_SHAPE.RECTANGLE, self._inches(left), self._inches(top),
                self._inches(each), self._inches(2.4),
            )  # fmt: skip
            self._fill(tile, "panel")
            self._box(
                page, [name], (left + 0.05, top + 0.1, each - 0.1, 0.42), (14, 12, 11), "muted"
            )
            self._box(page, [words], (left + 0.05, top + 0.52, each - 0.1, 1.1),
                      (22, 20, 18, 16, 14, 12), "ink", bold=True)  # fmt: skip
            self._box(page, [more] if more else [], (left + 0.05, top + 1.65, each - 0.1, 0.65),
                      (14, 12, 11, 10), "muted")  # fmt: skip

    def _plot(self, page: object, body: Plot) -> None:
        under, note = 0.0, 0.0
        if body.subtitle:
            long = lines_of(body.subtitle, 12, WIDE - 2 * EDGE - 0.2) > 1
            tall = 0.55 if long else 0.45
            self._box(
                page, [body.subtitle], (EDGE, TOP, WIDE - 2 * EDGE, tall), (16, 14, 12), "muted"
            )
            under = tall + 0.05
        if body.note:
            note = 0.32 * min(lines_of(body.note, 12, WIDE - 2 * EDGE - 0.2), 3)
            place = (EDGE, HIGH - 0.6 - note, WIDE - 2 * EDGE, note)
            self._box(page, [body.note], place, (12, 11, 10), "muted")
        box = (EDGE, TOP + under, WIDE - 2 * EDGE, _ROOM - under - note)
        add_chart(page, body, [self._inches(v) for v in box], self.locale)

    def _drawn(self, page: Any, body: Drawn) -> None:
        """Put a picture into the room of the slide, as large as it fits."""
        shape = page.shapes.add_picture(io.BytesIO(body.png), 0, 0)
        wide, high = self._inches(WIDE - 2 * EDGE), self._inches(_ROOM)
        scale = min(wide / shape.width, high / shape.height)
        shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
        shape.left = self._inches(EDGE) + (wide - shape.width) // 2
        shape.top = self._inches(TOP)
        about = shape._element.nvPicPr.cNvPr  # noqa: SLF001 - python-pptx has no other way
        about.set("descr", clean(body.alt))

    def _rows(self, page: Any, body: Rows) -> None:
        across = WIDE - 2 * EDGE - 0.1
        widths = [across * share / sum(body.shares) for share in body.shares]
        room = _ROOM - (0.4 if body.note else 0)
        size, cells = table_fitting([body.header, *body.rows], widths, room)
        frame = page.shapes.add_table(
            len(cells), len(widths), self._inches(EDGE + 0.1), self._inches(TOP),
            self._inches(across), self._inches(0.4 * len(cells)),
        )  # fmt: skip
        table = frame.table
        for j, wide in enumerate(widths):
            table.columns[j].width = self._inches(wide)
        for i, row in enumerate(cells):
            role = "main" if i == 0 else "panel" if i % 2 == 0 else "back"
            for j, words in enumerate(row):
                cell = table.cell(i, j)
                cell.fill.solid()
                cell.fill.fore_color.rgb = self.colour.from_string(colour_of(role))
                cell.vertical_anchor = self.text.MSO_ANCHOR.MIDDLE
                ink = "back" if i == 0 else "ink"
                self._paragraph(cell.text_frame.paragraphs[0], words, size, ink, bold=i == 0)
            table.rows[i].height = self._inches(row_height(row, widths, size, head=i == 0))
        if body.note:
            self._box(page, [body.note], (EDGE, HIGH - 0.95, WIDE - 2 * EDGE, 0.35), (12,), "muted")

    def _asked(self, page: object, body: Asked) -> None:
        mark = "☐  " if body.boxes else ""
        items = [mark + item for item in body.items]
        self._box(page, items, (EDGE, TOP + 0.1, WIDE - 2 * EDGE, _ROOM - 0.1),
                  (24, 22, 20, 18, 16, 14, 12), "ink", gap=0.2)  # fmt: skip


def _language() -> Any:
    return require("pptx.enum.lang", extra="office", feature=_FEATURE).MSO_LANGUAGE_ID


def _name(tag: str) -> str:
    found: str = require("pptx.oxml.ns", extra="office", feature=_FEATURE).qn(tag)
    return found
