"""Rendering: widths, components, escapes; nothing fails, nothing is cut off in silence."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel._core.safe_text import clean
from salesfunnel.render import document_of, model, to_fragment, to_text
from salesfunnel.render.backends.text import document_text
from salesfunnel.render.backends.width import pad, width, wrap
from salesfunnel.render.charts.from_blocks import chart_of_bars, chart_of_funnel, chart_of_lines
from salesfunnel.render.documents import BUILDERS

PICTURE = model.FunnelPicture(
    "Funnel",
    [
        model.FunnelStep("Leads", 100, "100"),
        model.FunnelStep("Deals", 25, "25", rate="25.00 %", interval="18 – 34 %", lost="75 lost"),
    ],
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("abc", 3), ("表格", 4), ("e\u0301", 1), ("a\u200bb", 2), ("Ａ", 2), ("", 0)],
)
def test_width_is_that_of_a_terminal(text, columns):
    assert width(text) == columns


@given(st.text(max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_and_fits(text, columns):
    lines = wrap(clean(text), columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(st.text(max_size=10), st.integers(0, 30), st.sampled_from(["left", "right", "center"]))
def test_padding_is_exact(text, columns, align):
    text = clean(text)
    assert width(pad(text, columns, align)) == max(columns, width(text))


def test_terminal_escapes_cannot_act():
    assert "\x1b" not in clean("\x1b[31mred\x1b[0m\u202e")


def test_funnel_as_text():
    assert document_text(model.Document("", [PICTURE]), 48) == (
        "Funnel\n"
        "Leads  " + "█" * 36 + "  100\n"
        "       ↓ 25.00 % [18 – 34 %] · 75 lost\n"
        "Deals  " + "█" * 9 + " " * 27 + "   25\n"
    )


def test_a_table_as_text_keeps_wide_characters_in_line():
    table = model.Table(
        [model.Column("阶段"), model.Column("数", align="right")], [["认知", "1,200"]]
    )
    assert document_text(model.Document("", [table])) == ("阶段     数\n────  ─────\n认知  1,200\n")


def test_a_funnel_is_a_chart_of_its_counts_or_where_these_differ_much_of_its_rates():
    chart = chart_of_funnel(PICTURE, "en")
    assert chart.data["count"] == (100, 25)
    assert ET.fromstring(chart.to_svg()).attrib["role"] == "img"
    assert "25.00 %" in chart.to_svg()
    steep = model.FunnelPicture(
        "F", [model.FunnelStep("A", 90_000, "90,000"), model.FunnelStep("B", 9, "9")]
    )
    chart = chart_of_funnel(steep, "en")
    assert chart.x.kind == "percent"
    assert chart.marks[0].x2 == (1.0, 9 / 90_000)
    assert chart.note


STEPS = st.builds(
    model.FunnelStep,
    st.text(max_size=8).map(clean),
    st.none() | st.integers(0, 10**12),
    st.text(max_size=5).map(clean),
    rate=st.sampled_from(["", "1 %"]),
    mark=st.sampled_from(["", "bad", "warn"]),
)


@settings(max_examples=50)
@given(st.lists(STEPS, max_size=7), st.sampled_from(["en", "zh"]))
def test_any_funnel_can_be_drawn(steps, locale):
    picture = model.FunnelPicture("<&>", steps, scale_note="log")
    ET.fromstring(chart_of_funnel(picture, locale).to_svg())
    document = model.Document("t", [picture], locale=locale)
    assert document_text(document)
    assert "<&>" not in to_fragment(document)


NUMBERS = st.lists(st.none() | st.floats(-1e9, 1e9), min_size=1, max_size=8)


@settings(max_examples=50)
@given(NUMBERS, st.sampled_from(["number", "percent", "count", "money"]))
def test_any_numbers_can_be_charted(values, form):
    labels = [str(i) for i in range(len(values))]
    lines = model.Lines("t", labels, [model.Line("a", values, low=values, high=values)], form=form)
    bars = model.Bars(
        "t", [model.Bar(k, v, "x", target=v) for k, v in zip(labels, values, strict=True)]
    )
    grid = model.Grid("t", labels, ["r"], [values], [labels])
    for chart in (chart_of_lines(lines, "en"), chart_of_bars(bars, "en")):
        picture = chart.to_svg()
        ET.fromstring(picture)
        assert not re.search(r'"(nan|-?inf)"', picture)
    document = model.Document("t", [lines, bars, grid])
    assert document_text(document)
    assert to_fragment(document)


def test_everything_that_has_no_builder_is_still_shown():
    record = sf.stats.kitagawa([400, 300], [160, 60], [250, 300], [105, 63])
    assert "MixSplit" in to_text(record)
    assert "MixSplit" in to_fragment(record)


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_builder_exists(name):
    import importlib

    module, _, function = BUILDERS[name].partition(":")
    assert callable(
        getattr(importlib.import_module(f"salesfunnel.render.documents.{module}"), function)
    )


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_definitions_are_documents(locale):
    for result in (sf.template("b2b", locale=locale), sf.benchmark("b2b-saas"), sf.templates()[0]):
        document = document_of(result, locale)
        assert document_text(document)
        assert result.to_html(locale=locale).startswith("<!doctype html>")
        assert result._repr_html_().startswith('<div class="sf"')


def test_a_tall_table_scrolls_in_a_window_of_its_own():
    from salesfunnel.render.backends import html
    from salesfunnel.render.backends.style import PAGE

    def shown(rows, *, page=True):
        table = model.Table(["Period", "n"], [["2026-10", "1"]] * rows)
        return html.block_html(table, html.Form("en", page))

    assert "sf-tall" in shown(html.TALL)
    assert "sf-tall" not in shown(html.TALL - 1)
    assert '<th scope="row" class="sf-s">2026-10</th>' in shown(1)
    assert "@media screen{.sf .sf-tall" in PAGE
    assert shown(40, page=False).count("<tr>") == html.FRAGMENT_ROWS + 1
    assert "28 more rows" in shown(40, page=False)
