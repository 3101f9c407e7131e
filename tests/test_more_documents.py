"""Results with and without each of their optional parts, as text, page, cell of a notebook, charts.

The results are the documents that are kept for ever; a part is optional where its field says so.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel import serialize
from salesfunnel.errors import SalesFunnelError

FOLDER = Path(__file__).parent / "documents" / "v1"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
PAIRED = {("pipeline_bridge", "groups")}
"""Columns that belong to another column: they cannot be left out alone."""


@cache
def kept(name):
    return serialize.from_dict(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))


def optional(result):
    """Return the fields of a result that may be empty, and what they are then."""
    for field in attrs.fields(type(result)):
        value, default = getattr(result, field.name), field.default
        if not field.init or value is None:
            continue
        if "| None" in str(field.type) and default is None:
            yield field.name, None
        elif isinstance(default, tuple | str) and not default and len(value):
            yield field.name, default


def shown(result):
    """Return a result as text, and hold that no way of showing it says None or NaN."""
    text = result.to_text()
    pages = [result.to_html(locale="zh")] if hasattr(result, "to_html") else []
    if hasattr(result, "_repr_html_"):
        pages.append(result._repr_html_())
    for words in (text, *pages):
        assert ">None<" not in words
        assert " None" not in words
        assert ">nan<" not in words.lower()
    assert all(pages)
    return text


@pytest.mark.parametrize("name", NAMES)
def test_a_result_without_each_of_its_optional_parts(name):
    result = kept(name)
    if not attrs.has(type(result)) or not hasattr(result, "to_text"):
        return
    for field, empty in optional(result):
        if (name, field) in PAIRED:
            continue
        try:
            without = attrs.evolve(result, **{field: empty})
        except (SalesFunnelError, TypeError):
            continue  # not without another
        text = shown(without)
        assert text.strip()
        again = serialize.from_dict(without.to_dict())
        assert again.to_text() == text


def shortened(result):
    """Yield the columns of a result, each one row short."""
    for field in attrs.fields(type(result)):
        value = getattr(result, field.name)
        if not field.init or field.name == "faults" or not isinstance(value, tuple | np.ndarray):
            continue
        if isinstance(value, tuple) or value.ndim:
            yield field.name, value[:-1]


def refusal(result, field, short):
    """Return what a constructor says to a column that is too short; nothing if it takes it."""
    try:
        attrs.evolve(result, **{field: short})
    except SalesFunnelError as error:
        return str(error)
    return ""


def test_a_column_that_is_one_row_short_is_refused():
    """What a constructor checks, it says in words; no other error comes from it."""
    refused = {
        (name, field): refusal(kept(name), field, short)
        for name in NAMES
        if attrs.has(type(kept(name)))
        for field, short in shortened(kept(name))
    }
    refused = {place: words for place, words in refused.items() if words}
    assert len(refused) > 150
    assert all(len(words) > 20 for words in refused.values())
    for name in (
        "rfm",
        "lifecycle",
        "forecast",
        "backtest",
        "stage_history",
        "panel",
        "cohort_retention",
    ):
        assert any(key[0] == name for key in refused), name


@pytest.mark.parametrize(
    ("name", "column"),
    [("slippage", "owners"), ("stale_deals", "stages"), ("littles_law", "stages"),
     ("segment_comparison", "segments"), ("deal_cohorts", "periods"), ("target_progress", "steps"),
     ("buying_model", "compared_loglik")],
)  # fmt: skip
def test_a_document_that_contradicts_itself_is_refused_when_it_is_read(name, column):
    document = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    document[column] = document[column][:-1]
    with pytest.raises(SalesFunnelError, match="must have"):
        serialize.from_dict(document)


def change(name, **fields):
    return attrs.evolve(kept(name), **fields)


def words(name, **fields):
    """Return a kept result with other fields as text, and hold that it shows itself in all ways."""
    return shown(change(name, **fields))


def test_a_target_that_cannot_be_met_or_is_covered():
    plan = kept("target_plan")
    step = plan.steps[1]
    cannot = words("target_plan", infeasible=step)
    assert cannot != shown(plan)
    assert step.casefold() in cannot.casefold()
    covered = words("target_plan", covered=np.ones_like(plan.covered))
    assert len(covered.splitlines()) > len(shown(plan).splitlines())
    before = words("target_plan", safe_before=np.ones_like(plan.safe_before))
    assert len(before.splitlines()) == len(shown(plan).splitlines()) + 1


def test_progress_that_is_over():
    reached = words("target_progress", chance=1.0)
    missed = words("target_progress", chance=0.0, months_left=0)
    going = words("target_progress", chance=0.3, months_left=2)
    assert len({reached, missed, going}) == 3
    assert "30%" in going
    assert "0%" not in missed.split("\n")[3]


@pytest.mark.parametrize("name", ["diagnosis", "bottleneck", "finding"])
def test_a_segment_is_named(name):
    assert "web shop" in words(name, segment="web shop")
    assert "web shop" not in shown(kept(name))


def test_findings_of_two_places_have_a_heading_each():
    from salesfunnel.diagnosis.findings import Findings

    first = kept("finding")
    there = attrs.evolve(first, segment="web shop")
    text = Findings((first, there)).to_text()
    assert "web shop" in text
    assert text.count(first.transition.target) >= 2
    assert Findings((first,)).to_text() != text
    assert first.code in repr(Findings((first, there)))


def test_a_bottleneck_without_a_judgement():
    row = kept("bottleneck")
    bare = words("bottleneck", rate=None, probability=None, gain=None, expected_gain=None)
    assert "None" not in bare
    assert len(bare) < len(shown(row))
    fault = sf.Fault.of("period-without-year", value="May", file="sheet.csv")
    assert "sheet.csv" in words("bottleneck", faults=(fault,))


def many(segments, periods=("2026-01", "2026-02")):
    rng = np.random.default_rng(1)
    entered = rng.integers(30, 60, (len(periods), segments))
    counts = np.stack([entered, entered // 2, entered // 5], axis=2)
    return sf.Panel.from_counts(
        counts, periods=periods, segments=[f"shop {i}" for i in range(segments)],
        steps=("lead", "offer", "won"),
    )  # fmt: skip


def test_many_segments_are_shown_in_part():
    panel = many(70)
    assert "70" in shown(panel)
    assert "shop" in shown(sf.conversions(many(2, periods=("all",))))
    found = sf.find_bottlenecks(panel)
    assert shown(found)
    for name in ("funnel", "trend"):
        assert "shop 1" in panel.chart(name, segment="shop 1").to_svg()
    assert panel.chart("funnel", period="2026-01", segment="shop 3").data["entered"]
    with pytest.raises(SalesFunnelError, match="2027-01"):
        panel.chart("funnel", period="2027-01")


def test_a_panel_of_one_period_of_all_time():
    panel = many(1, periods=("all",))
    assert shown(panel)
    assert panel.chart("trend").data["rate"] == ()
    empty = sf.Panel.from_counts(np.zeros((0, 1, 2)), periods=(), steps=("a", "b"))
    with pytest.raises(SalesFunnelError, match="a period to show"):
        empty.chart("funnel")


def test_a_sheet_of_several_segments_and_of_none():
    sheet = kept("tracking")
    text = shown(sheet)
    rows = [attrs.evolve(row, segment="web shop") for row in sheet.rows]
    both = attrs.evolve(sheet, rows=(*sheet.rows, *rows))
    assert "web shop" in shown(both)
    blank = attrs.evolve(sheet, rows=tuple(attrs.evolve(r, actual=None) for r in sheet.rows))
    assert shown(blank) != text
    assert shown(attrs.evolve(sheet, rows=()))
    period = sheet.periods[0]
    assert sheet.chart("attainment", period=period).to_svg()
    with pytest.raises(SalesFunnelError, match="'period'"):
        sheet.chart("attainment", period="1999-01")


@attrs.frozen(kw_only=True)
class Odd:
    """What a stranger's plugin may return."""

    share: float = float("nan")
    far: float = float("inf")
    day: object = np.datetime64("2026-01-05").astype(object)
    wait: object = attrs.field(factory=lambda: np.timedelta64(36, "h").astype(object))
    parts: object = attrs.field(factory=lambda: {"a": 1, "b": 2.5})
    number: object = np.float64(0.5)
    other: object = 1j


def test_any_result_has_a_document():
    from salesfunnel.render.backends.text import document_text
    from salesfunnel.render.documents._generic import generic_document

    text = document_text(generic_document(Odd(), "en"))
    assert "a: 1, b: 2.5" in text
    assert "1j" in text
    assert "inf" in text
    assert "–" in text
    assert "2026" in text


@pytest.mark.parametrize(
    ("kind", "field"),
    [("AalenJohansen", "at_risk"), ("ConversionTable", "rate"), ("IntervalArray", "high"),
     ("OutputChange", "contributions"), ("PipelineBridge", "minor_in"),
     ("RepurchaseCurve", "returned"), ("StageDurations", "median"), ("TargetPlan", "weights")],
)  # fmt: skip
def test_a_column_that_is_too_short_is_refused_when_it_is_read(kind, field):
    found = next(one for one in map(kept, NAMES) if type(one).__name__ == kind)
    document = json.loads(json.dumps(found.to_dict()))
    cells = document[field]
    while isinstance(cells, dict):  # an array says its type beside its cells
        cells = cells["data"] if "data" in cells else next(iter(cells.values()))
    del cells[-1]
    with pytest.raises(SalesFunnelError):
        type(found).from_dict(document)
