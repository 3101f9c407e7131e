"""The document of a stage history: figures by hand, in both languages."""

from __future__ import annotations

import pytest

import salesfunnel as sf
from salesfunnel.render.documents import document_of
from salesfunnel.render.model import KeyFigures, Table

TEXT = """deal,lead,offer,won,outcome,closed,channel
a,2026-01-05,2026-01-09,2026-02-01,won,2026-02-01,web
b,2026-01-07,2026-01-20,,open,,web
c,2026-01-08,,,lost,2026-01-30,WEB
"""


@pytest.fixture
def history():
    return sf.read_stage_history(TEXT, stages=["lead", "offer", "won"], as_of="2026-03-01")


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_the_figures_are_those_of_the_deals(history, locale):
    document = document_of(history, locale)
    (figures,) = (block for block in document.blocks if isinstance(block, KeyFigures))
    values = [value for _, value in figures.items]
    assert values[:4] == ["3", "1", "1", "1"]
    assert values[4].startswith("50")
    assert values[5] == {"en": "1 Mar 2026", "zh": "2026年3月1日"}[locale]
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    # a advanced after 4 days, b after 13: median 8.5; c was lost
    lead = table.rows[0]
    assert (lead[1], *lead[3:6], lead[6]) == ("3", "2", "1", "0", "8.5")
    offer = table.rows[1]
    assert (offer[1], *offer[3:6], offer[6]) == ("2", "1", "0", "1", "23")
    assert table.rows[2][1] == "1"
    assert set(table.rows[2][3:]) == {"–"}  # nothing comes after the last stage


def test_the_faults_stand_in_it_in_the_words_of_the_language(history):
    assert "differ in case" in history.to_text()
    assert "只差大小写" in history.to_text(locale="zh")
    assert "<table" in history.to_html()
