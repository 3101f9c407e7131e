"""Dates with slashes and numbers since 1970: many at once give what each gives by itself."""

from __future__ import annotations

import random
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest

import salesfunnel as sf
from salesfunnel.intake.cells import quick_times
from salesfunnel.intake.cells.time_column import read_time_cells
from salesfunnel.intake.deals.zones import zone_of


def told(history: Any) -> list[tuple[Any, ...]]:
    return [(f.code, f.severity, f.row, f.column, f.value, str(f)) for f in history.faults]


def cells(seed: int, kind: str) -> list[str]:
    rng = random.Random(seed)
    found = []
    for _ in range(300):
        moment = datetime.fromtimestamp(rng.randrange(1_600_000_000, 1_900_000_000), timezone.utc)
        day = {"day": "%d/%m/%Y", "month": "%m/%d/%Y", "both": rng.choice(["%d/%m/%Y", "%m/%d/%Y"])}
        if kind == "ambiguous":
            moment = moment.replace(day=1 + rng.randrange(12))
        form = day.get(kind, "%d/%m/%Y") + rng.choice(["", " %H:%M", " %H:%M:%S"])
        found.append(moment.strftime(form))
    odd = ["31/12/9999", "01/01/1900", "01/01/1970", "soon", "5 Jan 2026", "2026-01-05", "03.04.26",
           "45/45/2026", "01/02/26", "20260105", "2026年1月5日", "03/04/2026 09:00 Z"]  # fmt: skip
    found += rng.sample(odd, rng.randrange(len(odd)))
    rng.shuffle(found)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("elsewhere", [None, True, False])
@pytest.mark.parametrize("kind", ["day", "month", "both", "ambiguous"])
@pytest.mark.parametrize("seed", range(3))
def test_slashes_read_at_once_are_those_read_one_by_one(
    seed: int, kind: str, elsewhere: Any, monkeypatch: Any
) -> None:
    given = cells(seed, kind)
    for zone in ("UTC", "Asia/Shanghai"):
        options: dict[str, Any] = {"zone": zone_of(zone), "order_elsewhere": elsewhere}
        fast = read_time_cells(given, **options)
        with monkeypatch.context() as patch:
            patch.setattr(quick_times, "_FEW", 10**9)
            careful = read_time_cells(given, **options)
        assert fast.ticks.tolist() == careful.ticks.tolist()
        assert sorted(fast.issues, key=lambda i: i.cell) == list(careful.issues)
        for name in ("order", "ordered", "zoned", "naive", "short_year", "unit"):
            assert getattr(fast, name) == getattr(careful, name), name


UNITS = {"s": 10**6, "ms": 10**3, "us": 1}


@pytest.mark.parametrize("form", ["{}", "{}.0", "{:.6E}"])
@pytest.mark.parametrize("unit", [*UNITS, "ns"])
def test_numbers_since_1970_are_times_in_every_shape(unit: str, form: str) -> None:
    base = [1_767_600_000 + 86_400 * i for i in range(90)]
    size = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    numbers = [form.format(second * size) for second in base]
    days = np.array(base, dtype="datetime64[s]").astype("datetime64[D]")
    status = ["open", "won", "lost"]
    listed = "id,stage,created_at,status\n" + "".join(
        f"{i},Lead,{number},{status[i % 3]}\n" for i, number in enumerate(numbers)
    )
    history = sf.read_deals(listed, as_of="2027-01-01")
    assert (history.entered[:, 0].astype("datetime64[D]") == days).all()
    assert np.bincount(history.outcome).tolist() == [30, 30, 30]
    note = next(f for f in history.faults if f.code == "times-are-epoch")
    assert f" {unit} " in str(note)
    changes = "deal,stage,changed_at\n" + "".join(
        f"{i},{stage},{number}\n" for i, number in enumerate(numbers) for stage in ("Lead", "Won")
    )
    assert (sf.read_deals(changes, as_of="2027-01-01").outcome == 1).all()


def test_numbers_since_1970_stand_in_the_zone_that_is_named() -> None:
    text = "id,stage,created_at,status\n1,Lead,1767571200,won\n2,Lead,1767571200,open\n"
    utc = sf.read_deals(text, as_of="2027-01-01")
    shanghai = sf.read_deals(text, as_of="2027-01-01", tz="Asia/Shanghai")
    assert str(utc.entered[0, 0]) == "2026-01-05T00:00:00.000000"
    assert str(shanghai.entered[0, 0]) == "2026-01-05T08:00:00.000000"


MIXED = """Record ID,Deal Stage,Pipeline,Amount,Create Date,Close Date
1,Lead,Sales,10,2026-01-01,
2,Closed Won,Sales,10,2026-01-02,2026-02-01
3,Kickoff,Onboarding,10,2026-01-03,
4,Offer,Sales,10,2026-01-04,
5,Closed Lost,Sales,10,2026-01-05,2026-02-02
6,Training,Onboarding,10,2026-01-05,
"""


def test_pipelines_with_stages_of_their_own_are_refused_with_both_calls() -> None:
    with pytest.raises(sf.errors.IntakeError) as error:
        sf.read_deals(MIXED, as_of="2026-03-01")
    assert error.value.code == "pipelines-mixed"
    assert "pipeline='Sales'" in str(error.value)
    assert "sf.read_pipelines" in str(error.value)
    assert dict(error.value.pipelines) == {"Sales": "Sales", "Onboarding": "Onboarding"}  # type: ignore[attr-defined]


def test_each_pipeline_is_a_history_of_its_own() -> None:
    each = sf.read_pipelines(MIXED, as_of="2026-03-01")
    assert {name: len(history) for name, history in each.items()} == {"Sales": 4, "Onboarding": 2}
    assert each["Sales"].panel(by="all").counts.ravel().tolist()[0] == 4
    assert "Kickoff" not in each["Sales"].stages
    assert each["Onboarding"].stages[:2] == ("Kickoff", "Training")
    one = sf.read_deals(MIXED, as_of="2026-03-01", pipeline="sales")
    assert one == each["Sales"]
    with pytest.raises(sf.errors.UnknownNameError, match="pipelines"):
        sf.read_pipelines("id,stage,created\n1,Lead,2026-01-01\n", as_of="2026-03-01")


def test_pipelines_that_share_their_stages_are_one_funnel_with_a_warning() -> None:
    text = MIXED.replace("Kickoff", "Lead").replace("Training", "Offer")
    history = sf.read_deals(text, as_of="2026-03-01")
    assert len(history) == 6
    assert "pipelines-mixed" in [fault.code for fault in history.faults]


def test_named_stages_read_several_pipelines_as_one() -> None:
    stages = ["Lead", "Kickoff", "Offer", "Training", "Closed Won"]
    history = sf.read_deals(MIXED, as_of="2026-03-01", stages=stages)
    assert len(history) == 6
