"""Shipped rules where their question does not arise: days, blank columns, other steps."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import salesfunnel as sf
from test_shipped_rules import BOTTLENECK, NOW, START, TURN, N, found, history


def test_a_day_is_no_batch_of_itself():
    """All entries of a judged day are of that day."""
    day = str(START[NOW][0])[:10]
    b = attrs.evolve(BOTTLENECK, period=day, entered=3, advanced=1)
    one_day = START.copy()
    one_day[NOW] = START[NOW][0]
    assert found("batch-entry", history(entered=one_day), b) == []
    (by_month,) = found("batch-entry", history(entered=one_day))
    assert by_month.params["day"] == day


def test_a_column_that_nobody_fills_is_not_to_be_collected():
    half = np.where(TURN % 2 == 0, "filled", "")
    (one,) = found("missing-fields", history(empty=np.full(N, ""), half=half))
    assert one.collect == ("half",)
    assert found("missing-fields", history(empty=np.full(N, ""))) == []


def test_where_no_judged_deal_names_a_rival_there_is_no_most_frequent_one():
    rival = np.where(~NOW & (TURN % 2 == 0), "Acme", "none")
    (one,) = found("competitor-named", history(competitor=rival))
    assert one.params.get("most", "") == ""


def counts(step=("offer", "won"), first=((90, 54), (10, 2))):
    """Return counts of two channels for twelve months, in which the worse one grew in the last."""
    months = {f"2025-{m:02d}": first for m in range(1, 13)}
    months["2026-01"] = ((30, 18), (70, 14))
    rows = {period: [list(row) for row in pair] for period, pair in months.items()}
    return sf.Panel.from_counts(rows, steps=step, segments=("web", "fair"))


@pytest.mark.parametrize(
    ("panel", "named"),
    [
        (counts(), {"fair"}),
        (counts(step=("visit", "order")), set()),  # another step
        (counts(first=((0, 0), (0, 0))), set()),  # nobody before
    ],
)
def test_channels_of_counts_are_compared_for_the_step_that_is_judged(panel, named):
    b = attrs.evolve(BOTTLENECK, period="2026-01", entered=100, advanced=32, rate=0.32)
    said = sf.diagnose(b, panel, search=False)
    hits = [one for one in (*said, *said.stated) if one.code == "channel-mix" and one.measured]
    assert {one.params["group"] for one in hits} == named
