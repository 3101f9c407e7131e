"""Which step is the win: said by the stage, else by its name in any case and both languages."""

from __future__ import annotations

import pytest

import salesfunnel as sf
from salesfunnel.errors import DefinitionError


def panel_of(win, funnel=None):
    steps = ["lead", "offer", win, "repurchase"]
    counts = {
        f"2025-{month:02d}": [400, 100, 40 if month < 12 else 10, 20 if month < 12 else 5]
        for month in range(1, 13)
    }
    made = funnel or sf.Funnel("own", steps)
    return sf.Panel.from_counts(counts, funnel=made)


@pytest.mark.parametrize(
    "name",
    [
        "won", "Won", "closed-won", "Closed Won", "CLOSED_WON", "closedwon", "signed", "Signed",
        "Contract signed", "赢单", "成交", "已签约", "签单",
    ],
)  # fmt: skip
def test_a_win_by_name_in_any_case_counts_the_whole_gain(name):
    found = sf.find_bottlenecks(panel_of(name))
    reference = sf.find_bottlenecks(panel_of("won"))
    assert found.win == name
    row = next(row for row in found if row.transition.target == name)
    twin = next(row for row in reference if row.transition.target == "won")
    assert row.counted_at == name
    assert row.gain == twin.gain


def test_a_stage_says_that_it_is_the_win():
    stages = ["lead", "offer", sf.Stage("handshake", won=True), "repurchase"]
    found = sf.find_bottlenecks(panel_of("handshake", sf.Funnel("own", stages)))
    assert found.win == "handshake"
    assert {row.counted_at for row in found if row.transition.target != "repurchase"} == {
        "handshake"
    }
    assert sf.Funnel("own", stages).win() == "handshake"


def test_what_a_stage_says_goes_before_names():
    funnel = sf.Funnel("own", ["lead", "won", sf.Stage("paid", won=True)])
    assert funnel.win() == "paid"


def test_the_name_for_people_counts_where_the_key_does_not():
    assert sf.Funnel("own", ["a", sf.Stage("s7", "Closed Won"), "b"]).win() == "s7"
    assert sf.Funnel("own", ["a", "b"]).win() is None


def test_two_wins_are_refused():
    with pytest.raises(DefinitionError, match="'won' must be True for one stage"):
        sf.Funnel("own", [sf.Stage("a", won=True), sf.Stage("b", won=True)])
    with pytest.raises(DefinitionError, match="'won' must be True or False"):
        sf.Stage("a", won="yes")


@pytest.mark.parametrize("record", sf.templates(), ids=lambda record: record.name)
@pytest.mark.parametrize("level", ["stage", "step"])
def test_every_template_says_where_it_is_won(record, level):
    if record.distribution != "salesfunnel":
        pytest.skip("not ours")
    funnel = sf.template(record.name)
    assert sum(stage.won for stage in funnel.stages) == 1
    assert funnel.win(level) is not None
