"""One picture as one slide: a native chart where its kind has one."""

from __future__ import annotations

import io

import pytest

import salesfunnel as sf
from results import company

pptx = pytest.importorskip("pptx")


@pytest.fixture(scope="module")
def shown() -> sf.Analysis:
    return sf.analyze(company())


@pytest.mark.parametrize(
    ("kind", "locale"),
    [("funnel", "en"), ("trend", "en"), ("fan", "zh"), ("causes", "en"), ("bridge", "zh")],
)
def test_a_picture_is_a_slide_with_a_native_chart(shown, kind, locale):
    chart = shown.chart(kind, locale=locale)
    content = chart.to_pptx()
    assert content == chart.to_pptx()
    (slide,) = pptx.Presentation(io.BytesIO(content)).slides
    assert slide.shapes.title.text_frame.text.replace("\n", " ") == chart.title
    (frame,) = [shape for shape in slide.shapes if shape.has_chart]
    assert len(frame.chart.plots[0].categories) > 1
    assert chart.note in slide.notes_slide.notes_text_frame.text


def test_a_picture_without_a_native_form_is_drawn(tmp_path):
    pytest.importorskip("vl_convert")
    chart = sf.compare_arms({"old": (800, 160), "new": (790, 252)}).chart()
    chart.to_pptx(tmp_path / "arms.pptx")
    (slide,) = pptx.Presentation(tmp_path / "arms.pptx").slides
    (drawn,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    assert drawn._element.nvPicPr.cNvPr.get("descr") == chart.alt
    assert drawn.top + drawn.height <= pptx.Presentation(tmp_path / "arms.pptx").slide_height
