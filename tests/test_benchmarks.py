"""Benchmark and BenchmarkSet: sources are asked for, steps are mapped, the built-in sets cite."""

from __future__ import annotations

import math
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesfunnel as sf
from salesfunnel.errors import ArgumentError, DefinitionError, UnknownNameError
from salesfunnel.testing import benchmark_sets, check_benchmark


def figure(start="a", end="b", rate=0.3, **changes):
    return sf.Benchmark(start, end, rate, **{"citation": "A survey", **changes})


@pytest.mark.parametrize("source", ["", "  ", None, 3])
def test_a_figure_without_a_source_is_refused(source):
    with pytest.raises(DefinitionError, match="'citation' must say who published"):
        figure(citation=source)
    with pytest.raises(TypeError, match="citation"):
        sf.Benchmark("a", "b", 0.3)


@pytest.mark.parametrize(
    "rate", [0, 1, -0.1, 1.2, 30, float("nan"), float("inf"), "0.3", None, True]
)
def test_a_rate_lies_between_zero_and_one(rate):
    with pytest.raises(DefinitionError, match=r"'rate' must be a number in \(0, 1\)"):
        figure(rate=rate)


def test_a_per_cent_is_answered_with_the_fraction():
    with pytest.raises(DefinitionError) as caught:
        figure(rate=30)
    assert caught.value.hint == "write 0.3 for 30%"


def test_every_problem_is_told_at_once():
    with pytest.raises(DefinitionError) as caught:
        sf.Benchmark("", "", 2, citation="", cv=0, low=-1, high=3, year="2025", url=None)
    assert len(caught.value.problems) == 10
    with pytest.raises(DefinitionError, match="'low' must be at most the rate"):
        figure(low=0.4)
    with pytest.raises(DefinitionError, match="'high' must be at least the rate"):
        figure(high=0.2)


def test_two_steps_in_a_row_multiply():
    both = figure(cv=0.3, year=2020, region="EU").then(
        figure("b", "c", 0.5, cv=0.4, year=2024, region="EU", citation="Another")
    )
    assert (both.start, both.end, both.rate) == ("a", "c", 0.15)
    assert math.isclose(both.cv, math.sqrt(1.09 * 1.16 - 1))
    assert (both.citation, both.year, both.region) == ("A survey; Another", 2020, "EU")
    with pytest.raises(ArgumentError, match="must start at 'b'"):
        figure().then(figure())


def test_a_set_of_bare_rates_needs_one_source():
    rates = {("a", "b"): 0.2, "b→c": 0.3, "c -> d": 0.4, sf.Transition("d", "e"): figure(rate=0.9)}
    made = sf.BenchmarkSet.from_rates("own", rates, citation="Our board", year=2026)
    assert made.steps == ("a", "b", "c", "d", "e")
    assert [b.rate for b in made] == [0.2, 0.3, 0.4, 0.9]
    assert made.get("d", "e").citation == "A survey"
    assert made.get(sf.Transition("a", "b")).citation == "Our board"
    assert made.get("a→c") is None
    with pytest.raises(ArgumentError, match="'step' must be a Transition"):
        sf.BenchmarkSet.from_rates("own", {"a": 0.2}, citation="x")
    with pytest.raises(DefinitionError, match=r"write 0\.2 for 20%"):
        sf.BenchmarkSet.from_rates("own", {"a→b": 20}, citation="x")


def test_a_set_tells_every_problem_at_once():
    with pytest.raises(DefinitionError) as caught:
        sf.BenchmarkSet("", [figure(), figure(rate=0.4)], name=3)
    assert len(caught.value.problems) == 3
    with pytest.raises(DefinitionError, match="Benchmark only"):
        sf.BenchmarkSet("x", [0.3])


CHAIN = sf.BenchmarkSet(
    "chain",
    [figure("lead", "mql", 0.5), figure("mql", "sql", 0.4), figure("sql", "won", 0.3)],
    aliases={"lead": ["leads"], "won": "contracts_signed"},
)


def test_steps_without_a_place_are_multiplied_through():
    mapped = CHAIN.for_funnel(sf.template("b2b"))
    (only,) = mapped
    assert (only.start, only.end) == ("awareness", "won")
    assert math.isclose(only.rate, 0.5 * 0.4 * 0.3)
    assert mapped.unmapped == ("mql", "sql")


def test_a_mapping_names_the_places():
    mapped = CHAIN.for_funnel(sf.template("b2b"), {"mql": "interest", "sql": "intent"})
    assert [(b.start, b.end, b.rate) for b in mapped] == [
        ("awareness", "interest", 0.5), ("interest", "intent", 0.4), ("intent", "won", 0.3),
    ]  # fmt: skip
    by_step = CHAIN.for_funnel(sf.template("b2b"), {"sql": "demos_booked"}, level="step")
    assert [b.end for b in by_step] == ["demos_booked", "contracts_signed"]
    assert CHAIN.for_steps(["x", "y"], {"lead": "x", "mql": "y"}).get("x", "y").rate == 0.5


def test_a_mapping_is_checked():
    funnel = sf.template("b2b")
    with pytest.raises(UnknownNameError, match="did you mean 'mql'"):
        CHAIN.for_funnel(funnel, {"mqll": "interest"})
    with pytest.raises(UnknownNameError, match="did you mean 'interest'"):
        CHAIN.for_funnel(funnel, {"mql": "interes"})
    with pytest.raises(ArgumentError, match="its own stage"):
        CHAIN.for_funnel(funnel, {"mql": "intent", "sql": "intent"})
    with pytest.raises(ArgumentError, match="'level'"):
        CHAIN.for_funnel(funnel, level="month")


