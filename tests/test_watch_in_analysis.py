"""Metrics that are no counts are judged in the analysis, and are a weak sign of a cause."""

from __future__ import annotations

import numpy as np
import pytest

import salesfunnel as sf

FUNNEL = sf.Funnel("sales", [
    sf.Stage("lead", "Lead", metrics=[sf.Metric("leads", step=True)]),
    sf.Stage("offer", "Offer", metrics=[
        sf.Metric("offers", step=True), sf.Metric("mood", "Satisfaction", unit="score"),
        sf.Metric("wait", "Answer time", unit="duration", better="lower"),
    ]),
    sf.Stage("won", "Won", metrics=[sf.Metric("wins", step=True)]),
    sf.Stage("care", "Care", metrics=[sf.Metric("calm", "Calm", unit="score")]),
])  # fmt: skip


def sheet(*, fall=0.0, months=27):
    rng = np.random.default_rng(11)
    rows = []
    for i in range(months):
        period = f"{2024 + i // 12}-{i % 12 + 1:02d}"
        late = i >= months - 3
        leads = 800 + int(rng.integers(-20, 20))
        offers = int(leads * 0.5) + int(rng.integers(-6, 6))
        wins = int(offers * (0.3 if not late else 0.16)) + int(rng.integers(-3, 3))
        figures = {
            ("lead", "leads", "count"): leads, ("offer", "offers", "count"): offers,
            ("won", "wins", "count"): wins,
            ("offer", "mood", "score"): 4.2 + rng.normal(0, 0.06) - (fall if late else 0),
            ("offer", "wait", "duration"): 2 + rng.normal(0, 0.1),
            ("care", "calm", "score"): 4.2 + rng.normal(0, 0.06) - (fall if late else 0),
        }  # fmt: skip
        rows += [
            sf.TrackingRow(
                stage=stage, metric=metric, unit=unit, period=period, actual=value,
                out_of=5 if unit == "score" else None,
            )
            for (stage, metric, unit), value in figures.items()
        ]  # fmt: skip
    return sf.Tracking(rows=rows, funnel=FUNNEL)


def signs(analysis):
    return [finding for finding in analysis.findings if finding.code == "metric-worse"]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_satisfaction_that_fell_in_the_same_months_is_a_weak_sign(locale):
    found = sf.analyze(sheet(fall=0.5), locale=locale)
    assert found.bottlenecks[0].transition == sf.Transition("offers", "wins")
    (sign,) = signs(found)  # not the metric of another stage, nor the chain
    assert (sign.grade, sign.columns, sign.contribution) == ("weak", ("mood",), None)
    assert sign in [finding for one in found.diagnoses for finding in one]
    words = {"en": "“Satisfaction” got worse in the same month", "zh": "“Satisfaction”同月变差"}
    assert words[locale] in found.to_text(locale=locale, width=200)
    assert words[locale] in found.to_html(locale=locale)


def test_metrics_as_before_are_no_sign():
    found = sf.analyze(sheet())
    assert signs(found) == []
    assert {row.metric: row.verdict for row in found.watch.rows}["mood"] == "as-before"


def test_an_earlier_period_is_watched_up_to_then():
    found = sf.analyze(sheet(fall=0.5), period="2025-10")
    assert {row.period for row in found.watch.rows} == {"2025-10"}
    assert found.watch.of("worse") == ()


def test_counts_alone_have_no_watch():
    assert sf.analyze(sheet().panel(level="step")).watch is None


def test_evidence_of_a_sheet_beside_counts_is_watched():
    whole = sheet(fall=0.5)
    assert len(signs(sf.analyze(whole.panel(level="step"), evidence=whole))) == 1


def test_one_odd_month_is_no_verdict():
    rows = list(sheet().rows)
    moods = [i for i, row in enumerate(rows) if row.metric == "mood"]
    for i, mood in zip(moods[-3:], (4.2, 4.2, 3.7), strict=True):
        rows[i] = rows[i].replace(actual=mood)
    found = sf.watch_metrics(sf.Tracking(rows=rows, funnel=FUNNEL))
    assert {row.metric: row.verdict for row in found.rows}["mood"] == "as-before"


def test_an_analysis_with_a_watch_comes_back_from_json():
    found = sf.analyze(sheet(fall=0.5))
    assert sf.Analysis.from_json(found.to_json()) == found
