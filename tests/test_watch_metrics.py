"""watch_metrics: what got worse is found, what is as before is left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

import salesfunnel as sf

FUNNEL = sf.Funnel(
    "shop",
    [
        sf.Stage(
            "order",
            metrics=[
                sf.Metric("orders", step=True),
                sf.Metric("amount", unit="currency"),
                sf.Metric("cycle", unit="duration", better="lower"),
                sf.Metric("kept", unit="rate"),
                sf.Metric("mood", unit="score"),
            ],
        )
    ],
)
LAWS = {
    "orders": lambda z: round(400 * math.exp(0.1 * z)),
    "amount": lambda z: 25_000 * math.exp(0.1 * z),
    "cycle": lambda z: 30 * math.exp(0.1 * z),
    "kept": lambda z: 1 / (1 + math.exp(-1 - 0.2 * z)),
    "mood": lambda z: 5 / (1 + math.exp(-1 - 0.2 * z)),
}


def sheet(values, metrics=tuple(LAWS), **options):
    """Return a sheet of months from 2023-01 on; None is missing."""
    return sf.Tracking(
        funnel=FUNNEL,
        rows=[
            sf.TrackingRow(
                stage="order", metric=name, period=f"{2023 + i // 12}-{i % 12 + 1:02d}",
                unit=FUNNEL.metric(name).unit, out_of=5 if name == "mood" else None,
                actual=None if z is None else LAWS[name](z), **options,
            )
            for i, z in enumerate(values)
            for name in metrics
        ],
    )  # fmt: skip


def seasonal(rng, months=39):
    return rng.standard_normal(months) + 1.5 * np.cos(2 * np.pi * np.arange(months) / 12)


def test_a_large_fall_is_found_in_every_unit_and_the_season_is_not():
    values = seasonal(np.random.default_rng(2))
    quiet = sf.watch_metrics(sheet(values))
    assert {row.verdict for row in quiet.rows} == {"as-before"}
    values[-3:] -= 3.5
    found = {row.metric: row for row in sf.watch_metrics(sheet(values)).rows}
    assert {name: row.verdict for name, row in found.items()} == {
        "orders": "worse", "amount": "worse", "kept": "worse", "mood": "worse",
        "cycle": "better",
    }  # fmt: skip
    for row in found.values():
        assert row.period == "2026-03"
        assert row.periods == 36
        assert 0 <= row.expected.low < row.expected.high
    assert found["kept"].expected.high <= 1
    assert found["mood"].expected.high <= 5


def test_false_alarms_are_few():
    rng = np.random.default_rng(7)
    verdicts = [
        sf.watch_metrics(sheet(seasonal(rng), metrics=("amount",))).rows[0].verdict
        for _ in range(100)
    ]
    assert sum(verdict != "as-before" for verdict in verdicts) <= 14


@pytest.mark.parametrize("values", [[0.1] * 11, [None] * 20, [0.0] * 5 + [None] * 9 + [0.1] * 5])
def test_too_little_is_said_to_be_so(values):
    for row in sf.watch_metrics(sheet(values)).rows:
        assert (row.verdict, row.expected, row.probability) == ("not-enough-data", None, None)


def test_what_never_moves_is_as_before_until_it_does():
    flat = [0.0] * 24
    assert {row.verdict for row in sf.watch_metrics(sheet(flat)).rows} == {"as-before"}
    flat[-3:] = [-4.0] * 3
    assert sf.watch_metrics(sheet(flat, metrics=("amount",))).rows[0].verdict == "worse"


def test_one_outlier_of_the_past_does_not_hide_a_fall():
    values = np.random.default_rng(4).standard_normal(39)
    values[20] = 12.0
    values[-3:] -= 3.0
    assert sf.watch_metrics(sheet(values, metrics=("amount",))).rows[0].verdict == "worse"


def test_segments_are_watched_apart_and_zeros_and_losses_do_not_break_it():
    web = sheet(seasonal(np.random.default_rng(1)), segment="web")
    shop = sheet(seasonal(np.random.default_rng(2)), segment="shop")
    assert len(sf.watch_metrics(web + shop)) == 10
    rows = [row.replace(actual=0) for row in web.rows]
    assert len(sf.watch_metrics(sf.Tracking(funnel=FUNNEL, rows=rows))) == 5
    rows = [row.replace(actual=-row.actual) for row in web.rows if row.metric == "amount"]
    found = sf.watch_metrics(sf.Tracking(funnel=FUNNEL, rows=rows)).rows[0]
    assert found.expected.low < 0
    with pytest.raises(sf.errors.ArgumentError, match="Tracking"):
        sf.watch_metrics([1])