def test_nothing_runs_backwards():
    mapped = CHAIN.for_steps(["late", "early"], {"lead": "early", "won": "late"})
    assert len(mapped) == 0


def test_one_industry_is_chosen_first():
    every = sf.benchmark("b2b-industries")
    with pytest.raises(ArgumentError, match=r"select\(industry=\.\.\.\)"):
        every.for_funnel(sf.template("b2b"))
    with pytest.raises(ArgumentError, match="one figure"):
        every.get("opportunity", "won")
    sales_led = every.select(industry="SaaS, sales-led")
    assert sales_led.get("opportunity", "won").rate == 0.22
    assert len(sales_led.for_funnel(sf.template("b2b"), level="step")) == 4
    with pytest.raises(UnknownNameError, match="did you mean"):
        every.select(industry="SaaS sales led")
    assert sf.benchmark("higher-education").select(region="United States").regions == (
        "United States",
    )  # fmt: skip


@given(benchmark_sets())
@settings(max_examples=60)
def test_sets_are_values_and_map_onto_their_own_steps(made):
    assert pickle.loads(pickle.dumps(made)) == made
    assert hash(pickle.loads(pickle.dumps(made))) == hash(made)
    same = made.for_steps(made.steps)
    assert same.benchmarks == made.benchmarks
    assert same.unmapped == ()


@given(benchmark_sets(), st.data())
@settings(max_examples=40)
def test_leaving_a_step_out_keeps_the_product(made, data):
    kept = [
        made.steps[0],
        *(s for s in made.steps[1:-1] if data.draw(st.booleans())),
        made.steps[-1],
    ]
    coarse = made.for_steps(kept)
    assert math.isclose(
        math.prod(b.rate for b in coarse), math.prod(b.rate for b in made), rel_tol=1e-9
    )
    assert len(coarse) == len(kept) - 1
    assert all(b.cv >= min(own.cv for own in made) * 0.999 for b in coarse)


@pytest.mark.parametrize("name", [r.name for r in sf.benchmarks() if r.builtin])
def test_every_built_in_figure_is_cited(name):
    made = sf.benchmark(name)
    check_benchmark(lambda: made)
    assert made.key == name
    for item in made:
        assert 2000 <= item.year <= 2026
        assert 0.01 <= item.cv <= 1
        assert item.industry
        assert item.url.startswith("https://") or name == "method"


def test_the_sets_the_method_needs_are_there():
    assert sf.benchmark("method").get("intent", "won").rate == 0.30
    assert sf.benchmark("b2b-saas").steps == ("lead", "mql", "sql", "opportunity", "won")
    assert sf.benchmark("ecommerce").steps == ("view", "cart", "checkout", "order")
    assert sf.benchmark("method").for_funnel(sf.template("b2b", locale="zh")).steps == (
        "intent", "won",
    )  # fmt: skip


def test_the_table_in_the_docs_names_every_figure():
    page = (Path(__file__).parents[1] / "docs" / "guide" / "benchmarks.md").read_text("utf-8")
    sources = dict(re.findall(r"^\| (\d+) (\|.*)$", page, re.MULTILINE))
    for record in sf.benchmarks():
        if record.builtin:
            for item in sf.benchmark(record.name):
                shown = f"| `{record.name}` | {item.transition} | {item.rate:.4g} |"
                place = f" ({item.region})" if item.region else ""
                row = next(line for line in page.splitlines() if line.startswith(shown)
                           and f"| {item.industry}{place} |" in line)  # fmt: skip
                source = sources[row.split("|")[-2].strip()]
                assert item.citation in source
                assert f"| {item.year} | {item.sample} |" in source
                assert item.url in source or record.name == "method"


def test_no_published_figure_is_taken_as_more_certain_than_it_can_be():
    """A narrow range is one of averages: `ecommerce` view→cart gave 0.08."""
    for record in sf.benchmarks():
        for found in sf.benchmark(record.name):
            assert found.cv >= 0.15, f"{record.name}: {found.transition}"


def test_the_source_and_its_missing_sample_are_told_where_a_benchmark_is_used():
    shop = sf.Panel.from_counts(
        {"2026-01": [9000, 500, 250, 100]}, steps=("view", "cart", "checkout", "order")
    )
    found = sf.find_bottlenecks(shop, benchmark="ecommerce")
    used = [fault for fault in found.faults if "benchmark" in fault.code]
    told = {dict(fault.params)["step"]: fault for fault in used}
    assert {step: fault.code for step, fault in told.items()} == {
        "view→cart": "benchmark-used",
        "cart→checkout": "benchmark-without-sample",
        "checkout→order": "benchmark-used",
    }
    assert "Littledata" in told["checkout→order"].message
    for locale, words, shops in (
        ("en", "states no sample", "543 stores"),
        ("zh", "未注明样本", "543家店铺"),
    ):
        text = found.to_text(locale=locale, width=200)
        assert words in text
        assert shops in text
    own = sf.find_bottlenecks(shop, benchmark={"view→cart": 0.07})
    assert not [fault for fault in own.faults if "benchmark" in fault.code]
