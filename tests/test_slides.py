"""Slides: native charts with the figures of the analysis, one message each, nothing cut."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile

import pytest

import salesfunnel as sf
from office import convert, needs_office
from results import results
from salesfunnel.export.slides.fit import cut, fitting, lines_of, table_fitting
from salesfunnel.export.slides.from_analysis import slides_of
from salesfunnel.render.backends.width import width

pptx = pytest.importorskip("pptx")
openpyxl = pytest.importorskip("openpyxl")
BOTH = ("en", "zh")
NAMES = ("analysis", "analysis of a sheet")
EVIL = ("=1+1", "+cmd|' /C calc'!A0", "<b>&\x1b\u202e“quoted”", "a long name of a stage " * 12)


def opened(analysis, locale):
    return pptx.Presentation(io.BytesIO(analysis.to_pptx(locale=locale)))


def hostile():
    months = {f"2026-{m:02d}": [900, 300 - 90 * (m > 8), 100, 40] for m in range(1, 12)}
    return sf.analyze(sf.Panel.from_counts(months, steps=EVIL))


def charts_of(deck):
    return [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def values_of(chart):
    return {series.name: list(series.values) for series in chart.plots[0].series}


@pytest.mark.parametrize("locale", BOTH)
@pytest.mark.parametrize("name", NAMES)
def test_each_slide_has_one_message_notes_and_a_number(name, locale):
    analysis = results()[name]
    deck = opened(analysis, locale)
    slides = slides_of(analysis, locale)
    assert 6 <= len(slides) <= 8
    assert len(deck.slides) == len(slides)
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(set(titles)) == len(titles)
    for number, (page, wanted) in enumerate(zip(deck.slides, slides, strict=True), 1):
        assert page.shapes.title.text_frame.text == wanted.title
        assert page.notes_slide.notes_text_frame.text.startswith(wanted.title)
        for shape in page.shapes:
            if shape.has_chart:  # for those who do not see it
                assert len(shape._element.nvGraphicFramePr.cNvPr.get("descr")) > 20
        texts = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
        assert str(number) in texts
    assert (deck.slide_width, deck.slide_height) == (12191695, 6858000)


@pytest.mark.parametrize("locale", BOTH)
def test_the_charts_hold_the_figures_of_the_analysis(locale):
    analysis = results()["analysis"]
    funnel, trend, causes, fan = charts_of(opened(analysis, locale))
    data = analysis.chart("funnel", locale=locale).data
    drawn = list(values_of(funnel).values())
    for column, values in zip(("advanced", "lost", "open"), drawn, strict=False):
        assert values == list(data[column])
    assert drawn[3][-1] == data["entered"][-1] == analysis.fates.entered[-1]
    data = analysis.chart("trend", locale=locale).data
    keep = [i for i, partial in enumerate(data["partial"]) if not partial]
    rate, level, baseline = values_of(trend).values()
    worst = analysis.bottlenecks[0]  # one rate on the slide: that of the verdict
    levels = [value for value in level if value is not None]
    assert levels == [worst.rate] * worst.window
    assert rate == [data["rate"][i] for i in keep]
    assert baseline == [data["baseline"][i] for i in keep]
    errors = trend._chartSpace.xpath(".//c:errBars//c:v")  # no other way to see them
    ends = [float(node.text) for node in errors]
    up = [data["high"][i] - data["rate"][i] for i in keep]
    down = [data["rate"][i] - data["low"][i] for i in keep]
    assert ends == pytest.approx([*up, *down])
    data = analysis.chart("causes", locale=locale).data
    near, far = values_of(causes).values()
    assert far == pytest.approx([abs(v) for v in data["amount"]])
    assert near == pytest.approx(
        [min(abs(a), abs(b)) for a, b in zip(data["start"], data["end"], strict=True)]
    )
    data = analysis.chart("fan", locale=locale).data
    assert [list(v) for v in values_of(fan).values()] == [
        list(data[q]) for q in ("q90", "q50", "q10")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_workbook_behind_a_chart_holds_the_same_figures_and_no_formula(name):
    for chart in charts_of(opened(results()[name], "en")):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        rows = list(book.active.iter_rows(values_only=True))
        assert [row[0] for row in rows[1:]] == list(chart.plots[0].categories)
        for j, (series, values) in enumerate(values_of(chart).items(), 1):
            assert rows[0][j] == series
            assert [row[j] for row in rows[1:]] == pytest.approx(values, nan_ok=True)


def test_counts_that_differ_by_orders_are_on_a_log_scale_and_say_so():
    analysis = results()["analysis of a sheet"]
    slide = slides_of(analysis, "en")[1]
    assert (slide.body.form, "logarithmic" in slide.body.note) == ("log", True)
    chart = charts_of(opened(analysis, "en"))[0]
    assert chart._chartSpace.xpath(".//c:logBase/@val") == ["10"]


@pytest.mark.parametrize("locale", BOTH)
def test_names_of_strangers_are_harmless(locale):
    analysis = hostile()
    content = analysis.to_pptx(locale=locale)
    deck = pptx.Presentation(io.BytesIO(content))
    for chart in charts_of(deck):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if part.endswith(".xml"):
                text = parts.read(part).decode()
                assert not set(text) & {"\x1b", "\u202e"}, part
                assert "<b>" not in text


def test_equal_analyses_give_equal_bytes_written_or_returned(tmp_path):
    analysis = results()["analysis"]
    again = sf.Analysis.from_json(analysis.to_json())
    content = again.to_pptx(tmp_path / "a.pptx")
    assert content == analysis.to_pptx() == (tmp_path / "a.pptx").read_bytes()
    with pytest.raises(sf.errors.ArgumentError, match="locale"):
        analysis.to_pptx(locale="fr")


@pytest.mark.parametrize("locale", BOTH)
def test_fonts_are_those_of_windows_and_macos(locale):
    with zipfile.ZipFile(io.BytesIO(results()["analysis"].to_pptx(locale=locale))) as parts:
        (theme,) = [n for n in parts.namelist() if re.fullmatch(r"ppt/theme/theme1\.xml", n)]
        words = parts.read(theme).decode()
    assert set(re.findall(r'<a:latin typeface="([^"]*)"', words)) == {"Calibri"}
    eastern = set(re.findall(r'<a:ea typeface="([^"]*)"', words))
    assert eastern == ({"Microsoft YaHei"} if locale == "zh" else {""})


def steady():
    months = {f"2026-{m:02d}": [900, 300, 100] for m in range(1, 12)}
    return sf.analyze(sf.Panel.from_counts(months, steps=("lead", "offer", "won")))


def one_month():
    return sf.analyze(sf.Panel.from_counts({"2026-10": [900, 300]}, steps=("lead", "won")))


@pytest.mark.parametrize("make", [steady, one_month])
@pytest.mark.parametrize("locale", BOTH)
def test_where_nothing_is_wrong_the_slides_say_so(make, locale):
    analysis = make()
    slides = slides_of(analysis, locale)
    assert len(slides) >= 4 - (make is one_month)
    assert [slide.title for slide in slides][-1] in {
        "No decision is needed today", "今天没有需要决定的事项",
    }  # fmt: skip
    assert len(opened(analysis, locale).slides) == len(slides)


@pytest.mark.parametrize("make", [steady, hostile, lambda: results()["analysis"]])
def test_bars_begin_at_zero(make):
    for chart in charts_of(opened(make(), "en")):
        axis = chart.value_axis
        if not chart._chartSpace.xpath(".//c:logBase"):
            money = chart.plots[0].categories[0] == "20 Nov"
            assert money or axis.minimum_scale == 0


@needs_office
def test_nothing_leaves_its_place_on_the_rendered_slides(tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("there is no pdftotext here")
    made = {"deals": results()["analysis"], "sheet": results()["analysis of a sheet"],
            "hostile": hostile(), "steady": steady(), "month": one_month()}  # fmt: skip
    files = {
        f"{name}_{locale}.pptx": analysis.to_pptx(locale=locale)
        for name, analysis in made.items()
        for locale in BOTH
    }
    for name, content in convert(tmp_path, files, "pdf").items():
        (tmp_path / "one.pdf").write_bytes(content)
        page = subprocess.run(
            ["pdftotext", "-bbox", str(tmp_path / "one.pdf"), "-"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert page.count("<page ") == len(slides_of(made[name.split("_")[0]], name[-7:-5]))
        wide, high = map(float, re.search(r'width="([\d.]+)" height="([\d.]+)"', page).groups())
        words = [
            tuple(map(float, found))
            for found in re.findall(
                r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', page
            )
        ]
        assert len(words) > 50
        for left, top, right, bottom in words:
            assert left > 0.3 * 72
            assert right < wide - 0.2 * 72, name
            assert top >= 0.1 * 72
            assert bottom < high, name
            inside = (top + bottom) / 2 / 72
            for line in (1.6, 6.97):  # below the title, above the line at the foot
                assert not (top / 72 + 0.04 < line < bottom / 72 - 0.04), (name, inside)


def test_text_is_as_large_as_fits_and_is_cut_with_a_mark():
    assert fitting(["short"], 5, 1, (30, 20)) == (30, ["short"])
    size, kept = fitting(["word " * 400], 5, 1, (30, 20, 12))
    assert size == 12
    assert kept[0].endswith("…")
    assert lines_of(kept[0], size, 5) * size * 1.25 / 72 <= 1.01
    size, kept = fitting(["一二三四五六七八九十" * 9] * 6, 5, 1, (30, 20, 12), gap=0.1)
    assert kept[-1].endswith("…")
    assert width(cut("汉字汉字", 5)) <= 5
    size, cells = table_fitting([("a", "b"), ("x " * 500, "y")], (3, 3), 2)
    assert size == 11
    assert cells[1][0].endswith("…")
