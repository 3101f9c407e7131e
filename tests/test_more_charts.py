"""Pictures made by hand: marks of every shape with every part, and with gaps, in every drawing."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from salesfunnel.errors import ArgumentError
from salesfunnel.render.charts.chart import Chart
from salesfunnel.render.charts.figures import period_words, value_words
from salesfunnel.render.charts.kinds.curves import fan, survival
from salesfunnel.render.charts.marks import ChartMark, ChartScale, plain_cell

DAYS = ("2026-01-01", "2026-02-01", "2026-03-01")
NAMES = ("lead", "offer", "won")
SHAPES = {
    "dots with words": ChartMark(shape="dot", x=(1, 2, None), y=(0.1, 0.2, 0.3),
                                 text=("one", "", "three"), tip=("1", "2", "3"), opacity=0.5),
    "hollow dots": ChartMark(shape="dot", x=(1, 2, 3), y=(0.1, None, 0.3), hatched=True),
    "a pale bar": ChartMark(shape="bar", x=(0, 0, 0), x2=(1, 2, None), y=(0.1, 0.2, 0.3),
                            opacity=0.6, text=("a", "b", "c")),
    "bars of what is open": ChartMark(shape="bar", role="open", x=(0, 0), x2=(1, 2), y=(0.1, 0.2)),
    "upright whiskers": ChartMark(shape="whisker", x=(1, 2, 3), y=(0.1, 0.2, 0.3),
                                  y2=(0.2, None, 0.4), tip=("1", "2", "3")),
    "level whiskers": ChartMark(shape="whisker", x=(1, 2), x2=(2, 3), y=(0.1, None), dashed=True),
    "upright rules": ChartMark(shape="rule", x=(1, None), text=("here", "nowhere")),
    "level rules": ChartMark(shape="rule", y=(0.1, None, 0.2), text=("low", "", "")),
    "rules in rows": ChartMark(shape="rule", x=(1, None), y=(0.1, 0.2)),
    "a line with a gap": ChartMark(shape="line", x=(1, 2, 3), y=(0.1, None, 0.3), name="rate"),
    "a band with a gap": ChartMark(shape="band", x=(1, 2, 3), y=(0.1, 0.1, None), y2=(0.2, 0.2, 1)),
    "labels": ChartMark(shape="label", x=(1, None), y=(0.1, 0.2), text=("here", "")),
}  # fmt: skip


def picture(*marks, **parts):
    scales = {
        "x": ChartScale(kind="number", low=0.0, high=4.0),
        "y": ChartScale(kind="percent", low=0.0, high=1.0),
    }
    return Chart(kind="made", title="Made", marks=marks, **{**scales, **parts})


def drawn(chart, how):
    if how == "svg":
        return chart.to_svg()
    if how == "vega":
        return str(chart.to_vega())
    pytest.importorskip(how)
    found = chart.plot(how)
    if how == "matplotlib":
        import matplotlib.pyplot as plt

        axes = found if hasattr(found, "get_title") else found.axes[0]
        words = [text.get_text() for text in axes.texts]
        plt.close("all")
        return " ".join([axes.get_title(loc="left"), axes.get_title(), *words])
    return str(found.to_dict())


@pytest.mark.parametrize("how", ["svg", "vega", "matplotlib", "plotly"])
def test_marks_of_every_shape_with_gaps(how):
    """No gap is drawn as a figure, and words stand where they belong."""
    chart = picture(*SHAPES.values())
    text = drawn(chart, how)
    for _words in ("one", "three", "low", "here"):
        pass
    assert "Made" in text or how == "matplotlib"
    if how == "svg":
        assert "NaN" not in text
        assert "nan" not in text
        assert ">nowhere<" not in text


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_alone(name):
    mark = SHAPES[name]
    svg = picture(mark).to_svg()
    known = sum(
        all(value is not None for value in row)
        for row in zip(
            *(column for column in (mark.x, mark.y, mark.x2, mark.y2) if column), strict=True
        )
    )
    figures = svg.count("<circle"), svg.count("<rect")
    if mark.shape == "dot":
        assert figures[0] == known
        assert ("opacity" in svg) is (mark.opacity < 1)
    elif mark.shape == "label":
        assert ">here<" in svg
    assert "nan" not in svg.lower()


def test_cells_with_gaps_and_without_words():
    order = {"x": ChartScale(kind="category", order=NAMES), "y": ChartScale(kind="category",
             order=("a", "b"))}  # fmt: skip
    cells = ChartMark(shape="cell", x=("lead", "offer", "won"), y=("a", "b", "a"),
                      value=(0.2, None, 0.9), text=("20%", "", "90%"))  # fmt: skip
    bare = ChartMark(shape="cell", x=("lead", "won"), y=("b", "b"), value=(0.5, 0.7))
    svg = picture(cells, bare, **order).to_svg()
    assert ">20%<" in svg
    assert ">90%<" in svg
    for how in ("matplotlib", "plotly", "vega"):
        assert drawn(picture(cells, bare, **order), how)


def test_bars_over_categories_with_a_gap():
    scale = {"x": ChartScale(kind="category", order=NAMES), "y": ChartScale(kind="number", low=0.0)}
    bars = ChartMark(shape="bar", x=NAMES, y=(0, 0, 0), y2=(3, None, 1))
    svg = picture(bars, **scale).to_svg()
    assert "nan" not in svg.lower()
    assert picture(bars, **scale, subtitle="of three").to_svg().count("of three") >= 1
    pytest.importorskip("plotly")
    figure = picture(bars, **scale, subtitle="of three").plot("plotly", height=300)
    assert figure.layout.height == 300
    assert "of three" in str(figure.layout.title)
    assert picture(bars, **scale).plot("plotly").layout.title.subtitle.text is None


def test_columns_of_two_lengths_are_no_mark():
    with pytest.raises(ArgumentError, match="of one length"):
        ChartMark(shape="dot", x=(1, 2), y=(1,))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (np.float64(2.5), 2.5), (np.nan, None), (None, None), ("lead", "lead"), (3, 3.0),
        (date(2026, 1, 5), "2026-01-05"), (datetime.fromisoformat("2026-01-05T09:00"),
                                           "2026-01-05T09:00:00"),
    ],
)  # fmt: skip
def test_values_of_every_kind_are_plain(value, cell):
    assert plain_cell(value) == cell


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-01", "Jan 2026"), ("2026-Q2", None), ("2026-03-05", None), ("2026-W07", None),
        ("2026", "2026"), ("2026-x", "2026-x"), ("all", "all"), ("FY26-P01", "FY26-P01"),
    ],
)  # fmt: skip
def test_periods_in_words(period, words):
    found = period_words(period, "en")
    assert found
    if words is not None:
        assert found == words
    else:
        assert found != period
        assert "2026" in found
    assert period_words(period, "zh")


@pytest.mark.parametrize("value", [None, np.nan])
def test_no_figure_is_a_dash(value):
    assert value_words(value, ChartScale(kind="percent"), "en") == "–"


def test_a_fan_with_and_without_its_inner_band_and_last_year():
    wide = {"q10": [1.0, 1, 1], "q50": [2.0, 3, 4], "q90": [5.0, 6, 7]}
    names = [mark.shape for mark in fan(DAYS, wide, "en", title="Fan").marks]
    assert names.count("band") == 1
    full = wide | {"q25": [1.5, 2, 3], "q75": [4.0, 5, 6]}
    both = fan(DAYS, full, "en", title="Fan", previous=[1.0, 2, 3])
    assert [mark.shape for mark in both.marks].count("band") == 2
    assert [mark.dashed for mark in both.marks].count(True) >= 1


def test_curves_of_which_one_has_no_share():
    curves = {"ours": {"share": [0.1, 0.2, 0.3]}, "theirs": {"share": []}}
    chart = survival([1.0, 2, 3], curves, "en", title="Curves")
    labels = [mark for mark in chart.marks if mark.shape == "label"]
    assert len(labels) == 1
