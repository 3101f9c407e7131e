"""Charts: one model, and the same numbers in every backend, read back from what it drew."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import salesfunnel as sf
from chart_kinds import every_kind
from results import results
from salesfunnel.render.charts import chart_of
from salesfunnel.render.charts.palette import DARK, LIGHT, ROLE_COLOURS, contrast, mixed
from salesfunnel.render.charts.registry import KINDS
from salesfunnel.render.charts.scales import axis_of

KIND_NAMES = sorted(every_kind())
SVG = "{http://www.w3.org/2000/svg}"


def numbers(chart, mark):
    """Return the places of a mark as numbers on their axes, gaps left out: what must be drawn."""
    axes = {"x": axis_of(chart, "x"), "y": axis_of(chart, "y")}
    found = []
    for row in mark.rows():
        place = {
            name: axes[name[0]].number(row[name]) for name in ("x", "y", "x2", "y2") if name in row
        }
        if all(math.isfinite(value) for value in place.values()):
            found.append(place)
    return found


def spread(places, *names):
    return sorted(tuple(place[name] for name in names if name in place) for place in places)


def close(left, right, tolerance):
    assert len(left) == len(right)
    for one, other in zip(sorted(left), sorted(right), strict=True):
        assert one == pytest.approx(other, abs=tolerance)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_svg_holds_the_numbers_of_the_marks(kind):
    chart = every_kind()[kind]
    root = ET.fromstring(chart.to_svg(width=900))
    x, y = axis_of(chart, "x"), axis_of(chart, "y")
    rows = y.categorical and not any(m.shape == "cell" for m in chart.marks)
    drawn = {}
    for group in root.iter(f"{SVG}g"):
        left, wide, top, high = map(float, group.get("data-plot").split())
        for shape in group.iter():
            drawn.setdefault(int(group.get("data-mark")), []).append(
                (shape, (left, wide, top, high))
            )

    def back(pixel, plot):
        share = (float(pixel) - plot[0]) / plot[1]
        return share * x.high - 0.5 if x.categorical else x.low + share * (x.high - x.low)

    def up(pixel, plot):
        share = (float(pixel) - plot[2]) / plot[3]
        return share * y.high - 0.5 if y.categorical else y.high - share * (y.high - y.low)

    across, down = (x.high - x.low) / 500, (y.high - y.low) / 150
    for i, mark in enumerate(chart.marks):
        wanted = numbers(chart, mark)
        shapes = drawn.get(i, [])
        if mark.shape == "dot":
            dots = [(s, p) for s, p in shapes if s.tag == f"{SVG}circle"]
            close([back(s.get("cx"), p) for s, p in dots], [w["x"] for w in wanted], across)
            if not rows:
                close([up(s.get("cy"), p) for s, p in dots], [w["y"] for w in wanted], down)
        elif mark.shape == "bar" and mark.x2:
            bars = [(s, p) for s, p in shapes if s.tag == f"{SVG}rect"]
            ends = [
                (back(s.get("x"), p), back(float(s.get("x")) + float(s.get("width")), p))
                for s, p in bars
            ]
            wish = [tuple(sorted((w["x"], w["x2"]))) for w in wanted]
            close([e[0] for e in ends], [w[0] for w in wish], across)
            close([e[1] for e in ends], [w[1] for w in wish], across)
        elif mark.shape == "line":
            path = "".join(s.get("d") for s, _ in shapes if s.tag == f"{SVG}path")
            pairs = re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path)
            plot = shapes[0][1]
            close([back(a, plot) for a, _ in pairs], [w["x"] for w in wanted], across)
            close([up(b, plot) for _, b in pairs], [w["y"] for w in wanted], down)
        elif mark.shape == "cell":
            words = [s.text for s, _ in shapes if s.tag == f"{SVG}text"]
            assert sorted(words) == sorted(mark.text)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_vega_holds_the_numbers_of_the_marks(kind):
    chart = every_kind()[kind]
    layers = {layer["name"]: layer for layer in chart.to_vega()["layer"]}
    for i, mark in enumerate(chart.marks):
        if not len(mark):
            continue
        layer = layers.get(f"mark-{i}") or layers[f"text-{i}"]
        places = [
            row
            for row in mark.rows()
            if all(row[k] is not None for k in ("x", "y", "x2", "y2") if k in row)
        ]
        rows = [{k: v for k, v in row.items() if k != "run"} for row in layer["data"]["values"]]
        assert rows == places
    json.dumps(chart.to_vega(), allow_nan=False)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_vega_is_valid(kind):
    pytest.importorskip("altair")
    chart = every_kind()[kind]
    _validator().validate(chart.to_vega(width="container"))
    assert chart.plot("altair").to_dict()["layer"]


@functools.cache
def _validator():
    """Return what holds a specification against the schema of Vega-Lite, made once."""
    import altair as alt
    import jsonschema

    schema = json.loads(_schema_of(alt).read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def _schema_of(altair):
    from pathlib import Path

    home = Path(altair.__file__).parent / "vegalite"
    return max(home.glob("v*/schema/vega-lite-schema.json"))


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_matplotlib_holds_the_numbers_of_the_marks(kind):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg", force=True)
    from matplotlib import pyplot as plt

    chart = every_kind()[kind]
    before = dict(matplotlib.rcParams)
    ax = chart.plot()
    try:
        assert dict(matplotlib.rcParams) == before
        drawn = {}
        for artist in ax.get_children():
            if artist.get_gid():
                drawn.setdefault(int(artist.get_gid().removeprefix("mark-")), []).append(artist)
        for i, mark in enumerate(chart.marks):
            wanted = numbers(chart, mark)
            artists = drawn.get(i, [])
            if mark.shape == "dot":
                points = [p for a in artists for p in np.ma.filled(a.get_offsets(), np.nan)]
                points = [tuple(p) for p in points if np.isfinite(p).all()]
                assert np.allclose(sorted(points), spread(wanted, "x", "y")) or not wanted
            elif mark.shape == "line":
                points = [p for a in artists for p in a.get_xydata() if np.isfinite(p).all()]
                assert np.allclose(sorted(map(tuple, points)), spread(wanted, "x", "y"))
            elif mark.shape == "bar":
                ends = sorted(
                    (a.get_x(), a.get_x() + a.get_width())
                    if mark.x2
                    else (a.get_y(), a.get_y() + a.get_height())
                    for a in artists
                )
                ends = [pair for pair in ends if np.isfinite(pair).all()]
                names = ("x", "x2") if mark.x2 else ("y", "y2")
                assert np.allclose(ends, spread(wanted, *names))
            elif mark.shape == "whisker":
                parts = [
                    s for a in artists for s in a.get_segments() if s.size and np.isfinite(s).all()
                ]
                assert len(parts) == len(wanted)
        fresh = plt.figure()
        own = fresh.add_subplot()
        assert chart.plot(ax=own) is own
        with pytest.raises(sf.errors.ArgumentError, match="ax"):
            chart.plot(ax=own, figsize=(3, 3))
    finally:
        plt.close("all")


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_plotly_holds_the_numbers_of_the_marks(kind):
    pytest.importorskip("plotly")
    chart = every_kind()[kind]
    figure = chart.plot("plotly", width=500)
    assert figure.layout.width == 500
    traces = {trace.meta["mark"]: trace for trace in figure.data}
    for i, mark in enumerate(chart.marks):
        if (
            not len(mark)
            or mark.shape == "label"
            or (mark.shape == "rule" and not (mark.x and mark.y))
        ):
            continue
        trace = traces[i]
        if mark.shape in {"dot", "line"}:
            assert tuple(trace.x) == mark.x
            assert tuple(trace.y) == mark.y
        elif mark.shape == "cell":
            assert tuple(trace.z) == mark.value
        elif mark.shape == "bar" and mark.x2 and not isinstance(mark.x[0], str):
            assert tuple(trace.base) == mark.x
            ends = [a + b for a, b in zip(trace.base, trace.x, strict=True) if b is not None]
            assert ends == pytest.approx([v for v in mark.x2 if v is not None])
    shapes = list(figure.layout.shapes)
    rules = [v for m in chart.marks if m.shape == "rule" and not (m.x and m.y) for v in m.x or m.y]
    assert len(shapes) == len(rules)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_kind_is_shown_in_words_and_comes_back(locale):
    for chart in every_kind(locale).values():
        assert sf.Chart.from_json(chart.to_json()) == chart
        assert chart.to_text(width=80)
        page = chart.to_html(locale=locale)
        assert "<script" in page
        fragment = chart._repr_html_()
        assert "<b>" in fragment
        assert "nan" not in re.sub(r"<[^>]+>", " ", fragment)
        assert ET.fromstring(chart.to_svg(theme="dark")).get("aria-label")
        assert "prefers-color-scheme" in chart.to_svg(theme="auto")
        assert {len(c) for c in chart.data.values()} == {len(next(iter(chart.data.values())))}


def test_names_cannot_act_in_a_picture():
    chart = every_kind()["rates"]
    for shown in (chart.to_svg(), chart._repr_html_(), chart.to_html()):
        assert "<b>" not in shown.replace('<div class="sf-h"><b>', "").replace("<b>Rates</b>", "")
        assert "&lt;b&gt;" in shown


NOT_THERE = {  # what counts alone cannot say
    ("analysis of a sheet", kind)
    for kind in ("split", "stated", "leading", "fan", "months", "bridge", "cohorts")
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [(name, kind) for name, result in results().items() for kind in getattr(result, "charts", ())],
)
def test_every_result_gives_its_pictures(name, kind):
    result = results()[name]
    for locale in ("en", "zh"):
        if (name, kind) in NOT_THERE:
            with pytest.raises(sf.errors.ArgumentError, match="must be a picture"):
                result.chart(kind, locale=locale)
            continue
        chart = result.chart(kind, locale=locale)
        assert chart.kind in {kind, "rates", "funnel", "states", "matrix", "bars"}
        assert chart.to_svg().startswith("<svg")
        assert json.dumps(chart.to_vega(), allow_nan=False)
        for mark in chart.marks:
            if mark.shape in {"bar", "dot", "whisker"}:
                assert all(isinstance(v, float | str | None) for v in mark.x)
        if locale == "zh":
            assert re.search(r"[\u4e00-\u9fff]", chart.title + chart.subtitle)


def test_a_chart_that_is_not_there_names_those_that_are():
    panel = results()["panel"]
    with pytest.raises(sf.errors.ArgumentError, match="funnel"):
        panel.chart("pie")
    with pytest.raises(sf.errors.ArgumentError, match="transition"):
        panel.chart("trend", step="x")
    with pytest.raises(sf.errors.ArgumentError, match="picture"):
        results()["velocity"].chart()
    with pytest.raises(sf.errors.ArgumentError, match="matplotlib"):
        panel.chart().plot("excel")
    with pytest.raises(sf.errors.ArgumentError, match="width"):
        panel.chart().to_svg(width=10)
    with pytest.raises(sf.errors.ArgumentError, match="theme"):
        panel.chart().to_svg(theme="pink")


def test_every_named_picture_exists():
    import importlib

    for kinds in KINDS.values():
        for place in kinds.values():
            module, _, function = place.partition(":")
            home = importlib.import_module(f"salesfunnel.render.charts.bind.{module}")
            assert callable(getattr(home, function))


def test_causes_add_up_to_the_last_digit():
    data = every_kind()["causes"].data
    parts = [a for a, p in zip(data["amount"], data["part"], strict=True) if p != "sum"]
    assert sum(parts) == pytest.approx(data["amount"][-1], abs=1e-12)
    ends = [e for e, p in zip(data["end"], data["part"], strict=True) if p != "sum"]
    assert ends[-1] == pytest.approx(data["end"][-1], abs=1e-12)


def test_a_png_is_made_of_the_svg(tmp_path):
    pytest.importorskip("vl_convert")
    picture = every_kind("zh")["funnel"].to_png(tmp_path / "a.png", width=400)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (tmp_path / "a.png").read_bytes() == picture
    wide = int.from_bytes(picture[16:20], "big")
    assert wide == 800


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_told_from_their_ground(colours):
    """WCAG 2.2: 4.5 for words, 3 for what is drawn."""
    for words in (colours.ink, colours.muted, colours.main, colours.alert):
        assert contrast(words, colours.back) >= 4.5
        assert contrast(words, colours.panel) >= 4.5
    assert contrast(colours.alert, colours.alert_tint) >= 4.5
    assert contrast(colours.ink, mixed(colours.main, colours.back, 0.5)) >= 4.5  # darkest cell
    for role in ("main", "alert", "context", "target", "total"):
        assert contrast(getattr(colours, ROLE_COLOURS[role]), colours.back) >= 3
    assert contrast(colours.grey, colours.back) >= 3  # outline of lost deals and bands
    for one, other in itertools.combinations((colours.main, colours.lost, colours.back), 2):
        assert contrast(one, other) > 1.4


def test_a_chart_of_ten_thousand_segments_is_a_file_one_can_send():
    rng = np.random.default_rng(0)
    entered = rng.integers(20, 400, 10_000)
    counts = np.stack([entered, rng.binomial(entered, 0.4)], axis=1)[None]
    panel = sf.Panel(
        counts=counts, periods=("2026-10",), steps=("lead", "won"),
        segments=tuple(f"s{i}" for i in range(10_000)), by="month",
    )  # fmt: skip
    chart = chart_of(panel, "segments")
    assert len(chart.data["segment"]) == 10_000
    assert len(chart.to_svg()) < 1_000_000


def test_a_chinese_page_has_no_english_word_but_names_and_keys():
    page = results()["analysis"].to_html(locale="zh")
    page = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-z]{4,}", re.sub(r"<[^>]+>|&\w+;", " ", page)))
    keys = {"awareness", "interest", "intent", "negotiation", "repurchase"}
    named = {"salesfunnel", "columns", "stage", "decision"}  # an argument, a value of the data
    assert words <= keys | named


def test_every_column_of_a_picture_has_a_name_in_both_languages():
    from salesfunnel.i18n import catalog

    for locale in ("en", "zh"):
        for chart in every_kind(locale).values():
            for key in set(chart.data) - {"part", "below", "partial"}:
                assert f"chart.column.{key}" in catalog(locale)
