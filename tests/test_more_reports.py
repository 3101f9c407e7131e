"""Reports of an analysis with other verdicts, causes and plans, and the words of causes."""

from __future__ import annotations

from functools import cache

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel._core.vocabulary import TIERS
from salesfunnel.render.report.answers import answer_of
from salesfunnel.render.words.causes import cause_notes, levels_words
from salesfunnel.render.words.findings import finding_text
from test_more_documents import many, shown
from test_shipped_rules import NOW, TURN, history, often

ANALYSIS = sf.analyze(
    history(
        competitor=np.where(often(1, 4), "Acme", "none"),
        channel=np.where(often(1, 3), "fair", "web"),
        owner=np.where(NOW, "Ann", np.array(["Bo", "Cid", "Di"])[TURN % 3]),
    )
)
FOUND = ANALYSIS.bottlenecks
WORST = next(iter(FOUND))
FIRST = next(f for f in ANALYSIS.findings if f.explains and f.measured)


def analysis(**fields):
    """Return the analysis with other parts; parts of its bottlenecks by their names."""
    own = {field.name for field in attrs.fields(type(ANALYSIS))}
    inner = {name: value for name, value in fields.items() if name not in own}
    fields = {name: value for name, value in fields.items() if name in own}
    if inner:
        fields["bottlenecks"] = attrs.evolve(FOUND, **inner)
    return attrs.evolve(ANALYSIS, **fields)


def everywhere(one):
    """Return the text, the page and the document of an analysis in both languages."""
    pages = [one.to_text(locale="zh"), one.to_html()]
    return shown(one), pages


NAN = np.full_like(FOUND.gain, np.nan)
ERROR = sf.Fault.of("deal-twice", severity="error", row=3, first=1, value="d1")
VETO = tuple(attrs.evolve(f, veto=True) if f is FIRST else f for f in ANALYSIS.findings)
QUIET = {"tier": np.full_like(FOUND.tier, TIERS.index("none"))}
CHANGED = {
    "no cause was asked for": {"findings": (), "diagnoses": ()},
    "no measure is in the plan": {"plan": attrs.evolve(ANALYSIS.plan, measures=())},
    "what is lost is not known": {"gain": NAN, "gain_low": NAN, "gain_high": NAN},
    "the data are in doubt": {"findings": VETO},
    "one fault is an error": {"faults": (ERROR,)},
    "several faults are errors": {"faults": (ERROR, ERROR)},
    "nothing fell": QUIET,
    "nothing fell, and it is not known what would be seen": {
        **QUIET, "detectable": np.full_like(FOUND.detectable, np.nan)},
    "nothing is certain": {"probability": np.full_like(FOUND.probability, np.nan)},
    "the verdict is not verified": {
        "bottlenecks": FOUND.mark_unverified([(WORST.transition, WORST.segment)])},
}  # fmt: skip


@cache
def before():
    """The analysis as it was, as text and as a page."""
    return ANALYSIS.to_text(), ANALYSIS.to_html()


@pytest.mark.parametrize("name", CHANGED)
def test_a_report_says_what_has_changed(name):
    """Every way of showing an analysis goes on, says no None, and is not what it was."""
    other = analysis(**CHANGED[name])
    text, pages = everywhere(other)
    assert (text, pages[1]) != before()
    answer = answer_of(other, "en")
    assert answer.headline
    assert answer.chip


@pytest.mark.parametrize("tier", TIERS)
def test_every_verdict_has_an_answer(tier):
    other = analysis(tier=np.full_like(FOUND.tier, TIERS.index(tier)))
    assert {row.tier for row in other.bottlenecks} == {tier}
    answers = {answer_of(other, locale).headline for locale in ("en", "zh")}
    assert len(answers) == 2
    assert other.to_text()
    assert other.to_html()


def test_an_analysis_of_segments_names_the_one_that_fell():
    rng = np.random.default_rng(5)
    months = [f"{2024 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    entered = rng.integers(380, 420, (24, 2))
    rate = np.full((24, 2), 0.5)
    rate[-2:, 1] = 0.2
    won = rng.binomial(entered, rate)
    panel = sf.Panel.from_counts(
        np.stack([entered, won], axis=2), periods=months, segments=("web", "fair"),
        steps=("lead", "won"),
    )  # fmt: skip
    found = sf.analyze(panel)
    worst = next(iter(found.bottlenecks))
    assert worst.segment in {"fair", "all"}
    text, pages = everywhere(found)
    assert "fair" in text
    assert all("fair" in page for page in pages)
    one = sf.analyze(many(1, periods=tuple(months)))
    assert everywhere(one)[0]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"level": "web, fair"}, "web"),
        ({"level": "(blank), (other)"}, ""),
        ({}, ""),
        ({"bins": "number", "low": 5, "high": None}, "5"),
        ({"bins": "number", "low": None, "high": 9}, "9"),
        ({"bins": "number", "low": 5, "high": 9}, "9"),
        ({"bins": "delay", "low": None, "high": -3}, "3"),
        ({"bins": "delay", "low": -9, "high": -3}, "9"),
        ({"bins": "delay", "low": 4, "high": None}, "4"),
        ({"bins": "delay", "low": -4, "high": None}, "4"),
        ({"bins": "delay", "low": None, "high": 6}, "6"),
        ({"bins": "delay", "low": 2, "high": 6}, "2"),
    ],
)
def test_levels_of_a_column_in_words(params, words):
    said = {locale: levels_words(params, locale) for locale in ("en", "zh")}
    for text in said.values():
        assert words in text
        assert "None" not in text
        assert "(blank)" not in text
    second = levels_words({f"{name}_2": value for name, value in params.items()}, "en", "_2")
    assert second == said["en"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_what_a_reader_must_know_of_a_cause(locale):
    notes = cause_notes(FIRST, locale)
    more = {
        "alike": attrs.evolve(FIRST, alike=("campaign",)),
        "depends": attrs.evolve(
            FIRST, params={**FIRST.params, "depends_on": "size", "deals_without": 3.0}
        ),
        "goes": attrs.evolve(FIRST, params={**FIRST.params, "goes_with": "region"}),
    }
    for word, finding in zip(("campaign", "size", "region"), more.values(), strict=True):
        said = cause_notes(finding, locale)
        assert len(said) == len(notes) + 1
        assert any(word in line for line in said)


SAID = [f for f in ANALYSIS.findings if f.measured]


@pytest.mark.parametrize("contribution", [None, 4.0, -4.0])
@pytest.mark.parametrize(
    "evidence", [{}, {"difference": None}, {"known_before": 0, "exposed_before": 0}, {"groups": ()}]
)
def test_a_cause_in_a_sentence(evidence, contribution):
    for base in SAID:
        other = attrs.evolve(base.evidence, **evidence)
        finding = attrs.evolve(base, contribution=contribution, evidence=other)
        for locale in ("en", "zh"):
            text = finding_text(finding, locale)
            assert text
            assert "None" not in text
