"""Faults of histories name the deals: how many, the first ten, and where they stand."""

from __future__ import annotations

import salesfunnel as sf


def read(rows):
    text = "deal,lead,offer,won\n" + "\n".join(rows) + "\n"
    return sf.read_stage_history(text, stages=["lead", "offer", "won"], as_of="2026-05-01")


def test_the_first_ten_deals_are_named_with_their_rows():
    rows = [f"ok{i},2026-01-05,2026-01-0{i % 3 + 6}," for i in range(20)]
    rows += [f"skip{i},2026-01-05,,2026-01-09" for i in range(12)]
    (fault,) = (f for f in read(rows).faults if f.code == "stages-skipped")
    params = dict(fault.params)
    assert params["deals"] == 12
    assert params["names"] == ", ".join(f"skip{i}" for i in range(10)) + ", …"
    assert params["rows"] == ", ".join(str(21 + i) for i in range(10))
    assert fault.row == 21
    assert "skip9" in fault.message
    assert "skip10" not in fault.message


def test_deals_without_dates_are_named():
    (fault,) = (f for f in read(["a,2026-01-05,,", "b,soon,,"]).faults if f.code == "without-dates")
    assert dict(fault.params)["names"] == "b"
    assert fault.row == 2
