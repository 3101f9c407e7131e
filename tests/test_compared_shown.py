"""What a comparison shows: each rate beside its own interval, the best of many drawn as well."""

from __future__ import annotations

import re

import pytest

import salesfunnel as sf
from salesfunnel.render.charts.figures import axis_words, whole_percent
from salesfunnel.render.charts.marks import ChartScale


@pytest.fixture(scope="module")
def many():
    names = [f"r{i:02d}" for i in range(40)]
    panel = sf.Panel.from_counts(
        [[[100 + i, 30 + i] for i in range(40)]], periods=["2026-10"], steps=["lead", "won"],
        segments=names,
    )  # fmt: skip
    return sf.compare_segments(panel, by="segment")


def test_each_rate_of_the_text_lies_in_the_interval_beside_it(many):
    cells = re.findall(r"([\d.]+)%\s*\(([\d.]+)–([\d.]+)%\)", many.to_html())
    assert len(cells) >= 2 * len(many)
    for rate, low, high in cells:
        assert float(low) <= float(rate) <= float(high)


def test_the_picture_of_many_draws_worst_and_best_with_what_was_counted(many):
    chart = many.chart()
    names = chart.data["name"]
    assert names[0] == many.rows[0].segment
    assert names[-1] == many.rows[-1].segment
    svg = re.sub(r"</t[^>]+><t[^>]+>", " ", chart.to_svg())  # lines that were broken
    assert f"{len(many) - len(names)} more" in svg
    row = many.rows[-1]
    assert f"{row.advanced} of {row.entered}: {row.rate * 100:.1f}%" in " ".join(svg.split())


@pytest.mark.parametrize(("high", "words"), [(0.1, ["2.5%", "7.5%"]), (0.04, ["1%", "3%"])])
def test_ticks_say_where_they_stand(high, words):
    scale = ChartScale(kind="percent", low=0.0, high=high)
    assert [axis_words(k * high / 4, scale, "en", high / 4) for k in (1, 3)] == words


@pytest.mark.parametrize(
    ("rate", "words"), [(0.0273, "2.7%"), (0.0278, "2.8%"), (0.05, "5%"), (0.42, "42%"), (0, "0%")]
)
def test_small_rates_keep_a_decimal(rate, words):
    assert whole_percent(rate) == words
