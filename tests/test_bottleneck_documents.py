"""Bottlenecks and rates in words of both languages, and as documents that come back."""

from __future__ import annotations

import json

import jsonschema
import pytest

import salesfunnel as sf
from salesfunnel import serialize

FALLEN = {
    **{f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)},
    "2026-01": [310, 62, 24],
}


def panel(counts=None):
    return sf.Panel.from_counts(
        FALLEN if counts is None else counts, steps=("lead", "offer", "won")
    )


RESULTS = {
    "bottlenecks": lambda: sf.find_bottlenecks(panel(), value=900.0, benchmark={"lead→offer": 0.3}),
    "one month": lambda: sf.find_bottlenecks(panel({"2026-01": [310, 62, None]})),
    "bottleneck": lambda: sf.find_bottlenecks(panel())[0],
    "history": lambda: sf.ReferenceWindow(6),
    "conversions": lambda: sf.conversions(
        panel({"2026-01": [310, 62, None], "2026-02": [0, 3, 1]})
    ),
    "conversion": lambda: sf.conversions(panel()).rows[0],
    "change": lambda: sf.output_change(panel()),
    "comparison": lambda: sf.stats.compare_rates([3, 0], [10, 0], 4, 9),
    "intervals": lambda: sf.stats.rate_interval([3, 0], [10, 0]),
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_come_back_equal_and_valid(name):
    result = RESULTS[name]()
    again = serialize.from_json(serialize.to_json(result), type(result))
    assert again == result
    document = json.loads(serialize.to_json(again))
    jsonschema.Draft202012Validator(serialize.json_schema()).validate(document)


def test_a_manager_reads_what_fell_how_sure_and_what_it_is_worth():
    text = sf.find_bottlenecks(panel(), value=900.0).to_text(width=2000)
    assert "lead → offer: 20% in Jan 2026; baseline 35.07%, from the 12 months before" in (
        text.replace("20.00%", "20%")
    )
    assert ">99% confidence in a real drop" in text
    assert "more won deals a month" in text
    assert "In money that is" in text
    chinese = sf.find_bottlenecks(panel(), value=900.0).to_text(locale="zh", width=2000)
    assert "基准值为35.07%（取自此前12个月，季节与趋势调整后）" in chinese
    assert "确有下降的置信度>99%" in chinese
    assert "已确认" in chinese


def test_one_month_says_what_is_missing():
    found = sf.find_bottlenecks(panel({"2026-01": [310, 62, 24]}))
    english, chinese = found.to_text(width=400), found.to_text(locale="zh", width=400)
    assert "two earlier periods, or a benchmark" in english
    assert "lowest rate is 20.00%" in english
    assert "两个更早的时期或一个基准" in chinese
    assert "需要2个" in chinese


def test_the_window_of_three_months_is_named():
    rows = {f"2025-{m:02d}": [60, 24, 10] for m in range(1, 11)}
    rows |= {"2025-11": [60, 13, 6], "2025-12": [60, 12, 6], "2026-01": [60, 13, 6]}
    found = sf.find_bottlenecks(panel(rows))
    assert "in the 3 months to Jan 2026" in found.to_text(width=2000)
    assert "截至2026年1月的3个月" in found.to_text(locale="zh", width=2000)


def test_weeks_are_called_weeks():
    weeks = {f"2026-W{k:02d}": row for k, row in enumerate(FALLEN.values(), start=1)}
    text = sf.find_bottlenecks(panel(weeks)).to_text(width=2000)
    assert "the 12 weeks before" in text
    assert "more won deals a week" in text
    assert "此前12周" in sf.find_bottlenecks(panel(weeks)).to_text(locale="zh", width=2000)


def test_steady_rates_are_no_bottleneck_and_doubt_is_said():
    steady = {f"2025-{m:02d}": [30_000, 12_000, 4_000] for m in range(1, 13)}
    assert "No bottleneck:" in sf.find_bottlenecks(panel(steady)).to_text(width=400)
    doubtful = {**FALLEN, "2026-01": [310, 400, 60]}
    assert "repair the counts first" in sf.find_bottlenecks(panel(doubtful)).to_text(width=400)


def test_names_of_the_funnel_stand_for_the_keys():
    b2b = sf.template("b2b")
    keys = b2b.keys
    counts = {f"2025-{m:02d}": [2000 // 2**k for k in range(len(keys))] for m in range(1, 13)}
    counts["2026-01"] = [2000, 400, *[400 // 2**k for k in range(1, len(keys) - 1)]]
    named = sf.Panel.from_counts(counts, funnel=b2b)
    first, second = (stage.label for stage in b2b.stages[:2])
    text = sf.find_bottlenecks(named).to_text(width=2000)
    assert f"{first} → {second}" in text
    assert f"{first} → {second}" in sf.conversions(named).to_text(width=2000)


@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize(
    "name", ["bottlenecks", "one month", "bottleneck", "conversions", "change"]
)
def test_every_result_has_a_page(name, locale):
    result = RESULTS[name]()
    assert result.to_text(locale=locale) if hasattr(result, "to_text") else True
    from salesfunnel.render import to_fragment

    fragment = to_fragment(result, locale=locale)
    assert "{" not in fragment.split("</style>")[-1]


def test_rates_of_a_table_show_their_intervals():
    text = sf.conversions(panel({"2026-01": [310, 62, 80]})).to_text(width=200)
    assert "20.00%" in text
    assert "more advanced than entered" in text
    assert "从" not in text
    assert "推进数多于进入数" in sf.conversions(panel({"2026-01": [310, 62, 80]})).to_text(
        locale="zh", width=200
    )
