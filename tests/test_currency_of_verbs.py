"""Verbs that show money take `currency=` in the same way, and show it."""

from __future__ import annotations

from datetime import date

import pytest

import salesfunnel as sf
from salesfunnel.errors import ArgumentError
from salesfunnel.render.words.figures import fault_item

MONTHS = {f"2025-{m:02d}": [300, 105, 40] for m in range(1, 13)} | {"2026-01": [310, 62, 24]}
PANEL = sf.Panel.from_counts(MONTHS, steps=("lead", "offer", "won"))


def verdicts(**options: object) -> sf.Bottlenecks:
    return sf.find_bottlenecks(PANEL, value=30_000, **options)


CALLS = {
    "find_bottlenecks": verdicts,
    "plan": lambda **o: sf.plan(verdicts(), [], start=date(2026, 2, 2), value=30_000, **o),
    "output_change": lambda **o: sf.output_change(PANEL, value=30_000, **o),
    "decompose_target": lambda **o: sf.decompose_target(
        900_000, PANEL, unit="currency", value=30_000, months=3, **o
    ),
    "analyze": lambda **o: sf.analyze(PANEL, value=30_000, **o),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_verb_names_the_currency(name):
    made = CALLS[name](currency="EUR")
    assert "€" in made.to_text(width=200)
    assert "欧元" in made.to_text(locale="zh", width=200)
    plain = CALLS[name]()
    assert "€" not in plain.to_text(width=200)
    back = type(made).from_dict(made.to_dict())
    assert back.to_text() == made.to_text()
    with pytest.raises(ArgumentError, match="such as 'USD'"):
        CALLS[name](currency="euro")


def test_a_plan_has_the_currency_of_its_verdicts():
    found = verdicts(currency="EUR")
    made = sf.plan(found, [], start=date(2026, 2, 2), value=30_000)
    assert made.assumptions.currency == "EUR"
    assert found[0].currency == "EUR"


def test_deals_have_values_of_their_own():
    rows = ["id,stage,created,closed,amount,currency"]
    rows += [
        f"{i},{'Won' if i % 2 else 'Lost'},2025-{1 + i % 12:02d}-01,2025-{1 + i % 12:02d}-20,"
        f"{100 + i % 3},{'EUR' if i % 3 else 'USD'}"
        for i in range(240)
    ]
    mixed = sf.read_deals("\n".join(rows).encode(), as_of="2026-01-31")
    assert sf.find_bottlenecks(mixed).value is None
    told = sf.find_bottlenecks(mixed, currency="USD")
    assert "currencies-mixed" in {fault.code for fault in told.faults}
    found = sf.find_bottlenecks(mixed, currency="USD", rates={"EUR": 2.0})
    assert (found.currency, found.value) == (
        "USD",
        pytest.approx((200 + 101 * 2 + 102 * 2) / 3, 0.34),
    )
    same = sf.analyze(mixed, currency="USD", rates={"EUR": 2.0}).bottlenecks
    assert same.value == found.value
    one = mixed.select(mixed.currency == "EUR")
    assert sf.find_bottlenecks(one).currency == "EUR"
    with pytest.raises(ArgumentError, match="'rates' must be None for counts"):
        sf.find_bottlenecks(PANEL, rates={"EUR": 2.0})


def test_a_target_of_round_numbers():
    assert sf.decompose_target(9e5, PANEL, unit="currency", value=3e4).target == 900_000
    with pytest.raises(ArgumentError, match="whole number"):
        sf.decompose_target(0.5, PANEL)


def exports() -> sf.StageHistory:
    head = "Deal ID,Stage,Create Date,Amount\n"
    first = head + "".join(f"{i},Lead,2026-10-{i + 1:02d},500\n" for i in range(9))
    second = head + "".join(
        f"{i},{('Lead', 'Offer', 'Closed Won')[i % 3]},2026-10-{i + 1:02d},600\n" for i in range(9)
    )
    return sf.read_snapshots(
        [("2026-11-02", first), ("2026-11-09", second)], stages=["Lead", "Offer", "Closed Won"]
    )


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda h: h.panel(mode="period"), "entries-by-export"),
        (lambda h: h.panel().total() + h.panel().total(), "entries-by-export"),
        (sf.conversions, "entries-by-export"),
        (lambda h: sf.find_bottlenecks(h.panel(mode="period")), "entries-by-export"),
        (lambda h: sf.compare_segments(h.panel(), by="segment"), "entries-by-export"),
        (sf.velocity, "closings-by-export"),
        (
            lambda h: sf.pipeline_bridge(h, since="2026-11-02", until="2026-11-09"),
            "bridge-between-exports",
        ),
    ],
)
def test_times_between_two_exports_are_said_in_the_result(call, code):
    found = call(exports())
    assert [f.code for f in found.faults].count(code) == 1
    fault = next(f for f in found.faults if f.code == code)
    for locale in ("en", "zh"):
        words = fault_item(fault, locale).text
        assert words[:20] in found.to_text(locale=locale, width=300)
