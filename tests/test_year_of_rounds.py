"""Twelve rounds with a team that edits: every edit is kept, and the year's story is found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import salesfunnel as sf

sys.path.insert(0, str(Path(__file__).parents[1] / "examples" / "year"))
from team import WORDS, Team, calendar, deals, export, history

STEP = sf.Transition("intent", "negotiation")


def walk(count, locale):
    """Yield the round of each month of the year, after checking that every edit was kept."""
    pytest.importorskip("openpyxl")
    rows = deals()
    team = Team(rows, locale)
    folder = {"before.csv": history(rows, "2025-12", locale)}
    sent = None
    for number, (month, today) in enumerate(calendar(count), start=1):
        folder["deals.csv"] = export(rows, today)
        if sent is not None:
            folder[f"{month}.xlsx"] = team.fill(sent, month, number, accept=number == 5)
        found = sf.run_round(folder, today=today, locale=locale)
        made = found.documents()
        if sent is not None:
            check_sheet(found, team)
            check_plan(found, team, locale)
        if number == 2:  # a second run on the same day changes nothing
            again = sf.run_round({**folder, **made}, today=today, locale=locale)
            assert again.documents() == made
        folder |= made
        sent = made[f"{found.next_period}.xlsx"]
        yield found


def check_sheet(found, team):
    """Every figure that was typed is read, under the name that it was typed under."""
    names = {row.metric_name or row.metric: row for row in found.actuals.rows}
    assert {name: names[name].actual for name in team.typed} == team.typed
    out = {row.metric_name or row.metric for row in found.sheet.rows}
    assert out >= set(team.typed)  # the next sheet has all of them: nothing is typed twice
    assert all(row.target is not None for row in found.sheet.rows)


def check_plan(found, team, locale):
    """Every measure that was edited is in the plan, or settled, as it was edited."""
    titles = {}
    for measure in (*found.plan, *found.tried, *(e.measure for e in found.standards.entries)):
        text = sf.ImprovementPlan(
            measures=[measure], start=measure.begins, funnel=found.plan.funnel
        )
        cell = str(sf.read_plan(text.to_csv(locale=locale))[0].title["en"])
        titles.setdefault(cell, []).append(measure)
    for title, owner in (*team.accepted.items(), *team.own.items()):
        assert any(m.owner == owner and m.state == "accepted" for m in titles[title]), title
    for title, note in team.notes.items():
        assert any(note in m.note for m in titles[title]), title


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_three_rounds_keep_every_edit(locale):
    rounds = list(walk(3, locale))
    assert [found.period for found in rounds] == ["2025-12", "2026-01", "2026-02"]
    assert [found.rounds for found in rounds] == [1, 2, 3]


def first_of(rounds, wanted):
    """Return the number of the first round of which something holds; None if it never does."""
    return next((i for i, found in enumerate(rounds) if wanted(found)), None)


def state(key, *states):
    return lambda found: any(key in r.key and r.state in states for r in found.reviews)


@pytest.mark.slow
@pytest.mark.parametrize("locale", ["zh"])  # docs/guide/year.md walks it in English
def test_a_year_of_rounds_finds_its_story_in_order(locale):
    rounds = list(walk(13, locale))
    own = WORDS[locale]["own"]
    assert [found.rounds for found in rounds] == list(range(1, 14))
    fell = first_of(
        rounds, lambda f: any(r.transition == STEP for r in f.judged.bottlenecks.alarms)
    )
    cause = first_of(rounds, lambda f: any(
        x.code == "slow-response" and x.transition == STEP and (x.contribution or 0) > 0
        for x in f.judged.findings))  # fmt: skip
    sign = first_of(rounds, lambda f: any(x.code == "metric-worse" for x in f.judged.findings))
    assert fell == cause == 2  # February 2026, when it fell, and not before
    assert fell <= sign <= 4
    accepted = first_of(rounds, lambda f: any(
        m.problem == "slow-response" and m.state == "accepted" for m in f.plan))  # fmt: skip
    works = first_of(rounds, state("answer-within-a-day", "working", "standardise"))
    standard = first_of(rounds, lambda f: any(
        e.measure.measure == "answer-within-a-day" for e in f.standards.entries))  # fmt: skip
    failed = first_of(rounds, lambda f: any(m.key == own for m in f.tried))
    assert accepted == 4
    assert accepted < works <= standard  # it works, and after a quarter it is a standard
    assert failed > accepted
    last = rounds[-1]
    assert not any(r.transition == STEP for r in last.judged.bottlenecks.alarms)
    assert "answer-within-a-day" in [a.key for a in last.sheet.funnel.stage("intent").actions]
    assert [m.key for m in last.tried] == [own]
    settled = {e.measure.key for e in last.standards.entries} | {own}
    assert not settled & {m.key for m in last.plan}  # and neither is proposed again
