"""Words for step counts: the same figures in both languages."""

from __future__ import annotations

import re

import pytest

import salesfunnel as sf
from salesfunnel.render.words import step_counts as step_words

LOG = sf.EventLog(
    [1, 1, 1, 2, 2, 3, 3],
    ["visit", "order", "order", "visit", "visit", "visit", "order"],
    [f"2026-03-{day:02d}" for day in (1, 4, 4, 2, 2, 28, 30)],
    attributes={"channel": ["ads"] * 3 + [None] * 4},
)
FOUND = sf.count_steps(
    LOG,
    ["visit", "order"],
    window="14D",
    step_windows="9D",
    exclude=["cancelled"],
    increasing=True,
    breakdown="channel",
    as_of="2026-03-31",
)


def figures(sentences):
    return sorted(re.findall(r"\d[\d,.]*", " ".join(sentences)))


@pytest.mark.parametrize(
    "make",
    [step_words.question_words, step_words.result_words],
    ids=["question", "result"],
)
def test_both_languages_say_the_same_figures(make):
    english, chinese = make(FOUND, "en"), make(FOUND, "zh")
    assert len(english) == len(chinese) >= 3
    assert figures(english) == figures(chinese)
    assert not set(english) & set(chinese)


def test_tables_have_a_row_a_segment_and_step():
    rows = step_words.count_rows(FOUND, "en")
    assert rows[0] == ("Segment", "Step", "Reached", "Of the step before")
    assert rows[1:] == (
        ("ads", "visit", "1", "–"),
        ("ads", "order", "1", "100.00%"),
        ("(missing)", "visit", "2", "–"),
        ("(missing)", "order", "1", "50.00%"),
    )
    (_, line) = step_words.duration_rows(FOUND, "en")
    assert line == ("visit", "order", "3", "2", "0", "2 days", "3 days")


def test_nobody_is_said_in_words():
    found = sf.count_steps(LOG, ["trial"])
    assert "nobody" in step_words.result_words(found, "en")[0]
